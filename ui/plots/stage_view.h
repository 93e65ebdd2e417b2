// One stage of the pipeline as a widget: hover, click, cell cursor, scrolling.
#pragma once

#include "ui/plots/picture_view.h"
#include "ui/plots/stage_picture.h"

class QWheelEvent;

namespace headlight::ui {

/// Points at a cell under the mouse, chooses it on a click and moves on to others with the arrow keys; goes back with Escape. What of
/// a large matrix is seen is the picture's: the view asks for other rows and columns.
class StageView final : public PictureView
{
    Q_OBJECT

public:
    using PictureView::PictureView;

    void setPicture(std::unique_ptr<const StagePicture> picture);
    const StagePicture* stage() const noexcept { return m_stage; }

    /// The cell that the arrow keys start from.
    void setCursor(std::optional<StageCell> cell) { m_cursor = cell; }

signals:
    void pointed(std::optional<headlight::ui::StageCell> cell);
    void clicked(headlight::ui::StageCell cell);

    /// The wheel turned: by so many rows and columns.
    void scrolled(headlight::Index rows, headlight::Index columns);

    /// Another size: other rows and columns may be seen.
    void resized();
    void closed();

protected:
    bool event(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    bool hasMatrix() const { return m_stage != nullptr && m_stage->matrix() != nullptr; }
    std::optional<StageCell> cellAt(QPointF point) const;

    const StagePicture* m_stage = nullptr;
    std::optional<StageCell> m_cursor;
};

}  // namespace headlight::ui
