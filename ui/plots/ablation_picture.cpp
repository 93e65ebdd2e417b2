#include "ui/plots/ablation_picture.h"

#include "ui/plots/heatmap_picture.h"
#include "ui/plots/token_label.h"
#include "ui/session/presentation.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace headlight::ui {
namespace {

constexpr qreal kRow = 21.0;     ///< Of one bar.
constexpr qreal kTop = 22.0;     ///< For what the bars show.
constexpr qreal kGap = 24.0;     ///< Between bars and map.
constexpr qreal kBarGap = 14.0;  ///< Between map and colour bar.
constexpr qreal kNoteHeight = 18.0;
constexpr qreal kLargestCell = 56.0;
constexpr qreal kWidestMap = 0.46;  ///< Of the whole width, beside the bars.
constexpr Index kMostBars = 20;

QString number(double value)
{
    return QString::number(value, 'g', 3).replace(QLatin1Char('-'), QChar(0x2212));
}

QString signedNumber(double value)
{
    return value > 0.0 ? QLatin1Char('+') + number(value) : number(value);
}

QString shortName(HeadAddress head)
{
    return QStringLiteral("%1.%2").arg(head.layer.value).arg(head.head.value);
}

QString relationOf(const AblationQuestion& question, HeadAddress head)
{
    const std::string_view relation = question.about.relationOf(head);
    return QString::fromUtf8(relation.data(), static_cast<qsizetype>(relation.size()));
}

/// "3.0 antecedent"
QString nameOf(const AblationQuestion& question, HeadAddress head)
{
    return QStringLiteral("%1 %2").arg(shortName(head), relationOf(question, head)).trimmed();
}

QString quoted(const Token& token, TokenNames names)
{
    return QStringLiteral("“%1”").arg(tokenLabel(spelt(token, names)));
}

QString quotedAt(const AblationQuestion& question, TokenIndex token, TokenNames names)
{
    return quoted(question.about.tokens[static_cast<std::size_t>(token.value)], names);
}

/// What a target is called, and how an effect on it is measured.
struct Wording
{
    QString target;
    QString quantity;
    QString change;
    QString formula;
};

Wording wordingOf(const AblationQuestion& question, TokenNames names)
{
    if (const auto* output = std::get_if<OutputTarget>(&question.target)) {
        const QString stage = outputStage(*question.model).id == StageId::FinalNorm
                                  ? QStringLiteral("after the final norm")
                                  : QStringLiteral("of the last layer");
        return {QStringLiteral("the output at %1, %2").arg(quotedAt(question, output->token, names), stage),
                QStringLiteral("norm"), QStringLiteral("relative change of the output, ‖y′ − y‖ / ‖y‖"),
                QStringLiteral("effect = ‖y′ − y‖ / ‖y‖")};
    }
    if (const auto* prediction = std::get_if<PredictionTarget>(&question.target)) {
        const Token token = question.model->tokenizer->token(prediction->id).value_or(Token{});
        return {QStringLiteral("the probability of %1 at %2")
                    .arg(quoted(token, names), quotedAt(question, prediction->token, names)),
                QStringLiteral("probability"), QStringLiteral("change of the probability, p′ − p"),
                QStringLiteral("effect = p′ − p")};
    }
    const auto& attention = std::get<AttentionTarget>(question.target);
    return {QStringLiteral("the weight %1 → %2 of head %3")
                .arg(quotedAt(question, attention.query, names), quotedAt(question, attention.key, names),
                     nameOf(question, attention.head)),
            QStringLiteral("weight"), QStringLiteral("change of the weight, w′ − w"),
            QStringLiteral("effect = w′ − w")};
}

bool isSigned(const AblationQuestion& question)
{
    return !std::holds_alternative<OutputTarget>(question.target);
}

}  // namespace

