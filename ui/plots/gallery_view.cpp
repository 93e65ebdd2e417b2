#include "ui/plots/gallery_view.h"

#include "ui/plots/heatmap_picture.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPaintEvent>
#include <QToolTip>

namespace headlight::ui {

void GalleryView::setPicture(std::unique_ptr<const GalleryPicture> picture)
{
    m_gallery = picture.get();
    PictureView::setPicture(std::move(picture));
}

std::optional<HeadAddress> GalleryView::headAt(QPointF position) const
{
    return m_gallery == nullptr ? std::nullopt : m_gallery->headAt(position, pictureArea());
}

bool GalleryView::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip) {
        return PictureView::event(event);
    }
    const auto* help = static_cast<QHelpEvent*>(event);
    if (const std::optional<HeadAddress> head = headAt(help->pos())) {
        const bool onSwitch = m_gallery->switchAt(help->pos(), pictureArea()).has_value();
        const QString title = headTitle(*head, m_gallery->trace().info().relationOf(*head));
        const QString text =
            onSwitch ? tr("%1: switch off or on (Space)").arg(title) : tr("%1: click to select").arg(title);
        QToolTip::showText(help->globalPos(), text, this,
                           m_gallery->thumbnailRect(*head, pictureArea()).toAlignedRect());
    } else {
        QToolTip::hideText();
    }
    return true;
}

void GalleryView::paintEvent(QPaintEvent* event)
{
    PictureView::paintEvent(event);
    if (m_gallery == nullptr || !m_hovered) {
        return;
    }
    const Theme& theme = themeOf(*this);
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF corner = m_gallery->switchRect(*m_hovered, pictureArea());
    painter.setPen(QPen(theme.text, 1.0));
    painter.setBrush(theme.paper);
    painter.drawRoundedRect(corner, 3.0, 3.0);
    painter.setPen(QPen(theme.accent, 1.6));
    const QRectF power = corner.adjusted(3.5, 4.0, -3.5, -3.0);
    painter.setBrush(Qt::NoBrush);
    painter.drawArc(power, 120 * 16, 300 * 16);
    painter.drawLine(QPointF(corner.center().x(), corner.top() + 2.5), corner.center());
}

void GalleryView::mouseMoveEvent(QMouseEvent* event)
{
    const std::optional<HeadAddress> head = headAt(event->position());
    if (head != m_hovered) {
        m_hovered = head;
        update();
        emit pointed(head);
    }
}

void GalleryView::mousePressEvent(QMouseEvent* event)
{
    setFocus();
    const std::optional<HeadAddress> head = headAt(event->position());
    if (!head || event->button() != Qt::LeftButton) {
        return;
    }
    if (m_gallery->switchAt(event->position(), pictureArea())) {
        emit switched(*head);
    } else {
        emit clicked(*head);
    }
}

void GalleryView::leaveEvent(QEvent* /*event*/)
{
    m_hovered.reset();
    update();
    emit pointed(std::nullopt);
}

void GalleryView::keyPressEvent(QKeyEvent* event)
{
    HeadAddress head = m_cursor;
    switch (event->key()) {
    case Qt::Key_Up:
        --head.layer.value;
        break;
    case Qt::Key_Down:
        ++head.layer.value;
        break;
    case Qt::Key_Left:
        --head.head.value;
        break;
    case Qt::Key_Right:
        ++head.head.value;
        break;
    default:
        PictureView::keyPressEvent(event);
        return;
    }
    emit clicked(head);
}

}  // namespace headlight::ui
