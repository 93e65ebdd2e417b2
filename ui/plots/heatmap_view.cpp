#include "ui/plots/heatmap_view.h"

#include <QContextMenuEvent>
#include <QKeyEvent>
#include <QMenu>
#include <QMouseEvent>

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

void HeatmapView::mouseMoveEvent(QMouseEvent* event)
{
    if (const std::optional<CellPicture::Hit> hit = hitAt(event->position()); hit && m_stroke) {
        strokeTo(hit->cell);
    }
    CellView::mouseMoveEvent(event);
}

void HeatmapView::mousePressEvent(QMouseEvent* event)
{
    if (!isPainting()) {
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
    const bool isOurs = event->key() == Qt::Key_H || event->key() == Qt::Key_X;
    if (!isOurs || m_heatmap == nullptr || m_heatmap->map() == nullptr) {
        CellView::keyPressEvent(event);
    } else if (event->key() == Qt::Key_X && cursorCell()) {
        emit explanationWanted(*cursorCell());
    } else if (event->key() == Qt::Key_H && m_mask && cursorCell()) {
        const Cell cell = *cursorCell();
        emit painted(CellSet({{cell.query.value, cell.key.value, cell.key.value + 1}}), paintingAt(cell));
    }
}

}  // namespace headlight::ui
