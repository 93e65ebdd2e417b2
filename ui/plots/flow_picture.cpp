#include "ui/plots/flow_picture.h"

#include "ui/plots/token_label.h"

#include <QFontMetricsF>
#include <QLocale>
#include <QPainterPath>

#include <algorithm>
#include <cmath>

namespace headlight::ui {
namespace {

constexpr qreal kNamesRoom = 26.0;
constexpr qreal kLabelGap = 8.0;  ///< Between a label and the lines.
constexpr qreal kLegendRow = 19.0;
constexpr qreal kLegendEntry = 60.0;
constexpr qreal kLegendGap = 14.0;
constexpr qreal kMostPitch = 40.0;

/// Keeps the strongest of the lines that it is given, in bounded memory.
class StrongestLines
{
public:
    explicit StrongestLines(std::size_t limit) : m_limit(limit) {}

    void add(const FlowLine& line)
    {
        ++m_seen;
        m_lines.push_back(line);
        if (m_lines.size() >= 2 * m_limit + 1) {
            cut();
        }
    }

    std::size_t seen() const noexcept { return m_seen; }

    /// Weak before strong.
    std::vector<FlowLine> take(std::size_t most)
    {
        m_limit = std::min(m_limit, most);
        cut();
        std::ranges::stable_sort(m_lines, {}, &FlowLine::weight);
        return std::move(m_lines);
    }

private:
    void cut()
    {
        if (m_lines.size() > m_limit) {
            const auto end = m_lines.begin() + static_cast<std::ptrdiff_t>(m_limit);
            std::ranges::nth_element(m_lines, end, std::ranges::greater(), &FlowLine::weight);
            m_lines.erase(end, m_lines.end());
        }
    }

