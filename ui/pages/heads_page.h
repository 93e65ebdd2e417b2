// All heads at one glance, with the head under the mouse beside them.
#pragma once

#include "ui/pages/page.h"
#include "ui/plots/gallery_view.h"
#include "ui/plots/picture_view.h"

class QBoxLayout;
class QComboBox;
class QLabel;

namespace headlight::ui {

class MeasureTable;
class ToggleButton;

class HeadsPage final : public Page
{
    Q_OBJECT

public:
    explicit HeadsPage(Session& session, QWidget* parent = nullptr);

    bool isUpToDate() const override
    {
        return Page::isUpToDate() && m_gallery->isComplete() && m_preview->isComplete();
    }
    std::optional<Figure> figure() const override { return figureOf(View::Heads); }

protected:
    void refresh() override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void layOut();
    QBoxLayout* makeControls();
    void connectControls();
    void showControls(const GalleryOptions& options);

    QLabel* m_heading;
    QComboBox* m_order;
    ToggleButton* m_lowestFirst;
    QComboBox* m_badge;
    QComboBox* m_grouping;
    GalleryView* m_gallery;
    QLabel* m_previewTitle;
    PictureView* m_preview;
    MeasureTable* m_measures;
    QBoxLayout* m_head;  ///< The head's preview and measures.
};

}  // namespace headlight::ui
