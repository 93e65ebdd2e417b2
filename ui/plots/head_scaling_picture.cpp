#include "ui/plots/head_scaling_picture.h"

#include "ui/plots/heatmap_picture.h"
#include "ui/plots/training_picture.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace headlight::ui {
namespace {

constexpr qreal kGap = 18.0;
constexpr double kLane = 0.18;  ///< How far the two sides of a layer stand from its line.
constexpr std::array kSides = {Scaling::On, Scaling::Off};

/// What a logarithmic axis can show.
double positive(double value)
{
    constexpr double kLeast = 1e-6;
    return std::max(value, kLeast);
}

}  // namespace

HeadScalingPicture::HeadScalingPicture(std::shared_ptr<const Trace> trace, std::shared_ptr<const TraceScaling> scaling,
                                       HeadAddress head, Index headWidth, const QString& problem)
    : m_trace(std::move(trace))
    , m_scaling(std::move(scaling))
    , m_head(head)
    , m_headWidth(headWidth)
    , m_problem(problem)
{}

QString HeadScalingPicture::title() const
{
    return QStringLiteral("Scaling by √d · every head on this text · d = %1 · %2 marked")
        .arg(m_headWidth)
        .arg(headTitle(m_head, m_trace->info().relationOf(m_head)));
}

QSizeF HeadScalingPicture::naturalSize() const
{
    return {1180.0, 620.0};
}

/// Four charts and the numbers: charts two by two and the numbers right of them, or below where it is narrow.
QRectF HeadScalingPicture::cell(std::size_t which, const QRectF& area)
{
    constexpr qreal kLeastWidth = 820.0;
    constexpr qreal kNumbersWidth = 360.0;
    constexpr qreal kNumbersHeight = 120.0;
    const bool isWide = area.width() >= kLeastWidth;
    const QRectF charts = isWide ? area.adjusted(0.0, 0.0, -kNumbersWidth - kGap, 0.0)
                                 : area.adjusted(0.0, 0.0, 0.0, -kNumbersHeight - kGap);
    if (which >= kGauges.size()) {
        return isWide ? QRectF(QPointF(charts.right() + kGap, area.top()), area.bottomRight())
                      : QRectF(QPointF(area.left(), charts.bottom() + kGap), area.bottomRight());
    }
    const qreal width = (charts.width() - kGap) / 2.0;
    const qreal height = (charts.height() - kGap) / 2.0;
    return {charts.left() + static_cast<qreal>(which % 2) * (width + kGap),
            charts.top() + static_cast<qreal>(which / 2) * (height + kGap), width, height};
}

AxisRange HeadScalingPicture::range(Gauge gauge) const
{
    switch (gauge) {
    case Gauge::Variance: {
        double low = 1.0;
        double high = 1.0;
        for (const HeadScaling& head : m_scaling->heads) {
            for (const Scaling side : kSides) {
                const double value = positive(gaugeValue(sideOf(head.gauges, side), gauge).mean);
                low = std::min(low, value);
                high = std::max(high, value);
            }
        }
        high = std::max(high, static_cast<double>(m_headWidth));
        return {.low = std::pow(10.0, std::floor(std::log10(low))),
                .high = std::pow(10.0, std::ceil(std::log10(1.5 * high))),
                .spacing = AxisSpacing::Decimal};
    }
    case Gauge::Entropy: {
        const double most = std::log2(static_cast<double>(std::max<Index>(m_trace->tokens(), 2)));
        return {.low = -0.03 * most, .high = 1.03 * most};
    }
    case Gauge::LargestWeight:
        return {.low = -0.03, .high = 1.03};
    case Gauge::Gradient:
        return {.low = -0.015, .high = 0.515};
    }
    return {};
}

TitledChart HeadScalingPicture::titledChart(Gauge gauge, const Theme& theme) const
{
    const Index layers = m_trace->info().layers;
    LineChart chart{.keyName = gaugeAxis(gauge),
                    .valueName = QStringLiteral("layer"),
                    .keys = range(gauge),
                    .values = {.low = -0.5, .high = static_cast<double>(layers) - 0.5, .leastStep = 1.0},
                    .lines = {}};
    for (const Scaling side : kSides) {
        std::vector<std::pair<double, double>> dots;
        for (const HeadScaling& head : m_scaling->heads) {
            const double value = gaugeValue(sideOf(head.gauges, side), gauge).mean;
            dots.emplace_back(gauge == Gauge::Variance ? positive(value) : value,
                              static_cast<double>(head.head.layer.value) + (side == Scaling::On ? kLane : -kLane));
        }
        std::ranges::sort(dots);
        ChartLine line{.colour = scalingColour(side, theme), .keys = {}, .values = {}, .stroke = Stroke::Dots};
        for (const auto& [value, lane] : dots) {
            line.keys.append(value);
            line.values.append(lane);
        }
        chart.lines.push_back(std::move(line));
    }
    return {.heading = gaugeTitle(gauge),
            .keys = {{sideName(Scaling::On), scalingColour(Scaling::On, theme), Stroke::Dots},
                     {sideName(Scaling::Off), scalingColour(Scaling::Off, theme), Stroke::Dots}},
            .chart = std::move(chart)};
}