    std::size_t m_limit;
    std::size_t m_seen = 0;
    std::vector<FlowLine> m_lines;
};

qreal labelPixels(qreal pitch)
{
    return pitch >= 25.0 ? kTitlePixels : pitch >= 15.0 ? kLabelPixels : kSmallPixels;
}

QString exact(float value)
{
    return QString::number(static_cast<double>(value), 'g', 6);
}

QString grouped(std::size_t count)
{
    return QLocale(QLocale::English).toString(static_cast<qulonglong>(count));
}

/// "head 3", "heads 0, 2–5".
QString headList(const std::vector<HeadIndex>& heads)
{
    QStringList parts;
    for (std::size_t i = 0; i < heads.size();) {
        std::size_t end = i + 1;
        while (end < heads.size() && heads[end].value == heads[end - 1].value + 1) {
            ++end;
        }
        const QString first = QString::number(heads[i].value);
        const QString last = QString::number(heads[end - 1].value);
        if (end - i > 2) {
            parts.append(QStringLiteral("%1–%2").arg(first, last));
        } else {
            parts.append(first);
            if (end - i == 2) {
                parts.append(last);
            }
        }
        i = end;
    }
    return QStringLiteral("%1 %2").arg(heads.size() == 1 ? QStringLiteral("head") : QStringLiteral("heads"),
                                       parts.join(QStringLiteral(", ")));
}

/// How a line of some weight is drawn; the same weight looks the same in every picture.
QPen penOf(float weight, const QColor& colour, qreal strength)
{
    const auto share = static_cast<qreal>(std::clamp(weight, 0.0F, 1.0F));
    QColor ink = colour;
    ink.setAlphaF(static_cast<float>((0.14 + 0.76 * share) * strength));
    return {ink, 0.6 + 5.4 * share, Qt::SolidLine, Qt::FlatCap};
}

/// Those of `wanted`, first come first served, that leave `step` rows to each other.
std::vector<Index> spacedOut(const std::vector<Index>& wanted, int step)
{
    std::vector<Index> placed;
    for (const Index row : wanted) {
        if (std::ranges::none_of(placed, [&](Index other) { return std::abs(row - other) < step; })) {
            placed.push_back(row);
        }
    }
    return placed;
}

}  // namespace

std::set<HeadIndex> flowHeads(const FlowOptions& options, HeadIndex selected, Index heads)
{
    std::set<HeadIndex> shown;
    for (const HeadIndex head : options.heads) {
        if (head.value >= 0 && head.value < heads) {
            shown.insert(head);
        }
    }
    return shown.empty() ? std::set{selected} : shown;
}

FlowPicture::FlowPicture(std::shared_ptr<const Trace> trace, const Selection& selection, const FlowOptions& options)
    : m_trace(std::move(trace))
    , m_selection(selection)
    , m_threshold(options.threshold)
{
    const std::set<HeadIndex> heads = flowHeads(options, selection.head.head, m_trace->info().heads);
    m_heads.assign(heads.begin(), heads.end());
    for (std::optional<TokenIndex>* token : {&m_selection.query, &m_selection.key}) {
        if (*token && (*token)->value >= m_trace->tokens()) {
            token->reset();
        }
    }
    collectLines();
}

void FlowPicture::collectLines()
{
    StrongestLines outstanding(kMostLines);
    StrongestLines others(kMostLines);
    for (const HeadIndex head : m_heads) {
        const auto map = m_trace->map(StageId::Weights, {m_selection.head.layer, head});
        if (!map) {
            m_problem = QString::fromStdString(map.error().message);
            continue;
        }
        if (isOff(head)) {
            continue;
        }
        for (Index query = 0; query < (*map)->rows(); ++query) {
            const RowVector row = (*map)->row(TokenIndex(query));
            for (Index key = 0; key < row.size(); ++key) {
                if (row(key) >= m_threshold && row(key) > 0.0F) {
                    const FlowLine line{head, TokenIndex(query), TokenIndex(key), row(key)};
                    (selected() && standsOut(line) ? outstanding : others).add(line);
                }
            }
        }
    }
    m_candidates = outstanding.seen() + others.seen();
    const std::vector<FlowLine> last = outstanding.take(kMostLines);
    m_lines = others.take(kMostLines - last.size());
    m_lines.insert(m_lines.end(), last.begin(), last.end());
}

bool FlowPicture::isOff(HeadIndex head) const
{
    return m_trace->info().experiment.ablatedHeads.contains({m_selection.head.layer, head});
}

std::optional<FlowToken> FlowPicture::selected() const
{
    if (m_selection.query) {
        return FlowToken{FlowSide::Query, *m_selection.query};
    }
    if (m_selection.key) {
        return FlowToken{FlowSide::Key, *m_selection.key};
    }
    return std::nullopt;
}

bool FlowPicture::standsOut(const FlowLine& line) const
{
    const std::optional<FlowToken> token = selected();
    return !token || token->token == (token->side == FlowSide::Query ? line.query : line.key);
}

QString FlowPicture::title() const
{
    QString title =
        QStringLiteral("Attention flow · layer %1 · %2").arg(m_selection.head.layer.value).arg(headList(m_heads));
    std::vector<HeadIndex> off;
    std::ranges::copy_if(m_heads, std::back_inserter(off), [this](HeadIndex head) { return isOff(head); });
    if (!off.empty()) {
        title += QStringLiteral(" · %1 off").arg(headList(off));
    }
    return title;
}

QSizeF FlowPicture::naturalSize() const
{
    constexpr qreal kNaturalPitch = 28.0;
    constexpr qreal kLeastPitch = 13.0;  // the smallest labels still fit
    constexpr qreal kUsualHeight = 900.0;
    const auto tokens = static_cast<qreal>(std::max<Index>(m_trace->tokens(), 1));
    const qreal pitch = std::clamp(kUsualHeight / tokens, kLeastPitch, kNaturalPitch);
    const qreal height = std::clamp(tokens * pitch, 120.0, 4096.0);
    return {760.0, height + kNamesRoom + 90.0};
}

qreal FlowPicture::weightsRoom() const
{
    constexpr qreal kNumber = 40.0;
    constexpr qreal kSquare = 14.0;
    constexpr qreal kMostRoom = 168.0;
    return m_heads.size() == 1 ? kNumber : std::min(static_cast<qreal>(m_heads.size()) * kSquare, kMostRoom);
}

FlowPicture::Layout FlowPicture::layout(const QRectF& area) const
{
    const auto tokens = static_cast<qreal>(std::max<Index>(m_trace->tokens(), 1));
    const auto entries = static_cast<qreal>(m_heads.size());
    const qreal entriesARow = std::max(std::floor(area.width() / kLegendEntry), 1.0);
    const qreal legendHeight = (std::ceil(entries / entriesARow) + 1.0) * kLegendRow;
    const qreal bodyRoom = std::max(area.height() - kNamesRoom - kLegendGap - legendHeight, 1.0);

    Layout placed;
    placed.pitch = std::min(bodyRoom / tokens, kMostPitch);
    placed.top = area.top() + kNamesRoom;
    const QFontMetricsF metrics(figureFont(labelPixels(placed.pitch), QFont::Bold));
    for (Index i = 0; i < m_trace->tokens(); ++i) {
        placed.labels = std::max(placed.labels, metrics.horizontalAdvance(label(TokenIndex(i))));
    }
    placed.labels = std::min(std::ceil(placed.labels), area.width() * 0.22);
    placed.weights = weightsRoom();
    // Lines much longer than the columns are high would all look flat.
    const qreal height = tokens * placed.pitch;
    const qreal beside = 2.0 * (placed.labels + placed.weights + 2.0 * kLabelGap);
    const qreal across = std::clamp(1.6 * height, 420.0, std::max(area.width() - beside, 420.0));
    placed.left = std::round(area.center().x() - across / 2.0);
    placed.right = placed.left + std::round(across);
    placed.names = QRectF(area.left(), area.top(), area.width(), kNamesRoom);
    placed.legend = QRectF(area.left(), placed.top + height + kLegendGap, area.width(), legendHeight);
    return placed;
}

QString FlowPicture::label(TokenIndex token) const
{
    return tokenLabel(m_trace->info().tokens[static_cast<std::size_t>(token.value)]);
}

void FlowPicture::paint(QPainter& painter, const QRectF& area, const Theme& theme) const
{
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    if (!m_problem.isEmpty() && m_lines.empty()) {
        painter.setPen(theme.mutedText);
        painter.setFont(figureFont(kTitlePixels));
        painter.drawText(area, Qt::AlignCenter | Qt::TextWordWrap, m_problem);
        painter.restore();
        return;
    }
    const Layout placed = layout(area);
    painter.setPen(theme.mutedText);
    painter.setFont(figureFont(kLabelPixels));
    painter.drawText(QRectF(QPointF(area.left(), placed.names.top()), QPointF(placed.left, placed.names.bottom())),
                     Qt::AlignRight | Qt::AlignTop, QStringLiteral("query: who looks"));
    painter.drawText(QRectF(QPointF(placed.right, placed.names.top()), QPointF(area.right(), placed.names.bottom())),
                     Qt::AlignLeft | Qt::AlignTop, QStringLiteral("key: who is looked at"));
    paintLines(painter, placed, theme);
    paintLabels(painter, placed, FlowSide::Query, theme);
    paintLabels(painter, placed, FlowSide::Key, theme);
    paintWeights(painter, placed, theme);
    paintLegend(painter, placed, theme);
    painter.restore();
}

void FlowPicture::paintLines(QPainter& painter, const Layout& placed, const Theme& theme) const
{
    constexpr qreal kFaint = 0.16;
    constexpr qreal kMostSpread = 3.0;
    painter.setBrush(Qt::NoBrush);
    const auto count = static_cast<qreal>(m_heads.size());
    const qreal spread = std::min(kMostSpread, 0.6 * placed.pitch / count);
    const qreal middle = (placed.left + placed.right) / 2.0;
    const bool anySelected = selected().has_value();
    for (const FlowLine& line : m_lines) {
        // Heads that look at the same token run side by side.
        const auto rank = static_cast<qreal>(std::ranges::lower_bound(m_heads, line.head) - m_heads.begin());
        const qreal offset = (rank - (count - 1.0) / 2.0) * spread + placed.pitch / 2.0;
        const QPointF from(placed.left, placed.top + static_cast<qreal>(line.query.value) * placed.pitch + offset);
        const QPointF to(placed.right, placed.top + static_cast<qreal>(line.key.value) * placed.pitch + offset);
        QPainterPath curve(from);
        curve.cubicTo({middle, from.y()}, {middle, to.y()}, to);
        painter.setPen(
            penOf(line.weight, headColour(line.head, theme), anySelected && !standsOut(line) ? kFaint : 1.0));
        painter.drawPath(curve);
    }
}

void FlowPicture::paintLabels(QPainter& painter, const Layout& placed, FlowSide side, const Theme& theme) const
{
    const qreal pixels = labelPixels(placed.pitch);
    const QFont plain = figureFont(pixels);
    const QFont bold = figureFont(pixels, QFont::Bold);
    const QFontMetricsF metrics(bold);
    const int step = labelStep(metrics.height(), placed.pitch);
    const std::optional<TokenIndex> marked = side == FlowSide::Query ? m_selection.query : m_selection.key;
    const std::optional<FlowToken> token = selected();

    // What matters most gets its label first: the selected token, those at the far ends of its lines, then the rest.
    std::vector<Index> wanted;
    if (marked) {
        wanted.push_back(marked->value);
    }
    std::set<Index> linked;
    if (token && token->side != side) {
        for (auto line = m_lines.rbegin(); line != m_lines.rend() && standsOut(*line); ++line) {
            const Index end = (side == FlowSide::Query ? line->query : line->key).value;
            if (linked.insert(end).second) {
                wanted.push_back(end);
            }
        }
    }
    for (Index i = 0; i < m_trace->tokens(); i += step) {
        wanted.push_back(i);
    }

    for (const Index row : spacedOut(wanted, step)) {
        const bool isMarked = marked && marked->value == row;
        painter.setFont(isMarked ? bold : plain);
        painter.setPen(isMarked ? theme.accent : !token || linked.contains(row) ? theme.text : theme.mutedText);
        const qreal y = placed.top + (static_cast<qreal>(row) + 0.5) * placed.pitch;
        const qreal x = side == FlowSide::Query ? placed.left - kLabelGap - placed.labels : placed.right + kLabelGap;
        painter.drawText(QRectF(x, y - metrics.height() / 2.0, placed.labels, metrics.height()),
                         (side == FlowSide::Query ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter,
                         metrics.elidedText(label(TokenIndex(row)), Qt::ElideMiddle, placed.labels));
    }
}

void FlowPicture::paintWeights(QPainter& painter, const Layout& placed, const Theme& theme) const
{
    const std::optional<FlowToken> token = selected();
    if (!token) {
        return;
    }
    const QFontMetricsF metrics(figureFont(kSmallPixels));
    const bool keys = token->side == FlowSide::Query;
    const qreal x = keys ? placed.right + kLabelGap + placed.labels + kLabelGap
                         : placed.left - 2.0 * kLabelGap - placed.labels - placed.weights;
    const int step = m_heads.size() == 1 ? labelStep(metrics.height(), placed.pitch) : 1;
    painter.setFont(figureFont(kSmallPixels));
    std::vector<Index> rows;
    for (auto line = m_lines.rbegin(); line != m_lines.rend() && standsOut(*line); ++line) {
        const Index row = (keys ? line->key : line->query).value;
        const qreal top = placed.top + static_cast<qreal>(row) * placed.pitch;
        if (m_heads.size() == 1) {
            if (std::ranges::none_of(rows, [&](Index other) { return std::abs(other - row) < step; })) {
                rows.push_back(row);
                painter.setPen(theme.text);
                painter.drawText(QRectF(x, top, placed.weights, placed.pitch),
                                 (keys ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter | Qt::TextDontClip,
                                 QString::number(static_cast<double>(line->weight), 'f', 2));
            }
            continue;
        }
        const auto rank = static_cast<qreal>(std::ranges::lower_bound(m_heads, line->head) - m_heads.begin());
        const qreal width = placed.weights / static_cast<qreal>(m_heads.size());
        const qreal height = std::min(placed.pitch, 14.0);
        QColor ink = headColour(line->head, theme);
        ink.setAlphaF(std::clamp(0.1F + 0.9F * line->weight, 0.0F, 1.0F));
        painter.fillRect(QRectF(x + rank * width, top + (placed.pitch - height) / 2.0, std::max(width - 2.0, 1.0),
                                std::max(height - 2.0, 1.0)),
                         ink);
    }
}

QString FlowPicture::caption() const
{
    const QString reach = m_threshold > 0.0F ? QStringLiteral("%1 or more").arg(static_cast<double>(m_threshold))
                                             : QStringLiteral("more than 0");
    if (m_candidates > m_lines.size()) {
        return QStringLiteral("showing the %1 strongest of %2 lines of weight %3")
            .arg(grouped(m_lines.size()), grouped(m_candidates), reach);
    }
    if (m_candidates == 0) {
        const bool allOff = std::ranges::all_of(m_heads, [this](HeadIndex head) { return isOff(head); });
        return allOff ? QStringLiteral("no lines: switched off") : QStringLiteral("no weight of %1").arg(reach);
    }
    return QStringLiteral("%1 %2 of weight %3")
        .arg(grouped(m_candidates), m_candidates == 1 ? QStringLiteral("line") : QStringLiteral("lines"), reach);
}

void FlowPicture::paintLegend(QPainter& painter, const Layout& placed, const Theme& theme) const
{
    constexpr qreal kSwatch = 12.0;
    painter.setFont(figureFont(kLabelPixels));
    const QFontMetricsF metrics(painter.font());
    const QRectF& area = placed.legend;
    const auto entriesARow = static_cast<std::size_t>(std::max(std::floor(area.width() / kLegendEntry), 1.0));
    const std::size_t inFirstRow = std::min(entriesARow, m_heads.size());
    const qreal indent = std::floor((area.width() - static_cast<qreal>(inFirstRow) * kLegendEntry) / 2.0);
    for (std::size_t i = 0; i < m_heads.size(); ++i) {
        const QRectF entry(area.left() + indent + static_cast<qreal>(i % entriesARow) * kLegendEntry,
                           area.top() + static_cast<qreal>(i / entriesARow) * kLegendRow, kLegendEntry, kLegendRow);
        const QRectF swatch(entry.left(), entry.center().y() - kSwatch / 2.0, kSwatch, kSwatch);
        const bool off = isOff(m_heads[i]);
        if (off) {
            painter.setPen(theme.mutedText);
            painter.setBrush(Qt::NoBrush);
            painter.drawRect(swatch.adjusted(0.5, 0.5, -0.5, -0.5));
        } else {
            painter.fillRect(swatch, headColour(m_heads[i], theme));
        }
        painter.setPen(off ? theme.mutedText : theme.text);
        const QString name =
            m_heads.size() == 1 ? QStringLiteral("head %1").arg(m_heads[i].value) : QString::number(m_heads[i].value);
        painter.drawText(entry.adjusted(kSwatch + 5.0, 0.0, 0.0, 0.0),
                         Qt::AlignLeft | Qt::AlignVCenter | Qt::TextDontClip,
                         off ? QStringLiteral("%1 off").arg(name) : name);
    }

    // How strong lines look, and what is left out.
    constexpr qreal kSample = 26.0;
    const QRectF row(area.left(), area.bottom() - kLegendRow, area.width(), kLegendRow);
    std::vector<float> samples;
    for (const float weight : {m_threshold, 0.25F, 0.5F, 1.0F}) {
        if (weight > 0.0F && (samples.empty() || weight > samples.back())) {
            samples.push_back(weight);
        }
    }
    const QString text = caption();
    const qreal width = metrics.horizontalAdvance(text) + static_cast<qreal>(samples.size()) * (kSample + 40.0) + 20.0;
    qreal x = std::max(row.center().x() - width / 2.0, row.left());
    for (const float weight : samples) {
        painter.setPen(penOf(weight, theme.text, 1.0));
        painter.drawLine(QPointF(x, row.center().y()), QPointF(x + kSample, row.center().y()));
        painter.setPen(theme.text);
        painter.drawText(QRectF(x + kSample + 5.0, row.top(), 40.0, row.height()), Qt::AlignLeft | Qt::AlignVCenter,
                         QString::number(static_cast<double>(weight), 'g', 2));
        x += kSample + 40.0;
    }
    painter.setPen(theme.mutedText);
    painter.drawText(QRectF(QPointF(x + 8.0, row.top()), row.bottomRight()),
                     Qt::AlignLeft | Qt::AlignVCenter | Qt::TextDontClip, text);
}

CsvTable FlowPicture::table() const
{
    CsvTable table{.header = {"head", "query", "query token", "key", "key token", "weight"}, .rows = {}};
    std::vector<FlowLine> lines = m_lines;
    std::ranges::stable_sort(lines, std::ranges::greater(), &FlowLine::weight);
    const std::vector<Token>& tokens = m_trace->info().tokens;
    for (const FlowLine& line : lines) {
        table.rows.push_back({line.head.value, line.query.value,
                              tokens[static_cast<std::size_t>(line.query.value)].text, line.key.value,
                              tokens[static_cast<std::size_t>(line.key.value)].text, line.weight});
    }
    return table;
}

std::optional<FlowToken> FlowPicture::tokenAt(QPointF point, const QRectF& area) const
{
    constexpr qreal kReach = 16.0;  // into the lines
    const Layout placed = layout(area);
    const auto row = static_cast<Index>(std::floor((point.y() - placed.top) / placed.pitch));
    if (row < 0 || row >= m_trace->tokens()) {
        return std::nullopt;
    }
    const qreal beside = placed.labels + placed.weights + 2.0 * kLabelGap;
    if (point.x() >= placed.left - beside && point.x() <= placed.left + kReach) {
        return FlowToken{FlowSide::Query, TokenIndex(row)};
    }
    if (point.x() >= placed.right - kReach && point.x() <= placed.right + beside) {
        return FlowToken{FlowSide::Key, TokenIndex(row)};
    }
    return std::nullopt;
}

QRectF FlowPicture::tokenRect(FlowToken token, const QRectF& area) const
{
    const Layout placed = layout(area);
    const qreal width = placed.labels + kLabelGap;
    return {token.side == FlowSide::Query ? placed.left - width : placed.right,
            placed.top + static_cast<qreal>(token.token.value) * placed.pitch, width, placed.pitch};
}

QString FlowPicture::describe(FlowToken token) const
{
    constexpr std::size_t kMostRows = 8;
    const bool looks = token.side == FlowSide::Query;
    const auto named = [this](TokenIndex index) {
        return QStringLiteral("%1 (%2)").arg(label(index)).arg(index.value);
    };
    std::vector<FlowLine> lines;
    for (const HeadIndex head : m_heads) {
        const auto map = m_trace->map(StageId::Weights, {m_selection.head.layer, head});
        if (!map || isOff(head)) {
            continue;
        }
        for (Index other = 0; other < m_trace->tokens(); ++other) {
            FlowLine line{head, token.token, TokenIndex(other), 0.0F};
            if (!looks) {
                std::swap(line.query, line.key);
            }
            line.weight = (*map)->at(line.query, line.key);
            if (line.weight >= m_threshold && line.weight > 0.0F) {
                lines.push_back(line);
            }
        }
    }
    std::ranges::stable_sort(lines, std::ranges::greater(), &FlowLine::weight);
    QString text = looks ? QStringLiteral("%1 looks at").arg(named(token.token))
                         : QStringLiteral("%1 is looked at by").arg(named(token.token));
    for (std::size_t i = 0; i < std::min(lines.size(), kMostRows); ++i) {
        text += QStringLiteral("\n%1: weight %2 · head %3")
                    .arg(named(looks ? lines[i].key : lines[i].query), exact(lines[i].weight))
                    .arg(lines[i].head.value);
    }
    if (lines.size() > kMostRows) {
        text += QStringLiteral("\n… and %1 more").arg(lines.size() - kMostRows);
    } else if (lines.empty()) {
        text += QStringLiteral("\nnothing: %1").arg(caption());
    }
    return text;
}

}  // namespace headlight::ui
