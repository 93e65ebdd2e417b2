#include "ui/plots/pipeline_view.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace headlight::ui {

void PipelineView::setPicture(std::unique_ptr<const PipelinePicture> picture)
{
    m_pipeline = picture.get();
    if (m_pipeline == nullptr) {
        m_drawn = {};
        m_pixels = {};
    }
    PictureView::setPicture(std::move(picture));
    fitHeight();
}

void PipelineView::fitHeight()
{
    const QSizeF margins = QSizeF(size()) / magnification() - pictureArea().size();
    const qreal needed = m_pipeline == nullptr ? 0.0 : m_pipeline->heightAt(pictureArea().width()) + margins.height();
    setMinimumHeight(std::max(180, static_cast<int>(std::ceil(needed * magnification()))));
}

void PipelineView::resizeEvent(QResizeEvent* event)
{
    PictureView::resizeEvent(event);
    fitHeight();
}

void PipelineView::paintPicture(QPainter& painter, const Theme& theme)
{
    const Backdrop wanted{.content = m_pipeline->sharedContent(),
                          .step = m_pipeline->options().step,
                          .colourMap = &m_pipeline->colourMap(),
                          .brightness = theme.brightness,
                          .size = QSizeF(size()) * devicePixelRatioF()};
    if (m_drawn != wanted || m_pixels.devicePixelRatio() != devicePixelRatioF() * magnification()) {
        m_pixels = QPixmap(wanted.size.toSize());
        m_pixels.setDevicePixelRatio(devicePixelRatioF() * magnification());
        m_pixels.fill(theme.paper);
        QPainter backdrop(&m_pixels);
        m_pipeline->paintBackdrop(backdrop, pictureArea(), theme);
        m_drawn = wanted;
    }
    painter.drawPixmap(QPointF(0.0, 0.0), m_pixels);
    m_pipeline->paintFront(painter, pictureArea(), theme);
}

bool PipelineView::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip) {
        return PictureView::event(event);
    }
    const auto* help = static_cast<QHelpEvent*>(event);
    const auto place = m_pipeline == nullptr ? std::nullopt : m_pipeline->placeAt(help->pos(), pictureArea());
    if (place) {
        // Escaped, or a token such as "<b>" would format the rest.
        const QString text =
            m_pipeline->describe(*place).toHtmlEscaped().replace(QLatin1Char('\n'), QStringLiteral("<br>"));
        QToolTip::showText(help->globalPos(), QStringLiteral("<p>%1</p>").arg(text), this);
    } else {
        QToolTip::hideText();
    }
    return true;
}

void PipelineView::mouseMoveEvent(QMouseEvent* event)
{
    if (m_pipeline == nullptr) {
        return;
    }
    if (const auto token = m_pipeline->labelAt(event->position(), pictureArea())) {
        emit pointedToken(*token);
    } else {
        emit pointed(m_pipeline->placeAt(event->position(), pictureArea()));
    }
}

void PipelineView::mousePressEvent(QMouseEvent* event)
{
    setFocus();
    if (m_pipeline == nullptr || event->button() != Qt::LeftButton) {
        return;
    }
    if (const auto token = m_pipeline->labelAt(event->position(), pictureArea())) {
        emit clickedToken(*token);
    } else if (const auto place = m_pipeline->placeAt(event->position(), pictureArea());
               place && m_pipeline->isReached(place->matrix)) {
        emit opened(*place);
    }
}

void PipelineView::leaveEvent(QEvent* /*event*/)
{
    emit pointed(std::nullopt);
}

void PipelineView::keyPressEvent(QKeyEvent* event)
{
    if (m_pipeline == nullptr || m_pipeline->content().matrices().empty()) {
        PictureView::keyPressEvent(event);
        return;
    }
    const auto last = static_cast<Index>(m_pipeline->content().matrices().size()) - 1;
    const auto choose = [&](Index step) {
        const std::optional<Index>& now = m_pipeline->pointed();
        const Index next = now ? *now + step : step > 0 ? 0 : last;
        emit pointed(PipelinePlace{.matrix = std::clamp<Index>(next, 0, last)});
    };
    switch (event->key()) {
    case Qt::Key_Left:
        choose(-1);
        return;
    case Qt::Key_Right:
        choose(1);
        return;
    case Qt::Key_Up:
        emit moved(-1);
        return;
    case Qt::Key_Down:
        emit moved(1);
        return;
    case Qt::Key_Return:
    case Qt::Key_Enter: {
        const std::optional<Index> chosen = m_pipeline->pointed() ? m_pipeline->pointed() : m_pipeline->options().step;
        emit opened({.matrix = chosen.value_or(0)});
        return;
    }
    case Qt::Key_Escape:
        emit freed();
        return;
    default:
        PictureView::keyPressEvent(event);
    }
}

}  // namespace headlight::ui