AblationPicture::AblationPicture(std::shared_ptr<const AblationAnswer> answer, HeadAddress highlighted,
                                 TokenNames names, const ColourMap& colourMap)
    : m_answer(std::move(answer))
    , m_highlighted(highlighted)
{
    const AblationQuestion& question = m_answer->question;
    const Wording wording = wordingOf(question, names);
    m_target = wording.target;
    m_quantity = wording.quantity;
    m_change = wording.change;
    m_effects = Matrix::Constant(question.model->config.layers, question.model->config.heads,
                                 std::numeric_limits<float>::quiet_NaN());
    float largest = 0.0F;
    for (const auto& [head, change] : m_answer->study.effects) {
        if (change) {
            const auto effect = static_cast<float>(change->effect);
            m_effects(head.layer.value, head.head.value) = effect;
            largest = std::max(largest, std::abs(effect));
        }
    }
    const float high = largest > 0.0F ? largest : 1.0F;
    m_scale = {.map = isSigned(question) ? &ColourMap::diverging() : &colourMap,
               .low = isSigned(question) ? -high : 0.0F,
               .high = high,
               .meaning = wording.formula};
}

QString AblationPicture::title() const
{
    return QStringLiteral("Effect of switching off each head · on %1").arg(m_target);
}

QSizeF AblationPicture::naturalSize() const
{
    const auto rows = static_cast<qreal>(std::min(measured(), kMostBars) + 1);
    const auto layers = static_cast<qreal>(m_effects.rows());
    constexpr qreal kBars = 460.0;
    constexpr qreal kAxes = 70.0;
    const qreal across = std::clamp(static_cast<qreal>(m_effects.cols()) * 30.0, 180.0, 600.0);
    return {kBars + kGap + kAxes + across + kBarGap + kColourBarWidth,
            std::max(kTop + rows * kRow, kAxes + std::clamp(layers * 30.0, 140.0, 600.0)) + kNoteHeight};
}

Index AblationPicture::measured() const
{
    return std::ranges::count_if(m_answer->ranking, [](const HeadEffect& effect) { return effect.change.has_value(); });
}

Index AblationPicture::placeOf(HeadAddress head) const
{
    return std::ranges::find(m_answer->ranking, head, &HeadEffect::head) - m_answer->ranking.begin();
}

AblationPicture::Layout AblationPicture::layout(const QRectF& area) const
{
    Layout placed;
    placed.note = QRectF(area.left(), area.bottom() - kNoteHeight, area.width(), kNoteHeight);
    const QRectF inner = area.adjusted(0.0, 0.0, 0.0, -kNoteHeight - 4.0);
    const AxisLabels rows = numberAxis(m_effects.rows(), QStringLiteral("layer"), {});
    const AxisLabels columns = numberAxis(m_effects.cols(), QStringLiteral("head"), {});
    const qreal left = axisExtent(rows, AxisSide::Left, 0.0, 60.0);
    const qreal top = axisExtent(columns, AxisSide::Top, 0.0, 60.0);
    const auto across = static_cast<qreal>(m_effects.cols());
    const auto down = static_cast<qreal>(m_effects.rows());
    const qreal beside = left + kBarGap + kColourBarWidth;

    // Beside each other where that leaves bars worth their name, else the map below.
    const bool isWide = inner.width() > 1.2 * inner.height();
    const QRectF room = isWide ? QRectF(inner.left(), inner.top(), inner.width() * kWidestMap, inner.height())
                               : QRectF(inner.left(), inner.top(), inner.width(), inner.height() * 0.45);
    const qreal cell =
        std::clamp(std::min((room.width() - beside) / across, (room.height() - top) / down), 1.0, kLargestCell);
    const QSizeF cells(std::floor(cell * across), std::floor(cell * down));
    const QSizeF map(cells.width() + beside, cells.height() + top);
    const QPointF corner = isWide ? QPointF(inner.right() - map.width() + left, inner.top() + top)
                                  : QPointF(inner.left() + left, inner.bottom() - cells.height());
    placed.cells = QRectF(QPointF(std::round(corner.x()), std::round(corner.y())), cells);
    placed.rowLabels = QRectF(placed.cells.left() - left, placed.cells.top(), left, cells.height());
    placed.columnLabels = QRectF(placed.cells.left(), placed.cells.top() - top, cells.width(), top);
    placed.colourBar = QRectF(placed.cells.right() + kBarGap, placed.cells.top(), kColourBarWidth,
                              std::min(std::max(cells.height(), 140.0), inner.bottom() - placed.cells.top()));

    const QRectF bars = isWide ? QRectF(inner.left(), inner.top(), inner.width() - map.width() - kGap, inner.height())
                               : QRectF(inner.left(), inner.top(), inner.width(), inner.height() - map.height() - kGap);
    const auto fitting = static_cast<Index>((bars.height() - kTop) / kRow) - 1;  // and the line about the rest
    placed.shown = std::min({std::max<Index>(fitting, 1), kMostBars, measured()});
    const QFontMetricsF metrics(figureFont(kLabelPixels, QFont::Bold));
    qreal widestName = 0.0;
    qreal widestNumber = 0.0;
    for (const Index place : places(placed.shown)) {
        const HeadEffect& effect = ranked(place);
        widestName = std::max(widestName, metrics.horizontalAdvance(nameOf(m_answer->question, effect.head)));
        widestNumber = std::max(widestNumber, metrics.horizontalAdvance(effectText(effect.change->effect)));
    }
    placed.nameWidth = std::min(widestName + 10.0, bars.width() * 0.45);
    placed.numberWidth = widestNumber + 10.0;
    placed.bars = QRectF(bars.left(), bars.top() + kTop, bars.width(), static_cast<qreal>(placed.shown) * kRow);
    placed.rest = QRectF(bars.left(), placed.bars.bottom(), bars.width(), kRow);
    return placed;
}

