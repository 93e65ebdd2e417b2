#include "ui/session/ablation_runner.h"

#include <utility>

namespace headlight::ui {

AblationRunner::AblationRunner(QObject* parent) : QObject(parent)
{
    connect(&m_task, &BackgroundTask::progressed, this, &AblationRunner::progressed);
}

void AblationRunner::run(AblationQuestion question)
{
    m_current = question;
    m_error.clear();
    m_task.run([this, question = std::move(question)](const Progress& progress) {
        return [this, result = answer(question, progress)] { finish(result); };
    });
}

void AblationRunner::cancel()
{
    m_current.reset();
    m_task.cancel();
}

void AblationRunner::finish(Result<std::shared_ptr<const AblationAnswer>> result)
{
    m_current.reset();
    if (result) {
        m_answer = std::move(*result);
    } else {
        m_error = QString::fromStdString(result.error().message);
    }
    emit progressed();
}

}  // namespace headlight::ui
