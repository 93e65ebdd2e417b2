// The heatmap as a widget: cells that answer, and a mask to paint.
#pragma once

#include "ui/plots/cell_view.h"
#include "ui/plots/heatmap_picture.h"
#include "ui/session/painting.h"

namespace headlight::ui {

/// What the mouse does to the cells.
enum class MouseTool { Pointer, Brush };

/// The wheel and + and − show fewer or more cells, a drag with the left button moves on to others, 0 shows all.
///
/// Paints a mask besides, where that is wanted: a drag hides the cells it passes, or shows them again if it begins on a hidden one; so
/// does H on the cell under the cursor. Else a double click asks how a cell came about, as do X and the context menu.
class HeatmapView final : public CellView
{
    Q_OBJECT

public:
    using CellView::CellView;

    void setPicture(std::unique_ptr<const HeatmapPicture> picture);

    /// The mask that H paints, and the mouse too while it is a brush. What it hides is drawn hidden even before the picture shows it.
    /// Nothing: there is none to paint.
    void setPaintableMask(std::optional<Mask> mask, MouseTool tool);

signals:
    /// A stroke ended.
    void painted(const headlight::CellSet& cells, headlight::ui::Painting painting);

    void explanationWanted(headlight::ui::Cell cell);

    /// Another part of the map is to be seen.
    void windowWanted(const headlight::ui::CellWindow& window);

protected:
    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void paintPicture(QPainter& painter, const Theme& theme) override;

private:
    struct Stroke
    {
        Painting painting;
        CellSet cells;
        Cell last;
    };

    /// The left button is down, where it went down, and what was seen then.
    struct Drag
    {
        QPointF begin;
        CellWindow window;
        bool isMoving = false;
    };

    void zoom(double factor, QPointF about);
    void drag(QPointF point);
    bool isPainting() const { return m_mask && m_tool == MouseTool::Brush; }
    Painting paintingAt(Cell cell) const;
    void strokeTo(Cell cell);

    const HeatmapPicture* m_heatmap = nullptr;
    std::optional<Mask> m_mask;
    MouseTool m_tool = MouseTool::Pointer;
    std::optional<Stroke> m_stroke;
    std::optional<Drag> m_drag;
};

}  // namespace headlight::ui