/// The first places of the ranking; the highlighted head's in place of the last where it is further down.
std::vector<Index> AblationPicture::places(Index shown) const
{
    std::vector<Index> all;
    for (Index place = 0; place < shown; ++place) {
        all.push_back(place);
    }
    const Index highlighted = placeOf(m_highlighted);
    if (!all.empty() && highlighted >= shown && highlighted < measured()) {
        all.back() = highlighted;
    }
    return all;
}

std::vector<HeadAddress> AblationPicture::bars(const QRectF& area) const
{
    std::vector<HeadAddress> heads;
    for (const Index place : places(layout(area).shown)) {
        heads.push_back(ranked(place).head);
    }
    return heads;
}

QRectF AblationPicture::barRow(HeadAddress head, const QRectF& area) const
{
    const std::vector<HeadAddress> shown = bars(area);
    const auto found = std::ranges::find(shown, head);
    if (found == shown.end()) {
        return {};
    }
    const QRectF all = layout(area).bars;
    return {all.left(), all.top() + static_cast<qreal>(found - shown.begin()) * kRow, all.width(), kRow};
}

QRectF AblationPicture::cellIn(const QRectF& cells, HeadAddress head) const
{
    const qreal width = cells.width() / static_cast<qreal>(m_effects.cols());
    const qreal height = cells.height() / static_cast<qreal>(m_effects.rows());
    return {cells.left() + static_cast<qreal>(head.head.value) * width,
            cells.top() + static_cast<qreal>(head.layer.value) * height, width, height};
}

QRectF AblationPicture::cellRect(HeadAddress head, const QRectF& area) const
{
    return cellIn(layout(area).cells, head);
}

std::optional<HeadAddress> AblationPicture::headAt(QPointF point, const QRectF& area) const
{
    const Layout placed = layout(area);
    if (placed.bars.contains(point)) {
        const auto row = static_cast<Index>((point.y() - placed.bars.top()) / kRow);
        const std::vector<Index> shown = places(placed.shown);
        return ranked(shown[static_cast<std::size_t>(std::min(row, placed.shown - 1))]).head;
    }
    if (!placed.cells.contains(point)) {
        return std::nullopt;
    }
    const QPointF offset = point - placed.cells.topLeft();
    const auto cellOf = [](qreal at, qreal extent, Index count) {
        return std::clamp<Index>(static_cast<Index>(at / extent * static_cast<qreal>(count)), 0, count - 1);
    };
    return HeadAddress{LayerIndex(cellOf(offset.y(), placed.cells.height(), m_effects.rows())),
                       HeadIndex(cellOf(offset.x(), placed.cells.width(), m_effects.cols()))};
}

HeadAddress AblationPicture::neighbour(HeadAddress head, int steps) const
{
    const auto last = static_cast<Index>(m_answer->ranking.size()) - 1;
    return ranked(std::clamp<Index>(placeOf(head) + steps, 0, last)).head;
}

QString AblationPicture::effectText(double effect) const
{
    return isSigned(m_answer->question) ? signedNumber(effect) : number(effect);
}