QRectF HeadScalingPicture::chartRect(Gauge gauge, const QRectF& area) const
{
    const QRectF where = cell(static_cast<std::size_t>(gauge), area);
    return titledChartRect(where, fittedTo(where, titledChart(gauge, Theme::of(Brightness::Light))));
}

QPointF HeadScalingPicture::place(const QRectF& chart, Gauge gauge, double value, Index layer, Scaling side) const
{
    const double shown = gauge == Gauge::Variance ? positive(value) : value;
    const double lane = static_cast<double>(layer) + (side == Scaling::On ? kLane : -kLane);
    const double up = (lane + 0.5) / static_cast<double>(m_trace->info().layers);
    return {chart.left() + shareAlong(range(gauge), shown) * chart.width(), chart.bottom() - up * chart.height()};
}

QPointF HeadScalingPicture::dotAt(std::size_t head, Gauge gauge, Scaling side, const QRectF& area) const
{
    const HeadScaling& shown = m_scaling->heads[head];
    return place(chartRect(gauge, area), gauge, gaugeValue(sideOf(shown.gauges, side), gauge).mean,
                 shown.head.layer.value, side);
}

const HeadScaling* HeadScalingPicture::selected() const
{
    const auto found = std::ranges::find(m_scaling->heads, m_head, &HeadScaling::head);
    return found == m_scaling->heads.end() ? nullptr : &*found;
}

void HeadScalingPicture::paintMarks(QPainter& painter, const QRectF& area, Gauge gauge, const Theme& theme) const
{
    constexpr qreal kDiamond = 5.0;
    constexpr qreal kRing = 5.0;
    const QRectF chart = chartRect(gauge, area);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setBrush(Qt::NoBrush);
    for (std::size_t layer = 0; layer < m_scaling->random.size(); ++layer) {
        for (const Scaling side : kSides) {
            const QPointF at = place(chart, gauge, gaugeValue(sideOf(m_scaling->random[layer], side), gauge).mean,
                                     static_cast<Index>(layer), side);
            painter.setPen(QPen(theme.text, 1.2));
            painter.drawPolygon(QPolygonF({at - QPointF(kDiamond, 0.0), at - QPointF(0.0, kDiamond),
                                           at + QPointF(kDiamond, 0.0), at + QPointF(0.0, kDiamond)}));
        }
    }
    if (const HeadScaling* head = selected()) {
        painter.setPen(QPen(theme.accent, 2.0));
        std::array<QPointF, kSides.size()> ends;
        for (std::size_t i = 0; i < kSides.size(); ++i) {
            ends[i] = place(chart, gauge, gaugeValue(sideOf(head->gauges, kSides[i]), gauge).mean,
                            head->head.layer.value, kSides[i]);
            painter.drawEllipse(ends[i], kRing, kRing);
        }
        const QLineF line(ends[0], ends[1]);
        if (line.length() > 2.0 * kRing) {
            painter.drawLine(QLineF(line.pointAt(kRing / line.length()), line.pointAt(1.0 - kRing / line.length())));
        }
    }
    painter.restore();
}

void HeadScalingPicture::paintNumbers(QPainter& painter, const QRectF& area, const Theme& theme) const
{
    constexpr qreal kHeadingRoom = 22.0;
    const HeadScaling* head = selected();
    if (head == nullptr) {
        return;
    }
    const auto layer = static_cast<std::size_t>(m_head.layer.value);
    NumberTable table{.columns = {sideName(Scaling::On), sideName(Scaling::Off), QStringLiteral("random ÷ √d"),
                                  QStringLiteral("random")},
                      .colours = {scalingColour(Scaling::On, theme), scalingColour(Scaling::Off, theme),
                                  theme.mutedText, theme.mutedText},
                      .rows = {QStringLiteral("variance"), QStringLiteral("entropy, bits"),
                               QStringLiteral("largest weight"), QStringLiteral("gradient")},
                      .cells = {}};
    for (const Gauge gauge : kGauges) {
        std::vector<QString> cells;
        for (const ScalingGauges* of : {&head->gauges, &m_scaling->random[layer]}) {
            for (const Scaling side : kSides) {
                cells.push_back(shortNumber(gaugeValue(sideOf(*of, side), gauge).mean));
            }
        }
        table.cells.push_back(std::move(cells));
    }
    drawHeading(painter, area, headTitle(m_head, m_trace->info().relationOf(m_head)), theme);
    const qreal height = drawNumberTable(painter, area.adjusted(0.0, kHeadingRoom, 0.0, 0.0), table, theme);
    painter.setFont(figureFont(kSmallPixels));
    painter.setPen(theme.mutedText);
    const qreal scale = static_cast<qreal>(m_headWidth);
    painter.drawText(
        area.adjusted(0.0, kHeadingRoom + height + 8.0, 0.0, 0.0), Qt::AlignLeft | Qt::AlignTop | Qt::TextWordWrap,
        QStringLiteral(
            "From each head's own Q and K on this text, with the mask and temperature in force; means over its %1 "
            "rows. Dots: heads; diamonds: random vectors of the same width and number, of variance %2 without "
            "the scale in theory. What a model has learnt need not have it.")
            .arg(m_trace->tokens())
            .arg(scale));
}

