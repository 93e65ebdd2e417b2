// The gallery as a widget: hover previews, click selects, the corner or Space switches a head off.
#pragma once

#include "ui/plots/gallery_picture.h"
#include "ui/plots/picture_view.h"

namespace headlight::ui {

class GalleryView final : public PictureView
{
    Q_OBJECT

public:
    using PictureView::PictureView;

    void setPicture(std::unique_ptr<const GalleryPicture> picture);

    /// The head that the arrow keys start from.
    void setCursor(HeadAddress head) { m_cursor = head; }

signals:
    void pointed(std::optional<headlight::HeadAddress> head);
    void clicked(headlight::HeadAddress head);
    void switched(headlight::HeadAddress head);

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    std::optional<HeadAddress> headAt(QPointF position) const;

    const GalleryPicture* m_gallery = nullptr;
    HeadAddress m_cursor;
    std::optional<HeadAddress> m_hovered;
};

}  // namespace headlight::ui
