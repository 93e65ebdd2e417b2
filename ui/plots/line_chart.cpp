#include "ui/plots/line_chart.h"

#include <qcustomplot.h>

#include <QPicture>

#include <algorithm>
#include <cmath>

namespace headlight::ui {
namespace {

constexpr int kTop = 8;  ///< Keep the outermost dots and numbers whole.
constexpr int kRight = 16;

QString tickText(double tick)
{
    return QString::number(tick, 'g', 6).replace(QLatin1Char('-'), QChar(0x2212));
}

/// Numbers with a true minus, no closer than a step.
class Ticker final : public QCPAxisTicker
{
public:
    /// @param room along the axis, for one number each
    Ticker(double leastStep, int room) : m_leastStep(leastStep)
    {
        constexpr int kFewest = 2;
        setTickCount(std::clamp(room, kFewest, tickCount()));
    }

protected:
    double getTickStep(const QCPRange& range) override
    {
        return std::max(QCPAxisTicker::getTickStep(range), m_leastStep);
    }

    QString getTickLabel(double tick, const QLocale& /*locale*/, QChar /*format*/, int /*precision*/) override
    {
        return tickText(tick);
    }

private:
    double m_leastStep;
};

/// "1000", "10⁴": what does not fit beside an axis is written as a power.
QString powerText(double tick)
{
    const double power = std::log10(tick);
    const auto whole = std::lround(power);
    constexpr double kTolerance = 1e-9;
    constexpr long kLongest = 3;
    if (std::labs(whole) <= kLongest || std::abs(power - static_cast<double>(whole)) > kTolerance) {
        return tickText(tick);
    }
    static const QString digits = QString::fromUtf8("⁰¹²³⁴⁵⁶⁷⁸⁹");
    QString text = QStringLiteral("10") + (whole < 0 ? QStringLiteral("⁻") : QString());
    for (const QChar digit : QString::number(std::labs(whole))) {
        text += digits[digit.digitValue()];
    }
    return text;
}

/// Powers of a base.
class PowerTicker final : public QCPAxisTickerLog
{
public:
    PowerTicker(double base, int room)
    {
        constexpr int kFewest = 2;
        setLogBase(base);
        setTickCount(std::max(room, kFewest));
    }

protected:
    QString getTickLabel(double tick, const QLocale& /*locale*/, QChar /*format*/, int /*precision*/) override
    {
        return powerText(tick);
    }
};

/// Draws a line in short pieces: of one long jagged line Qt makes a single outline, whose filling takes six times as long.
class Graph final : public QCPGraph
{
public:
    using QCPGraph::QCPGraph;

protected:
    void drawLinePlot(QCPPainter* painter, const QVector<QPointF>& lines) const override
    {
        constexpr int kPiece = 8;  // segments
        applyDefaultAntialiasingHint(painter);
        QPen pen = painter->pen();
        qreal drawn = 0.0;
        for (int first = 0; first + 1 < static_cast<int>(lines.size()); first += kPiece) {
            const int last = std::min(first + kPiece, static_cast<int>(lines.size()) - 1);
            painter->drawPolyline(lines.constData() + first, last - first + 1);
            if (pen.style() == Qt::CustomDashLine) {
                // The next piece's dashes go on where these end.
                for (int i = first; i < last; ++i) {
                    drawn += QLineF(lines[i], lines[i + 1]).length();
                }
                pen.setDashOffset(drawn / pen.widthF());
                painter->setPen(pen);
            }
        }
    }
};

void styleAxis(QCPAxis& axis, const QString& name, AxisRange range, int room, const Theme& theme)
{
    // Widths other than 0, for which pens are as thin as the device allows: invisible in print.
    const QPen line(theme.line, 1.0);
    if (range.spacing == AxisSpacing::Even) {
        axis.setTicker(QSharedPointer<Ticker>::create(range.leastStep, room));
    } else {
        axis.setScaleType(QCPAxis::stLogarithmic);
        axis.setTicker(QSharedPointer<PowerTicker>::create(range.spacing == AxisSpacing::Binary ? 2.0 : 10.0, room));
    }
    axis.setRange(range.low, range.high);
    axis.setBasePen(line);
    axis.setTickPen(line);
    axis.setSubTicks(false);
    axis.setTickLength(0, 4);
    axis.setTickLabelFont(figureFont(kSmallPixels));
    axis.setTickLabelColor(theme.text);
    axis.setLabel(name);
    axis.setLabelFont(figureFont(kLabelPixels));
    axis.setLabelColor(theme.mutedText);
    axis.setLabelPadding(3);
    axis.grid()->setPen(QPen(theme.line, 0.5));
    axis.grid()->setZeroLinePen(line);
}

/// The area between the values less and plus their spread.
void addBand(QCustomPlot& plot, const ChartLine& line)
{
    constexpr float kPale = 0.18F;
    QList<double> below;
    QList<double> above;
    for (qsizetype i = 0; i < line.values.size(); ++i) {
        below.append(line.values[i] - line.spread[i]);
        above.append(line.values[i] + line.spread[i]);
    }
    QColor colour = line.colour;
    colour.setAlphaF(kPale);
    auto* lower = new QCPGraph(plot.xAxis, plot.yAxis);  // the plot owns its graphs
    auto* upper = new QCPGraph(plot.xAxis, plot.yAxis);
    for (QCPGraph* edge : {lower, upper}) {
        edge->setAdaptiveSampling(false);
        edge->setPen(Qt::NoPen);
    }
    lower->setData(line.keys, below, true);
    upper->setData(line.keys, above, true);
    upper->setBrush(colour);
    upper->setChannelFillGraph(lower);
}

void addLine(QCustomPlot& plot, const ChartLine& line)
{
    if (!line.spread.isEmpty()) {
        addBand(plot, line);
    }
    auto* graph = new Graph(plot.xAxis, plot.yAxis);  // the plot owns its graphs
    graph->setAdaptiveSampling(false);
    graph->setData(line.keys, line.values, true);
    QPen pen(line.colour, 1.8, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin);
    if (line.stroke == Stroke::Dashes) {
        pen.setDashPattern({3.0, 2.0});
        pen.setCapStyle(Qt::FlatCap);
    }
    if (line.stroke == Stroke::Bars) {
        constexpr float kFilled = 0.35F;
        QColor fill = line.colour;
        fill.setAlphaF(kFilled);
        graph->setLineStyle(QCPGraph::lsStepCenter);
        graph->setPen(QPen(line.colour, 1.0));
        graph->setBrush(fill);
    } else if (line.stroke != Stroke::Dots) {
        graph->setPen(pen);
    } else {
        graph->setLineStyle(QCPGraph::lsNone);
        graph->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssDisc, QPen(line.colour, 1.0), line.colour, 4.0));
    }
}

