#include "ui/plots/gallery_view.h"

#include "ui/plots/heatmap_picture.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPaintEvent>
#include <QToolTip>

#include <algorithm>
#include <array>
#include <utility>

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
        const QString text =
            onSwitch ? tr("%1: switch off or on (Space)").arg(headTitle(*head)) : m_gallery->describe(*head);
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
    if (corner.isEmpty()) {
        return;
    }
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
    constexpr std::array kSteps = {std::pair(Qt::Key_Left, Step::Left), std::pair(Qt::Key_Right, Step::Right),
                                   std::pair(Qt::Key_Up, Step::Up), std::pair(Qt::Key_Down, Step::Down)};
    const auto* step = std::ranges::find(kSteps, event->key(), &std::pair<Qt::Key, Step>::first);
    if (m_gallery == nullptr || step == kSteps.end()) {
        PictureView::keyPressEvent(event);
        return;
    }
    if (const std::optional<HeadAddress> head = m_gallery->neighbour(m_cursor, step->second, pictureArea())) {
        emit clicked(*head);
    }
}

}  // namespace headlight::ui
