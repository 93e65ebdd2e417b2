#include "ui/plots/positions_view.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QToolTip>

namespace headlight::ui {

void PositionsView::setPicture(std::unique_ptr<const PositionsPicture> picture)
{
    m_positions = picture.get();
    PictureView::setPicture(std::move(picture));
}

std::optional<PositionCell> PositionsView::cellAt(QPointF point) const
{
    return m_positions == nullptr ? std::nullopt : m_positions->cellAt(point, pictureArea());
}

bool PositionsView::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip) {
        return PictureView::event(event);
    }
    const auto* help = static_cast<QHelpEvent*>(event);
    if (const std::optional<PositionCell> cell = cellAt(help->pos())) {
        QToolTip::showText(help->globalPos(), m_positions->describe(*cell), this);
    } else {
        QToolTip::hideText();
    }
    return true;
}

void PositionsView::mouseMoveEvent(QMouseEvent* event)
{
    const std::optional<PositionCell> cell = cellAt(event->position());
    if (cell && QToolTip::isVisible()) {
        QToolTip::showText(event->globalPosition().toPoint(), m_positions->describe(*cell), this);
    }
    emit pointed(cell);
}

void PositionsView::mousePressEvent(QMouseEvent* event)
{
    setFocus();
    const std::optional<PositionCell> cell = cellAt(event->position());
    if (cell && event->button() == Qt::LeftButton) {
        emit clicked(*cell);
    }
}

void PositionsView::leaveEvent(QEvent* /*event*/)
{
    emit pointed(std::nullopt);
}

void PositionsView::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Escape) {
        emit freed();
    } else {
        PictureView::keyPressEvent(event);
    }
}

}  // namespace headlight::ui
