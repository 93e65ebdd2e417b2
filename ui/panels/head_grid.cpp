#include "ui/panels/head_grid.h"

#include "ui/plots/heatmap_picture.h"
#include "ui/plots/picture_view.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace headlight::ui {
namespace {

constexpr qreal kRoom = 200.0;      ///< Width that the grid shares among its heads.
constexpr qreal kLabelRoom = 22.0;  ///< For the layer numbers.

}  // namespace

HeadGrid::HeadGrid(Index layers, Index heads, QWidget* parent) : QWidget(parent), m_layers(layers), m_heads(heads)
{
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
}

void HeadGrid::setAblated(const std::set<HeadAddress>& ablated)
{
    m_ablated = ablated;
    update();
}

void HeadGrid::setSelected(HeadAddress head)
{
    m_selected = head;
    m_cursor = head;
    update();
}

qreal HeadGrid::pitch() const
{
    return std::clamp(std::floor((kRoom - kLabelRoom) / static_cast<qreal>(m_heads)), 6.0, 22.0);
}

QSize HeadGrid::sizeHint() const
{
    return QSizeF(kLabelRoom + pitch() * static_cast<qreal>(m_heads) + 2.0,
                  pitch() * static_cast<qreal>(m_layers) + 2.0)
        .toSize();
}

QRectF HeadGrid::dotRect(HeadAddress head) const
{
    const qreal gap = pitch() * 0.15;
    return {kLabelRoom + pitch() * static_cast<qreal>(head.head.value) + gap,
            pitch() * static_cast<qreal>(head.layer.value) + gap + 1.0, pitch() - 2.0 * gap, pitch() - 2.0 * gap};
}

std::optional<HeadAddress> HeadGrid::headAt(QPointF point) const
{
    const auto layer = static_cast<Index>(std::floor(point.y() / pitch()));
    const auto head = static_cast<Index>(std::floor((point.x() - kLabelRoom) / pitch()));
    if (layer < 0 || layer >= m_layers || head < 0 || head >= m_heads) {
        return std::nullopt;
    }
    return HeadAddress{LayerIndex(layer), HeadIndex(head)};
}

bool HeadGrid::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        if (const std::optional<HeadAddress> head = headAt(help->pos())) {
            const QString state = m_ablated.contains(*head) ? tr("off, its output is replaced by zeros") : tr("on");
            QToolTip::showText(help->globalPos(), tr("%1: %2").arg(headTitle(*head), state), this,
                               dotRect(*head).toAlignedRect());
        } else {
            QToolTip::hideText();
        }
        return true;
    }
    return QWidget::event(event);
}

void HeadGrid::paintEvent(QPaintEvent* /*event*/)
{
    const Theme& theme = themeOf(*this);
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setFont(figureFont(kSmallPixels));
    for (Index layer = 0; layer < m_layers; ++layer) {
        painter.setPen(theme.mutedText);
        painter.drawText(QRectF(0.0, pitch() * static_cast<qreal>(layer), kLabelRoom - 6.0, pitch()),
                         Qt::AlignRight | Qt::AlignVCenter, QString::number(layer));
        for (Index h = 0; h < m_heads; ++h) {
            const HeadAddress head{LayerIndex(layer), HeadIndex(h)};
            const QRectF dot = dotRect(head);
            const bool off = m_ablated.contains(head);
            painter.setPen(QPen(off ? theme.mutedText : theme.text, 1.2));
            painter.setBrush(off ? QBrush(Qt::NoBrush) : QBrush(theme.text));
            painter.drawEllipse(dot);
            if (head == m_selected) {
                painter.setBrush(Qt::NoBrush);
                painter.setPen(QPen(theme.accent, 2.0));
                painter.drawEllipse(dot.adjusted(-1.5, -1.5, 1.5, 1.5));
            }
            if (hasFocus() && head == m_cursor) {
                painter.setBrush(Qt::NoBrush);
                painter.setPen(QPen(theme.accent, 1.0, Qt::DotLine));
                painter.drawRect(dot.adjusted(-2.0, -2.0, 2.0, 2.0));
            }
        }
    }
}

void HeadGrid::mousePressEvent(QMouseEvent* event)
{
    if (const std::optional<HeadAddress> head = headAt(event->position()); head && event->button() == Qt::LeftButton) {
        m_cursor = *head;
        emit switched(*head);
    }
}

void HeadGrid::keyPressEvent(QKeyEvent* event)
{
    switch (event->key()) {
    case Qt::Key_Up:
        m_cursor.layer.value = std::max<Index>(m_cursor.layer.value - 1, 0);
        break;
    case Qt::Key_Down:
        m_cursor.layer.value = std::min(m_cursor.layer.value + 1, m_layers - 1);
        break;
    case Qt::Key_Left:
        m_cursor.head.value = std::max<Index>(m_cursor.head.value - 1, 0);
        break;
    case Qt::Key_Right:
        m_cursor.head.value = std::min(m_cursor.head.value + 1, m_heads - 1);
        break;
    case Qt::Key_Space:
        emit switched(m_cursor);
        break;
    default:
        QWidget::keyPressEvent(event);
        return;
    }
    update();
}

}  // namespace headlight::ui
