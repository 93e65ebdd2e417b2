// What ÷√d does to the heads of a model on a text.
#pragma once

#include "core/analysis/scaling.h"
#include "ui/plots/pointable_picture.h"
#include "ui/plots/scaling_gauges.h"
#include "ui/plots/titled_chart.h"

#include <memory>
#include <optional>

namespace headlight::ui {

/// Every head of every layer as two dots in each of four charts, with and without its scale; the chosen head marked and its numbers
/// beside those of random vectors.
class HeadScalingPicture final : public PointablePicture
{
public:
    /// @param trace not null  @param scaling of the trace; null where it could not be measured, which `problem` then explains
    HeadScalingPicture(std::shared_ptr<const Trace> trace, std::shared_ptr<const TraceScaling> scaling,
                       HeadAddress head, Index headWidth, const QString& problem = {});

    QString title() const override;
    QSizeF naturalSize() const override;
    void paint(QPainter& painter, const QRectF& area, const Theme& theme) const override;

    /// A row a head and side.
    CsvTable table() const override;

    QString describeAt(QPointF point, const QRectF& area) const override;

    /// The head whose dot is nearest, if one is near.
    std::optional<Selection> selectionAt(QPointF point, const QRectF& area) const override;

    /// Where a head's dot is when drawn into `area`.
    QPointF dotAt(std::size_t head, Gauge gauge, Scaling side, const QRectF& area) const;

    HeadAddress head() const noexcept { return m_head; }

private:
    struct Dot
    {
        std::size_t head = 0;
        Gauge gauge = Gauge::Variance;
    };

    static QRectF cell(std::size_t which, const QRectF& area);
    QRectF chartRect(Gauge gauge, const QRectF& area) const;
    AxisRange range(Gauge gauge) const;
    TitledChart titledChart(Gauge gauge, const Theme& theme) const;
    QPointF place(const QRectF& chart, Gauge gauge, double value, Index layer, Scaling side) const;
    std::optional<Dot> dotNear(QPointF point, const QRectF& area) const;
    const HeadScaling* selected() const;
    void paintMarks(QPainter& painter, const QRectF& area, Gauge gauge, const Theme& theme) const;
    void paintNumbers(QPainter& painter, const QRectF& area, const Theme& theme) const;

    std::shared_ptr<const Trace> m_trace;
    std::shared_ptr<const TraceScaling> m_scaling;
    HeadAddress m_head;
    Index m_headWidth;
    QString m_problem;
};

}  // namespace headlight::ui