void addMark(QCustomPlot& plot, double key, AxisRange values, const Theme& theme)
{
    auto* mark = new QCPItemStraightLine(&plot);  // the plot owns its items
    mark->point1->setCoords(key, values.low);
    mark->point2->setCoords(key, values.high);
    mark->setPen(QPen(theme.accent, 1.5));
}

}  // namespace

double shareAlong(const AxisRange& range, double value)
{
    if (range.spacing == AxisSpacing::Even) {
        return (value - range.low) / (range.high - range.low);
    }
    return std::log(value / range.low) / std::log(range.high / range.low);
}

AxisRange decadesAround(const std::vector<ChartLine>& lines)
{
    std::vector<double> values;
    for (const ChartLine& line : lines) {
        values.insert(values.end(), line.values.begin(), line.values.end());
    }
    const auto [low, high] = std::ranges::minmax_element(values);
    const bool isEmpty = values.empty();
    return {.low = std::pow(10.0, std::floor(std::log10(isEmpty ? 1.0 : *low))),
            .high = std::pow(10.0, std::floor(std::log10(isEmpty ? 1.0 : *high)) + 1.0),
            .spacing = AxisSpacing::Decimal};
}

void drawLineChart(QPainter& painter, const QRectF& plot, const LineChart& chart, const Theme& theme)
{
    const QSize inner = plot.size().toSize();
    if (inner.width() < 2 || inner.height() < 2) {
        return;
    }
    QCustomPlot custom;
    custom.setBackground(QBrush(Qt::NoBrush));
    custom.axisRect()->setAutoMargins(QCP::msNone);
    custom.axisRect()->setMargins(QMargins(kChartLeft, kTop, kRight, kChartBottom));
    constexpr int kNumberWidth = 45;
    constexpr int kNumberHeight = 20;
    styleAxis(*custom.xAxis, chart.keyName, chart.keys, inner.width() / kNumberWidth, theme);
    styleAxis(*custom.yAxis, chart.valueName, chart.values, inner.height() / kNumberHeight, theme);
    custom.xAxis->grid()->setZeroLinePen(custom.xAxis->grid()->pen());
    for (const double key : chart.markedKeys) {
        addMark(custom, key, chart.values, theme);
    }
    for (const ChartLine& line : chart.lines) {
        addLine(custom, line);
    }

    // QCustomPlot paints through a painter class of its own, hence the recording.
    QPicture recording;
    {
        QCPPainter recorder(&recording);
        recorder.setMode(QCPPainter::pmVectorized);
        recorder.setFont(figureFont(kLabelPixels));  // else the application's, which SVG would name
        custom.toPainter(&recorder, kChartLeft + inner.width() + kRight, kTop + inner.height() + kChartBottom);
    }
    painter.save();
    painter.translate(plot.left() - kChartLeft, plot.top() - kTop);
    // A recording is played back in its own dots per inch, not in the painter's units.
    painter.scale(static_cast<qreal>(recording.logicalDpiX()) / painter.device()->logicalDpiX(),
                  static_cast<qreal>(recording.logicalDpiY()) / painter.device()->logicalDpiY());
    painter.drawPicture(0, 0, recording);
    painter.restore();
}

}  // namespace headlight::ui
