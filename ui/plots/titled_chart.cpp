#include "ui/plots/titled_chart.h"

#include <QFontMetricsF>

#include <cmath>

namespace headlight::ui {
namespace {

constexpr qreal kHeadingRoom = 18.0;
constexpr qreal kLegendRow = 14.0;
constexpr qreal kSwatch = 12.0;
constexpr qreal kSwatchGap = 4.0;

/// Where each key of the legend begins.
std::vector<QPointF> keyPlaces(const QRectF& area, const std::vector<ChartKey>& keys)
{
    const QFontMetricsF metrics(figureFont(kSmallPixels));
    std::vector<QPointF> places;
    QPointF at(area.left(), area.top() + kHeadingRoom);
    for (const ChartKey& key : keys) {
        const qreal width = kSwatch + kSwatchGap + metrics.horizontalAdvance(key.name) + 8.0;
        if (at.x() > area.left() && at.x() + width > area.right()) {
            at = QPointF(area.left(), at.y() + kLegendRow);
        }
        places.push_back(at);
        at.rx() += width;
    }
    return places;
}

void drawKey(QPainter& painter, const QPointF& at, const ChartKey& key, const Theme& theme)
{
    const qreal middle = at.y() + kLegendRow / 2.0;
    const QRectF swatch(at.x(), middle - kSwatch / 4.0, kSwatch, kSwatch / 2.0);
    QPen pen(key.colour, 2.0);
    switch (key.stroke) {
    case Stroke::Dots:
        painter.setPen(Qt::NoPen);
        painter.setBrush(key.colour);
        painter.drawEllipse(swatch.center(), kSwatch / 4.0, kSwatch / 4.0);
        break;
    case Stroke::Bars: {
        QColor fill = key.colour;
        fill.setAlphaF(0.35F);
        painter.fillRect(swatch, fill);
        break;
    }
    case Stroke::Dashes:
        pen.setDashPattern({2.5, 1.5});
        pen.setCapStyle(Qt::FlatCap);
        [[fallthrough]];
    case Stroke::Line:
        painter.setPen(pen);
        painter.drawLine(QPointF(swatch.left(), middle), QPointF(swatch.right(), middle));
        break;
    }
    painter.setPen(theme.text);
    painter.drawText(QPointF(swatch.right() + kSwatchGap, middle + QFontMetricsF(painter.font()).ascent() * 0.4),
                     key.name);
}

}  // namespace

double roundUp(double value)
{
    if (!(value > 0.0) || !std::isfinite(value)) {
        return 1.0;
    }
    const double power = std::pow(10.0, std::floor(std::log10(value)));
    for (const double factor : {1.0, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0}) {
        if (factor * power >= value) {
            return factor * power;
        }
    }
    return 10.0 * power;
}

void drawHeading(QPainter& painter, const QRectF& area, const QString& heading, const Theme& theme)
{
    painter.setFont(figureFont(kLabelPixels, QFont::Bold));
    painter.setPen(theme.text);
    painter.drawText(area, Qt::AlignLeft | Qt::AlignTop,
                     QFontMetricsF(painter.font()).elidedText(heading, Qt::ElideRight, area.width()));
}

TitledChart fittedTo(const QRectF& area, TitledChart titled)
{
    constexpr qreal kLow = 150.0;
    if (area.height() < kLow) {
        titled.keys.clear();
        titled.chart.keyName.clear();
        titled.chart.valueName.clear();
    }
    return titled;
}

void drawTitledChart(QPainter& painter, const QRectF& area, const TitledChart& titled, const Theme& theme)
{
    painter.save();
    drawHeading(painter, QRectF(area.topLeft(), QSizeF(area.width(), kHeadingRoom)), titled.heading, theme);
    painter.setFont(figureFont(kSmallPixels));
    const std::vector<QPointF> places = keyPlaces(area, titled.keys);
    for (std::size_t i = 0; i < places.size(); ++i) {
        drawKey(painter, places[i], titled.keys[i], theme);
    }
    drawLineChart(painter, titledChartRect(area, titled), titled.chart, theme);
    painter.restore();
}

QRectF titledChartRect(const QRectF& area, const TitledChart& titled)
{
    const std::vector<QPointF> places = keyPlaces(area, titled.keys);
    const qreal legendTop = places.empty() ? area.top() + kHeadingRoom - kLegendRow : places.back().y();
    const QRectF plot(QPointF(area.left() + kChartLeft, legendTop + kLegendRow + 6.0), area.bottomRight());
    return plot.adjusted(0.0, 0.0, -8.0, -(titled.chart.keyName.isEmpty() ? kUnnamedChartBottom : kChartBottom));
}

}  // namespace headlight::ui
