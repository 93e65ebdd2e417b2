#include "ui/plots/heatmap_view.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QToolTip>

#include <algorithm>

namespace headlight::ui {

void HeatmapView::setPicture(std::unique_ptr<const HeatmapPicture> picture)
{
    m_heatmap = picture.get();
    PictureView::setPicture(std::move(picture));
}

bool HeatmapView::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip) {
        return PictureView::event(event);
    }
    const auto* help = static_cast<QHelpEvent*>(event);
    const std::optional<Cell> cell =
        m_heatmap == nullptr ? std::nullopt : m_heatmap->cellAt(help->pos(), pictureArea());
    if (cell) {
        QToolTip::showText(help->globalPos(), m_heatmap->describe(*cell), this,
                           m_heatmap->cellRect(*cell, pictureArea()).toAlignedRect());
    } else {
        QToolTip::hideText();
    }
    return true;
}

void HeatmapView::mouseMoveEvent(QMouseEvent* event)
{
    emit pointed(m_heatmap == nullptr ? std::nullopt : m_heatmap->cellAt(event->position(), pictureArea()));
}

void HeatmapView::mousePressEvent(QMouseEvent* event)
{
    setFocus();
    const std::optional<Cell> cell =
        m_heatmap == nullptr ? std::nullopt : m_heatmap->cellAt(event->position(), pictureArea());
    if (cell && event->button() == Qt::LeftButton) {
        emit clicked(*cell);
    }
}

void HeatmapView::leaveEvent(QEvent* /*event*/)
{
    emit pointed(std::nullopt);
}

void HeatmapView::keyPressEvent(QKeyEvent* event)
{
    if (m_heatmap == nullptr || m_heatmap->map() == nullptr) {
        PictureView::keyPressEvent(event);
        return;
    }
    const Index last = m_heatmap->map()->rows() - 1;
    Cell cell = m_cursor.value_or(Cell{});
    switch (event->key()) {
    case Qt::Key_Up:
        --cell.query.value;
        break;
    case Qt::Key_Down:
        ++cell.query.value;
        break;
    case Qt::Key_Left:
        --cell.key.value;
        break;
    case Qt::Key_Right:
        ++cell.key.value;
        break;
    case Qt::Key_Home:
        cell.key = TokenIndex(0);
        break;
    case Qt::Key_End:
        cell.key = TokenIndex(last);
        break;
    case Qt::Key_Escape:
        emit freed();
        return;
    default:
        PictureView::keyPressEvent(event);
        return;
    }
    cell.query.value = std::clamp<Index>(cell.query.value, 0, last);
    cell.key.value = std::clamp<Index>(cell.key.value, 0, last);
    emit clicked(cell);
}

}  // namespace headlight::ui
