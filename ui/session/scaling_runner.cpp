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

void ScalingRunner::request(const ScalingRequest& request)
{
    if (m_requested == request) {
        return;
    }
    m_requested = request;
    m_task.run([this, request, before = m_measurements](const Progress& progress) {
        return [this, measurements = measureScaling(request, before, progress.stop)] { finish(measurements); };
    });
}

void ScalingRunner::finish(const Result<ScalingMeasurements>& measurements)
{
    if (measurements) {
        m_measurements = *measurements;
        emit measured();
    }
}

}  // namespace headlight::ui
