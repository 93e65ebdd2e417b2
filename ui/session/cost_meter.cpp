#include "ui/session/cost_meter.h"

#include <utility>

namespace headlight::ui {

CostMeter::CostMeter(QObject* parent) : QObject(parent), m_worker([this](const std::stop_token& stop) { work(stop); })
{
    connect(this, &CostMeter::newsStored, this, &CostMeter::deliver, Qt::QueuedConnection);
}

CostMeter::~CostMeter()
{
    m_stop.request_stop();
    m_worker.request_stop();
    m_worker.join();
}

void CostMeter::measure(const CostSetting& setting, const MeasurementOptions& options)
{
    m_stop.request_stop();
    m_stop = std::stop_source();
    m_asked = setting;
    m_isMeasuring = true;
    m_shareDone = 0.0F;
    m_message.clear();
    {
        const std::lock_guard lock(m_mutex);
        m_pending = Order{++m_id, setting, options, m_stop.get_token()};
    }
    m_wake.notify_one();
    emit changed();
}

void CostMeter::cancel()
{
    if (!m_isMeasuring) {
        return;
    }
    m_stop.request_stop();
    m_isMeasuring = false;
    ++m_id;
    {
        const std::lock_guard lock(m_mutex);
        m_pending.reset();
    }
    emit changed();
}

std::vector<MeasuredTime> CostMeter::timesOf(const CostSetting& setting) const
{
    return setting == m_measured ? m_times : std::vector<MeasuredTime>();
}

void CostMeter::work(const std::stop_token& stop)
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
        store({order.id, 1.0F, measureTimes(order.setting, order.options, progress)});
    }
}

void CostMeter::store(News news)
{
    // Posted under the lock that deliver takes, so that all the worker did happens before it.
    const std::lock_guard lock(m_mutex);
    m_news = std::move(news);
    if (!std::exchange(m_deliveryPosted, true)) {
        emit newsStored();
    }
}

void CostMeter::deliver()
{
    std::optional<News> news;
    {
        const std::lock_guard lock(m_mutex);
        m_deliveryPosted = false;
        news = std::exchange(m_news, std::nullopt);
    }
    if (!news || news->id != m_id || !m_isMeasuring) {
        return;
    }
    m_shareDone = news->shareDone;
    if (news->result) {
        m_isMeasuring = false;
        if (*news->result) {
            m_times = std::move(**news->result);
            m_measured = m_asked;
        } else {
            m_message = QString::fromStdString(news->result->error().message);
        }
    }
    emit changed();
}

}  // namespace headlight::ui
