#include "ui/plots/tiled_picture.h"

#include "ui/plots/heatmap_picture.h"
#include "ui/plots/titled_chart.h"
#include "ui/plots/token_label.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>
#include <limits>

namespace headlight::ui {
namespace {

constexpr qreal kGap = 12.0;
constexpr qreal kTitleRoom = 18.0;
constexpr qreal kWidestAxis = 130.0;  ///< Of row labels.
constexpr qreal kTextRoom = 56.0;
constexpr qreal kNarrow = 620.0;  ///< Below, axes and colour bars have no names, so that the cells have room.

QString tr(const char* text)
{
    return QCoreApplication::translate("TiledPicture", text);
}

QString number(double value)
{
    return QString::number(value, 'g', 3).replace(QLatin1Char('-'), QChar(0x2212));
}

/// In the room above what stands there.
void drawHeadingAbove(QPainter& painter, const QRectF& below, const QString& heading, const Theme& theme)
{
    drawHeading(painter, QRectF(below.left(), below.top() - kTitleRoom, below.width(), kTitleRoom), heading, theme);
}

}  // namespace

TiledPicture::TiledPicture(std::shared_ptr<const Trace> trace, const Model& model, const Selection& selection,
                           const VariantOptions& options, const ColourMap& colourMap)
    : m_trace(std::move(trace))
    , m_selection(selection)
{
    m_rows = tokenAxis(m_trace->info().tokens, tr("query: who looks"), selection.query);
    m_columns = tokenAxis(m_trace->info().tokens, tr("key: who is looked at"), selection.key);
    const Result<HeadInputs> inputs = headInputs(model, *m_trace, selection.head);
    Result<TiledFrame> frame = inputs ? tiledFrame(*inputs, fittingBlock(options.tile, m_trace->tokens()),
                                                   options.tilesDone.value_or(std::numeric_limits<Index>::max()))
                                      : tl::unexpected(inputs.error());
    if (!frame) {
        m_problem = QString::fromStdString(frame.error().message);
        return;
    }
    m_frame = std::move(*frame);
    const float reach = std::max(m_frame->largestOutput, std::numeric_limits<float>::min());
    m_scale = {.map = &colourMap, .low = 0.0F, .high = 1.0F, .meaning = tr("weight so far, exp(s − m)/ℓ")};
    m_outputScale = {.map = &ColourMap::diverging(), .low = -reach, .high = reach, .meaning = tr("output so far")};
}

QString TiledPicture::title() const
{
    return tr("Softmax tile by tile · %1")
        .arg(headTitle(m_selection.head, m_trace->info().relationOf(m_selection.head)));
}

QSizeF TiledPicture::naturalSize() const
{
    return m_frame ? QSizeF(1060.0, 560.0) : QSizeF(640.0, 160.0);
}

TiledPicture::Layout TiledPicture::layout(const QRectF& area) const
{
    Layout placed;
    placed.hasNames = area.width() >= kNarrow;
    AxisLabels rows = m_rows;
    AxisLabels columns = m_columns;
    if (!placed.hasNames) {
        rows.name.clear();
        columns.name.clear();
    }
    const qreal colourBar = placed.hasNames ? kColourBarWidth : kBareColourBarWidth;
    const qreal bars = std::clamp(area.width() * 0.09, 40.0, 110.0);
    placed.left = axisExtent(rows, AxisSide::Left, 0.0, std::min(area.width() * 0.18, kWidestAxis));
    const qreal across = area.width() - placed.left - 2.0 * (bars + colourBar) - 5.0 * kGap;
    constexpr qreal kShareOfMap = 0.64;  // the rest is the output's
    const auto tokens = static_cast<qreal>(std::max<Index>(side(), 1));
    const qreal down = area.height() - kTextRoom - kGap;
    qreal extent = std::min(across * kShareOfMap, down);
    // Whether labels fit upright depends on the cells' width, and that on the labels' height: two steps settle it.
    for (int step = 0; step < 2; ++step) {
        placed.top = axisExtent(columns, AxisSide::Top, extent / tokens, down * 0.3);
        extent = std::floor(std::max(std::min(across * kShareOfMap, down - placed.top - kTitleRoom), 1.0));
    }
    const qreal y = std::round(area.top() + kTitleRoom + placed.top);
    qreal x = std::round(area.left() + placed.left);
    const auto next = [&](qreal width) {
        const QRectF rect(x, y, std::floor(std::max(width, 1.0)), extent);
        x = rect.right() + kGap;
        return rect;
    };
    placed.map = next(extent);
    placed.weightsBar = next(colourBar);
    placed.maxima = next(bars);
    placed.sums = next(bars);
    placed.output = next(std::min(area.right() - x - kGap - colourBar, extent));
    placed.outputBar = next(colourBar);
    placed.text = QRectF(QPointF(area.left(), placed.map.bottom() + kGap), area.bottomRight());
    return placed;
}

void TiledPicture::paint(QPainter& painter, const QRectF& area, const Theme& theme) const
{
    painter.save();
    if (!m_frame) {
        painter.setPen(theme.mutedText);
        painter.setFont(figureFont(kTitlePixels));
        painter.drawText(area, Qt::AlignCenter | Qt::TextWordWrap, m_problem);
        painter.restore();
        return;
    }
    const Layout placed = layout(area);
    paintMap(painter, placed, theme);
    paintBars(painter, placed, theme);
    paintOutput(painter, placed, theme);
    painter.setFont(figureFont(kLabelPixels));
    painter.setPen(theme.text);
    painter.drawText(placed.text, Qt::AlignLeft | Qt::AlignTop | Qt::TextWordWrap, status());
    painter.restore();
}

void TiledPicture::paintMap(QPainter& painter, const Layout& placed, const Theme& theme) const
{
    const QRectF& map = placed.map;
    const QSize pixels = devicePixels(painter, map);
    const StoredMap weights(std::make_shared<const Tensor>(Tensor::fromMatrix(m_frame->weights)), 0);
    const Matrix cells =
        weights.tile({0, side()}, {0, side()},
                     {.rows = pixels.height(), .cols = pixels.width(), .pooling = Pooling::LargestMagnitude});
    drawCells(painter, map, cells, m_scale, theme);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(theme.line);
    painter.drawRect(map);
    AxisLabels rows = m_rows;
    AxisLabels columns = m_columns;
    ColourScale scale = m_scale;
    if (!placed.hasNames) {
        rows.name.clear();
        columns.name.clear();
        scale.meaning.clear();
    }
    drawAxis(painter, QRectF(map.left() - placed.left, map.top(), placed.left, map.height()), rows, AxisSide::Left,
             theme);
    const QRectF top(map.left(), map.top() - placed.top, map.width(), placed.top);
    drawAxis(painter, top, columns, AxisSide::Top, theme);
    drawMarks(painter, map, side(), {.row = rows.highlighted, .column = columns.highlighted}, theme);
    drawColourBar(painter, placed.weightsBar, scale, theme);
    drawHeadingAbove(painter, QRectF(top.left(), top.top(), top.width(), 0.0), tr("cells seen so far"), theme);
    if (m_frame->done > 0) {
        const Tile& tile = m_frame->tiles[static_cast<std::size_t>(m_frame->done - 1)];
        const qreal pitch = map.width() / static_cast<qreal>(side());
        QPen frame(theme.accent, 2.5);
        frame.setJoinStyle(Qt::MiterJoin);
        painter.setPen(frame);
        painter.drawRect(QRectF(map.left() + static_cast<qreal>(tile.firstKey) * pitch,
                                map.top() + static_cast<qreal>(tile.firstQuery) * pitch,
                                static_cast<qreal>(tile.keys) * pitch, static_cast<qreal>(tile.queries) * pitch));
    }
}

QRectF TiledPicture::maximumBar(Index row, const QRectF& column) const
{
    const float maximum = m_frame->state.maximum[static_cast<std::size_t>(row)];
    const double low = std::min(static_cast<double>(m_frame->lowestMaximum), 0.0);
    const double high = std::max(static_cast<double>(m_frame->highestMaximum), 0.0);
    const qreal pitch = column.height() / static_cast<qreal>(side());
    const auto at = [&](double value) {
        return column.left() + (value - low) / std::max(high - low, 1e-30) * column.width();
    };
    const double end = maximum == kMasked ? 0.0 : static_cast<double>(maximum);
    return QRectF(QPointF(at(0.0), column.top() + static_cast<qreal>(row) * pitch),
                  QPointF(at(end), column.top() + static_cast<qreal>(row + 1) * pitch))
        .normalized();
}

QRectF TiledPicture::sumBar(Index row, const QRectF& column) const
{
    const double share = m_frame->state.sum[static_cast<std::size_t>(row)] / std::max(m_frame->highestSum, 1e-30);
    const qreal pitch = column.height() / static_cast<qreal>(side());
    return {column.left(), column.top() + static_cast<qreal>(row) * pitch, share * column.width(), pitch};
}

QRectF TiledPicture::maximumBar(TokenIndex query, const QRectF& area) const
{
    return maximumBar(query.value, layout(area).maxima);
}

QRectF TiledPicture::sumBar(TokenIndex query, const QRectF& area) const
{
    return sumBar(query.value, layout(area).sums);
}

void TiledPicture::paintBars(QPainter& painter, const Layout& placed, const Theme& theme) const
{
    constexpr qreal kThick = 5.0;  // rows are set apart where they are thicker
    const qreal pitch = placed.map.height() / static_cast<qreal>(side());
    const qreal inset = pitch > kThick ? 1.0 : 0.0;
    for (Index row = 0; row < side(); ++row) {
        const bool isMarked = m_rows.highlighted == row;
        const QColor colour = isMarked ? theme.accent : theme.mutedText;
        painter.fillRect(maximumBar(row, placed.maxima).adjusted(0.0, inset, 0.0, -inset), colour);
        painter.fillRect(sumBar(row, placed.sums).adjusted(0.0, inset, 0.0, -inset), colour);
    }
    const double low = std::min(static_cast<double>(m_frame->lowestMaximum), 0.0);
    const double high = std::max(static_cast<double>(m_frame->highestMaximum), 0.0);
    const qreal zero = placed.maxima.left() - low / std::max(high - low, 1e-30) * placed.maxima.width();
    painter.setPen(theme.line);
    painter.drawLine(QPointF(zero, placed.maxima.top()), QPointF(zero, placed.maxima.bottom()));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(placed.maxima);
    painter.drawRect(placed.sums);
    drawHeadingAbove(painter, placed.maxima, placed.hasNames ? tr("maximum m") : tr("m"), theme);
    drawHeadingAbove(painter, placed.sums, placed.hasNames ? tr("sum ℓ") : tr("ℓ"), theme);
    // What the full width of a bar stands for, under it.
    painter.setFont(figureFont(kSmallPixels));
    painter.setPen(theme.mutedText);
    const auto range = [&](const QRectF& column, const QString& from, const QString& to) {
        const QRectF under(column.left(), column.bottom(), column.width(), kGap);
        painter.drawText(under, Qt::AlignLeft | Qt::AlignVCenter, from);
        painter.drawText(under, Qt::AlignRight | Qt::AlignVCenter, to);
    };
    range(placed.maxima, number(low), number(high));
    range(placed.sums, QStringLiteral("0"), number(m_frame->highestSum));
}

void TiledPicture::paintOutput(QPainter& painter, const Layout& placed, const Theme& theme) const
{
    const QSize pixels = devicePixels(painter, placed.output);
    const Matrix& output = m_frame->output;
    const StoredMap all(std::make_shared<const Tensor>(Tensor::fromMatrix(output)), 0);
    drawCells(painter, placed.output,
              all.tile({0, output.rows()}, {0, output.cols()},
                       {.rows = pixels.height(), .cols = pixels.width(), .pooling = Pooling::LargestMagnitude}),
              m_outputScale, theme);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(theme.line);
    painter.drawRect(placed.output);
    ColourScale scale = m_outputScale;
    if (!placed.hasNames) {
        scale.meaning.clear();
    }
    drawColourBar(painter, placed.outputBar, scale, theme);
    drawHeadingAbove(painter, placed.output,
                     placed.hasNames ? tr("output so far [T×%1]").arg(output.cols()) : tr("output"), theme);
}

QString TiledPicture::status() const
{
    const auto tiles = static_cast<Index>(m_frame->tiles.size());
    QString line;
    if (m_frame->done == 0) {
        line = tr("No tile yet: m = −∞, ℓ = 0. %1 tiles will follow.").arg(tiles);
    } else {
        const Tile& tile = m_frame->tiles[static_cast<std::size_t>(m_frame->done - 1)];
        line = tr("Tile %1 of %2: queries %3–%4, keys %5–%6.")
                   .arg(m_frame->done)
                   .arg(tiles)
                   .arg(tile.firstQuery)
                   .arg(tile.firstQuery + tile.queries - 1)
                   .arg(tile.firstKey)
                   .arg(tile.firstKey + tile.keys - 1);
    }
    const QString largest = number(static_cast<double>(m_frame->fromPlain.largest));
    line += QLatin1Char(' ') +
            (m_frame->isDone()
                 ? tr("Largest difference to the plain softmax: %1, measured; the output's largest number is %2.")
                       .arg(largest, number(static_cast<double>(m_frame->largestOutput)))
                 : tr("Largest difference to the plain softmax so far: %1.").arg(largest));
    return line + QLatin1Char('\n') +
           tr("m_new = max(m, scores); ℓ and output are scaled by exp(m − m_new) where the maximum grew. The cells are "
              "drawn for you; the computation holds one tile of them at a time.");
}

CsvTable TiledPicture::table() const
{
    CsvTable table;
    if (!m_frame) {
        return table;
    }
    table.header = {"query", "query token", "running maximum", "running sum"};
    for (Index column = 0; column < m_frame->output.cols(); ++column) {
        table.header.push_back("output so far " + std::to_string(column));
    }
    for (Index i = 0; i < side(); ++i) {
        const auto row = static_cast<std::size_t>(i);
        std::vector<CsvCell> cells{i, m_trace->info().tokens[row].text, m_frame->state.maximum[row],
                                   m_frame->state.sum[row]};
        for (const float entry : m_frame->output.row(i)) {
            cells.emplace_back(entry);
        }
        table.rows.push_back(std::move(cells));
    }
    return table;
}

std::optional<CellPicture::Hit> TiledPicture::hitAt(QPointF point, const QRectF& area) const
{
    return m_frame ? hitIn(layout(area).map, side(), point) : std::nullopt;
}

QString TiledPicture::describe(Cell cell) const
{
    const std::vector<Token>& tokens = m_trace->info().tokens;
    const auto label = [&tokens](TokenIndex token) {
        return tokenLabel(tokens[static_cast<std::size_t>(token.value)]);
    };
    const auto row = static_cast<std::size_t>(cell.query.value);
    const float weight = m_frame->weights(cell.query.value, cell.key.value);
    const QString value =
        std::isnan(weight) ? tr("not seen yet") : tr("weight so far %1").arg(static_cast<double>(weight), 0, 'g', 6);
    return tr("%1 → %2: %3; of the row m = %4, ℓ = %5")
        .arg(label(cell.query), label(cell.key), value,
             m_frame->state.maximum[row] == kMasked ? QStringLiteral("−∞")
                                                    : number(static_cast<double>(m_frame->state.maximum[row])),
             number(m_frame->state.sum[row]));
}

}  // namespace headlight::ui
