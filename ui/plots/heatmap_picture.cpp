#include "ui/plots/heatmap_picture.h"

#include "core/analysis/norm_weighted.h"
#include "core/analysis/stage_matrix.h"
#include "ui/plots/token_label.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace headlight::ui {
namespace {

constexpr qreal kBarGap = 16.0;       ///< Between cells and colour bar.
constexpr qreal kWidestAxis = 160.0;  ///< Of a figure's token labels.
constexpr qreal kLowAxis = 64.0;      ///< Holds short words.
constexpr qreal kSmall = 240.0;  ///< In a smaller area axes and colour bar have no names, so that the cells have room.

Result<std::shared_ptr<const AttentionMap>> rolloutOf(const Analysis* analysis, LayerIndex layer)
{
    const auto index = static_cast<std::size_t>(layer.value);
    if (analysis == nullptr || !analysis->asked.rollout) {
        return failure(ErrorCode::NotFound, "Computing the rollout …");
    }
    if (index >= analysis->rollout.size()) {
        return failure(ErrorCode::NotFound, "Rollout needs the weights of every layer, and the trace lacks some.");
    }
    return analysis->rollout[index];
}

Result<std::shared_ptr<const AttentionMap>> normWeightedOf(const Trace& trace, const Model* model, HeadAddress head)
{
    if (model == nullptr) {
        return failure(ErrorCode::NotFound, "Norm-weighted attention needs the model's weights.");
    }
    const Result<Matrix> cells = normWeightedAttention(trace, *model, head);
    if (!cells) {
        return tl::unexpected(cells.error());
    }
    return std::make_shared<StoredMap>(std::make_shared<const Tensor>(Tensor::fromMatrix(*cells)), 0);
}

Result<std::shared_ptr<const AttentionMap>> mapOf(const Trace& trace, HeadAddress head, Quantity quantity,
                                                  const HeatmapSources& sources)
{
    switch (quantity) {
    case Quantity::Weights:
        return trace.map(StageId::Weights, head);
    case Quantity::ScaledScores:
        return trace.map(StageId::Scores, head);
    case Quantity::RawScores:
        return stageMatrix(trace, {StageId::RawScores, head.layer}, head.head);
    case Quantity::Rollout:
        return rolloutOf(sources.analysis.get(), head.layer);
    case Quantity::NormWeighted:
        return normWeightedOf(trace, sources.model, head);
    }
    return trace.map(StageId::Weights, head);
}

QString formulaOf(Quantity quantity, const Experiment& experiment)
{
    const bool isLinear = experiment.kernel == AttentionKernel::Linear;
    const QString product = isLinear ? QStringLiteral("φ(Q)·φ(K)ᵀ") : QStringLiteral("Q·Kᵀ");
    const QString scores = isLinear || experiment.scaling == Scaling::Off ? product : product + QStringLiteral("/√d");
    switch (quantity) {
    case Quantity::Weights:
        return (isLinear ? QStringLiteral("weight = %1 ÷ row sum") : QStringLiteral("weight = softmax(%1)"))
            .arg(scores);
    case Quantity::ScaledScores:
        return QStringLiteral("score = %1").arg(scores);
    case Quantity::RawScores:
        return QStringLiteral("raw score = Q·Kᵀ");
    case Quantity::Rollout:
        return QStringLiteral("rollout = ∏ (½·W + ½·I)");
    case Quantity::NormWeighted:
        return QStringLiteral("‖weight · (x·W_V + b_V)·W_O‖");
    }
    return {};
}

/// Weights and rollout span 0 to 1, or to the largest; norms to the largest; scores as far to either side of zero.
ColourScale scaleOf(const AttentionMap& map, const HeatmapOptions& options, const ColourMap& colourMap)
{
    const Matrix all = map.cells();
    if (options.quantity != Quantity::ScaledScores && options.quantity != Quantity::RawScores) {
        const bool fixed = options.range == RangeMode::Fixed && options.quantity != Quantity::NormWeighted;
        return {.map = &colourMap, .low = 0.0F, .high = fixed ? 1.0F : all.maxCoeff(), .meaning = {}};
    }
    const float reach = std::max(all.cwiseAbs().maxCoeff(), std::numeric_limits<float>::min());
    return {.map = &ColourMap::diverging(), .low = -reach, .high = reach, .meaning = {}};
}

}  // namespace