void HeadScalingPicture::paint(QPainter& painter, const QRectF& area, const Theme& theme) const
{
    painter.save();
    if (!m_scaling) {
        painter.setPen(theme.mutedText);
        painter.setFont(figureFont(kTitlePixels));
        painter.drawText(area, Qt::AlignCenter | Qt::TextWordWrap, m_problem);
        painter.restore();
        return;
    }
    for (const Gauge gauge : kGauges) {
        const QRectF where = cell(static_cast<std::size_t>(gauge), area);
        drawTitledChart(painter, where, fittedTo(where, titledChart(gauge, theme)), theme);
        paintMarks(painter, area, gauge, theme);
    }
    paintNumbers(painter, cell(kGauges.size(), area), theme);
    painter.restore();
}

std::optional<HeadScalingPicture::Dot> HeadScalingPicture::dotNear(QPointF point, const QRectF& area) const
{
    constexpr qreal kNear = 12.0;
    if (!m_scaling) {
        return std::nullopt;
    }
    for (const Gauge gauge : kGauges) {
        const QRectF chart = chartRect(gauge, area);
        if (!chart.contains(point)) {
            continue;
        }
        std::optional<Dot> nearest;
        qreal least = kNear;
        for (std::size_t head = 0; head < m_scaling->heads.size(); ++head) {
            const HeadScaling& shown = m_scaling->heads[head];
            for (const Scaling side : kSides) {
                const QPointF at = place(chart, gauge, gaugeValue(sideOf(shown.gauges, side), gauge).mean,
                                         shown.head.layer.value, side);
                if (const qreal distance = QLineF(at, point).length(); distance < least) {
                    least = distance;
                    nearest = Dot{head, gauge};
                }
            }
        }
        return nearest;
    }
    return std::nullopt;
}

QString HeadScalingPicture::describeAt(QPointF point, const QRectF& area) const
{
    const std::optional<Dot> dot = dotNear(point, area);
    if (!dot) {
        return {};
    }
    const HeadScaling& head = m_scaling->heads[dot->head];
    QStringList sides;
    for (const Scaling side : kSides) {
        const RowGauge value = gaugeValue(sideOf(head.gauges, side), dot->gauge);
        sides.append(QStringLiteral("%1 %2").arg(QString::number(value.mean, 'g', 6), sideName(side)));
    }
    return QStringLiteral("%1, %2: %3\n%4")
        .arg(headTitle(head.head, m_trace->info().relationOf(head.head)), gaugeTitle(dot->gauge).toLower(),
             sides.join(QStringLiteral(", ")), gaugeFormula(dot->gauge));
}

std::optional<Selection> HeadScalingPicture::selectionAt(QPointF point, const QRectF& area) const
{
    const std::optional<Dot> dot = dotNear(point, area);
    return dot ? std::optional(Selection{.head = m_scaling->heads[dot->head].head}) : std::nullopt;
}

CsvTable HeadScalingPicture::table() const
{
    CsvTable table{.header = {"layer", "head", "scores", "variance of scores", "entropy in bits", "entropy deviation",
                              "largest weight", "largest weight deviation", "gradient", "gradient deviation"},
                   .rows = {}};
    if (!m_scaling) {
        return table;
    }
    const auto add = [&table](const CsvCell& layer, const CsvCell& head, const ScalingGauges& gauges) {
        for (const Scaling side : kSides) {
            const SoftmaxGauges& of = sideOf(gauges, side);
            table.rows.push_back({layer, head, sideName(side).toStdString(), of.scoreVariance, of.entropyBits.mean,
                                  of.entropyBits.deviation, of.largestWeight.mean, of.largestWeight.deviation,
                                  of.gradientNorm.mean, of.gradientNorm.deviation});
        }
    };
    for (const HeadScaling& head : m_scaling->heads) {
        add(head.head.layer.value, head.head.head.value, head.gauges);
    }
    for (std::size_t layer = 0; layer < m_scaling->random.size(); ++layer) {
        add(static_cast<Index>(layer), std::string("random vectors"), m_scaling->random[layer]);
    }
    return table;
}

}  // namespace headlight::ui
