#include "ui/plots/pointable_view.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QToolTip>

namespace headlight::ui {

void PointableView::setPicture(std::unique_ptr<const PointablePicture> picture)
{
    m_pointable = picture.get();
    PictureView::setPicture(std::move(picture));
}

QString PointableView::describeAt(QPointF point) const
{
    return m_pointable == nullptr ? QString() : m_pointable->describeAt(point, pictureArea());
}

std::optional<Selection> PointableView::selectionAt(QPointF point) const
{
    return m_pointable == nullptr ? std::nullopt : m_pointable->selectionAt(point, pictureArea());
}

bool PointableView::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip) {
        return PictureView::event(event);
    }
    const auto* help = static_cast<QHelpEvent*>(event);
    QToolTip::showText(help->globalPos(), describeAt(help->pos()), this);  // none hides it
    return true;
}

void PointableView::mouseMoveEvent(QMouseEvent* event)
{
    if (QToolTip::isVisible()) {
        QToolTip::showText(event->globalPosition().toPoint(), describeAt(event->position()), this);
    }
    emit pointed(selectionAt(event->position()));
}

void PointableView::mousePressEvent(QMouseEvent* event)
{
    setFocus();
    const std::optional<Selection> selection = selectionAt(event->position());
    if (selection && event->button() == Qt::LeftButton) {
        emit clicked(*selection);
    }
}

void PointableView::leaveEvent(QEvent* /*event*/)
{
    emit pointed(std::nullopt);
}

void PointableView::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Escape) {
        emit freed();
    } else {
        PictureView::keyPressEvent(event);
    }
}

}  // namespace headlight::ui
