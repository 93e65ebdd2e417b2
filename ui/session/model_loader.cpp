#include "ui/session/model_loader.h"

#include "core/io/model_folder.h"

#include <QDir>

#include <utility>

namespace headlight::ui {

ModelSource folderSource(const QString& path)
{
    const QString folder = QDir(path).absolutePath();
    return {.title = QDir(folder).dirName(), .folder = folder, .read = [folder](const Progress& progress) {
                return readModelFolder(folder.toStdString(), progress);
            }};
}

ModelLoader::ModelLoader(QObject* parent) : QObject(parent)
{
    connect(&m_task, &BackgroundTask::progressed, this, &ModelLoader::progressed);
}

void ModelLoader::open(ModelSource source)
{
    m_current = source;
    m_task.run([this, read = std::move(source.read)](const Progress& progress) {
        return [this, model = read(progress)] { finish(model); };
    });
}

void ModelLoader::cancel()
{
    m_current.reset();
    m_task.cancel();
}

void ModelLoader::finish(const Result<std::shared_ptr<const Model>>& model)
{
    const ModelSource source = std::move(*m_current);
    m_current.reset();
    emit progressed();
    if (model) {
        emit opened(*model, source);
    } else {
        emit failed(QString::fromStdString(model.error().message), source);
    }
}

}  // namespace headlight::ui
