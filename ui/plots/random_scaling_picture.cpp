#include "ui/plots/random_scaling_picture.h"

#include "core/attention/scores.h"
#include "ui/plots/training_picture.h"

#include <algorithm>
#include <cmath>

namespace headlight::ui {
namespace {

constexpr qreal kGap = 18.0;
constexpr Index kBins = 41;     ///< Odd, so that one is centred on 0.
constexpr double kReach = 4.0;  ///< Of the histograms, in standard deviations of the theory.
constexpr std::array kCurves = {Gauge::Entropy, Gauge::LargestWeight, Gauge::Gradient};

/// What the gauge of a row can be at most.
double mostOf(Gauge gauge)
{
    switch (gauge) {
    case Gauge::Entropy:
        return std::log2(static_cast<double>(RandomScaling::kKeys));
    case Gauge::Gradient:
        return 0.5;
    default:
        return 1.0;
    }
}

QString scoreName(Scaling side)
{
    return side == Scaling::On ? QStringLiteral("q·k/√d") : QStringLiteral("q·k");
}

}  // namespace

RandomScalingPicture::RandomScalingPicture(std::shared_ptr<const RandomScaling> random, Index headWidth)
    : m_random(std::move(random))
    , m_headWidth(headWidth)
    , m_gauges(m_random->gauges(headWidth))
{
    const auto distributionOf = [](ConstRowVectorRef scores, double variance) {
        return Distribution{.moments = momentsOf(scores),
                            .histogram = histogramOf(scores, kReach * std::sqrt(variance), kBins),
                            .variance = variance};
    };
    const RowVector scores = m_random->pairScores(headWidth);
    const RowVector scaled = scores * scoreScale(headWidth);
    m_unscaled = distributionOf(scores, static_cast<double>(headWidth));
    m_scaled = distributionOf(scaled, 1.0);
}

QString RandomScalingPicture::title() const
{
    return QStringLiteral("Scaling by √d · random vectors of width d = %1 · seed %2")
        .arg(m_headWidth)
        .arg(m_random->seed());
}

QSizeF RandomScalingPicture::naturalSize() const
{
    return {1180.0, 620.0};
}

/// Three in a row where there is the width, else two.
QRectF RandomScalingPicture::cell(std::size_t which, const QRectF& area)
{
    constexpr qreal kLeastWidth = 760.0;
    const std::size_t columns = area.width() >= kLeastWidth ? 3 : 2;
    const std::size_t rows = 6 / columns;
    const qreal width = (area.width() - kGap * static_cast<qreal>(columns - 1)) / static_cast<qreal>(columns);
    const qreal height = (area.height() - kGap * static_cast<qreal>(rows - 1)) / static_cast<qreal>(rows);
    return {area.left() + static_cast<qreal>(which % columns) * (width + kGap),
            area.top() + static_cast<qreal>(which / columns) * (height + kGap), width, height};
}

LineChart RandomScalingPicture::distribution(Scaling side, const Theme& theme) const
{
    constexpr int kSteps = 160;
    const Distribution& shown = of(side);
    const double reach = -shown.histogram.low;
    ChartLine bars{.colour = scalingColour(side, theme), .keys = {}, .values = {}, .stroke = Stroke::Bars};
    double highest = 0.0;
    // An empty bin on either side closes the outline.
    for (Index bin = -1; bin <= kBins; ++bin) {
        const bool exists = bin >= 0 && bin < kBins;
        const double density = exists ? shown.histogram.density[static_cast<std::size_t>(bin)] : 0.0;
        bars.keys.append(shown.histogram.low + (static_cast<double>(bin) + 0.5) * shown.histogram.binWidth);
        bars.values.append(density);
        highest = std::max(highest, density);
    }
    ChartLine theory{.colour = theme.text, .keys = {}, .values = {}, .stroke = Stroke::Dashes};
    for (int i = 0; i <= kSteps; ++i) {
        const double x = reach * (2.0 * i / kSteps - 1.0);
        theory.keys.append(x);
        theory.values.append(normalDensity(x, shown.variance));
    }
    constexpr double kRoom = 1.08;
    highest = kRoom * std::max(highest, normalDensity(0.0, shown.variance));
    return {.keyName = scoreName(side),
            .valueName = QStringLiteral("density"),
            .keys = {.low = -reach, .high = reach},
            .values = {.low = 0.0, .high = highest},
            .lines = {std::move(bars), std::move(theory)}};
}

TitledChart RandomScalingPicture::titledDistribution(Scaling side, const Theme& theme) const
{
    const Distribution& shown = of(side);
    return {.heading = side == Scaling::On
                           ? QStringLiteral("q·k/√d: variance %1, theory 1").arg(shortNumber(shown.moments.variance))
                           : QStringLiteral("q·k: variance %1, theory d = %2")
                                 .arg(shortNumber(shown.moments.variance))
                                 .arg(m_headWidth),
            .keys = {{QStringLiteral("measured"), scalingColour(side, theme), Stroke::Bars},
                     {QStringLiteral("theory: N(0, %1)").arg(shown.variance), theme.text, Stroke::Dashes}},
            .chart = distribution(side, theme)};
}

LineChart RandomScalingPicture::curve(Gauge gauge, const Theme& theme) const
{
    constexpr double kRoom = 1.05;
    LineChart chart{.keyName = QStringLiteral("head width d"),
                    .valueName = gaugeAxis(gauge),
                    .keys = {.low = 1.0, .high = static_cast<double>(kMostHeadWidth), .spacing = AxisSpacing::Binary},
                    .values = {.low = 0.0, .high = kRoom * mostOf(gauge)},
                    .lines = {},
                    .markedKeys = {static_cast<double>(m_headWidth)}};
    for (const Scaling side : {Scaling::Off, Scaling::On}) {
        ChartLine line{.colour = scalingColour(side, theme), .keys = {}, .values = {}};
        for (const ScalingPoint& point : m_random->curve()) {
            const RowGauge value = gaugeValue(sideOf(point.gauges, side), gauge);
            line.keys.append(static_cast<double>(point.headWidth));
            line.values.append(value.mean);
            line.spread.append(value.deviation);
        }
        ChartLine dots{.colour = line.colour, .keys = line.keys, .values = line.values, .stroke = Stroke::Dots};
        chart.lines.push_back(std::move(line));
        chart.lines.push_back(std::move(dots));
    }
    return chart;
}

TitledChart RandomScalingPicture::titledCurve(Gauge gauge, const Theme& theme) const
{
    return {.heading = gaugeTitle(gauge),
            .keys = {{sideName(Scaling::On), scalingColour(Scaling::On, theme), Stroke::Line},
                     {sideName(Scaling::Off), scalingColour(Scaling::Off, theme), Stroke::Line}},
            .chart = curve(gauge, theme)};
}

QString RandomScalingPicture::notes() const
{
    QString notes =
        QStringLiteral("Measured on %L1 pairs (histograms) and %2 rows of %3 keys (softmax); bands are ± one "
                       "deviation over the rows.")
            .arg(RandomScaling::kPairs)
            .arg(RandomScaling::kQueries)
            .arg(RandomScaling::kKeys);
    constexpr Index kNarrow = 16;
    notes += QStringLiteral(" q·k has the variance d at every width; its shape is the normal curve's only for large d");
    notes += m_headWidth < kNarrow ? QStringLiteral(", and here is more peaked.") : QStringLiteral(".");
    return notes + QStringLiteral(" Vaswani et al. 2017, §3.2.1, footnote 4");
}

void RandomScalingPicture::paintNumbers(QPainter& painter, const QRectF& area, const Theme& theme) const
{
    NumberTable table{.columns = {sideName(Scaling::On), sideName(Scaling::Off)},
                      .colours = {scalingColour(Scaling::On, theme), scalingColour(Scaling::Off, theme)},
                      .rows = {},
                      .cells = {}};
    table.rows.push_back(QStringLiteral("q·k, variance"));
    table.cells.push_back({shortNumber(m_scaled.moments.variance), shortNumber(m_unscaled.moments.variance)});
    for (const Gauge gauge : kCurves) {
        table.rows.push_back(gauge == Gauge::Entropy         ? QStringLiteral("entropy, bits")
                             : gauge == Gauge::LargestWeight ? QStringLiteral("largest weight")
                                                             : QStringLiteral("gradient ‖∂w/∂s‖"));
        std::vector<QString> cells;
        for (const Scaling side : {Scaling::On, Scaling::Off}) {
            const RowGauge value = gaugeValue(sideOf(m_gauges, side), gauge);
            cells.push_back(QStringLiteral("%1 ± %2").arg(shortNumber(value.mean), shortNumber(value.deviation)));
        }
        table.cells.push_back(std::move(cells));
    }
    drawHeading(painter, area, QStringLiteral("At d = %1").arg(m_headWidth), theme);
    constexpr qreal kHeadingRoom = 22.0;
    const qreal height = drawNumberTable(painter, area.adjusted(0.0, kHeadingRoom, 0.0, 0.0), table, theme);
    painter.setFont(figureFont(kSmallPixels));
    painter.setPen(theme.mutedText);
    painter.drawText(area.adjusted(0.0, kHeadingRoom + height + 8.0, 0.0, 0.0),
                     Qt::AlignLeft | Qt::AlignTop | Qt::TextWordWrap, notes());
}

void RandomScalingPicture::paint(QPainter& painter, const QRectF& area, const Theme& theme) const
{
    painter.save();
    const auto draw = [&](std::size_t which, const TitledChart& chart) {
        drawTitledChart(painter, cell(which, area), fittedTo(cell(which, area), chart), theme);
    };
    draw(0, titledDistribution(Scaling::Off, theme));
    draw(1, titledDistribution(Scaling::On, theme));
    paintNumbers(painter, cell(2, area), theme);
    for (std::size_t i = 0; i < kCurves.size(); ++i) {
        draw(3 + i, titledCurve(kCurves[i], theme));
    }
    painter.restore();
}

QRectF RandomScalingPicture::curveRect(Gauge gauge, const QRectF& area) const
{
    const auto place = std::ranges::find(kCurves, gauge);
    if (place == kCurves.end()) {
        return {};
    }
    const QRectF where = cell(3 + static_cast<std::size_t>(place - kCurves.begin()), area);
    return titledChartRect(where, fittedTo(where, titledCurve(gauge, Theme::of(Brightness::Light))));
}

QString RandomScalingPicture::describeAt(QPointF point, const QRectF& area) const
{
    for (const Gauge gauge : kCurves) {
        const QRectF rect = curveRect(gauge, area);
        if (!rect.contains(point)) {
            continue;
        }
        const AxisRange range = curve(gauge, Theme::of(Brightness::Light)).keys;
        const double share = (point.x() - rect.left()) / rect.width();
        const auto distance = [&](const ScalingPoint& at) {
            return std::abs(shareAlong(range, static_cast<double>(at.headWidth)) - share);
        };
        const ScalingPoint& nearest = *std::ranges::min_element(m_random->curve(), {}, distance);
        QStringList sides;
        for (const Scaling side : {Scaling::On, Scaling::Off}) {
            const RowGauge value = gaugeValue(sideOf(nearest.gauges, side), gauge);
            sides.append(QStringLiteral("%1 ± %2 %3")
                             .arg(QString::number(value.mean, 'g', 6), shortNumber(value.deviation), sideName(side)));
        }
        return QStringLiteral("d = %1, %2: %3\n%4")
            .arg(nearest.headWidth)
            .arg(gaugeTitle(gauge).toLower(), sides.join(QStringLiteral(", ")), gaugeFormula(gauge));
    }
    return {};
}

CsvTable RandomScalingPicture::table() const
{
    CsvTable table{.header = {"quantity", "scores", "head width", "at", "measured", "deviation", "theory"}, .rows = {}};
    const std::string none;
    for (const Scaling side : {Scaling::Off, Scaling::On}) {
        const std::string scores = scoreName(side).toStdString();
        const Distribution& shown = of(side);
        table.rows.push_back(
            {std::string("variance"), scores, m_headWidth, none, shown.moments.variance, none, shown.variance});
        table.rows.push_back({std::string("mean"), scores, m_headWidth, none, shown.moments.mean, none, 0.0});
        for (std::size_t bin = 0; bin < shown.histogram.density.size(); ++bin) {
            const double at = shown.histogram.low + (static_cast<double>(bin) + 0.5) * shown.histogram.binWidth;
            table.rows.push_back({std::string("density"), scores, m_headWidth, at, shown.histogram.density[bin], none,
                                  normalDensity(at, shown.variance)});
        }
        const auto addGauges = [&](Index width, const ScalingGauges& gauges) {
            for (const Gauge gauge : kCurves) {
                const RowGauge value = gaugeValue(sideOf(gauges, side), gauge);
                table.rows.push_back({gaugeTitle(gauge).toLower().toStdString(), scores, width, none, value.mean,
                                      value.deviation, none});
            }
        };
        for (const ScalingPoint& point : m_random->curve()) {
            addGauges(point.headWidth, point.gauges);
        }
        if (std::ranges::find(m_random->curve(), m_headWidth, &ScalingPoint::headWidth) == m_random->curve().end()) {
            addGauges(m_headWidth, m_gauges);
        }
    }
    return table;
}

}  // namespace headlight::ui
