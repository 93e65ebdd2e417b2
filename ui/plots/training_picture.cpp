#include "ui/plots/training_picture.h"

#include <QFontMetricsF>

#include <algorithm>
#include <cmath>
#include <optional>

namespace headlight::ui {
namespace {

constexpr qreal kGap = 16.0;
constexpr qreal kHeadingRoom = 18.0;
constexpr QSizeF kCharts = {680.0, 480.0};
constexpr QSizeF kHeatmap = {440.0, 380.0};  ///< At most, of one.

double highest(const std::vector<ChartLine>& lines)
{
    double high = 0.0;
    for (const ChartLine& line : lines) {
        for (const double value : line.values) {
            high = std::max(high, value);
        }
    }
    return high;
}

QString text(std::string_view utf8)
{
    return QString::fromUtf8(utf8.data(), static_cast<qsizetype>(utf8.size()));
}

double lossOf(const ToyHistory& history, const StepReport& report)
{
    return history.toy->askedHeads.empty() ? report.loss.maskedWord : report.loss.total;
}

Curve headCurve(const std::vector<Snapshot>& snapshots, std::size_t head)
{
    Curve curve;
    for (const Snapshot& snapshot : snapshots) {
        curve.keys.append(static_cast<double>(snapshot.step));
        curve.values.append(snapshot.scores[head].rightShare);
    }
    return curve;
}

/// A history's line; heads have colours of their own, hence another stroke where it is the second.
ChartLine lineOf(Curve curve, const QColor& colour, Stroke stroke)
{
    return {.colour = colour, .keys = std::move(curve.keys), .values = std::move(curve.values), .stroke = stroke};
}

QColor askedHeadColour(std::size_t head, const Theme& theme)
{
    // Neither of scalingColour's.
    static constexpr std::array<Index, 5> kHues = {2, 5, 11, 10, 4};
    return headColour(HeadIndex(kHues.at(head % kHues.size())), theme);
}

}  // namespace

Curve stepCurve(const std::vector<StepReport>& steps, const std::function<double(const StepReport&)>& value,
                std::size_t most)
{
    Curve curve;
    const std::size_t width = std::max<std::size_t>((steps.size() + most - 1) / most, 1);
    for (std::size_t begin = 0; begin < steps.size(); begin += width) {
        const std::size_t end = std::min(begin + width, steps.size());
        double sum = 0.0;
        for (std::size_t i = begin; i < end; ++i) {
            sum += value(steps[i]);
        }
        curve.keys.append(static_cast<double>(steps[begin].step + steps[end - 1].step) / 2.0);
        curve.values.append(sum / static_cast<double>(end - begin));
    }
    return curve;
}

QColor scalingColour(Scaling scaling, const Theme& theme)
{
    return headColour(HeadIndex(scaling == Scaling::On ? 9 : 3), theme);
}

TrainingPicture::TrainingPicture(TrainingContent content) : m_content(std::move(content)) {}

QString TrainingPicture::title() const
{
    QString scaling = scalingName(m_content.histories.front().scaling);
    if (isSideBySide()) {
        scaling += QStringLiteral(" and %1").arg(scalingName(m_content.histories.back().scaling));
    }
    return QStringLiteral("Training · %1 · %2").arg(text(m_content.histories.front().toy->name).toLower(), scaling);
}

QSizeF TrainingPicture::naturalSize() const
{
    QSizeF size = kCharts;
    qreal heatmaps = 0.0;
    for (const auto& heatmap : m_content.heatmaps) {
        heatmaps += kHeadingRoom + std::min(heatmap->naturalSize().height(), kHeatmap.height()) + kGap;
    }
    if (heatmaps > 0.0) {
        size.rwidth() += 2.0 * kGap + kHeatmap.width();
        size.setHeight(std::max(size.height(), heatmaps - kGap));
    }
    return size;
}

QString TrainingPicture::heading(TrainingChart which) const
{
    switch (which) {
    case TrainingChart::Loss:
        return QStringLiteral("Loss");
    case TrainingChart::Gradient:
        return QStringLiteral("Gradient norm");
    case TrainingChart::Right:
        return asksHeads() ? QStringLiteral("Links found, by head") : QStringLiteral("Answers found");
    case TrainingChart::Softmax:
        return QStringLiteral("Softmax");
    }
    return {};
}

std::vector<ChartKey> TrainingPicture::legend(TrainingChart which, const Theme& theme) const
{
    std::vector<ChartKey> keys;
    const bool ofHeads = which == TrainingChart::Right && asksHeads();
    if (ofHeads) {
        const std::vector<AskedHead>& heads = m_content.histories.front().toy->askedHeads;
        for (std::size_t head = 0; head < heads.size(); ++head) {
            keys.push_back({text(heads[head].relation), askedHeadColour(head, theme), Stroke::Line});
        }
        if (isSideBySide()) {
            keys.push_back({scalingName(Scaling::Off), theme.mutedText, Stroke::Dashes});
        }
        return keys;
    }
    if (which == TrainingChart::Gradient || which == TrainingChart::Softmax) {
        const bool isGradient = which == TrainingChart::Gradient;
        keys.push_back({isGradient ? QStringLiteral("first W_q") : QStringLiteral("slope 1 − Σw²"), theme.mutedText,
                        Stroke::Line});
        keys.push_back({isGradient ? QStringLiteral("all weights") : QStringLiteral("saturated rows"), theme.mutedText,
                        Stroke::Dashes});
        return keys;
    }
    for (const ToyHistory& history : m_content.histories) {
        keys.push_back({scalingName(history.scaling), scalingColour(history.scaling, theme), Stroke::Line});
    }
    return keys;
}

LineChart TrainingPicture::chart(TrainingChart which, const Theme& theme) const
{
    LineChart chart;
    const auto add = [&](const ToyHistory& history, Stroke stroke, const auto& value) {
        chart.lines.push_back(lineOf(stepCurve(history.steps, value), scalingColour(history.scaling, theme), stroke));
    };
    for (const ToyHistory& history : m_content.histories) {
        switch (which) {
        case TrainingChart::Loss:
            add(history, Stroke::Line, [&](const StepReport& report) { return lossOf(history, report); });
            break;
        case TrainingChart::Gradient:
            add(history, Stroke::Line, std::mem_fn(&StepReport::queryGradientNorm));
            add(history, Stroke::Dashes, std::mem_fn(&StepReport::gradientNorm));
            break;
        case TrainingChart::Right:
            if (!asksHeads()) {
                add(history, Stroke::Line, [](const StepReport& report) { return report.loss.wordsRight; });
            }
            for (std::size_t head = 0; head < history.toy->askedHeads.size(); ++head) {
                const bool isSecond = isSideBySide() && history.scaling == Scaling::Off;
                chart.lines.push_back(lineOf(headCurve(history.snapshots, head), askedHeadColour(head, theme),
                                             isSecond ? Stroke::Dashes : Stroke::Line));
            }
            break;
        case TrainingChart::Softmax:
            add(history, Stroke::Line, [](const StepReport& report) { return report.attention.slope; });
            add(history, Stroke::Dashes, [](const StepReport& report) { return report.attention.saturation; });
            break;
        }
    }
    constexpr double kFewestSteps = 20.0;
    const auto done = static_cast<double>(m_content.histories.front().steps.size());
    chart.keyName = QStringLiteral("step");
    chart.keys = {.low = 0.0, .high = roundUp(std::max(done, kFewestSteps)), .leastStep = 1.0};
    const bool isAsked = !m_content.histories.front().toy->askedHeads.empty();
    const bool isShare = which == TrainingChart::Right || which == TrainingChart::Softmax;
    chart.valueName = which == TrainingChart::Loss ? isAsked ? QStringLiteral("nats, weighted") : QStringLiteral("nats")
                      : which == TrainingChart::Gradient ? QStringLiteral("unclipped")
                                                         : QStringLiteral("0 to 1");
    constexpr double kRoom = 1.03;
    chart.values = {.low = 0.0, .high = isShare ? kRoom : roundUp(kRoom * highest(chart.lines))};
    chart.markedKeys = {static_cast<double>(m_content.shownStep)};
    return chart;
}

TitledChart TrainingPicture::titledChart(TrainingChart which, const Theme& theme) const
{
    const bool isUpper = which == TrainingChart::Loss || which == TrainingChart::Gradient;
    TitledChart titled{.heading = heading(which), .keys = legend(which, theme), .chart = chart(which, theme)};
    if (isUpper) {
        titled.chart.keyName.clear();
    }
    return titled;
}

void TrainingPicture::paintHeatmaps(QPainter& painter, const QRectF& area, const Theme& theme) const
{
    const auto count = static_cast<qreal>(m_content.heatmaps.size());
    const qreal height = (area.height() - (count - 1.0) * kGap) / count;
    QRectF place(area.topLeft(), QSizeF(area.width(), height));
    for (std::size_t i = 0; i < m_content.heatmaps.size(); ++i) {
        painter.setFont(figureFont(kLabelPixels, QFont::Bold));
        painter.setPen(theme.text);
        painter.drawText(place, Qt::AlignLeft | Qt::AlignTop,
                         QStringLiteral("%1 · %2 · step %3")
                             .arg(scalingName(m_content.histories[i].scaling), headTitle(m_content.heatmaps[i]->head()))
                             .arg(m_content.shownStep));
        m_content.heatmaps[i]->paint(painter, place.adjusted(0.0, kHeadingRoom, 0.0, 0.0), theme);
        place.translate(0.0, height + kGap);
    }
}

void TrainingPicture::paint(QPainter& painter, const QRectF& area, const Theme& theme) const
{
    painter.save();
    QRectF charts = area;
    if (!m_content.heatmaps.empty()) {
        const qreal share = kCharts.width() / naturalSize().width();
        charts.setWidth(std::round(area.width() * share));
        paintHeatmaps(painter, area.adjusted(charts.width() + 2.0 * kGap, 0.0, 0.0, 0.0), theme);
    }
    const qreal width = (charts.width() - kGap) / 2.0;
    // The lower charts have the axis' name as well.
    const qreal upper = std::round((charts.height() - (kChartBottom - kUnnamedChartBottom)) / 2.0);
    for (const TrainingChart which : kTrainingCharts) {
        const auto place = static_cast<int>(which);
        const bool isLower = place >= 2;
        const QRectF panel(charts.left() + (place % 2) * (width + kGap), charts.top() + (isLower ? upper : 0.0), width,
                           isLower ? charts.height() - upper : upper);
        drawTitledChart(painter, panel, titledChart(which, theme), theme);
    }
    painter.restore();
}

CsvTable TrainingPicture::table() const
{
    CsvTable table{.header = {"step", "scaling", "loss", "gradient_norm", "query_gradient_norm"}, .rows = {}};
    for (const AskedHead& head : m_content.histories.front().toy->askedHeads) {
        table.header.push_back(head.relation + "_right");
    }
    if (!asksHeads()) {
        table.header.emplace_back("answers_right");
    }
    for (const char* name : {"largest_weight", "saturation", "slope"}) {
        table.header.emplace_back(name);
    }
    for (const ToyHistory& history : m_content.histories) {
        auto snapshot = history.snapshots.begin();
        for (const StepReport& report : history.steps) {
            std::vector<CsvCell> row{report.step, std::string(history.scaling == Scaling::On ? "on" : "off"),
                                     lossOf(history, report), report.gradientNorm, report.queryGradientNorm};
            snapshot = std::find_if(snapshot, history.snapshots.end(),
                                    [&](const Snapshot& candidate) { return candidate.step >= report.step; });
            for (std::size_t head = 0; head < history.toy->askedHeads.size(); ++head) {
                const bool isKnown = snapshot != history.snapshots.end() && snapshot->step == report.step;
                row.push_back(isKnown ? CsvCell(snapshot->scores[head].rightShare) : CsvCell(std::string()));
            }
            if (!asksHeads()) {
                row.emplace_back(report.loss.wordsRight);
            }
            row.emplace_back(report.attention.largestWeight);
            row.emplace_back(report.attention.saturation);
            row.emplace_back(report.attention.slope);
            table.rows.push_back(std::move(row));
        }
    }
    return table;
}

}  // namespace headlight::ui
