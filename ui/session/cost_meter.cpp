#include "ui/session/cost_meter.h"

#include <utility>

namespace headlight::ui {

CostMeter::CostMeter(QObject* parent) : QObject(parent)
{
    connect(&m_task, &BackgroundTask::progressed, this, &CostMeter::changed);
}

void CostMeter::measure(const CostSetting& setting, const MeasurementOptions& options)
{
    m_message.clear();
    m_task.run([this, setting, options](const Progress& progress) {
        return [this, setting, times = measureTimes(setting, options, progress)] { finish(setting, times); };
    });
}

std::vector<MeasuredTime> CostMeter::timesOf(const CostSetting& setting) const
{
    return setting == m_measured ? m_times : std::vector<MeasuredTime>();
}

void CostMeter::finish(const CostSetting& setting, Result<std::vector<MeasuredTime>> times)
{
    if (times) {
        m_times = std::move(*times);
        m_measured = setting;
    } else {
        m_message = QString::fromStdString(times.error().message);
    }
    emit changed();
}

}  // namespace headlight::ui
