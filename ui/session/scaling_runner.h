// The worker thread that measures what ÷√d does.
#pragma once

#include "core/analysis/scaling.h"
#include "core/model/model.h"
#include "ui/session/background_task.h"

#include <QObject>

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>

namespace headlight::ui {

/// What a person looks at.
struct ScalingRequest
{
    std::uint64_t seed = 1;
    std::shared_ptr<const Trace> trace = nullptr;  ///< Null for the random vectors alone.
    std::shared_ptr<const Model> model = nullptr;  ///< The trace's.

    bool operator==(const ScalingRequest&) const = default;
};

/// Everything that was measured. The parts are shared and immutable.
struct ScalingMeasurements
{
    ScalingRequest of;
    std::shared_ptr<const RandomScaling> random = nullptr;
    std::shared_ptr<const TraceScaling> heads = nullptr;  ///< Null without a trace or where it could not be measured.
    std::optional<Error> error = {};                      ///< Why not.
};

/// Of a request, on the calling thread.
///
/// @param before whose parts are kept where they are still right
/// @return Cancelled, and no other error
Result<ScalingMeasurements> measureScaling(const ScalingRequest& request, const ScalingMeasurements& before = {},
                                           const std::stop_token& stop = {});

/// Measures in the background: a newer request cancels the one before. Destroying it while it is busy waits for one head's
/// measurement at most. For the thread that owns it.
class ScalingRunner : public QObject
{
    Q_OBJECT

public:
    using QObject::QObject;

    /// Returns at once. Does nothing for the request that it was last given.
    void request(const ScalingRequest& request);

    /// The newest measurements that are there; empty before the first.
    const ScalingMeasurements& measurements() const noexcept { return m_measurements; }

    /// Whether they are of the last request.
    bool isUpToDate() const noexcept { return m_measurements.random && m_requested == m_measurements.of; }

signals:
    void measured();

private:
    void finish(const Result<ScalingMeasurements>& measurements);

    std::optional<ScalingRequest> m_requested;
    ScalingMeasurements m_measurements;
    BackgroundTask m_task;
};

}  // namespace headlight::ui
