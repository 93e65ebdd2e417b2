// The pictures of positions as a widget: hover and click.
#pragma once

#include "ui/plots/picture_view.h"
#include "ui/plots/positions_picture.h"

namespace headlight::ui {

/// Points at the number under the mouse, locks its positions on a click and frees them with Escape.
class PositionsView final : public PictureView
{
    Q_OBJECT

public:
    using PictureView::PictureView;

    void setPicture(std::unique_ptr<const PositionsPicture> picture);
    const PositionsPicture* positions() const noexcept { return m_positions; }

signals:
    void pointed(std::optional<headlight::ui::PositionCell> cell);
    void clicked(headlight::ui::PositionCell cell);
    void freed();

protected:
    bool event(QEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    std::optional<PositionCell> cellAt(QPointF point) const;

    const PositionsPicture* m_positions = nullptr;
};

}  // namespace headlight::ui
