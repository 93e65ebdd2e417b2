// The pictures of positions as a widget: exact values under the mouse.
#pragma once

#include "ui/plots/picture_view.h"
#include "ui/plots/positions_picture.h"

namespace headlight::ui {

class PositionsView final : public PictureView
{
    Q_OBJECT

public:
    using PictureView::PictureView;

    void setPicture(std::unique_ptr<const PositionsPicture> picture);

signals:
    /// What is under the mouse, in words; empty where there is nothing.
    void pointed(const QString& description);

protected:
    bool event(QEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;

private:
    QString describe(QPointF point) const;

    const PositionsPicture* m_positions = nullptr;
};

}  // namespace headlight::ui
