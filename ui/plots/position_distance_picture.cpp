#include "ui/plots/position_distance_picture.h"

#include "core/analysis/stage_matrix.h"
#include "ui/plots/heatmap_picture.h"

#include <QFontMetricsF>

#include <algorithm>
#include <cmath>

namespace headlight::ui {
namespace {

constexpr qreal kGap = 18.0;
constexpr qreal kNotesRoom = 58.0;
constexpr Index kMostDistances = 161;  ///< At which all pairs are measured.

QString text(std::string_view utf8)
{
    return QString::fromUtf8(utf8.data(), static_cast<qsizetype>(utf8.size()));
}

QString number(double value)
{
    return QString::number(value, 'g', 6).replace(QLatin1Char('-'), QChar(0x2212));
}

ChartLine lineOf(const std::vector<DistanceScores>& scores, const QColor& colour, Stroke stroke)
{
    ChartLine line{.colour = colour, .keys = {}, .values = {}, .stroke = stroke};
    for (const DistanceScores& at : scores) {
        line.keys.append(static_cast<double>(at.distance));
        line.values.append(at.mean);
        line.spread.append(at.deviation);
    }
    return line;
}

const DistanceScores* find(const std::vector<DistanceScores>& scores, Index distance)
{
    const auto found = std::ranges::find(scores, distance, &DistanceScores::distance);
    return found == scores.end() ? nullptr : &*found;
}

/// The distance that the picture shows: of the scheme's own width.
PositionOptions ownWidth(PositionOptions options)
{
    options.width.reset();
    return options;
}

}  // namespace

PositionDistancePicture::PositionDistancePicture(const PositionsInUse& inUse, const PositionOptions& options,
                                                 const Selection& shown)
    : m_request(positionRequest(inUse, ownWidth(options), shown.head.head))
    , m_origin(positionOrigin(inUse, m_request))
    , m_head(shown.head)
    , m_query(shown.query)
    , m_key(shown.key)
    , m_tokens(inUse.tokens)
{
    m_headTitle =
        headTitle(m_head, inUse.trace == nullptr ? std::string_view() : inUse.trace->info().relationOf(m_head));
    const Mask mask = inUse.trace == nullptr ? effectiveMask(inUse.experiment, inUse.model.config.maskOf(m_head.layer))
                                             : inUse.trace->info().maskOf(m_head.layer);
    const bool isCausal = mask.direction == Direction::Causal;
    const auto reach = static_cast<double>(m_request.positions - 1);
    m_distances = {.low = -reach - 0.5, .high = isCausal ? 0.5 : reach + 0.5, .leastStep = 1.0};
    const Result<PositionEncoding> encoding = encodePositions(m_request, inUse.model.weights.positionEmbedding);
    if (!encoding) {
        m_message = text(encoding.error().message);
        return;
    }
    m_alike = scoresByDistance(encoding->similarity, {.direction = mask.direction});
    if (isAlibi()) {
        m_slopes = alibiSlopes(m_request.width);
    }
    measure(inUse);
}

void PositionDistancePicture::measure(const PositionsInUse& inUse)
{
    if (inUse.trace == nullptr) {
        m_scoresMessage = QStringLiteral("There are scores as soon as there is a text.");
        return;
    }
    const Trace& trace = *inUse.trace;
    const bool isInUse = m_request.scheme == inUse.scheme();
    const bool isInVectors =
        m_request.scheme == PositionScheme::Sinusoidal || m_request.scheme == PositionScheme::Learned;
    if (!isInVectors) {
        const Result<HeadContent> content = headContent(trace, inUse.model.config, m_head);
        if (!content) {
            m_scoresMessage = text(content.error().message);
            return;
        }
        const Index first = -(m_request.positions - 1);
        const Index last = m_distances.high > 1.0 ? m_request.positions - 1 : 0;
        m_step = (last - first) / kMostDistances + 1;
        DistanceOptions options{.scheme = m_request.scheme,
                                .rotary = inUse.model.config.rotary,
                                .first = first / m_step * m_step,  // so that 0 is among them
                                .last = last,
                                .step = m_step};
        if (isAlibi()) {
            options.alibiSlope = m_slopes[static_cast<std::size_t>(m_request.head.value)];
        }
        m_turned = scoresAtDistances(*content, options);
    } else if (!isInUse) {
        m_scoresMessage =
            QStringLiteral("These positions are added to the tokens' vectors before there are queries and keys. "
                           "Use them in the model to see this text's scores.");
        return;
    }
    if (isInUse) {
        if (const auto scores = stageMatrix(trace, {StageId::Scores, m_head.layer}, m_head.head)) {
            m_measured = scoresByDistance((*scores)->cells(), trace.info().maskOf(m_head.layer));
        }
    }
}

QString PositionDistancePicture::title() const
{
    return QStringLiteral("Positions · %1 · scores over distance · %2 · %3")
        .arg(positionSchemeTitle(m_request.scheme), m_headTitle, m_origin);
}

QSizeF PositionDistancePicture::naturalSize() const
{
    return {1180.0, 520.0};
}

/// Side by side, or one below the other where it is narrow; with room for the notes below both.
QRectF PositionDistancePicture::cell(int which, const QRectF& area)
{
    constexpr qreal kLeastWidth = 640.0;
    const QRectF charts = area.adjusted(0.0, 0.0, 0.0, -kNotesRoom);
    if (area.width() >= kLeastWidth) {
        const qreal width = (charts.width() - kGap) / 2.0;
        return {charts.left() + which * (width + kGap), charts.top(), width, charts.height()};
    }
    const qreal height = (charts.height() - kGap) / 2.0;
    return {charts.left(), charts.top() + which * (height + kGap), charts.width(), height};
}

LineChart PositionDistancePicture::emptyChart(const QString& valueName, AxisRange values) const
{
    LineChart chart{.keyName = QStringLiteral("distance, key − query"),
                    .valueName = valueName,
                    .keys = m_distances,
                    .values = values,
                    .lines = {}};
    if (m_query && m_key) {
        chart.markedKeys.push_back(static_cast<double>(m_key->value - m_query->value));
    }
    return chart;
}

TitledChart PositionDistancePicture::alikeChart(const Theme& theme) const
{
    constexpr double kRoom = 1.06;
    if (!isAlibi()) {
        TitledChart titled{
            .heading =
                QStringLiteral("The scheme alone: %1").arg(text(positionSchemeInfo(m_request.scheme).similarity)),
            .chart = emptyChart(QStringLiteral("similarity"), {.low = -kRoom, .high = kRoom})};
        titled.chart.lines.push_back(lineOf(m_alike, headColour(HeadIndex(9), theme), Stroke::Line));
        return titled;
    }
    const double reach = -m_distances.low;
    const auto steepest = static_cast<double>(*std::ranges::max_element(m_slopes));
    TitledChart titled{
        .heading = QStringLiteral("The bias −m·|distance| of every head"),
        .chart = emptyChart(QStringLiteral("bias"), {.low = -steepest * reach, .high = 0.04 * reach * steepest})};
    const double last = m_distances.high > 1.0 ? reach : 0.0;
    for (std::size_t head = 0; head < m_slopes.size(); ++head) {
        const bool isSelected = static_cast<Index>(head) == m_request.head.value;
        QColor colour = headColour(HeadIndex(static_cast<Index>(head)), theme);
        constexpr float kPale = 0.45F;
        colour.setAlphaF(isSelected ? 1.0F : kPale);
        const auto slope = static_cast<double>(m_slopes[head]);
        titled.chart.lines.push_back({.colour = isSelected ? theme.accent : colour,
                                      .keys = {-reach, 0.0, last},
                                      .values = {-slope * reach, 0.0, -slope * last},
                                      .stroke = isSelected ? Stroke::Line : Stroke::Dashes});
        constexpr std::size_t kMostKeys = 16;
        if (m_slopes.size() <= kMostKeys || isSelected) {
            titled.keys.push_back({QStringLiteral("%1: m = %2").arg(head).arg(slope, 0, 'g', 4),
                                   titled.chart.lines.back().colour, titled.chart.lines.back().stroke});
        }
    }
    return titled;
}

TitledChart PositionDistancePicture::scoresChart(const Theme& theme) const
{
    double low = 0.0;
    double high = 0.0;
    for (const auto* scores : {&m_turned, &m_measured}) {
        for (const DistanceScores& at : *scores) {
            low = std::min(low, at.mean - at.deviation);
            high = std::max(high, at.mean + at.deviation);
        }
    }
    const double room = 0.06 * std::max(high - low, 1e-3);
    TitledChart titled{
        .heading = QStringLiteral("Scores of %1: mean ± deviation").arg(m_headTitle),
        .chart = emptyChart(QStringLiteral("score before softmax"), {.low = low - room, .high = high + room})};
    if (!m_turned.empty()) {
        const QColor colour = headColour(HeadIndex(9), theme);
        titled.chart.lines.push_back(lineOf(m_turned, colour, m_step == 1 ? Stroke::Line : Stroke::Dots));
        titled.keys.push_back(
            {m_step == 1 ? QStringLiteral("every query and key, set this far apart")
                         : QStringLiteral("every query and key, set this far apart; every %1th distance").arg(m_step),
             colour, titled.chart.lines.back().stroke});
    }
    if (!m_measured.empty()) {
        ChartLine dots = lineOf(m_measured, theme.text, Stroke::Dots);
        if (!m_turned.empty()) {
            dots.spread.clear();  // two bands hide each other
        }
        titled.chart.lines.push_back(std::move(dots));
        titled.keys.push_back({QStringLiteral("where they stand in this text"), theme.text, Stroke::Dots});
    }
    return titled;
}

QString PositionDistancePicture::notes() const
{
    const PositionSchemeInfo& info = positionSchemeInfo(m_request.scheme);
    QString notes;
    switch (m_request.scheme) {
    case PositionScheme::None:
        notes = QStringLiteral(
            "Without positions a pair scores the same at every distance; the text's own scores differ only "
            "because its tokens do.");
        break;
    case PositionScheme::Sinusoidal:
    case PositionScheme::Learned:
        notes = QStringLiteral(
            "These positions are in the tokens' vectors before there are queries and keys, so no pair can be "
            "set to another distance; dots and band are the text's own scores.");
        break;
    case PositionScheme::Rotary:
        notes =
            QStringLiteral(
                "A query at p and a key at p + r are turned by p·θ and (p + r)·θ; their product depends on r alone. "
                "Distances below 0 look back. ") +
            QString::fromStdString(headlight::describe(m_request.rotary));
        break;
    case PositionScheme::Alibi:
        notes = QStringLiteral(
                    "The bias is added to the scaled scores: mean and spread of q·k stay, and every token of distance "
                    "costs m. Of %1 the slope m is %2.")
                    .arg(m_headTitle)
                    .arg(static_cast<double>(m_slopes[static_cast<std::size_t>(m_request.head.value)]));
        break;
    }
    return notes + QStringLiteral(" · ") + text(info.source);
}

void PositionDistancePicture::paint(QPainter& painter, const QRectF& area, const Theme& theme) const
{
    painter.save();
    const auto say = [&](const QRectF& place, const QString& message) {
        painter.setPen(theme.mutedText);
        painter.setFont(figureFont(kTitlePixels));
        painter.drawText(place, Qt::AlignCenter | Qt::TextWordWrap, message);
    };
    if (!m_message.isEmpty()) {
        say(area, m_message);
        painter.restore();
        return;
    }
    drawTitledChart(painter, cell(0, area), alikeChart(theme), theme);
    if (m_scoresMessage.isEmpty()) {
        drawTitledChart(painter, cell(1, area), scoresChart(theme), theme);
    } else {
        say(cell(1, area), m_scoresMessage);
    }
    painter.setPen(theme.mutedText);
    painter.setFont(figureFont(kLabelPixels));
    painter.drawText(QRectF(area.left(), area.bottom() - kNotesRoom + 8.0, area.width(), kNotesRoom - 8.0),
                     Qt::AlignLeft | Qt::AlignTop | Qt::TextWordWrap, notes());
    painter.restore();
}

QRectF PositionDistancePicture::chartRect(int which, const QRectF& area) const
{
    const Theme& theme = Theme::of(Brightness::Light);
    return titledChartRect(cell(which, area), which == 0 ? alikeChart(theme) : scoresChart(theme));
}

std::optional<Index> PositionDistancePicture::distanceAt(QPointF point, const QRectF& area) const
{
    if (!m_message.isEmpty()) {
        return std::nullopt;
    }
    for (const int which : {0, 1}) {
        const QRectF rect = chartRect(which, area);
        if (rect.contains(point) && (which == 0 || m_scoresMessage.isEmpty())) {
            const double share = (point.x() - rect.left()) / rect.width();
            return std::lround(m_distances.low + share * (m_distances.high - m_distances.low));
        }
    }
    return std::nullopt;
}

QString PositionDistancePicture::describeAt(QPointF point, const QRectF& area) const
{
    const std::optional<Index> distance = distanceAt(point, area);
    if (!distance) {
        return {};
    }
    QStringList lines{QStringLiteral("distance %1").arg(number(static_cast<double>(*distance)))};
    if (const DistanceScores* at = find(m_alike, *distance)) {
        lines.append(QStringLiteral("%1: %2").arg(
            isAlibi() ? QStringLiteral("bias of this head") : QStringLiteral("similarity"), number(at->mean)));
    }
    if (const DistanceScores* at = find(m_turned, *distance)) {
        lines.append(QStringLiteral("every pair so far apart: %1 ± %2").arg(number(at->mean), number(at->deviation)));
    }
    if (const DistanceScores* at = find(m_measured, *distance)) {
        lines.append(QStringLiteral("in this text: %1 ± %2, %3 pairs")
                         .arg(number(at->mean), number(at->deviation))
                         .arg(at->pairs));
    }
    return lines.join(QLatin1Char('\n'));
}

std::optional<Selection> PositionDistancePicture::selectionAt(QPointF point, const QRectF& area) const
{
    const std::optional<Index> distance = distanceAt(point, area);
    if (!distance || !m_query) {
        return std::nullopt;
    }
    const Index key = m_query->value + *distance;
    if (key < 0 || key >= m_tokens) {
        return std::nullopt;
    }
    return Selection{.head = m_head, .query = m_query, .key = TokenIndex(key)};
}

CsvTable PositionDistancePicture::table() const
{
    CsvTable table{.header = {"distance", isAlibi() ? "bias of the head" : "similarity", "every pair: mean",
                              "every pair: deviation", "in the text: mean", "in the text: deviation",
                              "in the text: pairs"},
                   .rows = {}};
    for (std::size_t head = 0; head < m_slopes.size(); ++head) {
        table.header.push_back("bias of head " + std::to_string(head));
    }
    for (const DistanceScores& alike : m_alike) {
        std::vector<CsvCell> row{alike.distance, alike.mean};
        const auto add = [&row](const DistanceScores* at) {
            row.push_back(at == nullptr ? CsvCell(std::string()) : CsvCell(at->mean));
            row.push_back(at == nullptr ? CsvCell(std::string()) : CsvCell(at->deviation));
        };
        add(find(m_turned, alike.distance));
        const DistanceScores* measured = find(m_measured, alike.distance);
        add(measured);
        row.push_back(measured == nullptr ? CsvCell(Index{0}) : CsvCell(measured->pairs));
        for (const float slope : m_slopes) {
            row.push_back(-static_cast<double>(slope) * std::abs(static_cast<double>(alike.distance)));
        }
        table.rows.push_back(std::move(row));
    }
    return table;
}

}  // namespace headlight::ui
