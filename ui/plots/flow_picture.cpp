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
constexpr qreal kMostPitch = 48.0;

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
    std::vector<FlowLine> take()
    {
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

/// With two decimals, as in the cells of the heatmap; a small weight is not called zero.
QString shortWeight(float weight)
{
    return weight < 0.005F ? QStringLiteral("<0.01") : QString::number(static_cast<double>(weight), 'f', 2);
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

/// How a line of some weight is drawn. Its width grows with the weight; ink grows with the root, or small weights would be
/// lost on a projector.
///
/// Lines no wider than a pixel are drawn seven times as fast as wider ones (measured), and most weights are small.
QPen penOf(float weight, const QColor& colour, FlowInk ink)
{
    const float share = std::clamp(weight, 0.0F, 1.0F);
    const float root = std::sqrt(share);
    QColor mixed = colour;
    qreal width = 1.0;
    switch (ink) {
    case FlowInk::Faint:
        mixed.setAlphaF(0.04F + 0.14F * root);
        break;
    case FlowInk::Plain:
        mixed.setAlphaF(0.12F + 0.74F * root);
        width = std::max(1.0, 6.0 * static_cast<qreal>(share));
        break;
    case FlowInk::Strong:
        mixed.setAlphaF(0.15F + 0.8F * root);
        width = std::max(1.0, 8.0 * static_cast<qreal>(share));
        break;
    }
    return {mixed, width, Qt::SolidLine, Qt::FlatCap};
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

std::set<HeadIndex> toggledFlowHeads(const FlowOptions& options, HeadIndex selected, Index heads, HeadIndex toggled)
{
    std::set<HeadIndex> shown = flowHeads(options, selected, heads);
    if (shown.erase(toggled) == 0) {
        shown.insert(toggled);
    }
    return shown == std::set{selected} ? std::set<HeadIndex>{} : shown;
}

/// What does not depend on which token is selected.
struct FlowPicture::Content
{
    Content(std::shared_ptr<const Trace> source, LayerIndex ofLayer, const std::set<HeadIndex>& ofHeads, float least)
        : trace(std::move(source))
        , layer(ofLayer)
        , heads(ofHeads.begin(), ofHeads.end())
        , threshold(least)
    {
        const QFontMetricsF metrics(figureFont(kTitlePixels, QFont::Bold));
        for (const Token& token : trace->info().tokens) {
            labels.append(tokenLabel(token));
            widestLabel = std::max(widestLabel, metrics.horizontalAdvance(labels.back()));
        }
        StrongestLines strongest(kMostLines);
        for (const HeadIndex head : heads) {
            const auto map = trace->map(StageId::Weights, {layer, head});
            if (!map) {
                problem = QString::fromStdString(map.error().message);
                continue;
            }
            for (Index query = 0; !isOff(head) && query < (*map)->rows(); ++query) {
                const RowVector row = (*map)->row(TokenIndex(query));
                for (Index key = 0; key < row.size(); ++key) {
                    if (reaches(row(key))) {
                        strongest.add({head, TokenIndex(query), TokenIndex(key), row(key)});
                    }
                }
            }
        }
        candidates = strongest.seen();
        lines = strongest.take();
    }

    bool reaches(float weight) const { return weight >= threshold && weight > 0.0F; }
    bool isOff(HeadIndex head) const { return trace->info().experiment.ablatedHeads.contains({layer, head}); }

    /// Where a head stands among those shown.
    qreal rank(HeadIndex head) const
    {
        return static_cast<qreal>(std::ranges::lower_bound(heads, head) - heads.begin());
    }

    std::shared_ptr<const Trace> trace;
    LayerIndex layer;
    std::vector<HeadIndex> heads;
    float threshold;
    QStringList labels;
    qreal widestLabel = 0.0;  ///< At kTitlePixels, bold.
    std::vector<FlowLine> lines;
    std::size_t candidates = 0;
    QString problem;
};

FlowPicture::FlowPicture(std::shared_ptr<const Trace> trace, const Selection& selection, const FlowOptions& options,
                         const FlowPicture* previous)
    : m_selection(selection)
{
    const std::set<HeadIndex> heads = flowHeads(options, selection.head.head, trace->info().heads);
    const auto isSame = [&](const Content& content) {
        return content.trace == trace && content.layer == selection.head.layer &&
               std::ranges::equal(content.heads, heads) && content.threshold == options.threshold;
    };
    if (previous != nullptr && isSame(*previous->m_content)) {
        m_content = previous->m_content;
    } else {
        m_content = std::make_shared<Content>(std::move(trace), selection.head.layer, heads, options.threshold);
    }
    for (std::optional<TokenIndex>* token : {&m_selection.query, &m_selection.key}) {
        if (*token && (*token)->value >= tokens()) {
            token->reset();
        }
    }
    if (const std::optional<FlowToken> token = selected()) {
        m_outstanding = linesOf(*token);
    }
}

const std::vector<FlowLine>& FlowPicture::lines() const noexcept
{
    return m_content->lines;
}

std::size_t FlowPicture::candidates() const noexcept
{
    return m_content->candidates;
}

Index FlowPicture::tokens() const noexcept
{
    return m_content->trace->tokens();
}

FlowPicture::BackdropKey FlowPicture::backdropKey() const noexcept
{
    return {m_content.get(), selected() ? FlowInk::Faint : FlowInk::Plain};
}

std::vector<FlowLine> FlowPicture::linesOf(FlowToken token) const
{
    std::vector<FlowLine> lines;
    for (const HeadIndex head : m_content->heads) {
        const auto map = m_content->trace->map(StageId::Weights, {m_content->layer, head});
        if (!map || m_content->isOff(head)) {
            continue;
        }
        for (Index other = 0; other < tokens(); ++other) {
            FlowLine line{head, token.token, TokenIndex(other)};
            if (token.side == FlowSide::Key) {
                std::swap(line.query, line.key);
            }
            line.weight = (*map)->at(line.query, line.key);
            if (m_content->reaches(line.weight)) {
                lines.push_back(line);
            }
        }
    }
    std::ranges::stable_sort(lines, {}, &FlowLine::weight);
    return lines;
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

QString FlowPicture::title() const
{
    QString title =
        QStringLiteral("Attention flow · layer %1 · %2").arg(m_content->layer.value).arg(headList(m_content->heads));
    std::vector<HeadIndex> off;
    std::ranges::copy_if(m_content->heads, std::back_inserter(off),
                         [this](HeadIndex head) { return m_content->isOff(head); });
    if (off.size() == m_content->heads.size()) {
        title += QStringLiteral(" · switched off");
    } else if (!off.empty()) {
        title += QStringLiteral(" · %1 off").arg(headList(off));
    }
    return title;
}

QSizeF FlowPicture::naturalSize() const
{
    constexpr qreal kNaturalPitch = 28.0;
    constexpr qreal kLeastPitch = 13.0;  // the smallest labels still fit
    constexpr qreal kUsualHeight = 900.0;
    const auto rows = static_cast<qreal>(std::max<Index>(tokens(), 1));
    const qreal pitch = std::clamp(kUsualHeight / rows, kLeastPitch, kNaturalPitch);
    const qreal height = std::clamp(rows * pitch, 120.0, 4096.0);
    return {760.0, height + kNamesRoom + 90.0};
}

qreal FlowPicture::weightsRoom() const
{
    constexpr qreal kNumber = 40.0;
    constexpr qreal kSquare = 14.0;
    constexpr qreal kMostRoom = 168.0;
    return m_content->heads.size() == 1 ? kNumber
                                        : std::min(static_cast<qreal>(m_content->heads.size()) * kSquare, kMostRoom);
}

FlowPicture::Layout FlowPicture::layout(const QRectF& area) const
{
    const auto rows = static_cast<qreal>(std::max<Index>(tokens(), 1));
    const auto entries = static_cast<qreal>(m_content->heads.size());
    const qreal entriesARow = std::max(std::floor(area.width() / kLegendEntry), 1.0);
    const qreal legendHeight = (std::ceil(entries / entriesARow) + 1.0) * kLegendRow;
    const qreal bodyRoom = std::max(area.height() - kNamesRoom - kLegendGap - legendHeight, 1.0);

    Layout placed;
    placed.pitch = std::min(bodyRoom / rows, kMostPitch);
    placed.top = area.top() + kNamesRoom;
    // Hinting makes small letters a little wider than scaled large ones.
    placed.labels = std::min(std::ceil(m_content->widestLabel * labelPixels(placed.pitch) / kTitlePixels * 1.06) + 1.0,
                             area.width() * 0.22);
    placed.weights = weightsRoom();
    // Lines much longer than the columns are high would all look flat.
    const qreal height = rows * placed.pitch;
    const qreal beside = 2.0 * (placed.labels + placed.weights + 2.0 * kLabelGap);
    const qreal room = std::max(area.width() - beside, 40.0);
    const qreal across = std::min(std::max(1.6 * height, 420.0), room);
    placed.left = std::round(area.center().x() - across / 2.0);
    placed.right = placed.left + std::round(across);
    placed.names = QRectF(area.left(), area.top(), area.width(), kNamesRoom);
    placed.legend = QRectF(area.left(), placed.top + height + kLegendGap, area.width(), legendHeight);
    return placed;
}

void FlowPicture::paint(QPainter& painter, const QRectF& area, const Theme& theme) const
{
    paintBackdrop(painter, area, theme);
    paintFront(painter, area, theme);
}

void FlowPicture::paintBackdrop(QPainter& painter, const QRectF& area, const Theme& theme) const
{
    const FlowInk ink = selected() ? FlowInk::Faint : FlowInk::Plain;
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    const Layout placed = layout(area);
    for (const FlowLine& line : m_content->lines) {
        paintLine(painter, placed, line, ink, theme);
    }
    painter.restore();
}

void FlowPicture::paintFront(QPainter& painter, const QRectF& area, const Theme& theme) const
{
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    if (!m_content->problem.isEmpty() && m_content->lines.empty()) {
        painter.setPen(theme.mutedText);
        painter.setFont(figureFont(kTitlePixels));
        painter.drawText(area, Qt::AlignCenter | Qt::TextWordWrap, m_content->problem);
        painter.restore();
        return;
    }
    const Layout placed = layout(area);
    for (const FlowLine& line : m_outstanding) {
        paintLine(painter, placed, line, FlowInk::Strong, theme);
    }
    painter.setPen(theme.mutedText);
    painter.setFont(figureFont(kLabelPixels));
    const QRectF& names = placed.names;
    const QString left = QStringLiteral("query: who looks");
    const QString right = QStringLiteral("key: who is looked at");
    const QFontMetricsF metrics(painter.font());
    const qreal leftEnd = std::max(placed.left, names.left() + metrics.horizontalAdvance(left));
    const qreal rightBegin = std::min(placed.right, names.right() - metrics.horizontalAdvance(right));
    painter.drawText(QRectF(names.topLeft(), QPointF(leftEnd, names.bottom())), Qt::AlignRight | Qt::AlignTop, left);
    painter.drawText(QRectF(QPointF(rightBegin, names.top()), names.bottomRight()), Qt::AlignLeft | Qt::AlignTop,
                     right);
    paintLabels(painter, placed, FlowSide::Query, theme);
    paintLabels(painter, placed, FlowSide::Key, theme);
    paintWeights(painter, placed, theme);
    paintLegend(painter, placed, theme);
    painter.restore();
}

void FlowPicture::paintLine(QPainter& painter, const Layout& placed, const FlowLine& line, FlowInk ink,
                            const Theme& theme) const
{
    constexpr qreal kMostSpread = 3.0;
    // Heads that look at the same token run side by side.
    const auto count = static_cast<qreal>(m_content->heads.size());
    const qreal spread = std::min(kMostSpread, 0.6 * placed.pitch / count);
    const qreal offset = (m_content->rank(line.head) - (count - 1.0) / 2.0) * spread + placed.pitch / 2.0;
    const qreal middle = (placed.left + placed.right) / 2.0;
    const QPointF from(placed.left, placed.top + static_cast<qreal>(line.query.value) * placed.pitch + offset);
    const QPointF to(placed.right, placed.top + static_cast<qreal>(line.key.value) * placed.pitch + offset);
    QPainterPath curve(from);
    curve.cubicTo({middle, from.y()}, {middle, to.y()}, to);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(penOf(line.weight, headColour(line.head, theme), ink));
    painter.drawPath(curve);
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
        for (auto line = m_outstanding.rbegin(); line != m_outstanding.rend(); ++line) {
            const Index end = (side == FlowSide::Query ? line->query : line->key).value;
            if (linked.insert(end).second) {
                wanted.push_back(end);
            }
        }
    }
    for (Index i = 0; i < tokens(); i += step) {
        wanted.push_back(i);
    }

    for (const Index row : spacedOut(wanted, step)) {
        const bool isMarked = marked && marked->value == row;
        painter.setFont(isMarked ? bold : plain);
        painter.setPen(isMarked ? theme.accent : !token || linked.contains(row) ? theme.text : theme.mutedText);
        const qreal y = placed.top + (static_cast<qreal>(row) + 0.5) * placed.pitch;
        const qreal x = side == FlowSide::Query ? placed.left - kLabelGap - placed.labels : placed.right + kLabelGap;
        painter.drawText(
            QRectF(x, y - metrics.height() / 2.0, placed.labels, metrics.height()),
            (side == FlowSide::Query ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter,
            metrics.elidedText(m_content->labels[static_cast<qsizetype>(row)], Qt::ElideMiddle, placed.labels));
    }
}

void FlowPicture::paintWeights(QPainter& painter, const Layout& placed, const Theme& theme) const
{
    const std::optional<FlowToken> token = selected();
    if (!token) {
        return;
    }
    painter.setFont(figureFont(std::min(labelPixels(placed.pitch), kLabelPixels)));
    const QFontMetricsF metrics(painter.font());
    const bool keys = token->side == FlowSide::Query;
    const qreal x = keys ? placed.right + kLabelGap + placed.labels + kLabelGap
                         : placed.left - 2.0 * kLabelGap - placed.labels - placed.weights;
    const int step = m_content->heads.size() == 1 ? labelStep(metrics.height(), placed.pitch) : 1;
    std::vector<Index> rows;
    for (auto line = m_outstanding.rbegin(); line != m_outstanding.rend(); ++line) {
        const Index row = (keys ? line->key : line->query).value;
        const qreal top = placed.top + static_cast<qreal>(row) * placed.pitch;
        if (m_content->heads.size() == 1) {
            if (std::ranges::none_of(rows, [&](Index other) { return std::abs(other - row) < step; })) {
                rows.push_back(row);
                painter.setPen(theme.text);
                painter.drawText(QRectF(x, top, placed.weights, placed.pitch),
                                 (keys ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter | Qt::TextDontClip,
                                 shortWeight(line->weight));
            }
            continue;
        }
        const auto rank = m_content->rank(line->head);
        const qreal width = placed.weights / static_cast<qreal>(m_content->heads.size());
        const qreal height = std::min(placed.pitch, 14.0);
        QColor ink = headColour(line->head, theme);
        ink.setAlphaF(std::clamp(0.1F + 0.9F * line->weight, 0.0F, 1.0F));
        painter.fillRect(QRectF(x + rank * width, top + (placed.pitch - height) / 2.0, std::max(width - 2.0, 1.0),
                                std::max(height - 2.0, 1.0)),
                         ink);
    }
}

QString FlowPicture::reachText() const
{
    return m_content->threshold > 0.0F
               ? QStringLiteral("%1 or more").arg(static_cast<double>(m_content->threshold), 0, 'g', 4)
               : QStringLiteral("more than 0");
}

QString FlowPicture::caption() const
{
    const QString reach = reachText();
    if (m_content->candidates > lines().size()) {
        return QStringLiteral("showing the %1 strongest of %2 lines of weight %3")
            .arg(grouped(lines().size()), grouped(m_content->candidates), reach);
    }
    if (m_content->candidates == 0) {
        const bool allOff =
            std::ranges::all_of(m_content->heads, [this](HeadIndex head) { return m_content->isOff(head); });
        return allOff ? QStringLiteral("no lines: switched off") : QStringLiteral("no weight of %1").arg(reach);
    }
    return QStringLiteral("%1 %2 of weight %3")
        .arg(grouped(m_content->candidates),
             m_content->candidates == 1 ? QStringLiteral("line") : QStringLiteral("lines"), reach);
}

void FlowPicture::paintLegend(QPainter& painter, const Layout& placed, const Theme& theme) const
{
    constexpr qreal kSwatch = 12.0;
    painter.setFont(figureFont(kLabelPixels));
    const QFontMetricsF metrics(painter.font());
    const QRectF& area = placed.legend;
    const auto entriesARow = static_cast<std::size_t>(std::max(std::floor(area.width() / kLegendEntry), 1.0));
    const std::size_t inFirstRow = std::min(entriesARow, m_content->heads.size());
    const qreal indent = std::floor((area.width() - static_cast<qreal>(inFirstRow) * kLegendEntry) / 2.0);
    for (std::size_t i = 0; i < m_content->heads.size(); ++i) {
        const QRectF entry(area.left() + indent + static_cast<qreal>(i % entriesARow) * kLegendEntry,
                           area.top() + static_cast<qreal>(i / entriesARow) * kLegendRow, kLegendEntry, kLegendRow);
        const QRectF swatch(entry.left(), entry.center().y() - kSwatch / 2.0, kSwatch, kSwatch);
        const bool off = m_content->isOff(m_content->heads[i]);
        if (off) {
            painter.setPen(theme.mutedText);
            painter.setBrush(Qt::NoBrush);
            painter.drawRect(swatch.adjusted(0.5, 0.5, -0.5, -0.5));
        } else {
            painter.fillRect(swatch, headColour(m_content->heads[i], theme));
        }
        painter.setPen(off ? theme.mutedText : theme.text);
        const QString name = m_content->heads.size() == 1 ? QStringLiteral("head %1").arg(m_content->heads[i].value)
                                                          : QString::number(m_content->heads[i].value);
        painter.drawText(entry.adjusted(kSwatch + 5.0, 0.0, 0.0, 0.0),
                         Qt::AlignLeft | Qt::AlignVCenter | Qt::TextDontClip,
                         off ? QStringLiteral("%1 off").arg(name) : name);
    }

    // How strong lines look, and what is left out.
    constexpr qreal kSample = 26.0;
    const QRectF row(area.left(), area.bottom() - kLegendRow, area.width(), kLegendRow);
    std::vector<float> samples;
    for (const float weight : {m_content->threshold, 0.25F, 0.5F, 1.0F}) {
        if (weight > 0.0F && (samples.empty() || weight > samples.back())) {
            samples.push_back(weight);
        }
    }
    const QString text = caption();
    const qreal width = metrics.horizontalAdvance(text) + static_cast<qreal>(samples.size()) * (kSample + 40.0) + 20.0;
    qreal x = std::max(row.center().x() - width / 2.0, row.left());
    for (const float weight : samples) {
        painter.setPen(penOf(weight, theme.text, selected() ? FlowInk::Strong : FlowInk::Plain));
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
    std::vector<FlowLine> drawn = lines();
    for (const FlowLine& line : m_outstanding) {
        const auto [first, last] = std::ranges::equal_range(lines(), line.weight, {}, &FlowLine::weight);
        if (std::find(first, last, line) == last) {
            drawn.push_back(line);
        }
    }
    std::ranges::stable_sort(drawn, std::ranges::greater(), &FlowLine::weight);
    const std::vector<Token>& texts = m_content->trace->info().tokens;
    const auto text = [&](TokenIndex token) { return texts[static_cast<std::size_t>(token.value)].text; };
    for (const FlowLine& line : drawn) {
        table.rows.push_back(
            {line.head.value, line.query.value, text(line.query), line.key.value, text(line.key), line.weight});
    }
    return table;
}

std::optional<FlowToken> FlowPicture::tokenAt(QPointF point, const QRectF& area) const
{
    constexpr qreal kReach = 16.0;  // into the lines
    const Layout placed = layout(area);
    const auto row = static_cast<Index>(std::floor((point.y() - placed.top) / placed.pitch));
    if (row < 0 || row >= tokens()) {
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
        return QStringLiteral("%1 (%2)").arg(m_content->labels[static_cast<qsizetype>(index.value)]).arg(index.value);
    };
    const std::vector<FlowLine> weakFirst = linesOf(token);
    QString text = named(token.token) + (looks ? QStringLiteral(" looks at") : QStringLiteral(" is looked at by"));
    std::size_t rows = 0;
    for (auto line = weakFirst.rbegin(); line != weakFirst.rend() && rows < kMostRows; ++line, ++rows) {
        text += QStringLiteral("\n") + named(looks ? line->key : line->query) +
                QStringLiteral(": weight %1 · head %2").arg(exact(line->weight)).arg(line->head.value);
    }
    if (weakFirst.size() > rows) {
        text += QStringLiteral("\n… and %1 more").arg(weakFirst.size() - rows);
    } else if (weakFirst.empty()) {
        text += QStringLiteral("\nnothing with a weight of %1").arg(reachText());
    }
    return text;
}

}  // namespace headlight::ui
