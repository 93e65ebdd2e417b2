// A line chart with its heading and a legend.
#pragma once

#include "ui/plots/line_chart.h"

#include <QPainter>
#include <QRectF>
#include <QString>

#include <vector>

namespace headlight::ui {

/// What one kind of line stands for.
struct ChartKey
{
    QString name;
    QColor colour;
    Stroke stroke = Stroke::Line;
};

struct TitledChart
{
    QString heading;
    std::vector<ChartKey> keys = {};  ///< Those of the legend, which flows like words.
    LineChart chart;
};

/// Under a chart whose horizontal axis has numbers but no name.
inline constexpr qreal kUnnamedChartBottom = 20.0;

/// The chart without legend and names of axes where `area` is too low for them.
TitledChart fittedTo(const QRectF& area, TitledChart titled);

/// Draws heading, legend and chart, one below the other, into `area`.
void drawTitledChart(QPainter& painter, const QRectF& area, const TitledChart& titled, const Theme& theme);

/// Where the chart's lines are when drawn into `area`.
QRectF titledChartRect(const QRectF& area, const TitledChart& titled);

/// The smallest round number from `value` on, for the end of an axis; 1 where it is not positive.
double roundUp(double value);

/// A line of a heading, in bold, cut where it is too long.
void drawHeading(QPainter& painter, const QRectF& area, const QString& heading, const Theme& theme);

}  // namespace headlight::ui
