// What ÷√d does for random vectors of any width.
#pragma once

#include "core/analysis/scaling.h"
#include "ui/plots/pointable_picture.h"
#include "ui/plots/scaling_gauges.h"
#include "ui/plots/titled_chart.h"

#include <memory>

namespace headlight::ui {

/// The distribution of q·k with and without its scale beside the theory's, and the softmax's gauges over the head width, all
/// measured; the numbers at one width.
class RandomScalingPicture final : public PointablePicture
{
public:
    /// @param random not null  @param headWidth 1 to kMostHeadWidth
    RandomScalingPicture(std::shared_ptr<const RandomScaling> random, Index headWidth);

    QString title() const override;
    QSizeF naturalSize() const override;
    void paint(QPainter& painter, const QRectF& area, const Theme& theme) const override;

    /// A row a number: of the curves, of the bins, and at the width shown.
    CsvTable table() const override;

    QString describeAt(QPointF point, const QRectF& area) const override;
    std::optional<Selection> selectionAt(QPointF /*point*/, const QRectF& /*area*/) const override { return {}; }

    /// The distribution of scores with or without the scale.
    LineChart distribution(Scaling side, const Theme& theme) const;

    /// One of the gauges of a row over the head width.
    LineChart curve(Gauge gauge, const Theme& theme) const;

    /// Where a gauge's curve is when drawn into `area`.
    QRectF curveRect(Gauge gauge, const QRectF& area) const;

    const ScalingGauges& gauges() const noexcept { return m_gauges; }

private:
    /// Of q·k, or of q·k/√d.
    struct Distribution
    {
        SampleMoments moments;
        Histogram histogram;
        double variance = 1.0;  ///< In theory.
    };

    static QRectF cell(std::size_t which, const QRectF& area);
    TitledChart titledDistribution(Scaling side, const Theme& theme) const;
    TitledChart titledCurve(Gauge gauge, const Theme& theme) const;
    const Distribution& of(Scaling side) const { return side == Scaling::On ? m_scaled : m_unscaled; }
    void paintNumbers(QPainter& painter, const QRectF& area, const Theme& theme) const;
    QString notes() const;

    std::shared_ptr<const RandomScaling> m_random;
    Index m_headWidth;
    ScalingGauges m_gauges;
    Distribution m_unscaled;
    Distribution m_scaled;
};

}  // namespace headlight::ui
