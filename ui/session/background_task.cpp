#include "ui/session/background_task.h"

#include "ui/session/background.h"

#include <chrono>
#include <utility>

namespace headlight::ui {

BackgroundTask::BackgroundTask(Priority priority)
    : m_worker([this, priority](const std::stop_token& stop) {
        if (priority == Priority::YieldsToTheWindow) {
            yieldToTheWindow();
        }
        work(stop);
    })
{
    connect(this, &BackgroundTask::newsStored, this, &BackgroundTask::deliver, Qt::QueuedConnection);
}

BackgroundTask::~BackgroundTask()
{
    m_stop.request_stop();
    m_worker.request_stop();
    m_worker.join();
}

void BackgroundTask::run(Work work)
{
    m_stop.request_stop();
    m_stop = std::stop_source();
    m_isRunning = true;
    m_shareDone = 0.0F;
    m_seconds = 0.0;
    {
        const std::lock_guard lock(m_mutex);
        m_pending = Order{++m_id, std::move(work), m_stop.get_token()};
    }
    m_wake.notify_one();
    emit progressed();
}

void BackgroundTask::cancel()
{
    if (!m_isRunning) {
        return;
    }
    m_stop.request_stop();
    m_isRunning = false;
    ++m_id;
    {
        const std::lock_guard lock(m_mutex);
        m_pending.reset();
    }
    emit progressed();
}

std::optional<double> BackgroundTask::secondsLeft() const
{
    if (!m_isRunning || m_shareDone <= 0.0F) {
        return std::nullopt;
    }
    const auto done = static_cast<double>(m_shareDone);
    return m_seconds * (1.0 - done) / done;
}

void BackgroundTask::work(const std::stop_token& stop)
{
    using Clock = std::chrono::steady_clock;
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
        const Clock::time_point begin = Clock::now();
        const auto secondsSoFar = [begin] { return std::chrono::duration<double>(Clock::now() - begin).count(); };
        const Progress progress{.report =
                                    [&](float share) {
                                        store({order.id, share, secondsSoFar()});
                                    },
                                .stop = order.stop};
        Finish finish = order.work(progress);
        store({order.id, 1.0F, secondsSoFar(), std::move(finish)});
    }
}

void BackgroundTask::store(News news)
{
    // Posted under the lock that deliver takes, so that all the worker did happens before it.
    const std::lock_guard lock(m_mutex);
    m_news = std::move(news);
    if (!std::exchange(m_deliveryPosted, true)) {
        emit newsStored();
    }
}

void BackgroundTask::deliver()
{
    std::optional<News> news;
    {
        const std::lock_guard lock(m_mutex);
        m_deliveryPosted = false;
        news = std::exchange(m_news, std::nullopt);
    }
    if (!news || news->id != m_id || !m_isRunning) {
        return;
    }
    m_shareDone = news->shareDone;
    m_seconds = news->seconds;
    if (!news->finish) {
        emit progressed();
        return;
    }
    m_isRunning = false;
    news->finish();
}

}  // namespace headlight::ui
