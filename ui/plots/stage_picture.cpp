#include "ui/plots/stage_picture.h"

#include "ui/plots/heatmap_picture.h"
#include "ui/plots/token_label.h"

#include <algorithm>
#include <cmath>

namespace headlight::ui {
namespace {

constexpr qreal kBarGap = 16.0;
constexpr qreal kReadableWidth = 46.0;  ///< Of a cell, so that "−12.34" fits.
constexpr qreal kReadableHeight = 22.0;
constexpr qreal kWidestReadable = 74.0;
constexpr qreal kWidestCell = 88.0;
constexpr qreal kHighestCell = 44.0;
constexpr qreal kWidestLabels = 160.0;
constexpr qreal kColumnLabels = 56.0;
constexpr Index kMostLabels = 1024;  ///< Of columns; where there are more, none could be read.
constexpr Index kNaturalRows = 40;
constexpr Index kNaturalColumns = 24;

/// As many of `count` from `first` on as fit, and as many before it as fill the rest.
IndexRange fitting(Index first, Index count, qreal extent, qreal pitch)
{
    const Index most = std::clamp<Index>(static_cast<Index>(extent / pitch), 1, count);
    const Index begin = std::clamp<Index>(first, 0, count - most);
    return {begin, begin + most};
}

std::optional<Index> within(IndexRange range, const std::optional<TokenIndex>& index)
{
    return index && index->value >= range.begin && index->value < range.end ? std::optional(index->value - range.begin)
                                                                            : std::nullopt;
}

}  // namespace

StagePicture::StagePicture(std::shared_ptr<const PipelineContent> content, const Selection& selection,
                           const PipelineOptions& options, const ColourMap& colourMap, std::optional<StageCell> framed)
    : m_content(std::move(content))
    , m_selection(selection)
    , m_options(options)
    , m_colourMap(colourMap)
    , m_framed(framed)
{
    if (const std::optional<Index> index = m_content->indexOf(stage())) {
        m_matrix = &m_content->matrices()[static_cast<std::size_t>(*index)];
    }
}

QString StagePicture::title() const
{
    const Stage& shown = stageInfo(stage());
    QString title = m_matrix == nullptr ? toText(shown.title) : stageTitle(*m_content, *m_matrix);
    title.front() = title.front().toUpper();
    if (shown.scope == StageScope::Layer) {
        const HeadAddress head = m_content->head();
        const bool isOfHead = shown.axes.size() == 3;
        title += QStringLiteral(" · ") + (isOfHead ? headTitle(head, m_content->trace().info().relationOf(head))
                                                   : QStringLiteral("layer %1").arg(head.layer.value));
    }
    return m_matrix == nullptr ? title : title + QStringLiteral(" · ") + shapeText(*m_matrix);
}

QString StagePicture::caption() const
{
    const QString purpose = toText(stageInfo(stage()).purpose);
    return m_matrix == nullptr ? purpose
                               : QStringLiteral("%1 — %2").arg(QString::fromStdString(m_matrix->step.formula), purpose);
}

QSizeF StagePicture::naturalSize() const
{
    if (m_matrix == nullptr) {
        return {480.0, 120.0};
    }
    const bool isReadable = m_options.cellSize == CellSize::Readable;
    const auto rows = static_cast<qreal>(isReadable ? std::min(m_matrix->rows(), kNaturalRows) : m_matrix->rows());
    const auto cols = static_cast<qreal>(isReadable ? std::min(m_matrix->cols(), kNaturalColumns) : m_matrix->cols());
    const qreal width = isReadable ? cols * kReadableWidth : std::clamp(cols * 34.0, 240.0, 1100.0);
    const qreal height = isReadable ? rows * kReadableHeight : std::clamp(rows * 24.0, 120.0, 900.0);
    const qreal left = axisExtent(rowAxis({0, m_matrix->rows()}), AxisSide::Left, 0.0, kWidestLabels);
    return {std::ceil(left + width + kBarGap + kColourBarWidth), std::ceil(kColumnLabels + 24.0 + height)};
}

AxisLabels StagePicture::rowAxis(IndexRange rows) const
{
    const bool areKeys = rowKind(stage()) == AxisKind::Key;
    AxisLabels axis{.labels = {}, .name = areKeys ? QStringLiteral("key") : QStringLiteral("token")};
    axis.highlighted = within(rows, areKeys && m_selection.key ? m_selection.key : m_selection.query);
    const std::vector<Token>& tokens = m_content->trace().info().tokens;
    for (Index i = rows.begin; i < rows.end; ++i) {
        axis.labels.append(tokenLabel(tokens[static_cast<std::size_t>(i)]));
    }
    return axis;
}

AxisLabels StagePicture::columnAxis(IndexRange columns) const
{
    const AxisKind kind = columnKind(stage());
    AxisLabels axis{.labels = {}, .name = QStringLiteral("dimension"), .kind = LabelKind::Numbers};
    if (kind == AxisKind::Key) {
        axis.name = QStringLiteral("key: who is looked at");
        axis.kind = LabelKind::Words;
        axis.highlighted = within(columns, m_selection.key);
    } else if (kind == AxisKind::Vocabulary) {
        axis.name = QStringLiteral("vocabulary: token");
        axis.kind = LabelKind::Words;
    }
    if (columns.size() <= kMostLabels) {
        for (Index j = columns.begin; j < columns.end; ++j) {
            const std::optional<Token> token = columnToken(*m_content, *m_matrix, j);
            axis.labels.append(token ? tokenLabel(*token) : QString::number(j));
        }
    }
    return axis;
}

StagePicture::Layout StagePicture::layout(const QRectF& area) const
{
    const Index allRows = m_matrix->rows();
    const Index allColumns = m_matrix->cols();
    Layout placed;
    placed.rows = {0, allRows};
    placed.columns = {0, allColumns};
    const qreal left =
        axisExtent(rowAxis(placed.rows), AxisSide::Left, 0.0, std::min(area.width() * 0.3, kWidestLabels));
    const qreal across = std::max(area.width() - left - kBarGap - kColourBarWidth, 1.0);
    if (m_options.cellSize == CellSize::Readable) {
        placed.columns = fitting(m_options.firstColumn, allColumns, across, kReadableWidth);
    }
    placed.columnAxis = columnAxis(placed.columns);
    const bool isReadable = m_options.cellSize == CellSize::Readable;
    const bool isSquare = columnKind(stage()) == AxisKind::Key && !isReadable;
    const auto columns = static_cast<qreal>(placed.columns.size());
    const qreal mostTop = std::max(area.height() * 0.3, std::min(area.height() * 0.4, 64.0));
    qreal width = std::min(across, columns * (isReadable ? kWidestReadable : kWidestCell));
    qreal height = 0.0;
    // Whether column labels fit upright depends on the cells' width, and a square's on the labels' height: two steps settle it.
    qreal top = 0.0;
    for (int i = 0; i < 2; ++i) {
        top = placed.columnAxis.labels.isEmpty()
                  ? 0.0
                  : axisExtent(placed.columnAxis, AxisSide::Top, width / columns, mostTop);
        const qreal down = std::max(area.height() - top, 1.0);
        if (isReadable) {
            placed.rows = fitting(m_options.firstRow, allRows, down, kReadableHeight);
        }
        height = std::min(down, static_cast<qreal>(placed.rows.size()) * kHighestCell);
        if (isSquare) {
            width = height = std::min(width, down);
        }
    }
    placed.rowAxis = rowAxis(placed.rows);
    placed.cells = QRectF(std::round(area.left() + left), std::round(area.top() + top),
                          std::floor(std::max(width, 1.0)), std::floor(std::max(height, 1.0)));
    placed.rowLabels = QRectF(placed.cells.left() - left, placed.cells.top(), left, placed.cells.height());
    placed.columnLabels = QRectF(placed.cells.left(), placed.cells.top() - top, placed.cells.width(), top);
    placed.colourBar = QRectF(placed.cells.right() + kBarGap, placed.cells.top(), kColourBarWidth,
                              std::max(placed.cells.height(), std::min(area.height() - top, 120.0)));
    return placed;
}

void StagePicture::paint(QPainter& painter, const QRectF& area, const Theme& theme) const
{
    painter.save();
    if (m_matrix == nullptr) {
        painter.setPen(theme.mutedText);
        painter.setFont(figureFont(kTitlePixels));
        painter.drawText(area, Qt::AlignCenter | Qt::TextWordWrap,
                         QStringLiteral("%1 has no %2.")
                             .arg(QString::fromStdString(m_content->model().name), toText(stageInfo(stage()).title)));
        painter.restore();
        return;
    }
    const Layout placed = layout(area);
    const ColourScale scale = colourScale();
    const QSize pixels = devicePixels(painter, placed.cells);
    const Matrix cells =
        visibleTile(*m_content, *m_matrix, placed.rows, placed.columns, {pixels.height(), pixels.width()});
    drawCells(painter, placed.cells, cells, scale, theme);
    if (cells.rows() == placed.rows.size() && cells.cols() == placed.columns.size()) {
        drawCellNumbers(painter, placed.cells, cells, scale);
    }
    painter.setBrush(Qt::NoBrush);
    painter.setPen(theme.line);
    painter.drawRect(placed.cells);
    drawAxis(painter, placed.rowLabels, placed.rowAxis, AxisSide::Left, theme);
    drawAxis(painter, placed.columnLabels, placed.columnAxis, AxisSide::Top, theme);
    drawColourBar(painter, placed.colourBar, scale, theme);

    const auto frame = [&](IndexRange rows, IndexRange columns, const QPen& pen) {
        const QRectF first = cellIn(placed, {rows.begin, columns.begin});
        const QRectF last = cellIn(placed, {rows.end - 1, columns.end - 1});
        const QRectF rect = first.united(last).intersected(placed.cells);
        if (rect.isValid()) {
            constexpr qreal kThin = 6.0;
            const qreal outside = std::min(first.width(), first.height()) < kThin ? 1.0 : 0.0;
            painter.setPen(pen);
            painter.drawRect(rect.adjusted(-outside, -outside, outside, outside));
        }
    };
    QPen marker(theme.accent, 1.5);
    marker.setJoinStyle(Qt::MiterJoin);
    if (stage() == StageId::Concat) {
        const Index width = m_matrix->cols() / m_content->trace().info().heads;
        const Index begin = m_content->head().head.value * width;
        QPen own(headColour(m_content->head().head, theme), 2.0);
        own.setJoinStyle(Qt::MiterJoin);
        frame(placed.rows, {begin, begin + width}, own);
    }
    const bool rowsAreKeys = rowKind(stage()) == AxisKind::Key;
    for (const std::optional<TokenIndex>& row : {m_selection.query, rowsAreKeys ? m_selection.key : std::nullopt}) {
        if (const auto seen = within(placed.rows, row)) {
            frame({row->value, row->value + 1}, placed.columns, marker);
        }
    }
    if (columnKind(stage()) == AxisKind::Key && within(placed.columns, m_selection.key)) {
        frame(placed.rows, {m_selection.key->value, m_selection.key->value + 1}, marker);
    }
    if (m_framed) {
        marker.setWidthF(3.0);
        frame({m_framed->row, m_framed->row + 1}, {m_framed->column, m_framed->column + 1}, marker);
    }
    painter.restore();
}

QRectF StagePicture::cellIn(const Layout& placed, StageCell cell)
{
    const qreal width = placed.cells.width() / static_cast<qreal>(placed.columns.size());
    const qreal height = placed.cells.height() / static_cast<qreal>(placed.rows.size());
    return {placed.cells.left() + static_cast<qreal>(cell.column - placed.columns.begin) * width,
            placed.cells.top() + static_cast<qreal>(cell.row - placed.rows.begin) * height, width, height};
}

std::optional<StageCell> StagePicture::cellAt(QPointF point, const QRectF& area) const
{
    if (m_matrix == nullptr) {
        return std::nullopt;
    }
    const Layout placed = layout(area);
    if (!placed.cells.contains(point)) {
        return std::nullopt;
    }
    const auto index = [](qreal offset, qreal extent, IndexRange range) {
        const auto steps = static_cast<Index>(offset / extent * static_cast<qreal>(range.size()));
        return range.begin + std::clamp<Index>(steps, 0, range.size() - 1);
    };
    return StageCell{index(point.y() - placed.cells.top(), placed.cells.height(), placed.rows),
                     index(point.x() - placed.cells.left(), placed.cells.width(), placed.columns)};
}

CsvTable StagePicture::table() const
{
    CsvTable table{.header = {std::string(stageInfo(stage()).title) + ": token down, "}, .rows = {}};
    if (m_matrix == nullptr) {
        return table;
    }
    switch (columnKind(stage())) {
    case AxisKind::Query:
    case AxisKind::Key:
        table.header.front() += "key across";
        break;
    case AxisKind::Dimension:
        table.header.front() += "dimension across";
        break;
    case AxisKind::Vocabulary:
        table.header.front() += "vocabulary across";
        break;
    }
    for (Index j = 0; j < m_matrix->cols(); ++j) {
        const std::optional<Token> token = columnToken(*m_content, *m_matrix, j);
        table.header.push_back(token ? token->text : std::to_string(j));
    }
    const std::vector<Token>& tokens = m_content->trace().info().tokens;
    for (Index i = 0; i < m_matrix->rows(); ++i) {
        std::vector<CsvCell> cells{tokens[static_cast<std::size_t>(i)].text};
        const RowVector row = m_matrix->map->row(TokenIndex(i));
        cells.insert(cells.end(), row.begin(), row.end());
        table.rows.push_back(std::move(cells));
    }
    return table;
}

}  // namespace headlight::ui
