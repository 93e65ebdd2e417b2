// The worker thread that measures what ÷√d does.
#pragma once

#include "core/analysis/scaling.h"
#include "core/model/model.h"

#include <QObject>

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

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

/// Measures on one thread of its own, newest request first; the one before is cancelled. Never uses Qt's global pool, which
/// painting needs. Destroying it while it is busy waits for one head's measurement at most. For the thread that owns it.
class ScalingRunner : public QObject
{
    Q_OBJECT

public:
    explicit ScalingRunner(QObject* parent = nullptr);
    ~ScalingRunner() override;

    /// Returns at once. Does nothing for the request that it was last given.
    void request(const ScalingRequest& request);

    /// The newest measurements that are there; empty before the first.
    const ScalingMeasurements& measurements() const noexcept { return m_measurements; }

    /// Whether they are of the last request.
    bool isUpToDate() const noexcept { return m_measurements.random && m_requested == m_measurements.of; }

signals:
    void measured();

    /// Between the threads only.
    void newsStored();

private:
    void work(const std::stop_token& stop);
    void deliver();

    std::mutex m_mutex;
    std::condition_variable_any m_wake;
    std::optional<ScalingRequest> m_pending;
    std::optional<ScalingMeasurements> m_news;
    std::stop_source m_current;  ///< Cancels the request in progress.

    // From here on of the owner's thread alone.
    std::optional<ScalingRequest> m_requested;
    ScalingMeasurements m_measurements;

    std::jthread m_worker;  ///< Last, so that it ends before what it uses.
};

}  // namespace headlight::ui
