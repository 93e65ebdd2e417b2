#include "ui/plots/picture_view.h"

#include <QCoreApplication>
#include <QHelpEvent>
#include <QMouseEvent>
#include <QPaintEvent>
#include <QScopedValueRollback>
#include <QWheelEvent>

#include <optional>

namespace headlight::ui {
namespace {

qreal g_magnification = 1.0;

}  // namespace

const Theme& themeOf(const QWidget& widget)
{
    const bool dark = widget.palette().color(QPalette::Window).lightness() < 128;
    return Theme::of(dark ? Brightness::Dark : Brightness::Light);
}

PictureView::PictureView(QWidget* parent) : QWidget(parent)
{
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setAttribute(Qt::WA_OpaquePaintEvent);
    setMinimumSize(240, 180);
    installEventFilter(this);  // before what subclasses do with events
}

void PictureView::setMagnification(qreal factor)
{
    g_magnification = factor;
}

qreal PictureView::magnification()
{
    return g_magnification;
}

QRectF PictureView::onWidget(const QRectF& area)
{
    return {area.topLeft() * g_magnification, area.size() * g_magnification};
}

/// Hands events with a place on, mapped to the picture's coordinates.
bool PictureView::eventFilter(QObject* watched, QEvent* event)
{
    if (g_magnification == 1.0 || m_isMapping || watched != this) {
        return false;
    }
    const QScopedValueRollback<bool> mapping(m_isMapping, true);
    const auto send = [this, event](QEvent&& mapped) {
        mapped.setAccepted(event->isAccepted());
        QCoreApplication::sendEvent(this, &mapped);
        event->setAccepted(mapped.isAccepted());
        return true;
    };
    switch (event->type()) {
    case QEvent::MouseButtonPress:
    case QEvent::MouseButtonRelease:
    case QEvent::MouseButtonDblClick:
    case QEvent::MouseMove: {
        const auto* mouse = static_cast<const QMouseEvent*>(event);
        return send(QMouseEvent(mouse->type(), mouse->position() / g_magnification, mouse->scenePosition(),
                                mouse->globalPosition(), mouse->button(), mouse->buttons(), mouse->modifiers(),
                                mouse->pointingDevice()));
    }
    case QEvent::Wheel: {
        const auto* wheel = static_cast<const QWheelEvent*>(event);
        return send(QWheelEvent(wheel->position() / g_magnification, wheel->globalPosition(), wheel->pixelDelta(),
                                wheel->angleDelta(), wheel->buttons(), wheel->modifiers(), wheel->phase(),
                                wheel->inverted()));
    }
    case QEvent::ToolTip: {
        const auto* help = static_cast<const QHelpEvent*>(event);
        return send(QHelpEvent(QEvent::ToolTip, (QPointF(help->pos()) / g_magnification).toPoint(), help->globalPos()));
    }
    default:
        return false;
    }
}

void PictureView::setPicture(std::unique_ptr<const Picture> picture)
{
    m_picture = std::move(picture);
    m_partsLeft = kAnyNumber;
    update();
}

void PictureView::setHint(const QString& hint)
{
    m_hint = hint;
    update();
}

void PictureView::setDimmed(bool dimmed)
{
    if (m_dimmed != dimmed) {
        m_dimmed = dimmed;
        update();
    }
}

QRectF PictureView::pictureArea() const
{
    constexpr qreal kMargin = 10.0;
    return QRectF(QPointF(), QSizeF(size()) / g_magnification).adjusted(kMargin, kMargin, -kMargin, -kMargin);
}

QSize PictureView::sizeHint() const
{
    return {720, 560};
}

void PictureView::paintEvent(QPaintEvent* /*event*/)
{
    const Theme& theme = themeOf(*this);
    QPainter painter(this);
    painter.fillRect(rect(), theme.paper);
    painter.scale(g_magnification, g_magnification);
    if (!m_picture) {
        painter.setPen(theme.mutedText);
        painter.setFont(figureFont(kTitlePixels));
        painter.drawText(pictureArea(), Qt::AlignCenter | Qt::TextWordWrap, m_hint);
        return;
    }
    constexpr qreal kDimmedOpacity = 0.45;
    painter.setOpacity(m_dimmed ? kDimmedOpacity : 1.0);
    paintPicture(painter, theme);
}

void PictureView::resizeEvent(QResizeEvent* event)
{
    m_partsLeft = kAnyNumber;
    QWidget::resizeEvent(event);
}

void PictureView::paintPicture(QPainter& painter, const Theme& theme)
{
    const std::vector<std::function<void()>> slow = slowParts();
    if (slow.empty()) {
        m_picture->paint(painter, pictureArea(), theme);
        return;
    }
    m_picture->paintQuickly(painter, pictureArea(), theme);
    workOut(slow);
}

std::vector<std::function<void()>> PictureView::slowParts() const
{
    return m_picture->slowParts(pictureArea(), devicePixelRatioF() * g_magnification);
}

bool PictureView::isComplete() const
{
    return !m_picture || m_partsLeft == 0 || slowParts().empty();
}

/// One at a time: what is worked out already is soon there, and the next one is that which is then wanted. Not without end, where there are
/// more parts than are remembered.
void PictureView::workOut(const std::vector<std::function<void()>>& parts)
{
    if (m_partsLeft == kAnyNumber) {
        m_partsLeft = 2 * parts.size();
    }
    if (!m_task) {
        m_task = std::make_unique<BackgroundTask>();
    }
    if (m_partsLeft > 0 && !m_task->isRunning()) {
        --m_partsLeft;
        m_task->run([this, part = parts.front()](const Progress&) -> BackgroundTask::Finish {
            part();
            return [this] { update(); };
        });
    }
}

}  // namespace headlight::ui