QString headTitle(HeadAddress head, std::string_view relation)
{
    QString title = QStringLiteral("layer %1 · head %2").arg(head.layer.value).arg(head.head.value);
    if (!relation.empty()) {
        const bool isNeighbour = relation == "previous" || relation == "next";
        title += QStringLiteral(" · asked for the %1%2")
                     .arg(QString::fromUtf8(relation.data(), static_cast<qsizetype>(relation.size())),
                          isNeighbour ? QStringLiteral(" token") : QString());
    }
    return title;
}

QString quantityName(Quantity quantity)
{
    switch (quantity) {
    case Quantity::Weights:
        return QStringLiteral("weight");
    case Quantity::ScaledScores:
        return QStringLiteral("scaled score");
    case Quantity::RawScores:
        return QStringLiteral("raw score");
    case Quantity::Rollout:
        return QStringLiteral("rollout");
    case Quantity::NormWeighted:
        return QStringLiteral("norm-weighted attention");
    }
    return {};
}

HeatmapPicture::HeatmapPicture(std::shared_ptr<const Trace> trace, const Selection& selection,
                               const HeatmapOptions& options, const ColourMap& colourMap, const HeatmapSources& sources)
    : m_trace(std::move(trace))
    , m_selection(selection)
    , m_options(options)
{
    const TraceInfo& info = m_trace->info();
    if (info.unit == TokenUnit::Word && options.quantity != Quantity::Weights) {
        m_options.quantity = Quantity::Weights;
        m_note = options.quantity == Quantity::Rollout        ? QStringLiteral("rollout is of tokens")
                 : options.quantity == Quantity::NormWeighted ? QStringLiteral("words have no values")
                                                              : QStringLiteral("words have no scores");
    }
    const bool isRollout = m_options.quantity == Quantity::Rollout;
    m_rows = tokenAxis(info.tokens,
                       isRollout ? QStringLiteral("token after layer %1").arg(selection.head.layer.value)
                                 : QStringLiteral("query: who looks"),
                       selection.query);
    m_columns = tokenAxis(info.tokens,
                          isRollout ? QStringLiteral("token of the input") : QStringLiteral("key: who is looked at"),
                          selection.key);
    Result<std::shared_ptr<const AttentionMap>> map = mapOf(*m_trace, selection.head, m_options.quantity, sources);
    if (!map) {
        m_problem = QString::fromStdString(map.error().message);
        m_scale.map = &colourMap;
        return;
    }
    m_map = std::move(*map);
    m_scale = scaleOf(*m_map, m_options, colourMap);
    m_scale.meaning = formulaOf(m_options.quantity, info.experiment);
}

QString HeatmapPicture::title() const
{
    static constexpr std::array kTitles = {"Attention weights", "Scaled scores", "Raw scores", "Attention rollout",
                                           "Norm-weighted attention"};
    if (m_options.quantity == Quantity::Rollout) {
        return QStringLiteral("Attention rollout · all heads of layers 0 to %1 (Abnar & Zuidema 2020)")
            .arg(m_selection.head.layer.value);
    }
    QString title =
        QStringLiteral("%1 · %2").arg(QString::fromLatin1(kTitles.at(static_cast<std::size_t>(m_options.quantity))),
                                      headTitle(m_selection.head, m_trace->info().relationOf(m_selection.head)));
    if (m_options.quantity == Quantity::NormWeighted) {
        title += QStringLiteral(" (Kobayashi et al. 2020)");
    }
    if (m_trace->info().experiment.ablatedHeads.contains(m_selection.head)) {
        title += QStringLiteral(" · switched off");
    }
    if (!m_note.isEmpty()) {
        title += QStringLiteral(" · ") + m_note;
    }
    return title;
}

