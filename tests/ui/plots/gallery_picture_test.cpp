#include "tests/ui/support/fixtures.h"
#include "ui/plots/gallery_picture.h"

#include <gtest/gtest.h>

namespace headlight::ui::test {
namespace {

const QRectF kArea(0.0, 0.0, 900.0, 500.0);

QImage painted(const Picture& picture)
{
    const Theme& theme = Theme::of(Brightness::Light);
    QImage image(kArea.size().toSize(), QImage::Format_RGB32);
    image.fill(theme.paper);
    QPainter painter(&image);
    picture.paint(painter, kArea, theme);
    return image;
}

GalleryPicture galleryOf(const Experiment& experiment = {})
{
    return {traceOf("Dog bites man", experiment), {}, ColourMap::named(QStringLiteral("viridis"))};
}

TEST(GalleryPicture, EveryThumbnailShowsItsHeadsWeights)
{
    const auto trace = traceOf("Dog bites man");
    const GalleryPicture gallery(trace, {}, ColourMap::named(QStringLiteral("viridis")));
    const QImage image = painted(gallery);
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
    const QImage before = painted(on);
    const QImage after = painted(galleryOf(experiment));
    const QRect rect = on.thumbnailRect(head, kArea).toRect();
    EXPECT_NE(before.copy(rect), after.copy(rect));
    const QRect neighbour = on.thumbnailRect({LayerIndex(0), HeadIndex(3)}, kArea).toRect();
    EXPECT_EQ(before.copy(neighbour), after.copy(neighbour)) << "a head of the same layer does not depend on it";
}

TEST(GalleryPicture, TheTableHasOneRowAWeight)
{
    EXPECT_EQ(galleryOf().table().rows.size(), 4U * 8U * 3U * 3U);
}

}  // namespace
}  // namespace headlight::ui::test
