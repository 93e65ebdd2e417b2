#include "ui/plots/heatmap_picture.h"

#include "core/analysis/norm_weighted.h"
#include "core/analysis/stage_matrix.h"
#include "ui/plots/token_label.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

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
    if (model == nullptr || model->weights.blocks.empty()) {
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
    const bool isReadInTiles = quantity == Quantity::Weights || quantity == Quantity::ScaledScores;
    if (!isReadInTiles && trace.tokens() > kLongestInFull) {
        return failure(ErrorCode::TooLong, "Of a text of more than " + std::to_string(kLongestInFull) +
                                               " tokens there are weights and scaled scores.");
    }
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
    const auto extreme = [&](Pooling pooling) {
        return map.tile({0, map.rows()}, {0, map.cols()}, {1, 1, pooling})(0, 0);
    };
    if (options.quantity != Quantity::ScaledScores && options.quantity != Quantity::RawScores) {
        const bool fixed = options.range == RangeMode::Fixed && options.quantity != Quantity::NormWeighted;
        return {.map = &colourMap, .low = 0.0F, .high = fixed ? 1.0F : extreme(Pooling::Largest), .meaning = {}};
    }
    const float reach = std::max(std::abs(extreme(Pooling::LargestMagnitude)), std::numeric_limits<float>::min());
    return {.map = &ColourMap::diverging(), .low = -reach, .high = reach, .meaning = {}};
}