QString AblationPicture::describe(HeadAddress head) const
{
    const AblationQuestion& question = m_answer->question;
    const HeadEffect& effect = ranked(placeOf(head));
    const QString title = headTitle(head, question.about.relationOf(head));
    if (!effect.change) {
        return QStringLiteral("%1: off already, not measured").arg(title);
    }
    const TargetChange& change = *effect.change;
    QString text = QStringLiteral("%1: %2 %3 → %4, effect %5")
                       .arg(title, m_quantity, number(change.before), number(change.after), effectText(change.effect));
    if (change.prediction) {
        text += QStringLiteral(", %1 bits; the whole prediction moves by %2 bits (KL)")
                    .arg(signedNumber(change.prediction->logProbability), number(change.prediction->divergence));
    }
    return text;
}

CsvTable AblationPicture::table() const
{
    const bool isPrediction = std::holds_alternative<PredictionTarget>(m_answer->question.target);
    CsvTable table{.header = {"rank", "layer", "head", "asked for", "effect", "before", "after"}, .rows = {}};
    if (isPrediction) {
        table.header.insert(table.header.end(), {"log-probability change (bits)", "KL divergence (bits)"});
    }
    for (Index place = 0; place < static_cast<Index>(m_answer->ranking.size()); ++place) {
        const auto& [head, change] = ranked(place);
        std::vector<CsvCell> row{place, head.layer.value, head.head.value,
                                 relationOf(m_answer->question, head).toStdString()};
        if (change) {
            row.insert(row.end(), {change->effect, change->before, change->after});
            if (change->prediction) {
                row.insert(row.end(), {change->prediction->logProbability, change->prediction->divergence});
            }
        } else {
            row.insert(row.end(), {"off", m_answer->study.before, m_answer->study.before});
            row.resize(table.header.size(), "off");
        }
        table.rows.push_back(std::move(row));
    }
    return table;
}

/// "124 others, each at most 0.0012 · 2 off already"
QString AblationPicture::rest(const std::vector<Index>& places) const
{
    QStringList parts;
    const Index others = measured() - static_cast<Index>(places.size());
    if (others > 0) {
        double largest = 0.0;
        for (Index place = 0; place < measured(); ++place) {
            if (std::ranges::find(places, place) == places.end()) {
                largest = std::max(largest, std::abs(ranked(place).change->effect));
            }
        }
        parts.append(QStringLiteral("%1 more, each at most %2%3")
                         .arg(others)
                         .arg(isSigned(m_answer->question) ? QStringLiteral("±") : QString(), number(largest)));
    }
    if (const Index off = static_cast<Index>(m_answer->ranking.size()) - measured(); off > 0) {
        parts.append(QStringLiteral("%1 off already").arg(off));
    }
    return parts.join(QStringLiteral(" · "));
}

