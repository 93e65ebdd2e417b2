#include "ui/pages/heads_page.h"

#include "ui/plots/heatmap_picture.h"

#include <QBoxLayout>
#include <QLabel>

namespace headlight::ui {

HeadsPage::HeadsPage(Session& session, QWidget* parent)
    : Page(session, parent)
    , m_heading(makeHeading(this))
    , m_gallery(new GalleryView(this))
    , m_previewTitle(makeHeading(this))
    , m_preview(new PictureView(this))
{
    m_gallery->setObjectName(QStringLiteral("gallery"));
    m_gallery->setAccessibleName(tr("All heads"));
    m_gallery->setHint(emptyHint());
    m_preview->setObjectName(QStringLiteral("preview"));
    m_preview->setFocusPolicy(Qt::NoFocus);

    auto* gallery = new QVBoxLayout;
    gallery->addWidget(m_heading);
    gallery->addWidget(m_gallery, 1);
    auto* preview = new QVBoxLayout;
    preview->addWidget(m_previewTitle);
    preview->addWidget(m_preview, 1);
    // A wide grid of heads leaves room below it, a square one beside it.
    const ModelConfig& config = session.model().config;
    const bool wide = config.heads >= 2 * config.layers;
    auto* layout = new QBoxLayout(wide ? QBoxLayout::TopToBottom : QBoxLayout::LeftToRight, this);
    layout->addLayout(gallery, 3);
    layout->addLayout(preview, 2);

    connect(m_gallery, &GalleryView::pointed, this, [this](std::optional<HeadAddress> head) {
        if (!head) {
            this->session().point(std::nullopt);
            return;
        }
        Selection shown = this->session().locked();
        shown.head = *head;
        this->session().point(shown);
    });
    connect(m_gallery, &GalleryView::clicked, this, [this](HeadAddress head) {
        Selection selection = this->session().document().selection;
        selection.head = head;
        this->session().select(selection);
    });
    connect(m_gallery, &GalleryView::switched, &session, &Session::toggleHead);
}

void HeadsPage::refresh()
{
    const bool dimmed = session().state() == SessionState::Busy;
    m_gallery->setDimmed(dimmed);
    m_preview->setDimmed(dimmed);
    if (!session().trace()) {
        m_heading->clear();
        m_previewTitle->clear();
        m_gallery->setPicture(nullptr);
        m_preview->setPicture(nullptr);
        return;
    }
    const ViewOptions& options = session().viewOptions();
    const ColourMap& colourMap = ColourMap::named(options.colourMap);
    auto gallery = std::make_unique<GalleryPicture>(session().trace(), session().locked(), colourMap);
    m_heading->setText(pageHeading(gallery->title(), session().trace().get()));
    m_gallery->setCursor(session().locked().head);
    m_gallery->setPicture(std::move(gallery));

    auto preview = std::make_unique<HeatmapPicture>(session().trace(), session().shown(), options.heatmap, colourMap);
    m_previewTitle->setText(preview->title());
    m_preview->setPicture(std::move(preview));
}

}  // namespace headlight::ui
