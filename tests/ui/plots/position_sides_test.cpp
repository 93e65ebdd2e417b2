#include "core/analysis/stage_matrix.h"
#include "core/attention/scores.h"
#include "tests/ui/support/fixtures.h"
#include "tests/ui/support/pictures.h"
#include "ui/plots/position_distance_picture.h"
#include "ui/plots/position_picture.h"
#include "ui/plots/position_shift_picture.h"
#include "ui/plots/wavelength_picture.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace headlight::ui::test {
namespace {

const QRectF kArea(0.0, 0.0, 1080.0, 520.0);
constexpr HeadAddress kHead{LayerIndex(1), HeadIndex(2)};

/// What a picture is made of; kept, as it refers to them.
struct Scene
{
    explicit Scene(std::optional<PositionScheme> positions = {}, std::shared_ptr<const Model> used = defaultModel())
        : model(std::move(used))
    {
        experiment.positions = positions;
        trace = forward(model, encode(*model, kSentence).value(), experiment).value();
    }

    PositionsInUse inUse() const { return {*model, experiment, trace->tokens(), trace.get()}; }

    std::shared_ptr<const Model> model;
    Experiment experiment;
    std::shared_ptr<const Trace> trace;
};

PositionOptions options(PositionShow show, std::optional<PositionScheme> scheme = {}, Index shift = 1)
{
    return {.scheme = scheme, .width = {}, .length = {}, .show = show, .shift = shift};
}

TEST(PositionDistancePicture, RotaryScoresAreTheHeadsOwnVectorsTurned)
{
    const Scene scene(PositionScheme::Rotary);
    const PositionDistancePicture picture(scene.inUse(), options(PositionShow::Distance), {.head = kHead});
    const HeadContent content = headContent(*scene.trace, scene.model->config, kHead).value();
    ASSERT_EQ(picture.turned().size(), 127U) << "64 positions to either side";
    const DistanceScores& zero = picture.turned()[63];
    EXPECT_EQ(zero.distance, 0);
    EXPECT_NEAR(zero.mean, static_cast<double>((content.scale * rawScores(content.query, content.key)).mean()), 1e-5);
    ASSERT_EQ(picture.measured().size(), 25U) << "13 tokens";
    const Matrix scores = (*stageMatrix(*scene.trace, {StageId::Scores, kHead.layer}, kHead.head))->cells();
    EXPECT_NEAR(picture.measured()[12].mean, static_cast<double>(scores.diagonal().mean()), 1e-6);
    // One vector against itself: mean of cos(r·θ_i).
    ASSERT_EQ(picture.alike().size(), 127U);
    EXPECT_NEAR(picture.alike()[63].mean, 1.0, 1e-6);
    double mean = 0.0;
    for (Index pair = 0; pair < 8; ++pair) {
        mean += std::cos(5.0 * rotaryFrequency(pair, 16)) / 8.0;
    }
    EXPECT_NEAR(picture.alike()[68].mean, mean, 1e-5);
}

TEST(PositionDistancePicture, AnotherSchemeIsTriedOnTheSameQueriesAndKeys)
{
    const Scene scene(PositionScheme::Rotary);
    const PositionDistancePicture alibi(scene.inUse(), options(PositionShow::Distance, PositionScheme::Alibi),
                                        {.head = kHead});
    EXPECT_TRUE(alibi.measured().empty()) << "the text's scores are rotary's";
    const double slope = static_cast<double>(alibiSlopes(8)[2]);
    EXPECT_NEAR(alibi.turned()[63].mean - alibi.turned()[73].mean, 10.0 * slope, 1e-9);
    EXPECT_NEAR(alibi.alike()[73].mean, -10.0 * slope, 1e-6);
    EXPECT_EQ(alibi.table().header.size(), 7U + 8U) << "the bias of every head";
}

TEST(PositionDistancePicture, OfPositionsInTheVectorsThereAreTheTextsScoresAlone)
{
    const Scene scene;
    const PositionDistancePicture inUse(scene.inUse(), options(PositionShow::Distance), {.head = kHead});
    EXPECT_TRUE(inUse.turned().empty());
    EXPECT_EQ(inUse.measured().size(), 25U);
    EXPECT_LT(inUse.alike()[73].deviation, 1e-3) << "sinusoidal similarity depends on the distance alone";
    const Scene none(PositionScheme::None);
    const PositionDistancePicture other(none.inUse(), options(PositionShow::Distance, PositionScheme::Sinusoidal),
                                        {.head = kHead});
    EXPECT_TRUE(other.measured().empty());
    EXPECT_FALSE(other.describeAt(other.chartRect(0, kArea).center(), kArea).isEmpty());
    EXPECT_TRUE(other.describeAt(other.chartRect(1, kArea).center(), kArea).isEmpty()) << "there is a sentence instead";
}

TEST(PositionDistancePicture, ACausalModelLooksBackOnly)
{
    const Scene scene(PositionScheme::Alibi, causalModel());
    const PositionDistancePicture picture(scene.inUse(), options(PositionShow::Distance), {.head = kHead});
    EXPECT_EQ(picture.turned().back().distance, 0);
    EXPECT_EQ(picture.measured().back().distance, 0);
    EXPECT_EQ(picture.alike().back().distance, 0);
    EXPECT_EQ(picture.distances().high, 0.5);
}

TEST(PositionDistancePicture, PointingAtADistanceSelectsTheKeyThere)
{
    const Scene scene(PositionScheme::Rotary);
    const Selection shown{.head = kHead, .query = TokenIndex(8), .key = {}};
    const PositionDistancePicture picture(scene.inUse(), options(PositionShow::Distance), shown);
    const QRectF rect = picture.chartRect(1, kArea);
    const auto at = [&](Index distance) {
        const AxisRange range = picture.distances();
        const double share = (static_cast<double>(distance) - range.low) / (range.high - range.low);
        return QPointF(rect.left() + share * rect.width(), rect.center().y());
    };
    EXPECT_EQ(picture.selectionAt(at(-7), kArea),
              (Selection{.head = kHead, .query = TokenIndex(8), .key = TokenIndex(1)}));
    EXPECT_FALSE(picture.selectionAt(at(-9), kArea)) << "no token there";
    EXPECT_FALSE(picture.selectionAt(at(5), kArea));
    EXPECT_TRUE(picture.describeAt(at(-7), kArea).startsWith(QString::fromUtf8("distance −7\n")));
    const PositionDistancePicture without(scene.inUse(), options(PositionShow::Distance), {.head = kHead});
    EXPECT_FALSE(without.selectionAt(at(-7), kArea)) << "distance from what?";
}

TEST(PositionDistancePicture, ManyDistancesAreSampledWithZeroAmongThem)
{
    const Scene scene(PositionScheme::Rotary);
    PositionOptions far = options(PositionShow::Distance);
    far.length = 1024;
    const PositionDistancePicture picture(scene.inUse(), far, {.head = kHead});
    EXPECT_LE(picture.turned().size(), 162U);
    EXPECT_TRUE(std::ranges::any_of(picture.turned(), [](const DistanceScores& at) { return at.distance == 0; }));
}

TEST(WavelengthPicture, TellsWhichPairsTurnWithinTheText)
{
    const Scene scene;
    const WavelengthPicture picture(scene.inUse(), options(PositionShow::Wavelengths), {});
    ASSERT_EQ(picture.lengths().size(), 64U);
    EXPECT_NEAR(picture.lengths()[0], 2.0 * std::numbers::pi, 1e-9);
    EXPECT_NEAR(picture.lengths()[32], 2.0 * std::numbers::pi * 100.0, 1e-9) << "10000^(64/128)";
    // 2π·10000^(i/64) ≤ 13 up to i = 5.05.
    EXPECT_EQ(picture.withinText(), 6);
    const QRectF rect = picture.chartRect(kArea);
    const QPointF third(rect.left() + 3.5 / 64.0 * rect.width(), rect.center().y());
    EXPECT_TRUE(picture.describeAt(third, kArea).startsWith(QStringLiteral("pair 3, dimensions 6 and 7: λ = 9.6")))
        << picture.describeAt(third, kArea).toStdString();
    EXPECT_FALSE(picture.selectionAt(third, kArea));
    EXPECT_EQ(picture.table().rows.size(), 64U);
}

TEST(WavelengthPicture, OfAlibiHasTheReachOfEveryHead)
{
    const Scene scene(PositionScheme::Alibi);
    const WavelengthPicture picture(scene.inUse(), options(PositionShow::Wavelengths), {.head = kHead});
    EXPECT_EQ(picture.lengths(), (std::vector<double>{2, 4, 8, 16, 32, 64, 128, 256}));
    const QRectF rect = picture.chartRect(kArea);
    const QPointF fifth(rect.left() + 5.5 / 8.0 * rect.width(), rect.center().y());
    EXPECT_EQ(picture.selectionAt(fifth, kArea), (Selection{.head = {LayerIndex(1), HeadIndex(5)}}));
    EXPECT_TRUE(WavelengthPicture(scene.inUse(), options(PositionShow::Wavelengths, PositionScheme::None), {})
                    .lengths()
                    .empty());
}

TEST(PositionShiftPicture, ShowsTheIdentityAtTheQuery)
{
    const Scene scene;
    const Selection shown{.head = kHead, .query = TokenIndex(8)};
    const PositionShiftPicture picture(scene.inUse(), options(PositionShow::Shift, {}, 3), shown);
    ASSERT_NE(picture.identity(), nullptr);
    EXPECT_EQ(picture.position(), 8);
    EXPECT_LE(picture.identity()->largestDifference, 1e-6F);
    const Matrix encoding = sinusoidalEncoding(12, 128);
    const CsvTable table = picture.table();
    ASSERT_EQ(table.rows.size(), 128U);
    EXPECT_EQ(table.header[3], "PE(11)");
    const QRectF cells = picture.cellsRect(kArea);
    const QImage image = painted(picture, kArea);
    for (Index column = 0; column < 128; ++column) {
        const auto& row = table.rows[static_cast<std::size_t>(column)];
        EXPECT_EQ(std::get<float>(row[1]), encoding(8, column));
        EXPECT_EQ(std::get<float>(row[3]), encoding(11, column));
        const QPointF centre(cells.left() + (static_cast<qreal>(column) + 0.5) * cells.width() / 128.0,
                             cells.top() + 5.0 / 6.0 * cells.height());
        EXPECT_EQ(image.pixel(static_cast<int>(centre.x()), static_cast<int>(centre.y())),
                  picture.colourScale().colour(encoding(11, column)));
        EXPECT_EQ(picture.selectionAt(centre, kArea),
                  (Selection{.head = kHead, .query = TokenIndex(8), .key = TokenIndex(11)}));
    }
    EXPECT_NEAR(std::get<double>(table.rows[0][4]), std::cos(3.0), 1e-12);
    EXPECT_NEAR(std::get<double>(table.rows[1][4]), -std::sin(3.0), 1e-12);
    EXPECT_FALSE(picture.pairs().empty());
}

TEST(PositionShiftPicture, SaysThatOthersAreNoWaves)
{
    const Scene scene(PositionScheme::Alibi);
    const PositionShiftPicture picture(scene.inUse(), options(PositionShow::Shift), {});
    EXPECT_EQ(picture.identity(), nullptr);
    EXPECT_TRUE(picture.table().rows.empty());
    EXPECT_FALSE(painted(picture, kArea).isNull());
}

TEST(PositionSidePicture, PaintsEverySchemeAtEverySizeWithAndWithoutAText)
{
    const Scene scene;
    for (const PositionShow show : {PositionShow::Distance, PositionShow::Wavelengths, PositionShow::Shift}) {
        for (const PositionScheme scheme : kPositionSchemes) {
            for (const QSize size : {QSize(1, 1), QSize(200, 60), QSize(60, 400), QSize(560, 420), QSize(1400, 900)}) {
                EXPECT_FALSE(
                    painted(*positionSidePicture(scene.inUse(), options(show, scheme), {}), {{}, size}).isNull());
            }
            const PositionsInUse empty{*scene.model, scene.experiment, 0};
            EXPECT_FALSE(painted(*positionSidePicture(empty, options(show, scheme), {}), kArea).isNull());
        }
    }
}

}  // namespace
}  // namespace headlight::ui::test
