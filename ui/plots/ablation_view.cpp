#include "ui/plots/ablation_view.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QToolTip>

namespace headlight::ui {

void AblationView::setPicture(std::unique_ptr<const AblationPicture> picture)
{
    m_ablation = picture.get();
    PictureView::setPicture(std::move(picture));
}

std::optional<HeadAddress> AblationView::headAt(QPointF position) const
{
    return m_ablation == nullptr ? std::nullopt : m_ablation->headAt(position, pictureArea());
}

bool AblationView::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip) {
        return PictureView::event(event);
    }
    const auto* help = static_cast<QHelpEvent*>(event);
    if (const std::optional<HeadAddress> head = headAt(help->pos())) {
        QToolTip::showText(help->globalPos(),
                           tr("<p>%1</p><p>Click to select the head, Space to switch it off or on.</p>")
                               .arg(m_ablation->describe(*head).toHtmlEscaped()),
                           this);
    } else {
        QToolTip::hideText();
    }
    return true;
}

void AblationView::mouseMoveEvent(QMouseEvent* event)
{
    const std::optional<HeadAddress> head = headAt(event->position());
    if (head != m_hovered) {
        m_hovered = head;
        emit pointed(head);
    }
}

void AblationView::mousePressEvent(QMouseEvent* event)
{
    setFocus();
    const std::optional<HeadAddress> head = headAt(event->position());
    if (head && event->button() == Qt::LeftButton) {
        emit clicked(*head);
    }
}

void AblationView::leaveEvent(QEvent* /*event*/)
{
    m_hovered.reset();
    emit pointed(std::nullopt);
}

void AblationView::keyPressEvent(QKeyEvent* event)
{
    const bool isStep = event->key() == Qt::Key_Up || event->key() == Qt::Key_Down;
    if (m_ablation == nullptr || !isStep) {
        PictureView::keyPressEvent(event);
        return;
    }
    emit clicked(m_ablation->neighbour(m_cursor, event->key() == Qt::Key_Down ? 1 : -1));
}

}  // namespace headlight::ui
