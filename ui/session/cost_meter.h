// The worker thread that times attention.
#pragma once

#include "core/analysis/cost_measurement.h"
#include "ui/session/background_task.h"

#include <QObject>
#include <QString>

#include <vector>

namespace headlight::ui {

/// Times the ways of computing attention in the background, one measurement at a time: a newer one cancels the one before. Destroying
/// it while it is busy waits for the run that is being timed. For the thread that owns it.
class CostMeter : public QObject
{
    Q_OBJECT

public:
    explicit CostMeter(QObject* parent = nullptr);

    /// Returns at once; `changed` follows as it goes on.
    void measure(const CostSetting& setting, const MeasurementOptions& options = {});

    /// The times that there were stay.
    void cancel() { m_task.cancel(); }

    bool isMeasuring() const noexcept { return m_task.isRunning(); }

    /// Of what is being measured, from 0 to 1.
    float shareDone() const noexcept { return m_task.shareDone(); }

    /// The last that were measured under that setting; none where another was measured since, or none at all.
    std::vector<MeasuredTime> timesOf(const CostSetting& setting) const;

    /// Why the last measurement came to nothing; empty if it did not.
    const QString& message() const noexcept { return m_message; }

signals:
    /// A measurement began, went on or ended.
    void changed();

private:
    void finish(const CostSetting& setting, Result<std::vector<MeasuredTime>> times);

    CostSetting m_measured;  ///< Of m_times.
    std::vector<MeasuredTime> m_times;
    QString m_message;
    BackgroundTask m_task;
};

}  // namespace headlight::ui