QSizeF HeatmapPicture::naturalSize() const
{
    const qreal cells = std::clamp(static_cast<qreal>(m_trace->tokens()) * 34.0, 240.0, 900.0);
    const qreal left = axisExtent(m_rows, AxisSide::Left, 0.0, kWidestAxis);
    const qreal pitch = cells / static_cast<qreal>(std::max<Index>(m_trace->tokens(), 1));
    const qreal top = axisExtent(m_columns, AxisSide::Top, pitch, kWidestAxis);
    return {std::ceil(left + cells + kBarGap + kColourBarWidth), std::ceil(top + cells)};
}

HeatmapPicture::Layout HeatmapPicture::layout(const QRectF& area) const
{
    const auto tokens = static_cast<qreal>(std::max<Index>(m_trace->tokens(), 1));
    AxisLabels rows = m_rows;
    AxisLabels columns = m_columns;
    ColourScale scale = m_scale;
    qreal barWidth = kColourBarWidth;
    if (std::min(area.width(), area.height()) < kSmall) {
        rows.name.clear();
        columns.name.clear();
        scale.meaning.clear();
        barWidth = kBareColourBarWidth;
    }
    const qreal left = axisExtent(rows, AxisSide::Left, 0.0, area.width() * 0.3);
    // Whether column labels fit upright depends on the cells' width, and that on the labels' height: two steps settle it.
    const qreal roomAcross = area.width() - left - kBarGap - barWidth;
    qreal side = std::min(roomAcross, area.height());
    // In a low area labels may take more of it, or nothing would be left of them.
    const qreal mostTop = std::max(area.height() * 0.3, std::min(area.height() * 0.4, kLowAxis));
    qreal top = 0.0;
    for (int step = 0; step < 2; ++step) {
        top = axisExtent(columns, AxisSide::Top, side / tokens, mostTop);
        side = std::max(std::min(roomAcross, area.height() - top), 1.0);
    }
    // Whole pixels keep the cells' edges crisp.
    const qreal spare = std::max((roomAcross - side) / 2.0, 0.0);
    const QRectF cells(std::round(area.left() + spare + left), std::round(area.top() + top), std::floor(side),
                       std::floor(side));
    return {.cells = cells,
            .rowLabels = QRectF(cells.left() - left, cells.top(), left, cells.height()),
            .columnLabels = QRectF(cells.left(), cells.top() - top, cells.width(), top),
            .colourBar = QRectF(cells.right() + kBarGap, cells.top(), barWidth, cells.height()),
            .rows = std::move(rows),
            .columns = std::move(columns),
            .scale = std::move(scale)};
}

bool HeatmapPicture::isOfWeights() const
{
    return m_options.quantity == Quantity::Weights || m_options.quantity == Quantity::NormWeighted;
}

bool HeatmapPicture::isMasked(Cell cell) const
{
    return isOfWeights() && !isVisible(mask(), cell.query, cell.key);
}

Matrix HeatmapPicture::tile(QSize pixels) const
{
    const IndexRange rows{0, m_map->rows()};
    const IndexRange cols{0, m_map->cols()};
    Matrix cells = m_map->tile(rows, cols, {pixels.height(), pixels.width()});
    if (isOfWeights() && mask() != Mask{}) {
        for (Index i = 0; i < cells.rows(); ++i) {
            for (Index j = 0; j < cells.cols(); ++j) {
                const Cell middle{TokenIndex((2 * i + 1) * rows.size() / (2 * cells.rows())),
                                  TokenIndex((2 * j + 1) * cols.size() / (2 * cells.cols()))};
                if (cells(i, j) == 0.0F && isMasked(middle)) {
                    cells(i, j) = std::numeric_limits<float>::quiet_NaN();
                }
            }
        }
    }
    return cells;
}

