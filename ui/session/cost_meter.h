// The worker thread that times attention.
#pragma once

#include "core/analysis/cost_measurement.h"

#include <QObject>
#include <QString>

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

namespace headlight::ui {

/// Times the ways of computing attention on a thread of its own, one measurement at a time: a newer one cancels the one before.
/// Destroying it while it is busy cancels, and waits for the run that is being timed. For the thread that owns it.
class CostMeter : public QObject
{
    Q_OBJECT

public:
    explicit CostMeter(QObject* parent = nullptr);
    ~CostMeter() override;

    /// Returns at once; `changed` follows as it goes on.
    void measure(const CostSetting& setting, const MeasurementOptions& options = {});

    /// The times that there were stay.
    void cancel();

    bool isMeasuring() const noexcept { return m_isMeasuring; }

    /// Of what is being measured, from 0 to 1.
    float shareDone() const noexcept { return m_shareDone; }

    /// The last that were measured under that setting; none where another was measured since, or none at all.
    std::vector<MeasuredTime> timesOf(const CostSetting& setting) const;

    /// Why the last measurement came to nothing; empty if it did not.
    const QString& message() const noexcept { return m_message; }

signals:
    /// A measurement began, went on or ended.
    void changed();

    /// Between the threads only.
    void newsStored();

private:
    struct Order
    {
        std::uint64_t id = 0;
        CostSetting setting;
        MeasurementOptions options;
        std::stop_token stop;
    };

    /// What the worker did for the order `id` since the last hand-over.
    struct News
    {
        std::uint64_t id = 0;
        float shareDone = 0.0F;
        std::optional<Result<std::vector<MeasuredTime>>> result = {};
    };

    void work(const std::stop_token& stop);
    void store(News news);
    void deliver();

    std::mutex m_mutex;
    std::condition_variable_any m_wake;
    std::optional<Order> m_pending;
    std::optional<News> m_news;
    bool m_deliveryPosted = false;

    // From here on of the owner's thread alone.
    std::stop_source m_stop;  ///< Of what is being measured.
    std::uint64_t m_id = 0;
    bool m_isMeasuring = false;
    float m_shareDone = 0.0F;
    CostSetting m_asked;     ///< Of what is being measured.
    CostSetting m_measured;  ///< Of m_times.
    std::vector<MeasuredTime> m_times;
    QString m_message;

    std::jthread m_worker;  ///< Last, so that it ends before what it uses.
};

}  // namespace headlight::ui
