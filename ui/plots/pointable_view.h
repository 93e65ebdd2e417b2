// A pointable picture as a widget: hover and click.
#pragma once

#include "ui/plots/picture_view.h"
#include "ui/plots/pointable_picture.h"

namespace headlight::ui {

/// Says what is under the mouse, points at what it selects, locks that on a click and frees it with Escape.
class PointableView final : public PictureView
{
    Q_OBJECT

public:
    using PictureView::PictureView;

    void setPicture(std::unique_ptr<const PointablePicture> picture);
    const PointablePicture* pointable() const noexcept { return m_pointable; }

signals:
    void pointed(std::optional<headlight::ui::Selection> selection);
    void clicked(headlight::ui::Selection selection);
    void freed();

protected:
    bool event(QEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    QString describeAt(QPointF point) const;
    std::optional<Selection> selectionAt(QPointF point) const;

    const PointablePicture* m_pointable = nullptr;
};

}  // namespace headlight::ui