void HeatmapPicture::paint(QPainter& painter, const QRectF& area, const Theme& theme) const
{
    if (!m_map) {
        painter.setPen(theme.mutedText);
        painter.setFont(figureFont(kTitlePixels));
        painter.drawText(area, Qt::AlignCenter | Qt::TextWordWrap, m_problem);
        return;
    }
    painter.save();
    const Layout placed = layout(area);
    const Matrix cells = tile(devicePixels(painter, placed.cells));
    drawCells(painter, placed.cells, cells, m_scale, theme);
    if (m_options.numbers == CellNumbers::Shown) {
        drawCellNumbers(painter, placed.cells, cells, m_scale);
    }
    painter.setBrush(Qt::NoBrush);
    painter.setPen(theme.line);
    painter.drawRect(placed.cells);
    drawAxis(painter, placed.rowLabels, placed.rows, AxisSide::Left, theme);
    drawAxis(painter, placed.columnLabels, placed.columns, AxisSide::Top, theme);
    drawColourBar(painter, placed.colourBar, placed.scale, theme);

    drawMarks(painter, placed.cells, m_map->rows(), {m_rows.highlighted, m_columns.highlighted}, theme);
    painter.restore();
}

CsvTable HeatmapPicture::table() const
{
    CsvTable table{.header = {quantityName(m_options.quantity).toStdString() + ": query down, key across"}, .rows = {}};
    if (!m_map) {
        return table;
    }
    const std::vector<Token>& tokens = m_trace->info().tokens;
    for (const Token& token : tokens) {
        table.header.push_back(token.text);
    }
    for (Index i = 0; i < m_map->rows(); ++i) {
        std::vector<CsvCell> cells{tokens[static_cast<std::size_t>(i)].text};
        const RowVector row = m_map->row(TokenIndex(i));
        cells.insert(cells.end(), row.begin(), row.end());
        table.rows.push_back(std::move(cells));
    }
    return table;
}

QRectF HeatmapPicture::mapRect(const QRectF& area) const
{
    return layout(area).cells;
}

std::optional<Cell> HeatmapPicture::cellAt(QPointF point, const QRectF& area) const
{
    const QRectF cells = mapRect(area);
    const Index tokens = m_trace->tokens();
    if (!m_map || !cells.contains(point)) {
        return std::nullopt;
    }
    const auto index = [tokens](qreal offset, qreal extent) {
        return TokenIndex(std::min(static_cast<Index>(offset / extent * static_cast<qreal>(tokens)), tokens - 1));
    };
    return Cell{index(point.y() - cells.top(), cells.height()), index(point.x() - cells.left(), cells.width())};
}

std::optional<CellPicture::Hit> HeatmapPicture::hitAt(QPointF point, const QRectF& area) const
{
    const std::optional<Cell> cell = cellAt(point, area);
    return cell ? std::optional(Hit{*cell, cellRect(*cell, area)}) : std::nullopt;
}

QRectF HeatmapPicture::cellRect(Cell cell, const QRectF& area) const
{
    const QRectF cells = mapRect(area);
    const qreal pitch = cells.width() / static_cast<qreal>(m_trace->tokens());
    return {cells.left() + static_cast<qreal>(cell.key.value) * pitch,
            cells.top() + static_cast<qreal>(cell.query.value) * pitch, pitch, pitch};
}

QString HeatmapPicture::describe(Cell cell) const
{
    const std::vector<Token>& tokens = m_trace->info().tokens;
    const auto label = [&tokens](TokenIndex index) {
        return tokenLabel(tokens[static_cast<std::size_t>(index.value)]);
    };
    const QString value = isMasked(cell)
                              ? QStringLiteral("0 (masked)")
                              : QString::number(static_cast<double>(m_map->at(cell.query, cell.key)), 'g', 6);
    return QStringLiteral("%1 → %2: %3 %4")
        .arg(label(cell.query), label(cell.key), quantityName(m_options.quantity), value);
}

}  // namespace headlight::ui
