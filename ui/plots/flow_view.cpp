#include "ui/plots/flow_view.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QToolTip>

#include <algorithm>

namespace headlight::ui {

void FlowView::setPicture(std::unique_ptr<const FlowPicture> picture)
{
    // The old picture may have been what kept the key's lines alive, and a new one's may be at the same address.
    std::erase_if(m_backdrops, [&](const Backdrop& kept) {
        return picture == nullptr || kept.key.lines != picture->backdropKey().lines;
    });
    m_flow = picture.get();
    PictureView::setPicture(std::move(picture));
}

std::optional<FlowToken> FlowView::tokenAt(QPointF point) const
{
    return m_flow == nullptr ? std::nullopt : m_flow->tokenAt(point, pictureArea());
}

void FlowView::paintPicture(QPainter& painter, const Theme& theme)
{
    painter.drawPixmap(QPointF(0.0, 0.0), backdrop(theme));
    m_flow->paintFront(painter, pictureArea(), theme);
}

const QPixmap& FlowView::backdrop(const Theme& theme)
{
    const QSizeF wanted = QSizeF(size()) * devicePixelRatioF();
    std::erase_if(m_backdrops, [&](const Backdrop& kept) {
        return kept.size != wanted || kept.pixels.devicePixelRatio() != devicePixelRatioF() * magnification() ||
               kept.brightness != theme.brightness;
    });
    const FlowPicture::BackdropKey key = m_flow->backdropKey();
    const auto found = std::ranges::find(m_backdrops, key, &Backdrop::key);
    if (found != m_backdrops.end()) {
        return found->pixels;
    }
    QPixmap pixels(wanted.toSize());
    pixels.setDevicePixelRatio(devicePixelRatioF() * magnification());
    pixels.fill(Qt::transparent);
    QPainter painter(&pixels);
    m_flow->paintBackdrop(painter, pictureArea(), theme);
    painter.end();
    m_backdrops.push_back({key, wanted, theme.brightness, std::move(pixels)});
    return m_backdrops.back().pixels;
}

bool FlowView::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip) {
        return PictureView::event(event);
    }
    const auto* help = static_cast<QHelpEvent*>(event);
    if (const std::optional<FlowToken> token = tokenAt(help->pos())) {
        // Escaped, or a token such as "<b>" would format the rest.
        const QString text =
            m_flow->describe(*token).toHtmlEscaped().replace(QLatin1Char('\n'), QStringLiteral("<br>"));
        QToolTip::showText(help->globalPos(), QStringLiteral("<p style='white-space:pre'>%1</p>").arg(text), this,
                           m_flow->tokenRect(*token, pictureArea()).toAlignedRect());
    } else {
        QToolTip::hideText();
    }
    return true;
}

void FlowView::mouseMoveEvent(QMouseEvent* event)
{
    emit pointed(tokenAt(event->position()));
}

void FlowView::mousePressEvent(QMouseEvent* event)
{
    setFocus();
    const std::optional<FlowToken> token = tokenAt(event->position());
    if (token && event->button() == Qt::LeftButton) {
        emit clicked(*token);
    }
}

void FlowView::leaveEvent(QEvent* /*event*/)
{
    emit pointed(std::nullopt);
}

void FlowView::keyPressEvent(QKeyEvent* event)
{
    if (m_flow == nullptr) {
        PictureView::keyPressEvent(event);
        return;
    }
    const Index last = m_flow->tokens() - 1;
    FlowToken token = m_cursor.value_or(FlowToken{});
    switch (event->key()) {
    case Qt::Key_Up:
        --token.token.value;
        break;
    case Qt::Key_Down:
        ++token.token.value;
        break;
    case Qt::Key_Home:
        token.token = TokenIndex(0);
        break;
    case Qt::Key_End:
        token.token = TokenIndex(last);
        break;
    case Qt::Key_Left:
        token.side = FlowSide::Query;
        break;
    case Qt::Key_Right:
        token.side = FlowSide::Key;
        break;
    case Qt::Key_Escape:
        emit freed();
        return;
    default:
        PictureView::keyPressEvent(event);
        return;
    }
    token.token.value = std::clamp<Index>(token.token.value, 0, last);
    emit clicked(token);
}

}  // namespace headlight::ui
