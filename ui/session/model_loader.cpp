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

ModelLoader::ModelLoader(QObject* parent)
    : QObject(parent)
    , m_worker([this](const std::stop_token& stop) { work(stop); })
{
    connect(this, &ModelLoader::newsStored, this, &ModelLoader::deliver, Qt::QueuedConnection);
}

ModelLoader::~ModelLoader()
{
    m_stop.request_stop();
    m_worker.request_stop();
    m_worker.join();
}

void ModelLoader::open(ModelSource source)
{
    m_stop.request_stop();
    m_stop = std::stop_source();
    m_current = source;
    m_shareDone = 0.0F;
    {
        const std::lock_guard lock(m_mutex);
        m_pending = Order{++m_id, std::move(source), m_stop.get_token()};
    }
    m_wake.notify_one();
    emit progressed();
}

void ModelLoader::cancel()
{
    if (!m_current) {
        return;
    }
    m_stop.request_stop();
    m_current.reset();
    ++m_id;
    {
        const std::lock_guard lock(m_mutex);
        m_pending.reset();
    }
    emit progressed();
}

void ModelLoader::work(const std::stop_token& stop)
{
    while (true) {
        Order order;
        {
            std::unique_lock lock(m_mutex);
            if (!m_wake.wait(lock, stop, [this] { return m_pending.has_value(); })) {
                return;
            }
            order = std::move(*m_pending);
            m_pending.reset();
        }
        if (stop.stop_requested()) {
            return;
        }
        const Progress progress{.report =
                                    [this, id = order.id](float share) {
                                        store({id, share});
                                    },
                                .stop = order.stop};
        store({order.id, 1.0F, order.source.read(progress)});
    }
}

void ModelLoader::store(News news)
{
    // Posted under the lock that deliver takes, so that all the worker did happens before it.
    const std::lock_guard lock(m_mutex);
    m_news = std::move(news);
    if (!std::exchange(m_deliveryPosted, true)) {
        emit newsStored();
    }
}

void ModelLoader::deliver()
{
    std::optional<News> news;
    {
        const std::lock_guard lock(m_mutex);
        m_deliveryPosted = false;
        news = std::exchange(m_news, std::nullopt);
    }
    if (!news || news->id != m_id || !m_current) {
        return;
    }
    m_shareDone = news->shareDone;
    if (!news->result) {
        emit progressed();
        return;
    }
    const ModelSource source = std::move(*m_current);
    m_current.reset();
    emit progressed();
    if (*news->result) {
        emit opened(**news->result, source);
    } else {
        emit failed(QString::fromStdString(news->result->error().message), source);
    }
}

}  // namespace headlight::ui