void AblationPicture::paintBars(QPainter& painter, const Layout& placed, const Theme& theme) const
{
    const std::vector<Index> shown = places(placed.shown);
    double low = 0.0;
    double high = 0.0;
    for (const Index place : shown) {
        low = std::min(low, ranked(place).change->effect);
        high = std::max(high, ranked(place).change->effect);
    }
    const QRectF field = placed.bars.adjusted(placed.nameWidth, 0.0, -placed.numberWidth, 0.0);
    const double span = high > low ? high - low : 1.0;
    const auto xOf = [&](double effect) { return field.left() + field.width() * (effect - low) / span; };

    painter.setFont(figureFont(kLabelPixels));
    painter.setPen(theme.mutedText);
    const QRectF header(placed.bars.left(), placed.bars.top() - kTop, placed.bars.width(), kTop - 4.0);
    painter.drawText(header, Qt::AlignLeft | Qt::AlignVCenter,
                     QFontMetricsF(painter.font()).elidedText(m_change, Qt::ElideRight, header.width()));
    for (std::size_t row = 0; row < shown.size(); ++row) {
        const auto& [head, change] = ranked(shown[row]);
        const bool isHighlighted = head == m_highlighted;
        const QRectF line(placed.bars.left(), placed.bars.top() + static_cast<qreal>(row) * kRow, placed.bars.width(),
                          kRow);
        painter.setFont(figureFont(kLabelPixels, isHighlighted ? QFont::Bold : QFont::Normal));
        painter.setPen(isHighlighted ? theme.accent : theme.text);
        const QRectF name(line.left(), line.top(), placed.nameWidth - 8.0, kRow);
        painter.drawText(
            name, Qt::AlignRight | Qt::AlignVCenter,
            QFontMetricsF(painter.font()).elidedText(nameOf(m_answer->question, head), Qt::ElideRight, name.width()));
        const QRectF value(field.right() + 8.0, line.top(), placed.numberWidth - 8.0, kRow);
        painter.drawText(value, Qt::AlignRight | Qt::AlignVCenter, effectText(change->effect));
        const qreal from = xOf(std::min(change->effect, 0.0));
        const qreal to = xOf(std::max(change->effect, 0.0));
        painter.setPen(QPen(isHighlighted ? theme.accent : theme.mutedText, isHighlighted ? 2.0 : 0.75));
        painter.setBrush(QColor(m_scale.colour(static_cast<float>(change->effect))));
        painter.drawRect(QRectF(from, line.top() + 3.0, to - from, kRow - 6.0));
    }
    painter.setPen(QPen(theme.text, 1.0));
    painter.drawLine(QPointF(xOf(0.0), field.top()), QPointF(xOf(0.0), field.bottom()));
    painter.setFont(figureFont(kSmallPixels));
    painter.setPen(theme.mutedText);
    painter.drawText(placed.rest.adjusted(placed.nameWidth, 0.0, 0.0, 0.0), Qt::AlignLeft | Qt::AlignVCenter,
                     rest(shown));
}

void AblationPicture::paintMap(QPainter& painter, const Layout& placed, const Theme& theme) const
{
    painter.setRenderHint(QPainter::Antialiasing, false);
    drawCells(painter, placed.cells, m_effects, m_scale, theme);
    painter.setPen(theme.line);
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(placed.cells);
    drawAxis(painter, placed.rowLabels,
             numberAxis(m_effects.rows(), QStringLiteral("layer"), m_highlighted.layer.value), AxisSide::Left, theme);
    drawAxis(painter, placed.columnLabels,
             numberAxis(m_effects.cols(), QStringLiteral("head"), m_highlighted.head.value), AxisSide::Top, theme);
    drawColourBar(painter, placed.colourBar, m_scale, theme);

    const auto cell = [&](HeadAddress head) { return cellIn(placed.cells, head); };
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setFont(figureFont(kSmallPixels));
    painter.setPen(theme.mutedText);
    for (const auto& [head, change] : m_answer->ranking) {
        const QRectF at = cell(head);
        if (!change && at.width() > painter.fontMetrics().horizontalAdvance(QStringLiteral("off"))) {
            painter.drawText(at, Qt::AlignCenter, QStringLiteral("off"));
        }
    }
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(theme.accent, 2.5));
    painter.drawRect(cell(m_highlighted));
    if (const auto* attention = std::get_if<AttentionTarget>(&m_answer->question.target)) {
        // Light and dark, so that it is seen on any cell.
        for (const QPen& pen : {QPen(Qt::white, 1.6), QPen(Qt::black, 1.6, Qt::DashLine)}) {
            painter.setPen(pen);
            painter.drawRect(cell(attention->head).adjusted(3.5, 3.5, -3.5, -3.5));
        }
    }
}

void AblationPicture::paint(QPainter& painter, const QRectF& area, const Theme& theme) const
{
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    const Layout placed = layout(area);
    paintBars(painter, placed, theme);
    paintMap(painter, placed, theme);
    painter.setFont(figureFont(kSmallPixels));
    painter.setPen(theme.mutedText);
    QString note =
        QStringLiteral("Off: the head's output is replaced by zeros. Effects do not add up: heads may stand in for "
                       "each other.");
    if (std::holds_alternative<AttentionTarget>(m_answer->question.target)) {
        note = QStringLiteral(
            "Off: the head's output is replaced by zeros. Heads of the same layer as the dashed one, or of "
            "later ones, cannot reach it.");
    }
    painter.drawText(placed.note, Qt::AlignLeft | Qt::AlignBottom,
                     QFontMetricsF(painter.font()).elidedText(note, Qt::ElideRight, placed.note.width()));
    painter.restore();
}

}  // namespace headlight::ui
