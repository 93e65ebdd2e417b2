#include "tests/ui/support/fixtures.h"
#include "tests/ui/support/pictures.h"
#include "ui/plots/gallery_picture.h"

#include <gtest/gtest.h>

namespace headlight::ui::test {
namespace {

const QRectF kArea(0.0, 0.0, 900.0, 500.0);

GalleryPicture galleryOf(const Experiment& experiment = {})
{
    return {traceOf("Dog bites man", experiment), {}, ColourMap::named(QStringLiteral("viridis"))};
}

TEST(GalleryPicture, EveryThumbnailShowsItsHeadsWeights)
{
    const auto trace = traceOf("Dog bites man");
    const GalleryPicture gallery(trace, {}, ColourMap::named(QStringLiteral("viridis")));
    const QImage image = painted(gallery, kArea);
    for (Index layer = 0; layer < 4; ++layer) {
        for (Index head = 0; head < 8; ++head) {
            const HeadAddress address{LayerIndex(layer), HeadIndex(head)};
            const QRectF rect = gallery.thumbnailRect(address, kArea);
            const auto map = trace->map(StageId::Weights, address).value();
            for (Index cell = 0; cell < 9; ++cell) {
                const QPointF centre(rect.left() + (static_cast<qreal>(cell % 3) + 0.5) * rect.width() / 3.0,
                                     rect.top() + (static_cast<qreal>(cell / 3) + 0.5) * rect.height() / 3.0);
                EXPECT_EQ(image.pixel(centre.toPoint()),
                          gallery.colourScale().colour(map->at(TokenIndex(cell / 3), TokenIndex(cell % 3))));
            }
        }
    }
}

TEST(GalleryPicture, FindsHeadsAndTheirSwitches)
{
    const GalleryPicture gallery = galleryOf();
    const HeadAddress head{LayerIndex(2), HeadIndex(5)};
    const QRectF rect = gallery.thumbnailRect(head, kArea);
    EXPECT_EQ(gallery.headAt(rect.center(), kArea), head);
    EXPECT_FALSE(gallery.switchAt(rect.center(), kArea));
    EXPECT_EQ(gallery.switchAt(gallery.switchRect(head, kArea).center(), kArea), head);
    EXPECT_FALSE(gallery.headAt({2.0, 2.0}, kArea));
}

TEST(GalleryPicture, AnAblatedHeadIsVisiblyOff)
{
    const HeadAddress head{LayerIndex(0), HeadIndex(2)};
    Experiment experiment;
    experiment.ablatedHeads.insert(head);
    const GalleryPicture on = galleryOf();
    const QImage before = painted(on, kArea);
    const QImage after = painted(galleryOf(experiment), kArea);
    const QRect rect = on.thumbnailRect(head, kArea).toRect();
    EXPECT_NE(before.copy(rect), after.copy(rect));
    const QRect neighbour = on.thumbnailRect({LayerIndex(0), HeadIndex(3)}, kArea).toRect();
    EXPECT_EQ(before.copy(neighbour), after.copy(neighbour)) << "a head of the same layer does not depend on it";
}

TEST(GalleryPicture, TheTableHasOneRowAWeight)
{
    EXPECT_EQ(galleryOf().table().rows.size(), 4U * 8U * 3U * 3U);
}

const HeadAddress kHead{LayerIndex(2), HeadIndex(5)};

GalleryPicture arranged(const GalleryOptions& options, const std::shared_ptr<const Trace>& trace = traceOf(kSentence))
{
    ViewOptions view;
    view.gallery = options;
    return {trace, {.head = kHead}, ColourMap::named(QStringLiteral("viridis")), options, analysisOf(trace, view)};
}

TEST(GalleryPicture, EveryArrangementShowsEachHeadInItsPlaceWithinTheArea)
{
    for (const GalleryOptions& options :
         {GalleryOptions{}, GalleryOptions{.order = MeasureId::Entropy}, GalleryOptions{.order = kHead},
          GalleryOptions{.grouping = HeadGrouping::Badge},
          GalleryOptions{.order = MeasureId::Distance, .grouping = HeadGrouping::Layer}}) {
        const GalleryPicture gallery = arranged(options);
        std::size_t heads = 0;
        QRectF before;
        for (const HeadGroup& group : gallery.groups()) {
            for (const HeadAddress head : group.heads) {
                const QRectF rect = gallery.thumbnailRect(head, kArea);
                EXPECT_TRUE(kArea.contains(rect));
                EXPECT_EQ(gallery.headAt(rect.center(), kArea), head);
                EXPECT_FALSE(rect.intersects(before));
                before = rect;
                ++heads;
            }
        }
        EXPECT_EQ(heads, 32U);
    }
}

TEST(GalleryPicture, ASortedGalleryShowsTheWeightsOfEachHeadWhereItStands)
{
    const auto trace = traceOf("Dog bites man");
    const GalleryPicture gallery = arranged({.order = MeasureId::Entropy}, trace);
    const QImage image = painted(gallery, kArea);
    for (const HeadAddress head : gallery.groups().front().heads) {
        const QRectF rect = gallery.thumbnailRect(head, kArea);
        const QPointF middle(rect.left() + 0.5 * rect.width(), rect.top() + 0.5 * rect.height());
        EXPECT_EQ(
            image.pixel(middle.toPoint()),
            gallery.colourScale().colour(trace->map(StageId::Weights, head).value()->at(TokenIndex(1), TokenIndex(1))));
    }
}

TEST(GalleryPicture, FiltersAndSaysWhatIsShown)
{
    const GalleryPicture none = arranged({.badge = BadgeId::Separator});
    EXPECT_TRUE(none.title().contains(QStringLiteral("0 of 32 heads with the badge “separator”")))
        << none.title().toStdString();
    EXPECT_FALSE(none.headAt(kArea.center(), kArea));
    EXPECT_EQ(none.thumbnailRect(kHead, kArea), QRectF());
    EXPECT_FALSE(none.neighbour(kHead, Step::Right, kArea));
    EXPECT_TRUE(none.table().rows.empty());
    EXPECT_FALSE(painted(none, kArea).isNull());
    const GalleryPicture sorted =
        arranged({.order = MeasureId::Entropy, .direction = OrderDirection::LowestFirst}, traceOf("Dog bites man"));
    EXPECT_TRUE(sorted.title().endsWith(QStringLiteral("by entropy, lowest first")));
    ASSERT_EQ(sorted.table().rows.size(), 4U * 8U * 9U);
    const HeadAddress first = sorted.groups().front().heads.front();
    EXPECT_EQ(std::get<Index>(sorted.table().rows.front()[0]), first.layer.value);
    EXPECT_EQ(std::get<Index>(sorted.table().rows.front()[1]), first.head.value);
}

/// Weights of which head 0.0 looks at the previous token alone and 0.1 at itself; head 0.0 was also asked for something.
std::shared_ptr<const Trace> traceOfTwoHeads()
{
    TraceInfo info;
    info.text = "a b c";
    for (const char* text : {"a", "b", "c"}) {
        info.tokens.push_back({.id = static_cast<std::int32_t>(info.tokens.size()), .text = text, .span = {}});
    }
    info.layers = 1;
    info.heads = 2;
    info.askedHeads = {{"<b>subject</b>", {}}};
    Tensor weights({2, 3, 3});
    weights.matrix(0) << 1, 0, 0, 1, 0, 0, 0, 1, 0;
    weights.matrix(1).setIdentity();
    return std::make_shared<const Trace>(
        info, Trace::Tensors{{StageKey{StageId::Weights}, std::make_shared<const Tensor>(std::move(weights))}});
}

TEST(GalleryPicture, BadgesAreUnderTheirHeadInTheirColourAndToldWithTheirThreshold)
{
    const auto trace = traceOfTwoHeads();
    const GalleryPicture gallery = arranged({}, trace);
    const QImage image = painted(gallery, kArea);
    const Theme& theme = Theme::of(Brightness::Light);
    const auto hasUnder = [&](HeadAddress head, BadgeId badge) {
        const QRect rect = gallery.thumbnailRect(head, kArea).toAlignedRect();
        for (int y = rect.bottom() + 2; y < rect.bottom() + 18; ++y) {
            for (int x = rect.left(); x < rect.right(); ++x) {
                if (image.rect().contains(x, y) && image.pixelColor(x, y) == badgeColour(badge, theme)) {
                    return true;
                }
            }
        }
        return false;
    };
    const HeadAddress previous{LayerIndex(0), HeadIndex(0)};
    const HeadAddress diagonal{LayerIndex(0), HeadIndex(1)};
    EXPECT_TRUE(hasUnder(previous, BadgeId::Previous));
    EXPECT_FALSE(hasUnder(previous, BadgeId::Diagonal));
    EXPECT_TRUE(hasUnder(diagonal, BadgeId::Diagonal));
    EXPECT_FALSE(hasUnder(diagonal, BadgeId::Previous));
    const QString described = gallery.describe(previous);
    EXPECT_TRUE(described.contains(QStringLiteral("previous token: 1.00 of the weight, threshold 0.5")));
    EXPECT_TRUE(described.contains(QStringLiteral("&lt;b&gt;subject&lt;/b&gt;: asked for in training, not measured")))
        << "names in a file are no markup";
    for (const Measure& measure : measures()) {
        EXPECT_TRUE(described.contains(text(measure.formula).toHtmlEscaped())) << measure.name;
    }
}

TEST(GalleryPicture, OfManyHeadsInLittleRoomHasDotsForBadges)
{
    const QRectF small(0.0, 0.0, 260.0, 160.0);
    const auto trace = traceOf(kSentence);
    const GalleryPicture gallery(trace, {}, ColourMap::named(QStringLiteral("viridis")), {}, analysisOf(trace));
    const HeadAddress last{LayerIndex(3), HeadIndex(7)};
    EXPECT_TRUE(small.contains(gallery.thumbnailRect(last, small)));
    QImage image(small.size().toSize(), QImage::Format_RGB32);
    QPainter painter(&image);
    gallery.paint(painter, small, Theme::of(Brightness::Dark));
}

}  // namespace
}  // namespace headlight::ui::test
