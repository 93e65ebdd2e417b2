#include "ui/plots/heatmap_view.h"

#include <QContextMenuEvent>
#include <QKeyEvent>
#include <QMenu>
#include <QMouseEvent>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>
#include <vector>

namespace headlight::ui {

void HeatmapView::setPicture(std::unique_ptr<const HeatmapPicture> picture)
{
    m_heatmap = picture.get();
    CellView::setPicture(std::move(picture));
}

void HeatmapView::setPaintableMask(std::optional<Mask> mask, MouseTool tool)
{
    m_mask = std::move(mask);
    m_tool = tool;
    if (!m_mask || m_tool == MouseTool::Pointer) {
        m_stroke.reset();
    }
    QWidget::setCursor(m_mask && m_tool == MouseTool::Brush ? Qt::CrossCursor : Qt::ArrowCursor);
    update();
}

Painting HeatmapView::paintingAt(Cell cell) const
{
    return headlight::isVisible(*m_mask, cell.query, cell.key) ? Painting::Hide : Painting::Show;
}

/// Paints every cell on the line from the last one, for a quick hand skips some.
void HeatmapView::strokeTo(Cell cell)
{
    const Index down = cell.query.value - m_stroke->last.query.value;
    const Index across = cell.key.value - m_stroke->last.key.value;
    const Index steps = std::max<Index>(1, std::max(std::abs(down), std::abs(across)));
    std::vector<CellRun> passed;
    for (Index step = 0; step <= steps; ++step) {
        const double share = static_cast<double>(step) / static_cast<double>(steps);
        const Index query = m_stroke->last.query.value + std::lround(share * static_cast<double>(down));
        const Index key = m_stroke->last.key.value + std::lround(share * static_cast<double>(across));
        passed.push_back({query, key, key + 1});
    }
    m_stroke->cells = m_stroke->cells.with(CellSet(std::move(passed)));
    m_stroke->last = cell;
    update();
}

void HeatmapView::paintPicture(QPainter& painter, const Theme& theme)
{
    CellView::paintPicture(painter, theme);
    if (!m_mask || m_heatmap->map() == nullptr) {
        return;
    }
    painter.setClipRect(m_heatmap->mapRect(pictureArea()));  // a window shows a part of the map alone
    const Index rows = m_heatmap->map()->rows();
    const auto fill = [&](const CellSet& cells, const QColor& colour) {
        for (const CellRun& run : cells.runs()) {
            if (run.query < rows && run.begin < rows) {
                const Cell first{TokenIndex(run.query), TokenIndex(run.begin)};
                const Cell last{TokenIndex(run.query), TokenIndex(std::min(run.end, rows) - 1)};
                painter.fillRect(m_heatmap->cellRect(first, pictureArea()) | m_heatmap->cellRect(last, pictureArea()),
                                 colour);
            }
        }
    };
    CellSet hidden = m_mask->hidden;
    CellSet shown = m_heatmap->mask().hidden.without(hidden);
    if (m_stroke && m_stroke->painting == Painting::Hide) {
        hidden = hidden.with(m_stroke->cells);
    } else if (m_stroke) {
        hidden = hidden.without(m_stroke->cells);
        shown = shown.with(m_stroke->cells.without(m_stroke->cells.without(m_mask->hidden)));
    }
    if (hidden != m_heatmap->mask().hidden) {
        fill(hidden.without(hiddenCells(m_heatmap->mask(), rows)), theme.hidden);
    }
    fill(shown, theme.paper);
}

/// Shows so many times fewer cells, and keeps that under the point where it is.
void HeatmapView::zoom(double factor, QPointF about)
{
    constexpr Index kFewest = 8;
    if (m_heatmap == nullptr || m_heatmap->map() == nullptr) {
        return;
    }
    const QRectF cells = m_heatmap->mapRect(pictureArea());
    const CellWindow before = m_heatmap->window();
    const Index all = m_heatmap->map()->rows();
    const auto wanted = static_cast<Index>(std::lround(static_cast<double>(before.side) / factor));
    const Index side = std::clamp<Index>(wanted == before.side ? before.side + (factor < 1.0 ? 1 : -1) : wanted,
                                         std::min(kFewest, all), all);
    const double right = std::clamp((about.x() - cells.left()) / cells.width(), 0.0, 1.0);
    const double down = std::clamp((about.y() - cells.top()) / cells.height(), 0.0, 1.0);
    const auto first = [&](Index begin, double share) {
        return begin + std::lround(share * static_cast<double>(before.side - side));
    };
    const CellWindow window =
        CellWindow{first(before.firstRow, down), first(before.firstColumn, right), side}.within(all);
    if (window != before) {
        emit windowWanted(side == all ? CellWindow{} : window);
    }
}

void HeatmapView::drag(QPointF point)
{
    constexpr double kStill = 4.0;  // pixels that a click may move
    const QPointF way = point - m_drag->begin;
    m_drag->isMoving = m_drag->isMoving || std::abs(way.x()) + std::abs(way.y()) > kStill;
    if (!m_drag->isMoving) {
        return;
    }
    const double pitch = m_heatmap->mapRect(pictureArea()).width() / static_cast<double>(m_drag->window.side);
    CellWindow window = m_drag->window;
    window.firstRow -= std::lround(way.y() / pitch);
    window.firstColumn -= std::lround(way.x() / pitch);
    window = window.within(m_heatmap->map()->rows());
    if (window != m_heatmap->window()) {
        emit windowWanted(window);
    }
}

void HeatmapView::wheelEvent(QWheelEvent* event)
{
    constexpr double kNotch = 120.0;
    constexpr double kFactor = 1.25;
    zoom(std::pow(kFactor, event->angleDelta().y() / kNotch), event->position());
    event->accept();
}

void HeatmapView::mouseMoveEvent(QMouseEvent* event)
{
    if (m_drag) {
        drag(event->position());
        if (m_drag->isMoving) {
            return;
        }
    }
    if (const std::optional<CellPicture::Hit> hit = hitAt(event->position()); hit && m_stroke) {
        strokeTo(hit->cell);
    }
    CellView::mouseMoveEvent(event);
}

void HeatmapView::mousePressEvent(QMouseEvent* event)
{
    if (!isPainting()) {
        if (event->button() == Qt::LeftButton && m_heatmap != nullptr && m_heatmap->map() != nullptr &&
            m_heatmap->window().side < m_heatmap->map()->rows()) {
            m_drag = Drag{event->position(), m_heatmap->window()};
        }
        CellView::mousePressEvent(event);
        return;
    }
    setFocus();
    const std::optional<CellPicture::Hit> hit = hitAt(event->position());
    if (hit && event->button() == Qt::LeftButton) {
        m_stroke = Stroke{.painting = paintingAt(hit->cell), .cells = {}, .last = hit->cell};
        strokeTo(hit->cell);
    }
}

void HeatmapView::mouseReleaseEvent(QMouseEvent* event)
{
    m_drag.reset();
    if (event->button() == Qt::LeftButton && m_stroke) {
        const Stroke stroke = *std::exchange(m_stroke, std::nullopt);
        emit painted(stroke.cells, stroke.painting);
    }
}

void HeatmapView::mouseDoubleClickEvent(QMouseEvent* event)
{
    const std::optional<CellPicture::Hit> hit = hitAt(event->position());
    if (isPainting()) {
        mousePressEvent(event);
    } else if (hit && event->button() == Qt::LeftButton) {
        emit explanationWanted(hit->cell);
    }
}

void HeatmapView::contextMenuEvent(QContextMenuEvent* event)
{
    const std::optional<CellPicture::Hit> hit = hitAt(event->pos());
    std::optional<Cell> cell = cursorCell();
    if (event->reason() != QContextMenuEvent::Keyboard) {
        cell = hit ? std::optional(hit->cell) : std::nullopt;
    }
    if (cell) {
        QMenu menu(this);
        menu.addAction(tr("&Explain this cell\tX"), this, [this, cell] { emit explanationWanted(*cell); });
        menu.exec(event->globalPos());
    }
}

void HeatmapView::keyPressEvent(QKeyEvent* event)
{
    constexpr double kFactor = 1.5;
    if (m_heatmap == nullptr || m_heatmap->map() == nullptr) {
        CellView::keyPressEvent(event);
        return;
    }
    const bool hasCursor = cursorCell().has_value();
    const QPointF middle = m_heatmap->mapRect(pictureArea()).center();
    const QPointF about = hasCursor ? m_heatmap->cellRect(*cursorCell(), pictureArea()).center() : middle;
    switch (event->key()) {
    case Qt::Key_Plus:
    case Qt::Key_Equal:
        zoom(kFactor, about);
        return;
    case Qt::Key_Minus:
        zoom(1.0 / kFactor, about);
        return;
    case Qt::Key_0:
        emit windowWanted({});
        return;
    default:
        break;
    }
    if (event->key() != Qt::Key_H && event->key() != Qt::Key_X) {
        CellView::keyPressEvent(event);
    } else if (event->key() == Qt::Key_X && cursorCell()) {
        emit explanationWanted(*cursorCell());
    } else if (event->key() == Qt::Key_H && m_mask && cursorCell()) {
        const Cell cell = *cursorCell();
        emit painted(CellSet({{cell.query.value, cell.key.value, cell.key.value + 1}}), paintingAt(cell));
    }
}

}  // namespace headlight::ui
