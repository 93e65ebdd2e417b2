// Lines over a common axis.
#pragma once

#include "ui/plots/theme.h"

#include <QColor>
#include <QList>
#include <QPainter>
#include <QRectF>
#include <QString>

#include <vector>

namespace headlight::ui {

/// How numbers stand along an axis.
enum class AxisSpacing {
    Even,
    Binary,   ///< Each doubling takes the same room; numbers are powers of 2.
    Decimal,  ///< The same with powers of 10.
};

/// The range of an axis; positive where its spacing is not even.
struct AxisRange
{
    double low = 0.0;
    double high = 1.0;
    double leastStep = 0.0;  ///< Between numbers: 1 where only whole ones make sense.
    AxisSpacing spacing = AxisSpacing::Even;
};

/// Where along an axis from 0 (low) to 1 (high) a number is.
double shareAlong(const AxisRange& range, double value);

enum class Stroke {
    Line,
    Dashes,
    Dots,
    Bars,  ///< A histogram: each value from halfway to the key before to halfway to the next, filled down to 0.
};

/// One line, or the dots of one.
struct ChartLine
{
    QColor colour;
    QList<double> keys;  ///< Along the horizontal axis, ascending.
    QList<double> values;
    Stroke stroke = Stroke::Line;
    QList<double> spread = {};  ///< If any, a pale band reaches as far above and below each value.
};

/// The powers of ten around the values of all lines, which are positive; 1 to 10 where there are none.
AxisRange decadesAround(const std::vector<ChartLine>& lines);

struct LineChart
{
    QString keyName;
    QString valueName;
    AxisRange keys;
    AxisRange values;
    std::vector<ChartLine> lines;
    std::vector<double> markedKeys = {};  ///< Marked by upright lines in the accent colour.
};

/// The room that axis numbers and names take beside and under the lines.
inline constexpr int kChartLeft = 58;
inline constexpr int kChartBottom = 40;

/// Draws a chart whose lines fill `plot`; the axes stand around it in kChartLeft and kChartBottom. QCustomPlot draws it,
/// which needs a QApplication; what it draws is vectors in SVG and PDF.
void drawLineChart(QPainter& painter, const QRectF& plot, const LineChart& chart, const Theme& theme);

}  // namespace headlight::ui
