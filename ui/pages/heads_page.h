// All heads at one glance, with the head under the mouse beside them.
#pragma once

#include "ui/pages/page.h"
#include "ui/plots/gallery_view.h"
#include "ui/plots/picture_view.h"

class QLabel;

namespace headlight::ui {

class HeadsPage final : public Page
{
    Q_OBJECT

public:
    explicit HeadsPage(Session& session, QWidget* parent = nullptr);

    std::optional<Figure> figure() const override { return figureOf(View::Heads); }

protected:
    void refresh() override;

private:
    QLabel* m_heading;
    GalleryView* m_gallery;
    QLabel* m_previewTitle;
    PictureView* m_preview;
};

}  // namespace headlight::ui
