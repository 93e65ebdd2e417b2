// A toy's training: four charts over its steps, and where its heads look.
#pragma once

#include "ui/plots/heatmap_picture.h"
#include "ui/plots/line_chart.h"
#include "ui/plots/picture.h"
#include "ui/plots/titled_chart.h"
#include "ui/session/toy_history.h"

#include <functional>
#include <memory>
#include <vector>

namespace headlight::ui {

/// What a picture of a training shows. A copy, as the histories grow on.
struct TrainingContent
{
    ToySetup setup;
    std::vector<ToyHistory> histories;                              ///< At least one.
    Index shownStep = 0;                                            ///< Marked in the charts.
    std::vector<std::shared_ptr<const HeatmapPicture>> heatmaps{};  ///< One a history, or none.
};

enum class TrainingChart { Loss, Gradient, Right, Softmax };

inline constexpr std::array kTrainingCharts = {TrainingChart::Loss, TrainingChart::Gradient, TrainingChart::Right,
                                               TrainingChart::Softmax};

/// Points of a line.
struct Curve
{
    QList<double> keys;
    QList<double> values;
};

/// The most points of a line: more would cost time, and show noise.
inline constexpr std::size_t kMostCurvePoints = 120;

/// A number of every step. Where there are more than `most`, neighbouring steps are put together, equally many each, as their
/// mean at their middle.
Curve stepCurve(const std::vector<StepReport>& steps, const std::function<double(const StepReport&)>& value,
                std::size_t most = kMostCurvePoints);

/// Blue for scaled, ochre for not scaled.
QColor scalingColour(Scaling scaling, const Theme& theme);

/// The charts in two rows, and right of them the heatmaps where there are any.
class TrainingPicture final : public Picture
{
public:
    explicit TrainingPicture(TrainingContent content);

    QString title() const override;
    QSizeF naturalSize() const override;
    void paint(QPainter& painter, const QRectF& area, const Theme& theme) const override;

    /// A row a step and training; what only snapshots know is empty at other steps.
    CsvTable table() const override;

    /// What one of the charts shows.
    LineChart chart(TrainingChart which, const Theme& theme) const;

private:
    bool isSideBySide() const { return m_content.histories.size() > 1; }
    bool asksHeads() const { return !m_content.histories.front().toy->askedHeads.empty(); }
    QString heading(TrainingChart which) const;
    std::vector<ChartKey> legend(TrainingChart which, const Theme& theme) const;
    TitledChart titledChart(TrainingChart which, const Theme& theme) const;
    void paintHeatmaps(QPainter& painter, const QRectF& area, const Theme& theme) const;

    TrainingContent m_content;
};

}  // namespace headlight::ui
