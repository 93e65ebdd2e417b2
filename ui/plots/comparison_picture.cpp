#include "ui/plots/comparison_picture.h"

#include "ui/plots/heatmap_picture.h"
#include "ui/plots/token_label.h"
#include "ui/session/predictions.h"

#include <QCoreApplication>
#include <QFontMetricsF>

#include <algorithm>
#include <cmath>
#include <limits>

namespace headlight::ui {
namespace {

constexpr qreal kGap = 14.0;
constexpr qreal kBarGap = 8.0;
constexpr qreal kTitleRoom = 18.0;
constexpr qreal kSmall = 190.0;       ///< Below, axes and colour bars have no names, so that the cells have room.
constexpr qreal kWidestAxis = 130.0;  ///< Of row labels.
constexpr qreal kTextGap = 14.0;
constexpr qreal kPredictionRow = 15.0;
constexpr qreal kWidestText = 460.0;  ///< Of a line that reads well.
constexpr qreal kLineGap = 2.0;
constexpr int kWrapped = Qt::AlignLeft | Qt::AlignTop | Qt::TextWordWrap;

QString tr(const char* text)
{
    return QCoreApplication::translate("ComparisonPicture", text);
}

const Matrix& cellsOf(const Comparison& comparison, ComparisonPanel panel)
{
    switch (panel) {
    case ComparisonPanel::A:
        return comparison.cellsA;
    case ComparisonPanel::B:
        return comparison.cellsB;
    case ComparisonPanel::Change:
        break;
    }
    return comparison.change;
}

/// max |x| of the numbers that are there.
float reachOf(const Matrix& cells)
{
    float reach = 0.0F;
    for (const float value : cells.reshaped()) {
        if (std::abs(value) > reach) {
            reach = std::abs(value);
        }
    }
    return reach;
}

/// At most as fine as `pixels`.
Matrix pooled(const Matrix& cells, QSize pixels)
{
    if (cells.rows() <= pixels.height() && cells.cols() <= pixels.width()) {
        return cells;
    }
    const StoredMap map(std::make_shared<const Tensor>(Tensor::fromMatrix(cells)), 0);
    return map.tile({0, cells.rows()}, {0, cells.cols()}, {pixels.height(), pixels.width(), Pooling::LargestMagnitude});
}

QString number(double value)
{
    return QString::number(value, 'g', 3).replace(QLatin1Char('-'), QChar(0x2212));
}

QString number(float value)
{
    return number(static_cast<double>(value));
}

/// With its sign.
QString change(double value)
{
    return value > 0.0 ? QLatin1Char('+') + number(value) : number(value);
}

const Token& tokenAt(const Trace& trace, TokenIndex token)
{
    return trace.info().tokens[static_cast<std::size_t>(token.value)];
}

/// Both names where they differ.
template <typename NameOf>
QString rowName(const Trace& a, const Trace& b, const TokenPair& pair, NameOf nameOf)
{
    constexpr QChar kNone(0x2013);
    const QString nameA = pair.a ? nameOf(tokenAt(a, *pair.a)) : QString(kNone);
    const QString nameB = pair.b ? nameOf(tokenAt(b, *pair.b)) : QString(kNone);
    return nameA == nameB ? nameA : QStringLiteral("%1 / %2").arg(nameA, nameB);
}

QString rowLabel(const Comparison& comparison, Index row)
{
    return rowName(*comparison.a.shown, *comparison.b.shown, comparison.rows[static_cast<std::size_t>(row)],
                   tokenLabel);
}

std::string rowText(const Comparison& comparison, Index row)
{
    return rowName(*comparison.a.shown, *comparison.b.shown, comparison.rows[static_cast<std::size_t>(row)],
                   [](const Token& token) { return QString::fromStdString(token.text); })
        .toStdString();
}

QString modelName(const TraceInfo& info)
{
    const QString name = QString::fromStdString(info.modelName);
    return info.modelNote.empty() ? name : QStringLiteral("%1 (%2)").arg(name, QString::fromStdString(info.modelNote));
}

QString quoted(const std::string& text)
{
    return QStringLiteral("“%1”").arg(withVisibleControls(QString::fromStdString(text).simplified()));
}

/// Whether nothing at all differs.
bool isIdentical(const Comparison& comparison)
{
    return comparison.relation == TokenRelation::Same && comparison.largest == 0.0F && comparison.most &&
           comparison.most->largest == 0.0F && comparison.outputs && comparison.outputs->largest == 0.0F;
}

/// Whether the sides are the same, be it in another order.
QString orderSentence(const Comparison& comparison)
{
    if (isIdentical(comparison)) {
        return tr("Exactly the same: all weights of all heads and all outputs of the layers.");
    }
    if (comparison.relation != TokenRelation::Reordered || comparison.options.alignment != Alignment::BestMatch ||
        !comparison.most) {
        return {};
    }
    const QString largest = number(comparison.most->largest);
    return comparison.isSameUpToOrder()
               ? tr("The same up to order: the largest difference of any weight of any head is %1, which is float32 "
                    "rounding (at most %2).")
                     .arg(largest, number(kRoundingBound))
               : tr("The same tokens in another order, and not the same weights: they differ by up to %1, so order "
                    "matters here.")
                     .arg(largest);
}

QString leftOverSentence(const Comparison& comparison)
{
    const auto aloneA =
        std::ranges::count_if(comparison.rows, [](const TokenPair& pair) { return !pair.b.has_value(); });
    const auto aloneB =
        std::ranges::count_if(comparison.rows, [](const TokenPair& pair) { return !pair.a.has_value(); });
    if (aloneA == 0 && aloneB == 0) {
        return {};
    }
    return tr("Hidden, for one side alone has them: %1 rows of A and %2 of B.").arg(aloneA).arg(aloneB);
}

QString siteText(const Comparison& comparison, const PredictionChange& predictions)
{
    if (predictions.a.kind == PredictionKind::NextToken) {
        return tr("Predicted next");
    }
    return tr("Predicted at “%1”")
        .arg(rowName(*comparison.a.trace, *comparison.b.trace, {predictions.a.token, predictions.b.token}, tokenLabel));
}

}  // namespace

QString stageName(StageId stage)
{
    switch (stage) {
    case StageId::Scores:
        return quantityName(Quantity::ScaledScores);
    case StageId::RawScores:
        return quantityName(Quantity::RawScores);
    default:
        return quantityName(Quantity::Weights);
    }
}

QString comparisonName(ComparisonKind kind)
{
    switch (kind) {
    case ComparisonKind::BeforeAfter:
        return tr("Before and after");
    case ComparisonKind::Texts:
        return tr("Two texts");
    case ComparisonKind::Heads:
        return tr("Two heads");
    case ComparisonKind::Layers:
        return tr("Two layers");
    case ComparisonKind::Models:
        return tr("Two models");
    case ComparisonKind::Snapshots:
        return tr("Two snapshots");
    }
    return {};
}

MarkedLines marksOf(const Comparison& comparison, const std::shared_ptr<const Trace>& shown, const Selection& rows)
{
    return {comparisonRow(comparison, shown, rows.query), comparisonRow(comparison, shown, rows.key)};
}

QColor sideColour(ComparisonPanel panel, const Theme& theme)
{
    return headColour(HeadIndex(panel == ComparisonPanel::A ? 9 : 3), theme);
}

ComparisonPicture::ComparisonPicture(std::shared_ptr<const ShownComparison> comparison, const MarkedLines& marked,
                                     const CompareOptions& options, const ColourMap& colourMap)
    : m_comparison(std::move(comparison))
    , m_marked(marked)
    , m_options(options)
{
    const Comparison& shown = numbers();
    const float reach = std::max({reachOf(shown.cellsA), reachOf(shown.cellsB), std::numeric_limits<float>::min()});
    const QString name = stageName(shown.options.stage);
    if (shown.options.stage == StageId::Weights) {
        const float high = options.range == RangeMode::Fixed ? 1.0F : reach;
        m_scale = {.map = &colourMap, .low = 0.0F, .high = high, .meaning = name};
    } else {
        m_scale = {.map = &ColourMap::diverging(), .low = -reach, .high = reach, .meaning = name};
    }
    // Else rounding would be as bright as a change.
    constexpr float kLeastShare = 0.01F;
    const float changeReach = std::max(shown.largest, kLeastShare * m_scale.high);
    m_changeScale = {
        .map = &ColourMap::diverging(), .low = -changeReach, .high = changeReach, .meaning = QStringLiteral("B − A")};
    m_rows = {.name = QStringLiteral("query: who looks"), .highlighted = marked.row};
    m_columns = {.name = QStringLiteral("key: who is looked at"), .highlighted = marked.column};
    for (Index row = 0; row < side(); ++row) {
        m_rows.labels.append(rowLabel(shown, row));
    }
    m_columns.labels = m_rows.labels;
}

QString ComparisonPicture::title() const
{
    const Comparison& shown = numbers();
    QString title = QStringLiteral("%1 · %2s").arg(comparisonName(m_comparison->kind), stageName(shown.options.stage));
    if (shown.a.head == shown.b.head) {
        const std::string_view relation = shown.a.trace->info().relationOf(shown.a.head);
        const bool isOfBoth = relation == shown.b.trace->info().relationOf(shown.b.head);
        title += QStringLiteral(" · ") + headTitle(shown.a.head, isOfBoth ? relation : std::string_view());
    }
    return title;
}

QString ComparisonPicture::sideName(const ComparisonSide& side) const
{
    const TraceInfo& info = side.trace->info();
    switch (m_comparison->kind) {
    case ComparisonKind::BeforeAfter: {
        const std::string described = headlight::describe(info.experiment);
        return described.empty() ? tr("the model as it is") : QString::fromStdString(described);
    }
    case ComparisonKind::Texts:
        return quoted(info.text);
    case ComparisonKind::Heads:
    case ComparisonKind::Layers:
        return headTitle(side.head, info.relationOf(side.head));
    case ComparisonKind::Models:
        return numbers().a.head == numbers().b.head
                   ? modelName(info)
                   : QStringLiteral("%1 · %2").arg(modelName(info), headTitle(side.head));
    case ComparisonKind::Snapshots:
        return QStringLiteral("%1 · %2").arg(QString::fromStdString(info.modelNote),
                                             info.experiment.scaling == Scaling::On ? QStringLiteral("÷ √d")
                                                                                    : tr("not scaled"));
    }
    return {};
}

QString ComparisonPicture::panelTitle(ComparisonPanel panel) const
{
    switch (panel) {
    case ComparisonPanel::A:
        return QStringLiteral("A · ") + sideName(numbers().a);
    case ComparisonPanel::B:
        return QStringLiteral("B · ") + sideName(numbers().b);
    case ComparisonPanel::Change:
        break;
    }
    return QStringLiteral("B − A");
}

QStringList ComparisonPicture::summary() const
{
    const Comparison& shown = numbers();
    const QString quantity = stageName(shown.options.stage);
    QStringList lines = m_comparison->notes;
    lines.append({orderSentence(shown), leftOverSentence(shown)});
    if (shown.compared == 0) {
        lines.append(tr("No cell is in both sides."));
    } else if (shown.largest == 0.0F) {
        lines.append(tr("No %1 of the %L2 compared changes.").arg(quantity).arg(shown.compared));
    } else {
        lines.append(tr("Largest change of a %1: %2 at %3 → %4 (%5 → %6); mean |B\u00a0−\u00a0A| %7 over %8 cells.")
                         .arg(quantity, change(static_cast<double>(shown.change(shown.largestQuery, shown.largestKey))),
                              rowLabel(shown, shown.largestQuery), rowLabel(shown, shown.largestKey),
                              number(shown.cellsA(shown.largestQuery, shown.largestKey)),
                              number(shown.cellsB(shown.largestQuery, shown.largestKey)), number(shown.mean),
                              QStringLiteral("%L1").arg(shown.compared)));
    }
    if (shown.predictions) {
        lines.append(shown.predictions->divergenceBits
                         ? tr("%1: KL(A‖B) = %2 bits.")
                               .arg(siteText(shown, *shown.predictions), number(*shown.predictions->divergenceBits))
                         : tr("%1: the vocabularies differ, so there is no KL divergence.")
                               .arg(siteText(shown, *shown.predictions)));
    } else {
        lines.append(QString::fromStdString(shown.predictions.error().message));
    }
    const auto bits = [](double entropy) { return QString::number(entropy, 'f', 3); };
    lines.append(
        tr("Entropy of a row of weights, mean: %1 → %2 bits.").arg(bits(shown.entropyBitsA), bits(shown.entropyBitsB)));
    if (shown.most && shown.most->largest > 0.0F) {
        lines.append(tr("Most changed of all heads: %1, a weight by %2.")
                         .arg(headTitle(shown.most->head), number(shown.most->largest)));
    }
    if (shown.outputs && shown.outputs->largest > 0.0F) {
        lines.append(tr("Largest change of a number in a layer's output: %1, layer %2, at “%3”.")
                         .arg(number(shown.outputs->largest))
                         .arg(shown.outputs->layer.value)
                         .arg(rowName(*shown.a.trace, *shown.b.trace, shown.outputs->token, tokenLabel)));
    }
    lines.removeAll(QString());
    return lines;
}

const ColourScale& ComparisonPicture::colourScale(ComparisonPanel panel) const
{
    return panel == ComparisonPanel::Change ? m_changeScale : m_scale;
}

QSizeF ComparisonPicture::naturalSize() const
{
    const qreal cells = std::clamp(static_cast<qreal>(side()) * 26.0, 200.0, 520.0);
    const qreal pitch = cells / static_cast<qreal>(std::max<Index>(side(), 1));
    const qreal left = axisExtent(m_rows, AxisSide::Left, 0.0, kWidestAxis);
    const qreal top = axisExtent(m_columns, AxisSide::Top, pitch, kWidestAxis);
    const qreal width = std::ceil(left + 3.0 * cells + 2.0 * kGap + 2.0 * (kBarGap + kColourBarWidth));
    const qreal text = textLayout(width, kLabelPixels).height;
    return {width, std::ceil(kTitleRoom + top + cells + kTextGap + text)};
}

ComparisonPicture::Layout ComparisonPicture::layout(const QRectF& area) const
{
    // Side by side is easiest to read; another arrangement must pay for itself.
    constexpr qreal kWorth = 1.2;
    Layout best = arranged(area, Arrangement::Row);
    for (const Arrangement arrangement : {Arrangement::Square, Arrangement::Column}) {
        Layout other = arranged(area, arrangement);
        if (other.maps[0].width() > kWorth * best.maps[0].width()) {
            best = std::move(other);
        }
    }
    return best;
}

ComparisonPicture::Layout ComparisonPicture::arranged(const QRectF& area, Arrangement arrangement) const
{
    const bool inRow = arrangement == Arrangement::Row;
    const bool inColumn = arrangement == Arrangement::Column;
    const qreal across = inRow ? 3.0 : inColumn ? 1.0 : 2.0;
    const qreal down = inRow ? 1.0 : inColumn ? 3.0 : 2.0;
    const qreal mostText = area.height() * (inRow ? 0.45 : inColumn ? 0.3 : 0.0);  // else in the free corner
    const qreal text = std::min(textLayout(area.width(), kLabelPixels).height, mostText);
    const auto count = static_cast<qreal>(std::max<Index>(side(), 1));
    Layout placed;
    for (const bool hasNames : {true, false}) {
        placed.hasNames = hasNames;
        AxisLabels rows = m_rows;
        AxisLabels columns = m_columns;
        if (!hasNames) {
            rows.name.clear();
            columns.name.clear();
        }
        const qreal bar = hasNames ? kColourBarWidth : kBareColourBarWidth;
        const qreal left = axisExtent(rows, AxisSide::Left, 0.0, std::min(area.width() * 0.18, kWidestAxis));
        const qreal bars = (inRow ? 2.0 : 1.0) * (kBarGap + bar);
        const qreal roomAcross = (area.width() - left - bars - (across - 1.0) * kGap) / across;
        const qreal roomDown = (area.height() - text - (text > 0.0 ? kTextGap : 0.0) - (down - 1.0) * kGap) / down;
        qreal side = std::min(roomAcross, roomDown);
        // Whether labels fit upright depends on the cells' width, and that on the labels' height: two steps settle it.
        for (int step = 0; step < 2; ++step) {
            placed.top = axisExtent(columns, AxisSide::Top, side / count, roomDown * 0.35);
            side = std::floor(std::max(std::min(roomAcross, roomDown - placed.top - kTitleRoom), 1.0));
        }
        const qreal pitchX = side + kGap;
        const qreal pitchY = kTitleRoom + placed.top + side + kGap;
        const QPointF first(std::round(area.left() + left), std::round(area.top() + kTitleRoom + placed.top));
        const auto mapAt = [&](qreal column, qreal row, qreal shift) {
            return QRectF(std::round(first.x() + column * pitchX + shift), std::round(first.y() + row * pitchY), side,
                          side);
        };
        const qreal afterBar = kBarGap + bar;
        placed.maps = {mapAt(0, 0, 0), inColumn ? mapAt(0, 1, 0) : mapAt(1, 0, 0),
                       inRow      ? mapAt(2, 0, afterBar)
                       : inColumn ? mapAt(0, 2, 0)
                                  : mapAt(0, 1, 0)};
        placed.axes = {left, inColumn ? left : 0.0, inRow ? 0.0 : left};
        const auto barOf = [&](const QRectF& map) {
            return QRectF(map.right() + kBarGap, map.top(), bar, map.height());
        };
        placed.bar = barOf(placed.maps[inColumn ? 0 : 1]);
        placed.changeBar = barOf(placed.maps[2]);
        if (arrangement == Arrangement::Square) {
            const qreal x = placed.changeBar.right() + kGap;
            placed.text = QRectF(QPointF(x, placed.maps[2].top() - placed.top - kTitleRoom),
                                 QPointF(area.right(), area.bottom()));
        } else {
            placed.text = QRectF(QPointF(area.left(), placed.maps[2].bottom() + kTextGap), area.bottomRight());
        }
        if (side >= kSmall) {
            break;
        }
    }
    return placed;
}

bool ComparisonPicture::isHidden(ComparisonPanel panel, Index query, Index key) const
{
    const Comparison& shown = numbers();
    const TokenPair& queries = shown.rows[static_cast<std::size_t>(query)];
    const TokenPair& keys = shown.rows[static_cast<std::size_t>(key)];
    const auto isMasked = [](const ComparisonSide& side, std::optional<TokenIndex> q, std::optional<TokenIndex> k) {
        return q && k && !isVisible(side.shown->info().maskOf(side.head.layer), *q, *k);
    };
    switch (panel) {
    case ComparisonPanel::A:
        return isMasked(shown.a, queries.a, keys.a);
    case ComparisonPanel::B:
        return isMasked(shown.b, queries.b, keys.b);
    case ComparisonPanel::Change:
        break;
    }
    return isMasked(shown.a, queries.a, keys.a) && isMasked(shown.b, queries.b, keys.b);
}

Matrix ComparisonPicture::tile(ComparisonPanel panel, QSize pixels) const
{
    Matrix cells = pooled(cellsOf(numbers(), panel), pixels);
    if (numbers().options.stage != StageId::Weights) {
        return cells;
    }
    for (Index i = 0; i < cells.rows(); ++i) {
        for (Index j = 0; j < cells.cols(); ++j) {
            if (cells(i, j) == 0.0F &&
                isHidden(panel, (2 * i + 1) * side() / (2 * cells.rows()), (2 * j + 1) * side() / (2 * cells.cols()))) {
                cells(i, j) = std::numeric_limits<float>::quiet_NaN();
            }
        }
    }
    return cells;
}

void ComparisonPicture::paint(QPainter& painter, const QRectF& area, const Theme& theme) const
{
    const Layout placed = layout(area);
    painter.save();
    for (const ComparisonPanel panel : kComparisonPanels) {
        paintPanel(painter, placed, panel, theme);
    }
    ColourScale scale = m_scale;
    ColourScale changeScale = m_changeScale;
    if (!placed.hasNames) {
        scale.meaning.clear();
        changeScale.meaning.clear();
    }
    drawColourBar(painter, placed.bar, scale, theme);
    drawColourBar(painter, placed.changeBar, changeScale, theme);
    paintText(painter, placed.text, theme);
    painter.restore();
}

void ComparisonPicture::paintPanel(QPainter& painter, const Layout& placed, ComparisonPanel panel,
                                   const Theme& theme) const
{
    const auto index = static_cast<std::size_t>(panel);
    const QRectF& map = placed.maps.at(index);
    const Matrix cells = tile(panel, devicePixels(painter, map));
    drawCells(painter, map, cells, colourScale(panel), theme);
    if (m_options.cellNumbers == CellNumbers::Shown) {
        drawCellNumbers(painter, map, cells, colourScale(panel));
    }
    painter.setBrush(Qt::NoBrush);
    painter.setPen(theme.line);
    painter.drawRect(map);

    AxisLabels rows = m_rows;
    AxisLabels columns = m_columns;
    if (!placed.hasNames) {
        rows.name.clear();
        columns.name.clear();
    }
    if (const qreal left = placed.axes.at(index); left > 0.0) {
        drawAxis(painter, QRectF(map.left() - left, map.top(), left, map.height()), rows, AxisSide::Left, theme);
    }
    const QRectF top(map.left(), map.top() - placed.top, map.width(), placed.top);
    drawAxis(painter, top, columns, AxisSide::Top, theme);
    drawMarks(painter, map, side(), m_marked, theme);

    const QFont font = figureFont(kLabelPixels, QFont::DemiBold);
    painter.setFont(font);
    painter.setPen(theme.text);
    const QRectF heading(map.left(), top.top() - kTitleRoom, map.width(), kTitleRoom);
    painter.drawText(heading, Qt::AlignLeft | Qt::AlignVCenter,
                     QFontMetricsF(font).elidedText(panelTitle(panel), Qt::ElideRight, heading.width()));
}

qreal ComparisonPicture::predictionsHeight() const
{
    const auto& predictions = numbers().predictions;
    return predictions ? kPredictionRow * static_cast<qreal>(predictions->top.size() + 1) : 0.0;
}

ComparisonPicture::TextLayout ComparisonPicture::textLayout(qreal width, qreal pixels) const
{
    constexpr qreal kNarrowest = 230.0;  // of two columns
    constexpr qreal kShareOfSentences = 0.55;
    const qreal predictions = predictionsHeight();
    TextLayout placed{.pixels = pixels, .isBeside = predictions > 0.0 && width >= 2.0 * kNarrowest};
    placed.width = std::min(placed.isBeside ? width * kShareOfSentences : width, kWidestText);
    const QFontMetricsF metrics(figureFont(pixels));
    for (const QString& line : summary()) {
        placed.height += metrics.boundingRect(QRectF(0.0, 0.0, placed.width, 1e4), kWrapped, line).height() + kLineGap;
    }
    placed.height = placed.isBeside ? std::max(placed.height, predictions) : placed.height + kBarGap + predictions;
    return placed;
}

void ComparisonPicture::paintText(QPainter& painter, const QRectF& area, const Theme& theme) const
{
    TextLayout placed = textLayout(area.width(), kLabelPixels);
    if (placed.height > area.height()) {
        placed = textLayout(area.width(), kSmallPixels);
    }
    const QFont font = figureFont(placed.pixels);
    const QFontMetricsF metrics(font);
    painter.setFont(font);
    painter.setPen(theme.text);
    qreal y = area.top();
    for (const QString& line : summary()) {
        const qreal height = metrics.boundingRect(QRectF(0.0, 0.0, placed.width, 1e4), kWrapped, line).height();
        if (y + height > area.bottom() + 1.0) {
            break;
        }
        painter.drawText(QRectF(area.left(), y, placed.width, height), kWrapped, line);
        y += height + kLineGap;
    }
    if (numbers().predictions) {
        const QPointF corner = placed.isBeside ? QPointF(area.left() + placed.width + 2.0 * kGap, area.top())
                                               : QPointF(area.left(), y + kBarGap);
        paintPredictions(painter, QRectF(corner, area.bottomRight()), theme);
    }
}

/// As many of the tokens as fit, A's bar over B's.
void ComparisonPicture::paintPredictions(QPainter& painter, const QRectF& area, const Theme& theme) const
{
    const PredictionChange& predictions = *numbers().predictions;
    const auto rows =
        std::min(static_cast<Index>(predictions.top.size()), static_cast<Index>(area.height() / kPredictionRow) - 1);
    if (rows <= 0 || area.width() < 120.0) {
        return;
    }
    const QFont font = figureFont(kLabelPixels);
    const QFont small = figureFont(kSmallPixels);
    const QFontMetricsF metrics(font);
    const qreal shares = QFontMetricsF(small).horizontalAdvance(QStringLiteral("100.0 % → 100.0 % "));
    const qreal names = std::min(110.0, area.width() * 0.3);
    const QRectF room(area.left() + names + kBarGap, area.top(),
                      std::min(area.width() - names - kBarGap - shares, 240.0), area.height());
    painter.setFont(small);
    qreal x = room.left();
    for (const ComparisonPanel panel : {ComparisonPanel::A, ComparisonPanel::B}) {
        constexpr qreal kSwatch = 8.0;
        painter.fillRect(QRectF(x, area.top() + (kPredictionRow - kSwatch) / 2.0, kSwatch, kSwatch),
                         sideColour(panel, theme));
        painter.setPen(theme.mutedText);
        painter.drawText(QRectF(x + kSwatch + 3.0, area.top(), 20.0, kPredictionRow), Qt::AlignVCenter,
                         panel == ComparisonPanel::A ? QStringLiteral("A") : QStringLiteral("B"));
        x += kSwatch + 22.0;
    }
    painter.drawText(QRectF(x, area.top(), area.right() - x, kPredictionRow), Qt::AlignVCenter,
                     QFontMetricsF(small).elidedText(tr("probability, top %1 of each").arg(kComparedPredictions),
                                                     Qt::ElideRight, area.right() - x));
    for (Index i = 0; i < rows; ++i) {
        const PredictedToken& token = predictions.top[static_cast<std::size_t>(i)];
        const qreal y = area.top() + static_cast<qreal>(i + 1) * kPredictionRow;
        painter.setFont(font);
        painter.setPen(theme.text);
        painter.drawText(QRectF(area.left(), y, names, kPredictionRow), Qt::AlignRight | Qt::AlignVCenter,
                         elidedTokenLabel(token.token, metrics, names));
        const qreal thick = (kPredictionRow - 4.0) / 2.0;
        const auto bar = [&](const std::optional<double>& share, qreal top, ComparisonPanel panel) {
            painter.fillRect(QRectF(room.left(), top, room.width() * share.value_or(0.0), thick),
                             sideColour(panel, theme));
        };
        bar(token.a, y + 2.0, ComparisonPanel::A);
        bar(token.b, y + 2.0 + thick, ComparisonPanel::B);
        painter.setPen(theme.line);
        painter.drawLine(QPointF(room.left(), y + 1.0), QPointF(room.left(), y + kPredictionRow - 1.0));
        painter.setFont(small);
        painter.setPen(theme.mutedText);
        const auto share = [](const std::optional<double>& probability) {
            return probability ? percent(*probability) : QString(QChar(0x2013));
        };
        painter.drawText(QRectF(room.right() + 4.0, y, shares, kPredictionRow), Qt::AlignVCenter,
                         QStringLiteral("%1 → %2").arg(share(token.a), share(token.b)));
    }
}

CsvTable ComparisonPicture::table() const
{
    const Comparison& shown = numbers();
    const std::string name = stageName(shown.options.stage).toStdString();
    CsvTable table{.header = {"query", "query token", "key", "key token", "A: " + name, "B: " + name, "B - A"},
                   .rows = {}};
    const auto cell = [](float value) { return std::isnan(value) ? CsvCell(std::string()) : CsvCell(value); };
    for (Index i = 0; i < side(); ++i) {
        for (Index j = 0; j < side(); ++j) {
            table.rows.push_back({i, rowText(shown, i), j, rowText(shown, j), cell(shown.cellsA(i, j)),
                                  cell(shown.cellsB(i, j)), cell(shown.change(i, j))});
        }
    }
    return table;
}

QRectF ComparisonPicture::mapRect(ComparisonPanel panel, const QRectF& area) const
{
    return layout(area).maps.at(static_cast<std::size_t>(panel));
}

QRectF ComparisonPicture::cellRect(ComparisonPanel panel, Cell cell, const QRectF& area) const
{
    const QRectF map = mapRect(panel, area);
    const qreal pitch = map.width() / static_cast<qreal>(side());
    return {map.left() + static_cast<qreal>(cell.key.value) * pitch,
            map.top() + static_cast<qreal>(cell.query.value) * pitch, pitch, pitch};
}

std::optional<CellPicture::Hit> ComparisonPicture::hitAt(QPointF point, const QRectF& area) const
{
    for (const QRectF& map : layout(area).maps) {
        if (const std::optional<Hit> hit = hitIn(map, side(), point)) {
            return hit;
        }
    }
    return std::nullopt;
}

QString ComparisonPicture::describe(Cell cell) const
{
    const Comparison& shown = numbers();
    const auto value = [&](ComparisonPanel panel) {
        const float number = cellsOf(shown, panel)(cell.query.value, cell.key.value);
        const bool isMasked = shown.options.stage == StageId::Weights && panel != ComparisonPanel::Change &&
                              isHidden(panel, cell.query.value, cell.key.value);
        return isMasked             ? tr("0 (masked)")
               : std::isnan(number) ? tr("not there")
                                    : QString::number(static_cast<double>(number), 'g', 6);
    };
    return QStringLiteral("%1 → %2: %3 A %4, B %5, B − A %6")
        .arg(rowLabel(shown, cell.query.value), rowLabel(shown, cell.key.value), stageName(shown.options.stage),
             value(ComparisonPanel::A), value(ComparisonPanel::B), value(ComparisonPanel::Change));
}

}  // namespace headlight::ui
