// The worker thread that makes ablation studies.
#pragma once

#include "ui/session/ablation.h"
#include "ui/session/background_task.h"

#include <QObject>
#include <QString>

#include <memory>
#include <optional>

namespace headlight::ui {

/// Makes one study at a time in the background, which yields to the window: a newer question cancels the one before. Destroying it
/// while it is busy waits for at most one head's computation. For the thread that owns it.
class AblationRunner : public QObject
{
    Q_OBJECT

public:
    explicit AblationRunner(QObject* parent = nullptr);

    /// Returns at once; an answer or error follows, unless it is cancelled.
    void run(AblationQuestion question);

    /// Nothing will follow. Without effect while nothing runs.
    void cancel();

    /// What is being studied; null while nothing is.
    const AblationQuestion* current() const noexcept { return m_current ? &*m_current : nullptr; }

    /// Of what is being studied, from 0 to 1.
    float shareDone() const noexcept { return m_task.shareDone(); }

    /// Until the study is done, by what is done already; nothing before the first head is.
    std::optional<double> secondsLeft() const { return m_task.secondsLeft(); }

    /// The newest; null before the first.
    const std::shared_ptr<const AblationAnswer>& lastAnswer() const noexcept { return m_answer; }

    /// Why the newest question has no answer; empty if it has one, or none was asked.
    const QString& error() const noexcept { return m_error; }

signals:
    /// Something began, went on or ended.
    void progressed();

private:
    void finish(Result<std::shared_ptr<const AblationAnswer>> result);

    std::optional<AblationQuestion> m_current;
    std::shared_ptr<const AblationAnswer> m_answer;
    QString m_error;
    BackgroundTask m_task{BackgroundTask::Priority::YieldsToTheWindow};
};

}  // namespace headlight::ui
