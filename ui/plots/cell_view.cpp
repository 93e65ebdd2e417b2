#include "ui/plots/cell_view.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QToolTip>

#include <algorithm>

namespace headlight::ui {

void CellView::setPicture(std::unique_ptr<const CellPicture> picture)
{
    m_cells = picture.get();
    PictureView::setPicture(std::move(picture));
}

std::optional<CellPicture::Hit> CellView::hitAt(QPointF point) const
{
    return m_cells == nullptr ? std::nullopt : m_cells->hitAt(point, pictureArea());
}

bool CellView::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip) {
        return PictureView::event(event);
    }
    const auto* help = static_cast<QHelpEvent*>(event);
    if (const std::optional<CellPicture::Hit> hit = hitAt(help->pos())) {
        QToolTip::showText(help->globalPos(), m_cells->describe(hit->cell), this, hit->rect.toAlignedRect());
    } else {
        QToolTip::hideText();
    }
    return true;
}

void CellView::mouseMoveEvent(QMouseEvent* event)
{
    const std::optional<CellPicture::Hit> hit = hitAt(event->position());
    emit pointed(hit ? std::optional(hit->cell) : std::nullopt);
}

void CellView::mousePressEvent(QMouseEvent* event)
{
    setFocus();
    const std::optional<CellPicture::Hit> hit = hitAt(event->position());
    if (hit && event->button() == Qt::LeftButton) {
        emit clicked(hit->cell);
    }
}

void CellView::leaveEvent(QEvent* /*event*/)
{
    emit pointed(std::nullopt);
}

void CellView::keyPressEvent(QKeyEvent* event)
{
    if (m_cells == nullptr || m_cells->side() == 0) {
        PictureView::keyPressEvent(event);
        return;
    }
    const Index last = m_cells->side() - 1;
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
