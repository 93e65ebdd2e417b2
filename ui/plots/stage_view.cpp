#include "ui/plots/stage_view.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QToolTip>
#include <QWheelEvent>

#include <algorithm>

namespace headlight::ui {

void StageView::setPicture(std::unique_ptr<const StagePicture> picture)
{
    m_stage = picture.get();
    PictureView::setPicture(std::move(picture));
}

std::optional<StageCell> StageView::cellAt(QPointF point) const
{
    return m_stage == nullptr ? std::nullopt : m_stage->cellAt(point, pictureArea());
}

bool StageView::event(QEvent* event)
{
    if (event->type() == QEvent::ShortcutOverride) {
        // Escape goes back, before it would free the selection as on other pages.
        if (static_cast<QKeyEvent*>(event)->key() == Qt::Key_Escape) {
            event->accept();
            return true;
        }
    }
    if (event->type() != QEvent::ToolTip) {
        return PictureView::event(event);
    }
    const auto* help = static_cast<QHelpEvent*>(event);
    if (const std::optional<StageCell> cell = cellAt(help->pos())) {
        QToolTip::showText(help->globalPos(), m_stage->describe(*cell), this,
                           m_stage->cellRect(*cell, pictureArea()).toAlignedRect());
    } else {
        QToolTip::hideText();
    }
    return true;
}

void StageView::resizeEvent(QResizeEvent* event)
{
    PictureView::resizeEvent(event);
    emit resized();
}

void StageView::mouseMoveEvent(QMouseEvent* event)
{
    emit pointed(cellAt(event->position()));
}

void StageView::mousePressEvent(QMouseEvent* event)
{
    setFocus();
    const std::optional<StageCell> cell = cellAt(event->position());
    if (cell && event->button() == Qt::LeftButton) {
        emit clicked(*cell);
    }
}

void StageView::wheelEvent(QWheelEvent* event)
{
    constexpr Index kStep = 3;  // cells a notch
    constexpr int kNotch = 120;
    const QPoint notches = event->angleDelta();
    const bool isSideways = event->modifiers().testFlag(Qt::ShiftModifier);
    const Index down = -notches.y() * kStep / kNotch;
    const Index across = -notches.x() * kStep / kNotch;
    emit scrolled(isSideways ? 0 : down, isSideways ? down + across : across);
    event->accept();
}

void StageView::leaveEvent(QEvent* /*event*/)
{
    emit pointed(std::nullopt);
}

void StageView::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Escape || event->key() == Qt::Key_Backspace) {
        emit closed();
        return;
    }
    if (!hasMatrix()) {
        PictureView::keyPressEvent(event);
        return;
    }
    const PipelineMatrix& matrix = *m_stage->matrix();
    StageCell cell = m_cursor.value_or(StageCell{});
    switch (event->key()) {
    case Qt::Key_Up:
        --cell.row;
        break;
    case Qt::Key_Down:
        ++cell.row;
        break;
    case Qt::Key_Left:
        --cell.column;
        break;
    case Qt::Key_Right:
        ++cell.column;
        break;
    case Qt::Key_PageUp:
        cell.column -= m_stage->columnsIn(pictureArea()).size();
        break;
    case Qt::Key_PageDown:
        cell.column += m_stage->columnsIn(pictureArea()).size();
        break;
    case Qt::Key_Home:
        cell.column = 0;
        break;
    case Qt::Key_End:
        cell.column = matrix.cols() - 1;
        break;
    default:
        PictureView::keyPressEvent(event);
        return;
    }
    emit clicked(
        {std::clamp<Index>(cell.row, 0, matrix.rows() - 1), std::clamp<Index>(cell.column, 0, matrix.cols() - 1)});
}

}  // namespace headlight::ui
