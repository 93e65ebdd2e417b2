#include "ui/plots/positions_view.h"

#include <QHelpEvent>
#include <QMouseEvent>
#include <QToolTip>

namespace headlight::ui {

void PositionsView::setPicture(std::unique_ptr<const PositionsPicture> picture)
{
    m_positions = picture.get();
    PictureView::setPicture(std::move(picture));
}

QString PositionsView::describe(QPointF point) const
{
    const auto cell = m_positions == nullptr ? std::nullopt : m_positions->cellAt(point, pictureArea());
    return cell ? m_positions->describe(*cell) : QString();
}

bool PositionsView::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip) {
        return PictureView::event(event);
    }
    const auto* help = static_cast<QHelpEvent*>(event);
    QToolTip::showText(help->globalPos(), describe(help->pos()), this);
    return true;
}

void PositionsView::mouseMoveEvent(QMouseEvent* event)
{
    emit pointed(describe(event->position()));
}

void PositionsView::leaveEvent(QEvent* /*event*/)
{
    emit pointed(QString());
}

}  // namespace headlight::ui
