#include "ui/plots/pipeline_picture.h"

#include "ui/plots/heatmap_picture.h"
#include "ui/plots/token_label.h"

#include <QFontMetricsF>

#include <algorithm>
#include <cmath>

namespace headlight::ui {
namespace {

constexpr qreal kPartRoom = 15.0;  ///< Above a matrix, from top: its part, its name, its formula.
constexpr qreal kNameRoom = 16.0;
constexpr qreal kFormulaRoom = 15.0;
constexpr qreal kAbove = kPartRoom + kNameRoom + kFormulaRoom;
constexpr qreal kBarGap = 4.0;  ///< Under a matrix: its colours, then its range and shape.
constexpr qreal kBarRoom = 4.0;
constexpr qreal kRangeRoom = 14.0;
constexpr qreal kBelow = kBarGap + kBarRoom + kRangeRoom;
constexpr qreal kLineGap = 10.0;
constexpr qreal kLowest = 56.0;  ///< Cells of a matrix.
constexpr qreal kHighest = 220.0;
constexpr qreal kNatural = 110.0;
constexpr qreal kNaturalWidth = 1320.0;
constexpr qreal kLeastRoom = 112.0;
constexpr qreal kWidestLabels = 84.0;
constexpr qreal kStepRoom = 62.0;
constexpr qreal kPadding = 6.0;  ///< Of a part's ground.

/// How wide the cells are for their height: attention is square, vectors are wider the more numbers they have.
qreal aspectOf(StageId stage)
{
    switch (stageInfo(stage).axes.back()) {
    case 'S':
        return 1.0;
    case 'd':
        return 0.9;
    case 'F':
        return 1.8;
    case 'V':
        return 2.2;
    default:
        return 1.4;
    }
}

/// "÷√d, − distance" in two lines.
QStringList linesOf(const PipelineStep& step)
{
    return QString::fromStdString(step.operation).split(QStringLiteral(", "), Qt::SkipEmptyParts);
}

qreal leadingRoom(const PipelineStep& step)
{
    const QFontMetricsF metrics(figureFont(kSmallPixels));
    qreal widest = 12.0;
    for (const QString& line : linesOf(step)) {
        widest = std::max(widest, metrics.horizontalAdvance(line));
    }
    return widest + 20.0;
}

/// Summands and sums are joined by a sign, all else by an arrow.
bool isSign(const PipelineStep& step)
{
    return step.operation == "+" || step.operation == "=";
}

QString rangeText(float value)
{
    return QString::number(static_cast<double>(value), 'g', 3).replace(QLatin1Char('-'), QChar(0x2212));
}

void drawElided(QPainter& painter, const QRectF& area, const QString& text)
{
    const QFontMetricsF metrics(painter.font());
    painter.drawText(area, Qt::AlignLeft | Qt::AlignVCenter, metrics.elidedText(text, Qt::ElideRight, area.width()));
}

QRectF band(const QRectF& cells, Index row, Index rows)
{
    const qreal pitch = cells.height() / static_cast<qreal>(rows);
    return {cells.left(), cells.top() + static_cast<qreal>(row) * pitch, cells.width(), pitch};
}

/// Around rows too thin to hold a frame, not over them.
QRectF framed(const QRectF& rect)
{
    constexpr qreal kThin = 6.0;
    const qreal outside = std::min(rect.width(), rect.height()) < kThin ? 1.0 : 0.0;
    return rect.adjusted(-outside, -outside, outside, outside);
}

QPen framePen(const QColor& colour, qreal width)
{
    QPen pen(colour, width);
    pen.setJoinStyle(Qt::MiterJoin);
    return pen;
}

}  // namespace

Selection selectionAt(StageId stage, Index row, std::optional<Index> column, const Selection& now)
{
    Selection selection = now;
    (rowKind(stage) == AxisKind::Key ? selection.key : selection.query) = TokenIndex(row);
    if (column && columnKind(stage) == AxisKind::Key) {
        selection.key = TokenIndex(*column);
    }
    return selection;
}

PipelinePicture::PipelinePicture(std::shared_ptr<const PipelineContent> content, const Selection& selection,
                                 const PipelineOptions& options, const ColourMap& colourMap,
                                 std::optional<Index> pointed)
    : m_content(std::move(content))
    , m_selection(selection)
    , m_options(options)
    , m_colourMap(colourMap)
    , m_pointed(pointed)
{
    m_labels = tokenAxis(m_content->trace().info().tokens, QString(), m_selection.query);
    m_labelRoom = axisExtent(m_labels, AxisSide::Left, 0.0, kWidestLabels) + kPadding;
    const QFontMetricsF metrics(figureFont(kLabelPixels, QFont::Bold));
    for (const PipelineMatrix& matrix : m_content->matrices()) {
        m_needs.push_back({.name = metrics.horizontalAdvance(stageTitle(*m_content, matrix)) + 2.0,
                           .leading = m_needs.empty() ? 0.0 : leadingRoom(matrix.step)});
    }
    if (m_options.step) {
        m_options.step = std::clamp<Index>(*m_options.step, 0, std::max<Index>(count() - 1, 0));
    }
}

QString PipelinePicture::title() const
{
    const TraceInfo& info = m_content->trace().info();
    QString title =
        QStringLiteral("Pipeline · %1").arg(headTitle(m_content->head(), info.relationOf(m_content->head())));
    if (info.experiment.ablatedHeads.contains(m_content->head())) {
        title += QStringLiteral(" · switched off");
    }
    if (m_options.step && count() > 0) {
        title += QStringLiteral(" · step %1 of %2").arg(*m_options.step + 1).arg(count());
    }
    return title;
}

/// Boxes one after the other, and on to the next line where one does not fit.
PipelinePicture::Layout PipelinePicture::wrapped(qreal width, qreal cellHeight) const
{
    Layout placed{.boxes = {}, .top = m_options.step ? kStepRoom : 0.0, .cellHeight = cellHeight};
    qreal left = m_labelRoom;
    int line = 0;
    for (Index i = 0; i < count(); ++i) {
        const Needs& needs = m_needs[static_cast<std::size_t>(i)];
        const qreal cells = std::round(cellHeight * aspectOf(at(i).step.key.id));
        Box box{
            .line = line, .width = cells, .room = std::max({cells, needs.name, kLeastRoom}), .arrow = needs.leading};
        if (left + box.arrow + box.room > width - kPadding && left > m_labelRoom) {
            box.line = ++line;
            left = m_labelRoom;
        }
        box.left = std::round(left + box.arrow);
        left = box.left + box.room + 4.0;
        placed.boxes.push_back(box);
    }
    placed.lines = line + 1;
    return placed;
}

qreal PipelinePicture::heightAt(qreal width) const
{
    const Layout placed = wrapped(width, kLowest);
    return placed.top + placed.lines * (kAbove + placed.cellHeight + kBelow + kLineGap);
}

QSizeF PipelinePicture::naturalSize() const
{
    const Layout placed = wrapped(kNaturalWidth, kNatural);
    return {kNaturalWidth, std::ceil(placed.top + placed.lines * (kAbove + kNatural + kBelow + kLineGap))};
}

/// The highest matrices that fit.
PipelinePicture::Layout PipelinePicture::layout(const QRectF& area) const
{
    Layout best = wrapped(area.width(), kLowest);
    for (qreal height = kLowest + 2.0; height <= kHighest; height += 2.0) {
        Layout larger = wrapped(area.width(), height);
        if (larger.top + larger.lines * (kAbove + height + kBelow + kLineGap) > area.height()) {
            break;
        }
        best = std::move(larger);
    }
    return best;
}

qreal PipelinePicture::lineTop(const Layout& placed, int line, const QRectF& area) const
{
    return std::round(area.top() + placed.top + line * (kAbove + placed.cellHeight + kBelow + kLineGap));
}

QRectF PipelinePicture::cellsIn(const Layout& placed, Index matrix, const QRectF& area) const
{
    const Box& box = placed.boxes[static_cast<std::size_t>(matrix)];
    return {std::round(area.left()) + box.left, lineTop(placed, box.line, area) + kAbove, box.width, placed.cellHeight};
}

QRectF PipelinePicture::cellsRect(Index matrix, const QRectF& area) const
{
    return cellsIn(layout(area), matrix, area);
}

QRectF PipelinePicture::boxRect(Index matrix, const QRectF& area) const
{
    const Layout placed = layout(area);
    const QRectF cells = cellsIn(placed, matrix, area);
    return {cells.left(), cells.top() - kNameRoom - kFormulaRoom, placed.boxes[static_cast<std::size_t>(matrix)].room,
            kNameRoom + kFormulaRoom + cells.height() + kBelow};
}

QRectF PipelinePicture::rowRect(Index matrix, Index row, const QRectF& area) const
{
    return band(cellsRect(matrix, area), row, at(matrix).rows());
}

std::vector<Index> PipelinePicture::markedRows(Index matrix) const
{
    std::vector<Index> rows;
    if (m_selection.query) {
        rows.push_back(m_selection.query->value);
    }
    const bool isOfKeys = rowKind(at(matrix).step.key.id) == AxisKind::Key;
    if (isOfKeys && m_selection.key && m_selection.key != m_selection.query) {
        rows.push_back(m_selection.key->value);
    }
    std::erase_if(rows, [&](Index row) { return row >= at(matrix).rows(); });
    return rows;
}

std::optional<Index> PipelinePicture::markedColumn(Index matrix) const
{
    const bool isOfKeys = columnKind(at(matrix).step.key.id) == AxisKind::Key;
    return isOfKeys && m_selection.key && m_selection.key->value < at(matrix).cols()
               ? std::optional(m_selection.key->value)
               : std::nullopt;
}

void PipelinePicture::paint(QPainter& painter, const QRectF& area, const Theme& theme) const
{
    paintBackdrop(painter, area, theme);
    paintFront(painter, area, theme);
}

void PipelinePicture::paintBackdrop(QPainter& painter, const QRectF& area, const Theme& theme) const
{
    painter.save();
    if (count() == 0) {
        painter.setPen(theme.mutedText);
        painter.setFont(figureFont(kTitlePixels));
        painter.drawText(area, Qt::AlignCenter | Qt::TextWordWrap,
                         QStringLiteral("The trace holds no stage of this layer."));
        painter.restore();
        return;
    }
    const Layout placed = layout(area);
    paintStep(painter, area, theme);
    paintGround(painter, placed, area, theme);
    for (Index i = 0; i < count(); ++i) {
        paintLeading(painter, placed, i, area, theme);
        paintMatrix(painter, placed, i, area, theme);
    }
    painter.restore();
}

/// The newest stage in words, large.
void PipelinePicture::paintStep(QPainter& painter, const QRectF& area, const Theme& theme) const
{
    if (!m_options.step) {
        return;
    }
    const PipelineMatrix& matrix = at(*m_options.step);
    const QRectF line(area.left(), area.top(), area.width(), 26.0);
    painter.setPen(theme.text);
    painter.setFont(figureFont(19.0, QFont::Bold));
    drawElided(
        painter, line,
        QStringLiteral("%1:  %2").arg(stageTitle(*m_content, matrix), QString::fromStdString(matrix.step.formula)));
    painter.setPen(theme.mutedText);
    painter.setFont(figureFont(kLabelPixels + 1.0));
    painter.drawText(QRectF(area.left(), line.bottom(), area.width(), kStepRoom - line.height() - 2.0),
                     Qt::AlignLeft | Qt::AlignTop | Qt::TextWordWrap, toText(stageInfo(matrix.step.key.id).purpose));
}

/// Behind each run of boxes of one part, with its name, and the token labels left of each line.
void PipelinePicture::paintGround(QPainter& painter, const Layout& placed, const QRectF& area, const Theme& theme) const
{
    painter.setFont(figureFont(kSmallPixels));
    for (Index first = 0, next = 0; first < count(); first = next) {
        const Box& begin = placed.boxes[static_cast<std::size_t>(first)];
        const PipelinePart part = at(first).step.part;
        for (next = first + 1; next < count(); ++next) {
            if (at(next).step.part != part || placed.boxes[static_cast<std::size_t>(next)].line != begin.line) {
                break;
            }
        }
        const Box& end = placed.boxes[static_cast<std::size_t>(next - 1)];
        const QRectF ground(std::round(area.left()) + begin.left - kPadding, lineTop(placed, begin.line, area),
                            end.left + end.room - begin.left + 2.0 * kPadding - 2.0,
                            kAbove + placed.cellHeight + kBelow + 2.0);
        painter.setPen(Qt::NoPen);
        painter.setBrush(theme.panel);
        painter.drawRoundedRect(ground, 4.0, 4.0);
        painter.setPen(theme.mutedText);
        drawElided(painter, QRectF(ground.left() + kPadding, ground.top(), ground.width() - kPadding, kPartRoom),
                   toText(pipelinePartTitle(part)));
    }
}

/// The arrow or sign left of a box, with what happens there.
void PipelinePicture::paintLeading(QPainter& painter, const Layout& placed, Index matrix, const QRectF& area,
                                   const Theme& theme) const
{
    const PipelineStep& step = at(matrix).step;
    const Box& box = placed.boxes[static_cast<std::size_t>(matrix)];
    if (box.arrow == 0.0 || !isReached(matrix)) {
        return;
    }
    const QRectF cells = cellsIn(placed, matrix, area);
    const QRectF gap(cells.left() - box.arrow, cells.top(), box.arrow - kPadding, cells.height());
    const qreal middle = std::round(gap.center().y());
    painter.setPen(theme.text);
    if (isSign(step)) {
        painter.setFont(figureFont(20.0));
        painter.drawText(gap, Qt::AlignCenter, QString::fromStdString(step.operation));
        return;
    }
    painter.setFont(figureFont(kSmallPixels));
    const QStringList lines = linesOf(step);
    const qreal lineHeight = QFontMetricsF(painter.font()).height();
    for (qsizetype i = 0; i < lines.size(); ++i) {
        const qreal top = middle - 3.0 - static_cast<qreal>(lines.size() - i) * lineHeight;
        painter.drawText(QRectF(gap.left() + 6.0, top, gap.width() - 8.0, lineHeight),
                         Qt::AlignCenter | Qt::TextDontClip, lines[i]);
    }
    painter.setPen(QPen(theme.mutedText, 1.2));
    const QPointF tip(gap.right() - 1.0, middle);
    const QPointF start(gap.left() + 3.0, middle);
    const bool isNext = matrix > 0 && std::ranges::find(step.inputs, at(matrix - 1).step.key.id) != step.inputs.end();
    painter.drawLine(start, tip);
    if (!isNext && !step.inputs.empty()) {
        painter.drawLine(start, QPointF(start.x(), cells.top()));  // from earlier on, past the one before
    }
    painter.setRenderHint(QPainter::Antialiasing);
    painter.drawPolyline(QPolygonF({tip + QPointF(-4.0, -3.0), tip, tip + QPointF(-4.0, 3.0)}));
    painter.setRenderHint(QPainter::Antialiasing, false);
}

void PipelinePicture::paintMatrix(QPainter& painter, const Layout& placed, Index matrix, const QRectF& area,
                                  const Theme& theme) const
{
    const PipelineMatrix& shown = at(matrix);
    const qreal room = placed.boxes[static_cast<std::size_t>(matrix)].room;
    const QRectF cells = cellsIn(placed, matrix, area);
    const bool isThere = isReached(matrix);
    painter.setFont(figureFont(kLabelPixels, QFont::Bold));
    painter.setPen(isThere ? theme.text : theme.mutedText);
    drawElided(painter, QRectF(cells.left(), cells.top() - kFormulaRoom - kNameRoom, room, kNameRoom),
               stageTitle(*m_content, shown));
    painter.setBrush(Qt::NoBrush);
    if (!isThere) {
        painter.setPen(QPen(theme.line, 1.0, Qt::DotLine));
        painter.drawRect(cells);
        return;
    }
    painter.setFont(figureFont(kSmallPixels));
    painter.setPen(theme.mutedText);
    drawElided(painter, QRectF(cells.left(), cells.top() - kFormulaRoom, room, kFormulaRoom - 1.0),
               QString::fromStdString(shown.step.formula));

    const ColourScale scale = colourScaleOf(shown, m_colourMap);
    const QSize pixels = devicePixels(painter, cells);
    drawCells(painter, cells,
              visibleTile(*m_content, shown, {0, shown.rows()}, {0, shown.cols()}, {pixels.height(), pixels.width()}),
              scale, theme);
    painter.setPen(theme.line);
    painter.drawRect(cells);

    constexpr Index kShades = 64;
    Matrix ramp(1, kShades);
    for (Index i = 0; i < kShades; ++i) {
        ramp(0, i) = scale.low + (scale.high - scale.low) * static_cast<float>(i) / static_cast<float>(kShades - 1);
    }
    const QRectF bar(cells.left(), cells.bottom() + kBarGap, room, kBarRoom);
    drawCells(painter, bar, ramp, scale, theme);
    const QRectF range(bar.left(), bar.bottom() + 1.0, room, kRangeRoom - 1.0);
    painter.setPen(theme.mutedText);
    painter.drawText(range, Qt::AlignLeft | Qt::AlignVCenter, rangeText(scale.low));
    painter.drawText(range, Qt::AlignRight | Qt::AlignVCenter, rangeText(scale.high));
    painter.setPen(theme.text);
    painter.drawText(range, Qt::AlignCenter, QStringLiteral("%1 × %2").arg(shown.rows()).arg(shown.cols()));
}

void PipelinePicture::paintFront(QPainter& painter, const QRectF& area, const Theme& theme) const
{
    if (count() == 0) {
        return;
    }
    painter.save();
    painter.setBrush(Qt::NoBrush);
    const Layout placed = layout(area);
    for (int line = 0; line < placed.lines; ++line) {
        const QRectF labels(area.left(), lineTop(placed, line, area) + kAbove, m_labelRoom - kPadding,
                            placed.cellHeight);
        drawAxis(painter, labels, m_labels, AxisSide::Left, theme);
    }
    for (Index i = 0; i < count(); ++i) {
        if (isReached(i)) {
            paintMarks(painter, cellsIn(placed, i, area), i, theme);
        }
    }
    const std::optional<Index> outlined = m_options.step ? m_options.step : m_pointed;
    if (outlined && *outlined < count()) {
        painter.setPen(QPen(theme.accent, 1.0, Qt::DashLine));
        for (const StageId input : at(*outlined).step.inputs) {
            painter.drawRect(boxRect(*m_content->indexOf(input), area).adjusted(-3.0, -1.0, 1.0, 1.0));
        }
        painter.setPen(framePen(theme.accent, 1.5));
        painter.drawRect(boxRect(*outlined, area).adjusted(-3.0, -1.0, 1.0, 1.0));
    }
    painter.restore();
}

/// The selected token's row, the key's row or column, and the head's own columns among those of all.
void PipelinePicture::paintMarks(QPainter& painter, const QRectF& cells, Index matrix, const Theme& theme) const
{
    const PipelineMatrix& shown = at(matrix);
    if (shown.step.key.id == StageId::Concat) {
        const qreal width = cells.width() / static_cast<qreal>(m_content->trace().info().heads);
        painter.setPen(framePen(headColour(m_content->head().head, theme), 2.0));
        painter.drawRect(framed({cells.left() + width * static_cast<qreal>(m_content->head().head.value), cells.top(),
                                 width, cells.height()}));
    }
    painter.setPen(framePen(theme.accent, 1.0));
    for (const Index row : markedRows(matrix)) {
        painter.drawRect(framed(band(cells, row, shown.rows())));
    }
    if (const std::optional<Index> column = markedColumn(matrix)) {
        const qreal width = cells.width() / static_cast<qreal>(shown.cols());
        painter.drawRect(
            framed({cells.left() + static_cast<qreal>(*column) * width, cells.top(), width, cells.height()}));
    }
}

std::optional<PipelinePlace> PipelinePicture::placeAt(QPointF point, const QRectF& area) const
{
    const Layout placed = layout(area);
    for (Index i = 0; i < count(); ++i) {
        const QRectF cells = cellsIn(placed, i, area);
        const QRectF box(cells.left(), cells.top() - kNameRoom - kFormulaRoom,
                         placed.boxes[static_cast<std::size_t>(i)].room,
                         kNameRoom + kFormulaRoom + cells.height() + kBelow);
        if (!box.contains(point)) {
            continue;
        }
        PipelinePlace place{.matrix = i};
        if (cells.contains(point)) {
            const auto index = [](qreal offset, qreal extent, Index size) {
                return std::clamp<Index>(static_cast<Index>(offset / extent * static_cast<qreal>(size)), 0, size - 1);
            };
            place.row = index(point.y() - cells.top(), cells.height(), at(i).rows());
            place.column = index(point.x() - cells.left(), cells.width(), at(i).cols());
        }
        return place;
    }
    return std::nullopt;
}

std::optional<TokenIndex> PipelinePicture::labelAt(QPointF point, const QRectF& area) const
{
    const Layout placed = layout(area);
    const Index tokens = m_content->trace().tokens();
    for (int line = 0; line < placed.lines; ++line) {
        const QRectF labels(area.left(), lineTop(placed, line, area) + kAbove, m_labelRoom, placed.cellHeight);
        if (labels.contains(point)) {
            const qreal share = (point.y() - labels.top()) / labels.height();
            return TokenIndex(std::min(static_cast<Index>(share * static_cast<qreal>(tokens)), tokens - 1));
        }
    }
    return std::nullopt;
}

QString PipelinePicture::describe(const PipelinePlace& place) const
{
    const PipelineMatrix& matrix = at(place.matrix);
    QString text = QStringLiteral("%1  %2\n%3\n%4")
                       .arg(stageTitle(*m_content, matrix), shapeText(matrix),
                            QString::fromStdString(matrix.step.formula), toText(stageInfo(matrix.step.key.id).purpose));
    if (place.row && place.column) {
        text += QLatin1Char('\n') + cellText(*m_content, matrix, *place.row, *place.column);
    }
    return text;
}

CsvTable PipelinePicture::table() const
{
    CsvTable table{
        .header = {"stage", "title", "formula", "axes", "rows", "columns", "lowest colour", "highest colour"},
        .rows = {}};
    for (const PipelineMatrix& matrix : m_content->matrices()) {
        if (!isReached(*m_content->indexOf(matrix.step.key.id))) {
            break;
        }
        const Stage& stage = stageInfo(matrix.step.key.id);
        table.rows.push_back({tensorName(matrix.step.key), std::string(stage.title), matrix.step.formula,
                              std::string(stage.axes), matrix.rows(), matrix.cols(), matrix.low, matrix.high});
    }
    return table;
}

}  // namespace headlight::ui
