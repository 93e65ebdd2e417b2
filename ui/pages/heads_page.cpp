#include "ui/pages/heads_page.h"

#include "ui/panels/measure_table.h"
#include "ui/panels/toggle_button.h"
#include "ui/plots/heatmap_picture.h"

#include <QBoxLayout>
#include <QComboBox>
#include <QIcon>
#include <QLabel>

namespace headlight::ui {
namespace {

/// The first entry: layers and heads, then every measure, then similarity.
constexpr int kFirstMeasure = 1;
constexpr int kSimilarity = kFirstMeasure + static_cast<int>(kMeasures);
/// The first entry: every head, then each badge.
constexpr int kFirstBadge = 1;

int entryOf(const HeadOrder& order)
{
    if (const auto* measure = std::get_if<MeasureId>(&order)) {
        return kFirstMeasure + static_cast<int>(*measure);
    }
    return std::holds_alternative<HeadAddress>(order) ? kSimilarity : 0;
}

HeadOrder orderOf(int entry, HeadAddress selected)
{
    if (entry == kSimilarity) {
        return selected;
    }
    return entry < kFirstMeasure ? HeadOrder() : HeadOrder(static_cast<MeasureId>(entry - kFirstMeasure));
}

/// A square in the badge's colour: what the dots under small thumbnails mean.
QIcon iconOf(BadgeId badge, const Theme& theme)
{
    constexpr int kSide = 10;
    QPixmap pixmap(kSide, kSide);
    pixmap.fill(badgeColour(badge, theme));
    return {pixmap};
}

QString tipOf(const BadgeKind& kind)
{
    return kind.measure
               ? QObject::tr("%1 of at least %2").arg(text(measureInfo(*kind.measure).title)).arg(kind.threshold)
               : QObject::tr("Asked for a relation in training, not measured");
}

/// A box that a narrow window may cut.
QComboBox* makeBox(const char* name, const QString& accessibleName, QWidget* parent)
{
    constexpr int kFewestLetters = 6;
    auto* box = new QComboBox(parent);
    box->setObjectName(QString::fromLatin1(name));
    box->setAccessibleName(accessibleName);
    box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    box->setMinimumContentsLength(kFewestLetters);
    box->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    constexpr int kWidest = 260;
    box->setMaximumWidth(kWidest);
    return box;
}

}  // namespace

HeadsPage::HeadsPage(Session& session, QWidget* parent)
    : Page(session, parent)
    , m_heading(makeHeading(this))
    , m_order(makeBox("headOrder", tr("Order of the heads"), this))
    , m_lowestFirst(new ToggleButton(tr("Lowest first"), tr("Heads with the lowest values first"), this))
    , m_badge(makeBox("headBadge", tr("Heads that are shown"), this))
    , m_grouping(makeBox("headGrouping", tr("Groups of heads"), this))
    , m_gallery(new GalleryView(this))
    , m_previewTitle(makeHeading(this))
    , m_preview(new PictureView(this))
    , m_measures(new MeasureTable(this))
    , m_head(new QBoxLayout(QBoxLayout::TopToBottom))
{
    m_gallery->setObjectName(QStringLiteral("gallery"));
    m_gallery->setAccessibleName(tr("All heads"));
    m_gallery->setHint(emptyHint());
    m_preview->setObjectName(QStringLiteral("preview"));
    m_preview->setFocusPolicy(Qt::NoFocus);
    layOut();
    connectControls();

    connect(m_gallery, &GalleryView::pointed, this, [this](std::optional<HeadAddress> pointedAt) {
        if (!pointedAt) {
            this->session().point(std::nullopt);
            return;
        }
        Selection shown = this->session().locked();
        shown.head = *pointedAt;
        this->session().point(shown);
    });
    connect(m_gallery, &GalleryView::clicked, &session, &Session::selectHead);
    connect(m_gallery, &GalleryView::switched, &session, &Session::toggleHead);
}

void HeadsPage::layOut()
{
    // Together no higher than other pages in a low window.
    m_gallery->setMinimumHeight(130);
    m_preview->setMinimumSize(100, 110);
    m_measures->setMinimumWidth(100);
    auto* gallery = new QVBoxLayout;
    gallery->addWidget(m_heading);
    gallery->addLayout(makeControls());
    gallery->addWidget(m_gallery, 1);
    auto* picture = new QVBoxLayout;
    picture->addWidget(m_previewTitle);
    picture->addWidget(m_preview, 1);
    m_head->addLayout(picture, 3);
    m_head->addWidget(m_measures);
    auto* layout = new QBoxLayout(QBoxLayout::LeftToRight, this);
    layout->addLayout(gallery, 5);
    layout->addLayout(m_head, 3);
}

/// The head stands beside the gallery where the page is wide enough for both, below it elsewhere.
void HeadsPage::resizeEvent(QResizeEvent* event)
{
    Page::resizeEvent(event);
    constexpr int kWide = 720;
    const bool wide = width() >= kWide;
    static_cast<QBoxLayout*>(layout())->setDirection(wide ? QBoxLayout::LeftToRight : QBoxLayout::TopToBottom);
    m_head->setDirection(wide ? QBoxLayout::TopToBottom : QBoxLayout::LeftToRight);
    m_head->setStretchFactor(m_measures, wide ? 0 : 2);
}

QBoxLayout* HeadsPage::makeControls()
{
    m_order->setToolTip(
        tr("What the heads are ordered by; similarity is to the head that is selected as one chooses it: 1 − the "
           "mean Jensen–Shannon divergence of the rows, in bits"));
    m_order->addItem(tr("Layer and head"));
    for (const Measure& measure : measures()) {
        m_order->addItem(text(measure.title));
        m_order->setItemData(m_order->count() - 1, text(measure.formula), Qt::ToolTipRole);
    }
    m_order->addItem(QString());  // named in showControls
    m_lowestFirst->setObjectName(QStringLiteral("lowestFirst"));
    m_badge->setToolTip(tr("Which heads are shown; the squares are the dots under small thumbnails"));
    m_badge->addItem(tr("All heads"));
    for (const BadgeKind& kind : badgeKinds()) {
        m_badge->addItem(text(kind.title));
        m_badge->setItemData(m_badge->count() - 1, tipOf(kind), Qt::ToolTipRole);
    }
    m_grouping->setToolTip(tr("What stands together; each head stands under its first badge"));
    m_grouping->addItem(tr("No groups"), QVariant::fromValue(static_cast<int>(HeadGrouping::None)));
    m_grouping->addItem(tr("By layer"), QVariant::fromValue(static_cast<int>(HeadGrouping::Layer)));
    m_grouping->addItem(tr("By badge"), QVariant::fromValue(static_cast<int>(HeadGrouping::Badge)));

    auto* controls = new QHBoxLayout;
    controls->addWidget(m_order, 3);
    controls->addWidget(m_lowestFirst);
    controls->addWidget(m_badge, 2);
    controls->addWidget(m_grouping, 1);
    controls->addStretch();
    return controls;
}

void HeadsPage::connectControls()
{
    const auto change = [this](auto set) {
        ViewOptions options = session().viewOptions();
        set(options.gallery);
        session().setViewOptions(options);
    };
    connect(m_order, &QComboBox::activated, this, [this, change](int entry) {
        change([&](GalleryOptions& options) { options.order = orderOf(entry, session().locked().head); });
    });
    connect(m_lowestFirst, &QAbstractButton::clicked, this, [change](bool on) {
        change([on](GalleryOptions& options) {
            options.direction = on ? OrderDirection::LowestFirst : OrderDirection::HighestFirst;
        });
    });
    connect(m_badge, &QComboBox::activated, this, [change](int entry) {
        change([entry](GalleryOptions& options) {
            options.badge =
                entry < kFirstBadge ? std::nullopt : std::optional(static_cast<BadgeId>(entry - kFirstBadge));
        });
    });
    connect(m_grouping, &QComboBox::activated, this, [this, change](int entry) {
        change([&](GalleryOptions& options) {
            options.grouping = static_cast<HeadGrouping>(m_grouping->itemData(entry).toInt());
        });
    });
}

void HeadsPage::showControls(const GalleryOptions& options)
{
    const auto* other = std::get_if<HeadAddress>(&options.order);
    m_order->setItemText(kSimilarity,
                         other != nullptr
                             ? tr("similarity to layer %1 · head %2").arg(other->layer.value).arg(other->head.value)
                             : tr("similarity to the selected head"));
    m_order->setCurrentIndex(entryOf(options.order));
    m_lowestFirst->setEnabled(!std::holds_alternative<std::monostate>(options.order));
    m_lowestFirst->setChecked(options.direction == OrderDirection::LowestFirst);
    for (const BadgeKind& kind : badgeKinds()) {
        m_badge->setItemIcon(kFirstBadge + static_cast<int>(kind.id), iconOf(kind.id, themeOf(*this)));
    }
    m_badge->setCurrentIndex(options.badge ? kFirstBadge + static_cast<int>(*options.badge) : 0);
    m_grouping->setCurrentIndex(m_grouping->findData(static_cast<int>(options.grouping)));
}

void HeadsPage::refresh()
{
    const ViewOptions& options = session().viewOptions();
    showControls(options.gallery);
    const bool dimmed = session().state() == SessionState::Busy;
    m_gallery->setDimmed(dimmed);
    m_preview->setDimmed(dimmed);
    if (!session().trace()) {
        m_heading->clear();
        m_previewTitle->clear();
        m_gallery->setPicture(nullptr);
        m_preview->setPicture(nullptr);
        m_measures->show(nullptr, 0);
        return;
    }
    const ColourMap& colourMap = ColourMap::named(options.colourMap);
    const std::shared_ptr<const Analysis>& analysis = session().analysis();
    auto gallery =
        std::make_unique<GalleryPicture>(session().trace(), session().locked(), colourMap, options.gallery, analysis);
    m_heading->setText(pageHeading(gallery->title(), session().trace().get()));
    m_heading->setToolTip(m_heading->text());  // a narrow window cuts it
    m_gallery->setCursor(session().locked().head);
    m_gallery->setPicture(std::move(gallery));

    HeatmapOptions whole = options.heatmap;
    whole.window = {};
    auto preview = std::make_unique<HeatmapPicture>(session().trace(), session().shown(), whole, colourMap,
                                                    HeatmapSources{&session().model(), analysis});
    m_previewTitle->setText(preview->title());
    m_preview->setPicture(std::move(preview));
    m_measures->show(&analysis->measured.at(session().shown().head), session().trace()->tokens());
}

}  // namespace headlight::ui
