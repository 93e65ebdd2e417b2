// The ablation study as a widget: hover previews a head, click selects it.
#pragma once

#include "ui/plots/ablation_picture.h"
#include "ui/plots/picture_view.h"

namespace headlight::ui {

class AblationView final : public PictureView
{
    Q_OBJECT

public:
    using PictureView::PictureView;

    void setPicture(std::unique_ptr<const AblationPicture> picture);
    const AblationPicture* ablation() const noexcept { return m_ablation; }

    /// The head that Up and Down start from, along the ranking.
    void setCursor(HeadAddress head) { m_cursor = head; }

signals:
    void pointed(std::optional<headlight::HeadAddress> head);
    void clicked(headlight::HeadAddress head);

protected:
    bool event(QEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    std::optional<HeadAddress> headAt(QPointF position) const;

    const AblationPicture* m_ablation = nullptr;
    HeadAddress m_cursor;
    std::optional<HeadAddress> m_hovered;
};

}  // namespace headlight::ui
