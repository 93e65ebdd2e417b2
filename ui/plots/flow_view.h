// The flow as a widget: hover, click, keyboard.
#pragma once

#include "ui/plots/flow_picture.h"
#include "ui/plots/picture_view.h"

#include <QPixmap>

#include <vector>

namespace headlight::ui {

/// Points at a token under the mouse, locks it on a click, moves along the tokens and across with the arrow keys, and frees
/// it with Escape.
class FlowView final : public PictureView
{
    Q_OBJECT

public:
    using PictureView::PictureView;

    void setPicture(std::unique_ptr<const FlowPicture> picture);

    const FlowPicture* flow() const noexcept { return m_flow; }

    /// The token that the arrow keys start from.
    void setCursor(std::optional<FlowToken> token) { m_cursor = token; }

signals:
    void pointed(std::optional<headlight::ui::FlowToken> token);
    void clicked(headlight::ui::FlowToken token);
    void freed();

protected:
    bool event(QEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void paintPicture(QPainter& painter, const Theme& theme) override;

private:
    /// The lines of all tokens as painted, kept because thousands of them take longer than a mouse takes to move on.
    struct Backdrop
    {
        FlowPicture::BackdropKey key;
        QSizeF size;
        Brightness brightness = Brightness::Light;
        QPixmap pixels;
    };
    const QPixmap& backdrop(const Theme& theme);
    std::optional<FlowToken> tokenAt(QPointF point) const;

    const FlowPicture* m_flow = nullptr;
    std::optional<FlowToken> m_cursor;
    std::vector<Backdrop> m_backdrops;  ///< Of the picture's lines: plain and faint.
};

}  // namespace headlight::ui
