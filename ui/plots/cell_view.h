// Pictures of queries × keys as a widget: hover, click, cell cursor.
#pragma once

#include "ui/plots/cell_picture.h"
#include "ui/plots/picture_view.h"

namespace headlight::ui {

/// Points at a cell under the mouse, locks it on a click, moves the cell cursor with the arrow keys, and frees it with Escape.
class CellView : public PictureView
{
    Q_OBJECT

public:
    using PictureView::PictureView;

    void setPicture(std::unique_ptr<const CellPicture> picture);

    /// The cell that the arrow keys start from.
    void setCursor(std::optional<Cell> cell) { m_cursor = cell; }

signals:
    void pointed(std::optional<headlight::ui::Cell> cell);
    void clicked(headlight::ui::Cell cell);
    void freed();

protected:
    std::optional<CellPicture::Hit> hitAt(QPointF point) const;
    const std::optional<Cell>& cursorCell() const noexcept { return m_cursor; }

    bool event(QEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    const CellPicture* m_cells = nullptr;
    std::optional<Cell> m_cursor;
};

}  // namespace headlight::ui
