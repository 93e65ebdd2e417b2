#include "ui/plots/heatmap_picture.h"

#include "core/analysis/raw_scores.h"
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

Result<std::shared_ptr<const AttentionMap>> mapOf(const Trace& trace, HeadAddress head, Quantity quantity)
{
    switch (quantity) {
    case Quantity::Weights:
        return trace.map(StageId::Weights, head);
    case Quantity::ScaledScores:
        return trace.map(StageId::Scores, head);
    case Quantity::RawScores:
        return rawScoreMap(trace, head);
    }
    return trace.map(StageId::Weights, head);
}

QString formulaOf(Quantity quantity, const Experiment& experiment)
{
    const QString scores = experiment.scaling == Scaling::On ? QStringLiteral("Q·Kᵀ/√d") : QStringLiteral("Q·Kᵀ");
    switch (quantity) {
    case Quantity::Weights:
        return QStringLiteral("weight = softmax(%1)").arg(scores);
    case Quantity::ScaledScores:
        return QStringLiteral("score = %1").arg(scores);
    case Quantity::RawScores:
        return QStringLiteral("raw score = Q·Kᵀ");
    }
    return {};
}

/// Weights span 0 to 1, or to the largest; scores span as far to either side of zero.
ColourScale scaleOf(const AttentionMap& map, const HeatmapOptions& options, const ColourMap& colourMap)
{
    const Matrix all = map.tile({0, map.rows()}, {0, map.cols()}, {map.rows(), map.cols()});
    if (options.quantity == Quantity::Weights) {
        const bool fixed = options.range == RangeMode::Fixed;
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
    }
    return {};
}

HeatmapPicture::HeatmapPicture(std::shared_ptr<const Trace> trace, const Selection& selection,
                               const HeatmapOptions& options, const ColourMap& colourMap)
    : m_trace(std::move(trace))
    , m_selection(selection)
    , m_options(options)
{
    const TraceInfo& info = m_trace->info();
    m_rows = tokenAxis(info.tokens, QStringLiteral("query: who looks"), selection.query);
    m_columns = tokenAxis(info.tokens, QStringLiteral("key: who is looked at"), selection.key);
    Result<std::shared_ptr<const AttentionMap>> map = mapOf(*m_trace, selection.head, options.quantity);
    if (!map) {
        m_problem = QString::fromStdString(map.error().message);
        m_scale.map = &colourMap;
        return;
    }
    m_map = std::move(*map);
    m_scale = scaleOf(*m_map, options, colourMap);
    m_scale.meaning = formulaOf(options.quantity, info.experiment);
}

QString HeatmapPicture::title() const
{
    static constexpr std::array kTitles = {"Attention weights", "Scaled scores", "Raw scores"};
    QString title =
        QStringLiteral("%1 · %2").arg(QString::fromLatin1(kTitles.at(static_cast<std::size_t>(m_options.quantity))),
                                      headTitle(m_selection.head, m_trace->info().relationOf(m_selection.head)));
    if (m_trace->info().experiment.ablatedHeads.contains(m_selection.head)) {
        title += QStringLiteral(" · switched off");
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

bool HeatmapPicture::isMasked(Cell cell) const
{
    return m_options.quantity == Quantity::Weights && !isVisible(m_trace->info().mask, cell.query, cell.key);
}

Matrix HeatmapPicture::tile(QSize pixels) const
{
    const IndexRange rows{0, m_map->rows()};
    const IndexRange cols{0, m_map->cols()};
    Matrix cells = m_map->tile(rows, cols, {pixels.height(), pixels.width()});
    if (m_options.quantity == Quantity::Weights && m_trace->info().mask != Mask{}) {
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

    const qreal pitch = placed.cells.width() / static_cast<qreal>(m_map->cols());
    // Around rows and columns too thin to hold a frame, not over them.
    constexpr qreal kThin = 6.0;
    const qreal outside = pitch < kThin ? 1.0 : 0.0;
    QPen marker(theme.accent, pitch < kThin ? 1.0 : 1.5);
    marker.setJoinStyle(Qt::MiterJoin);
    painter.setPen(marker);
    if (m_selection.query) {
        const qreal top = placed.cells.top() + static_cast<qreal>(m_selection.query->value) * pitch;
        painter.drawRect(QRectF(placed.cells.left(), top, placed.cells.width(), pitch)
                             .adjusted(-outside, -outside, outside, outside));
    }
    if (m_selection.key) {
        const qreal left = placed.cells.left() + static_cast<qreal>(m_selection.key->value) * pitch;
        painter.drawRect(QRectF(left, placed.cells.top(), pitch, placed.cells.height())
                             .adjusted(-outside, -outside, outside, outside));
    }
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
