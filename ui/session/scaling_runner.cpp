#include "ui/session/scaling_runner.h"

#include <utility>

namespace headlight::ui {

Result<ScalingMeasurements> measureScaling(const ScalingRequest& request, const ScalingMeasurements& before,
                                           const std::stop_token& stop)
{
    ScalingMeasurements measured{.of = request};
    const bool isSameSeed = before.random && before.random->seed() == request.seed;
    if (isSameSeed) {
        measured.random = before.random;
    } else {
        Result<RandomScaling> random = RandomScaling::draw(request.seed, stop);
        if (!random) {
            return tl::unexpected(random.error());
        }
        measured.random = std::make_shared<const RandomScaling>(std::move(*random));
    }
    if (!request.trace) {
        return measured;
    }
    if (isSameSeed && before.of.trace == request.trace) {
        measured.heads = before.heads;
        measured.error = before.error;
        return measured;
    }
    Result<TraceScaling> heads = traceScaling(*request.trace, request.model->config, request.seed, stop);
    if (heads) {
        measured.heads = std::make_shared<const TraceScaling>(std::move(*heads));
    } else if (heads.error().code == ErrorCode::Cancelled) {
        return tl::unexpected(heads.error());
    } else {
        measured.error = heads.error();
    }
    return measured;
}

ScalingRunner::ScalingRunner(QObject* parent)
    : QObject(parent)
    , m_worker([this](const std::stop_token& stop) { work(stop); })
{
    connect(this, &ScalingRunner::newsStored, this, &ScalingRunner::deliver, Qt::QueuedConnection);
}

ScalingRunner::~ScalingRunner()
{
    m_worker.request_stop();
    {
        const std::lock_guard lock(m_mutex);
        m_current.request_stop();
    }
    m_worker.join();
}

void ScalingRunner::request(const ScalingRequest& request)
{
    if (m_requested == request) {
        return;
    }
    m_requested = request;
    {
        const std::lock_guard lock(m_mutex);
        m_current.request_stop();
        m_pending = request;
    }
    m_wake.notify_one();
}

void ScalingRunner::work(const std::stop_token& stop)
{
    ScalingMeasurements last;
    while (true) {
        ScalingRequest request;
        std::stop_token current;
        {
            std::unique_lock lock(m_mutex);
            if (!m_wake.wait(lock, stop, [this] { return m_pending.has_value(); }) || stop.stop_requested()) {
                return;
            }
            request = *std::exchange(m_pending, std::nullopt);
            m_current = std::stop_source();
            current = m_current.get_token();
        }
        Result<ScalingMeasurements> measured = measureScaling(request, last, current);
        if (!measured) {
            continue;
        }
        last = std::move(*measured);
        // Posted under the lock that deliver takes, so that all the worker did happens before it.
        const std::lock_guard lock(m_mutex);
        m_news = last;
        emit newsStored();
    }
}

void ScalingRunner::deliver()
{
    std::optional<ScalingMeasurements> news;
    {
        const std::lock_guard lock(m_mutex);
        news = std::exchange(m_news, std::nullopt);
    }
    if (news) {
        m_measurements = std::move(*news);
        emit measured();
    }
}

}  // namespace headlight::ui