/// The labels of some tokens; of very many, of as few as an axis can show.
AxisLabels axisOf(const std::vector<Token>& tokens, IndexRange shown, const QString& name,
                  const std::optional<TokenIndex>& highlighted)
{
    constexpr Index kMostLabels = 256;
    const Index step = (shown.size() + kMostLabels - 1) / kMostLabels;
    std::vector<Token> labelled;
    for (Index i = shown.begin; i < shown.end; i += step) {
        labelled.push_back(tokens[static_cast<std::size_t>(i)]);
    }
    std::optional<TokenIndex> place;
    if (highlighted && highlighted->value >= shown.begin && highlighted->value < shown.end) {
        place = TokenIndex((highlighted->value - shown.begin) / step);
        labelled[static_cast<std::size_t>(place->value)] = tokens[static_cast<std::size_t>(highlighted->value)];
    }
    return tokenAxis(labelled, name, place);
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
    m_window = options.window.within(m_trace->tokens());
    m_rows = axisOf(info.tokens, rows(),
                    isRollout ? QStringLiteral("token after layer %1").arg(selection.head.layer.value)
                              : QStringLiteral("query: who looks"),
                    selection.query);
    m_columns = axisOf(info.tokens, columns(),
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
    if (m_window.side < m_trace->tokens()) {
        title += QStringLiteral(" · queries %L1–%L2, keys %L3–%L4 of %L5")
                     .arg(rows().begin)
                     .arg(rows().end - 1)
                     .arg(columns().begin)
                     .arg(columns().end - 1)
                     .arg(m_trace->tokens());
    }
    if (!m_note.isEmpty()) {
        title += QStringLiteral(" · ") + m_note;
    }
    return title;
}

QSizeF HeatmapPicture::naturalSize() const
{
    const qreal cells = std::clamp(static_cast<qreal>(m_window.side) * 34.0, 240.0, 900.0);
    const qreal left = axisExtent(m_rows, AxisSide::Left, 0.0, kWidestAxis);
    const qreal pitch = cells / static_cast<qreal>(std::max<Index>(m_window.side, 1));
    const qreal top = axisExtent(m_columns, AxisSide::Top, pitch, kWidestAxis);
    return {std::ceil(left + cells + kBarGap + kColourBarWidth), std::ceil(top + cells)};
}

HeatmapPicture::Layout HeatmapPicture::layout(const QRectF& area) const
{
    const auto tokens = static_cast<qreal>(std::max<Index>(m_window.side, 1));
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

Matrix HeatmapPicture::tile(const Band& band) const
{
    const auto& [rows, cols, size, rect] = band;
    Matrix cells = m_map->tile(rows, cols, size);
    if (isOfWeights() && mask() != Mask{}) {
        for (Index i = 0; i < cells.rows(); ++i) {
            for (Index j = 0; j < cells.cols(); ++j) {
                const Cell middle{TokenIndex(rows.begin + (2 * i + 1) * rows.size() / (2 * cells.rows())),
                                  TokenIndex(cols.begin + (2 * j + 1) * cols.size() / (2 * cells.cols()))};
                if (cells(i, j) == 0.0F && isMasked(middle)) {
                    cells(i, j) = std::numeric_limits<float>::quiet_NaN();
                }
            }
        }
    }
    return cells;
}

/// Some rows and columns as they are worked out one after another: those of which any part takes long in several bands of rows.
std::vector<HeatmapPicture::Band> HeatmapPicture::bandsOf(IndexRange rows, IndexRange cols, const QRectF& area,
                                                          QSize pixels) const
{
    constexpr Index kBands = 16;
    constexpr Index kManyRows = 4096;
    const bool isQuick = m_map->isQuick(rows, cols, {pixels.height(), pixels.width()});
    const Index count = isQuick || rows.size() < kManyRows || pixels.height() < kBands ? 1 : kBands;
    std::vector<Band> bands;
    for (Index i = 0; i < count; ++i) {
        const IndexRange lines{blockBegin({0, pixels.height()}, i, count),
                               blockBegin({0, pixels.height()}, i + 1, count)};
        const IndexRange part{blockBegin(rows, lines.begin, pixels.height()),
                              blockBegin(rows, lines.end, pixels.height())};
        const qreal share = area.height() / static_cast<qreal>(rows.size());
        bands.push_back({.rows = part,
                         .cols = cols,
                         .size = {lines.size(), pixels.width()},
                         .rect = QRectF(area.left(), area.top() + share * static_cast<qreal>(part.begin - rows.begin),
                                        area.width(), share * static_cast<qreal>(part.size()))});
    }
    return bands;
}

std::vector<std::function<void()>> HeatmapPicture::slowParts(const QRectF& area, qreal pixelRatio) const
{
    if (!m_map) {
        return {};
    }
    const QRectF cells = layout(area).cells;
    const QSize pixels = devicePixels(cells, pixelRatio);
    const IndexRange all{0, m_map->rows()};
    std::vector<std::function<void()>> parts;
    const auto add = [&](IndexRange rows, IndexRange cols) {
        for (const Band& band : bandsOf(rows, cols, cells, pixels)) {
            if (!m_map->isQuick(band.rows, band.cols, band.size)) {
                parts.emplace_back(
                    [map = m_map, band] { static_cast<void>(map->tile(band.rows, band.cols, band.size)); });
            }
        }
    };
    add(all, all);  // first, for of it any part can be drawn meanwhile
    if (m_window.side < all.size()) {
        add(rows(), columns());
    }
    return parts;
}

void HeatmapPicture::paint(QPainter& painter, const QRectF& area, const Theme& theme) const
{
    paintMap(painter, area, theme, Parts::All);
}

void HeatmapPicture::paintQuickly(QPainter& painter, const QRectF& area, const Theme& theme) const
{
    paintMap(painter, area, theme, Parts::Ready);
}

void HeatmapPicture::paintBands(QPainter& painter, const std::vector<Band>& bands, const Theme& theme,
                                Parts parts) const
{
    for (const Band& band : bands) {
        if (parts == Parts::All || m_map->isQuick(band.rows, band.cols, band.size)) {
            drawCells(painter, band.rect, tile(band), m_scale, theme);
        } else {
            painter.setPen(theme.mutedText);
            painter.setFont(figureFont(kLabelPixels));
            painter.drawText(band.rect, Qt::AlignCenter, QStringLiteral("…"));
        }
    }
}

void HeatmapPicture::paintMap(QPainter& painter, const QRectF& area, const Theme& theme, Parts parts) const
{
    if (!m_map) {
        painter.setPen(theme.mutedText);
        painter.setFont(figureFont(kTitlePixels));
        painter.drawText(area, Qt::AlignCenter | Qt::TextWordWrap, m_problem);
        return;
    }
    painter.save();
    const Layout placed = layout(area);
    const QSize pixels = devicePixels(painter, placed.cells);
    const std::vector<Band> bands = bandsOf(rows(), columns(), placed.cells, pixels);
    const bool isThere =
        std::ranges::all_of(bands, [&](const Band& band) { return m_map->isQuick(band.rows, band.cols, band.size); });
    if (parts == Parts::Ready && !isThere) {
        // The whole map's picture enlarged, of which the window shows a part.
        const IndexRange all{0, m_map->rows()};
        const qreal scale = placed.cells.width() / static_cast<qreal>(m_window.side);
        const QPointF corner =
            placed.cells.topLeft() -
            QPointF(static_cast<qreal>(m_window.firstColumn), static_cast<qreal>(m_window.firstRow)) * scale;
        painter.save();
        painter.setClipRect(placed.cells);
        const qreal whole = static_cast<qreal>(all.size()) * scale;
        std::vector<Band> overview = bandsOf(all, all, QRectF(corner, QSizeF(whole, whole)), pixels);
        std::erase_if(overview, [&](const Band& band) { return !band.rect.intersects(placed.cells); });
        paintBands(painter, overview, theme, Parts::Ready);
        painter.restore();
    }
    if (parts == Parts::All || isThere) {
        paintBands(painter, bands, theme, parts);
    }
    if (m_options.numbers == CellNumbers::Shown && bands.size() == 1 && (parts == Parts::All || isThere)) {
        drawCellNumbers(painter, placed.cells, tile(bands.front()), m_scale);
    }
    painter.setBrush(Qt::NoBrush);
    painter.setPen(theme.line);
    painter.drawRect(placed.cells);
    drawAxis(painter, placed.rowLabels, placed.rows, AxisSide::Left, theme);
    drawAxis(painter, placed.columnLabels, placed.columns, AxisSide::Top, theme);
    drawColourBar(painter, placed.colourBar, placed.scale, theme);

    const auto within = [](const std::optional<TokenIndex>& token, IndexRange shown) {
        const bool isShown = token && token->value >= shown.begin && token->value < shown.end;
        return isShown ? std::optional(token->value - shown.begin) : std::nullopt;
    };
    drawMarks(painter, placed.cells, m_window.side,
              {within(m_selection.query, rows()), within(m_selection.key, columns())}, theme);
    painter.restore();
}

CsvTable HeatmapPicture::table() const
{
    CsvTable table{.header = {quantityName(m_options.quantity).toStdString() + ": query down, key across"}, .rows = {}};
    if (!m_map) {
        return table;
    }
    if (m_window.side > kLongestInFull) {
        table.header = {"too many cells for a table: show a part of at most " + std::to_string(kLongestInFull) +
                        " tokens"};
        return table;
    }
    const std::vector<Token>& tokens = m_trace->info().tokens;
    for (Index j = columns().begin; j < columns().end; ++j) {
        table.header.push_back(tokens[static_cast<std::size_t>(j)].text);
    }
    for (Index i = rows().begin; i < rows().end; ++i) {
        std::vector<CsvCell> cells{tokens[static_cast<std::size_t>(i)].text};
        const RowVector row = m_map->row(TokenIndex(i)).segment(columns().begin, columns().size());
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
    if (!m_map || !cells.contains(point)) {
        return std::nullopt;
    }
    const auto index = [side = m_window.side](qreal offset, qreal extent, Index first) {
        return TokenIndex(first + std::min(static_cast<Index>(offset / extent * static_cast<qreal>(side)), side - 1));
    };
    return Cell{index(point.y() - cells.top(), cells.height(), m_window.firstRow),
                index(point.x() - cells.left(), cells.width(), m_window.firstColumn)};
}

std::optional<CellPicture::Hit> HeatmapPicture::hitAt(QPointF point, const QRectF& area) const
{
    const std::optional<Cell> cell = cellAt(point, area);
    return cell ? std::optional(Hit{*cell, cellRect(*cell, area)}) : std::nullopt;
}

QRectF HeatmapPicture::cellRect(Cell cell, const QRectF& area) const
{
    const QRectF cells = mapRect(area);
    const qreal pitch = cells.width() / static_cast<qreal>(m_window.side);
    return {cells.left() + static_cast<qreal>(cell.key.value - m_window.firstColumn) * pitch,
            cells.top() + static_cast<qreal>(cell.query.value - m_window.firstRow) * pitch, pitch, pitch};
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
