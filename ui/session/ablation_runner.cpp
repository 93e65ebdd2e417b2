#include "ui/session/ablation_runner.h"

#include "ui/session/background.h"

#include <chrono>
#include <utility>

namespace headlight::ui {

AblationRunner::AblationRunner(QObject* parent)
    : QObject(parent)
    , m_worker([this](const std::stop_token& stop) { work(stop); })
{
    connect(this, &AblationRunner::newsStored, this, &AblationRunner::deliver, Qt::QueuedConnection);
}

AblationRunner::~AblationRunner()
{
    m_stop.request_stop();
    m_worker.request_stop();
    m_worker.join();
}

void AblationRunner::run(AblationQuestion question)
{
    m_stop.request_stop();
    m_stop = std::stop_source();
    m_current = question;
    m_shareDone = 0.0F;
    m_seconds = 0.0;
    m_error.clear();
    {
        const std::lock_guard lock(m_mutex);
        m_pending = Order{++m_id, std::move(question), m_stop.get_token()};
    }
    m_wake.notify_one();
    emit progressed();
}

void AblationRunner::cancel()
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

std::optional<double> AblationRunner::secondsLeft() const
{
    if (!m_current || m_shareDone <= 0.0F) {
        return std::nullopt;
    }
    const auto done = static_cast<double>(m_shareDone);
    return m_seconds * (1.0 - done) / done;
}

void AblationRunner::work(const std::stop_token& stop)
{
    using Clock = std::chrono::steady_clock;
    yieldToTheWindow();
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
        store({order.id, 1.0F, secondsSoFar(), answer(order.question, progress)});
    }
}

void AblationRunner::store(News news)
{
    // Posted under the lock that deliver takes, so that all the worker did happens before it.
    const std::lock_guard lock(m_mutex);
    m_news = std::move(news);
    if (!std::exchange(m_deliveryPosted, true)) {
        emit newsStored();
    }
}

void AblationRunner::deliver()
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
    m_seconds = news->seconds;
    if (news->result) {
        m_current.reset();
        if (*news->result) {
            m_answer = std::move(**news->result);
        } else {
            m_error = QString::fromStdString(news->result->error().message);
        }
    }
    emit progressed();
}

}  // namespace headlight::ui
