#include "tests/ui/support/fixtures.h"
#include "tests/ui/support/pictures.h"
#include "ui/plots/head_scaling_picture.h"
#include "ui/plots/random_scaling_picture.h"
#include "ui/plots/scaling_example_picture.h"
#include "ui/plots/scaling_picture.h"
#include "ui/plots/training_picture.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <numeric>

namespace headlight::ui::test {
namespace {

const std::shared_ptr<const RandomScaling>& drawn()
{
    static const auto random = std::make_shared<const RandomScaling>(RandomScaling::draw(1).value());
    return random;
}

const ScalingMeasurements& measured()
{
    static const ScalingMeasurements measurements =
        measureScaling({.seed = 1, .trace = traceOf(kSentence), .model = defaultModel()}).value();
    return measurements;
}

double sum(const QList<double>& values)
{
    return std::accumulate(values.begin(), values.end(), 0.0);
}

TEST(RandomScalingPicture, ShowsTheHistogramOfTheDrawnPairsBesideTheTheory)
{
    const Theme& theme = Theme::of(Brightness::Light);
    for (const Index width : {1, 64, 1024}) {
        const RandomScalingPicture picture(drawn(), width);
        for (const Scaling side : {Scaling::On, Scaling::Off}) {
            const double variance = side == Scaling::On ? 1.0 : static_cast<double>(width);
            const LineChart chart = picture.distribution(side, theme);
            ASSERT_EQ(chart.lines.size(), 2U);
            const ChartLine& bars = chart.lines[0];
            EXPECT_EQ(bars.stroke, Stroke::Bars);
            EXPECT_EQ(bars.values.front(), 0.0);
            EXPECT_EQ(bars.values.back(), 0.0);
            const double bin = bars.keys[1] - bars.keys[0];
            EXPECT_NEAR(sum(bars.values) * bin, 1.0, 0.03) << "but for what lies beyond four deviations";
            EXPECT_NEAR(chart.keys.high, 4.0 * std::sqrt(variance), 1e-9);
            const ChartLine& theory = chart.lines[1];
            EXPECT_NEAR(theory.values[theory.values.size() / 2], 1.0 / std::sqrt(2.0 * std::numbers::pi * variance),
                        1e-9);
            if (width == 64) {
                // The middle bin has some tenth of all pairs, of 2,048.
                EXPECT_NEAR(bars.values[bars.values.size() / 2] / theory.values[theory.values.size() / 2], 1.0, 0.35);
            }
        }
    }
}

TEST(RandomScalingPicture, CurvesAreWhatWasMeasuredWithItsSpread)
{
    const RandomScalingPicture picture(drawn(), 100);
    const LineChart chart = picture.curve(Gauge::LargestWeight, Theme::of(Brightness::Light));
    EXPECT_EQ(chart.markedKeys, std::vector<double>{100.0});
    EXPECT_EQ(chart.keys.spacing, AxisSpacing::Binary);
    ASSERT_EQ(chart.lines.size(), 4U) << "a line and its dots for each side";
    const std::vector<ScalingPoint>& curve = drawn()->curve();
    for (std::size_t i = 0; i < curve.size(); ++i) {
        const auto at = static_cast<qsizetype>(i);
        EXPECT_EQ(chart.lines[0].keys[at], static_cast<double>(curve[i].headWidth));
        EXPECT_EQ(chart.lines[0].values[at], curve[i].gauges.unscaled.largestWeight.mean);
        EXPECT_EQ(chart.lines[0].spread[at], curve[i].gauges.unscaled.largestWeight.deviation);
        EXPECT_EQ(chart.lines[2].values[at], curve[i].gauges.scaled.largestWeight.mean);
    }
}

TEST(RandomScalingPicture, SaysTheNearestMeasuredWidth)
{
    const QRectF area(0.0, 0.0, 1180.0, 620.0);
    const RandomScalingPicture picture(drawn(), 64);
    const QRectF rect = picture.curveRect(Gauge::Entropy, area);
    const double share = std::log2(64.0) / std::log2(1024.0);
    const QString said = picture.describeAt({rect.left() + share * rect.width(), rect.center().y()}, area);
    EXPECT_TRUE(said.startsWith(QStringLiteral("d = 64, softmax entropy: "))) << said.toStdString();
    EXPECT_TRUE(said.contains(QString::number(picture.gauges().scaled.entropyBits.mean, 'g', 6)));
    EXPECT_TRUE(picture.describeAt({1.0, 1.0}, area).isEmpty());
}

TEST(RandomScalingPicture, TheTableHasEveryNumber)
{
    const CsvTable table = RandomScalingPicture(drawn(), 100).table();
    Index gauges = 0;
    bool hasVariance = false;
    for (const auto& row : table.rows) {
        ASSERT_EQ(row.size(), table.header.size());
        const auto& quantity = std::get<std::string>(row[0]);
        gauges += quantity == "softmax entropy" ? 1 : 0;
        if (quantity == "variance" && std::get<std::string>(row[1]) == "q·k") {
            hasVariance = true;
            EXPECT_EQ(std::get<double>(row[4]), momentsOf(drawn()->pairScores(100)).variance);
            EXPECT_EQ(std::get<double>(row[6]), 100.0);
        }
    }
    EXPECT_TRUE(hasVariance);
    EXPECT_EQ(gauges, 2 * (static_cast<Index>(drawn()->curve().size()) + 1))
        << "the curve, and 100, which is not on it";
}

TEST(ScalingExamplePicture, CellCentresHaveTheColoursOfTheNumbers)
{
    const ScalingExamplePicture picture(5, ColourMap::named({}));
    const ScalingExample& example = picture.example();
    const QSize size = picture.naturalSize().toSize();
    const QRectF area(QPointF(0.0, 0.0), QSizeF(size));
    const std::array matrices = {example.query,        example.key,        example.rawScores,
                                 example.scaledScores, example.rawWeights, example.scaledWeights};
    const QImage image = painted(picture, {{}, size});
    for (std::size_t i = 0; i < matrices.size(); ++i) {
        const QRectF cells = picture.cellsRect(i, area);
        for (Index row = 0; row < matrices[i].rows(); ++row) {
            for (Index col = 0; col < matrices[i].cols(); ++col) {
                // Beside the number, which is in the middle.
                const QPointF corner(cells.left() + (static_cast<qreal>(col) + 0.1) * cells.width() /
                                                        static_cast<qreal>(matrices[i].cols()),
                                     cells.top() + (static_cast<qreal>(row) + 0.1) * cells.height() /
                                                       static_cast<qreal>(matrices[i].rows()));
                EXPECT_EQ(image.pixel(static_cast<int>(corner.x()), static_cast<int>(corner.y())),
                          picture.colourScale(i).colour(matrices[i](row, col)))
                    << i << ": " << row << ", " << col;
                EXPECT_TRUE(picture.describeAt(corner, area)
                                .endsWith(QString::number(static_cast<double>(matrices[i](row, col)), 'g', 6)));
            }
        }
    }
    EXPECT_EQ(picture.table().rows.size(), 24U);
    EXPECT_TRUE(picture.title().endsWith(QStringLiteral("seed 5")));
}

HeadScalingPicture headsPicture(HeadAddress head)
{
    return {measured().of.trace, measured().heads, head, defaultModel()->config.headWidth()};
}

TEST(HeadScalingPicture, PointingAtADotNamesItsHead)
{
    const HeadScalingPicture picture = headsPicture({LayerIndex(1), HeadIndex(2)});
    const QRectF area(0.0, 0.0, 1180.0, 620.0);
    Index own = 0;
    for (const Gauge gauge : kGauges) {
        for (std::size_t head = 0; head < measured().heads->heads.size(); ++head) {
            const QPointF dot = picture.dotAt(head, gauge, Scaling::Off, area);
            const std::optional<Selection> selected = picture.selectionAt(dot, area);
            ASSERT_TRUE(selected) << head;
            own += selected->head == measured().heads->heads[head].head ? 1 : 0;
            EXPECT_EQ(selected->head.layer, measured().heads->heads[head].head.layer);
        }
    }
    EXPECT_GT(own, 100) << "of 128; a few dots hide others";
    EXPECT_FALSE(picture.selectionAt({1.0, 1.0}, area));
    const QString said = picture.describeAt(picture.dotAt(0, Gauge::Variance, Scaling::Off, area), area);
    EXPECT_TRUE(said.startsWith(QStringLiteral("layer 0 · head "))) << said.toStdString();
}

TEST(HeadScalingPicture, TheTableHasEveryHeadOnBothSidesAndRandomVectors)
{
    const CsvTable table = headsPicture({}).table();
    ASSERT_EQ(table.rows.size(), 2U * (4 * 8 + 4));
    const HeadScaling& second = measured().heads->heads[1];
    EXPECT_EQ(std::get<Index>(table.rows[3][1]), 1);
    EXPECT_EQ(std::get<std::string>(table.rows[3][2]), "not scaled");
    EXPECT_EQ(std::get<double>(table.rows[3][3]), second.gauges.unscaled.scoreVariance);
    EXPECT_EQ(std::get<double>(table.rows[2][8]), second.gauges.scaled.gradientNorm.mean);
    EXPECT_EQ(std::get<std::string>(table.rows.back()[1]), "random vectors");
}

TEST(HeadScalingPicture, SaysWhyThereIsNothing)
{
    const HeadScalingPicture picture(measured().of.trace, nullptr, {}, 16, QStringLiteral("There are no keys."));
    EXPECT_TRUE(picture.table().rows.empty());
    EXPECT_FALSE(picture.selectionAt({100.0, 100.0}, {0.0, 0.0, 800.0, 500.0}));
    EXPECT_FALSE(painted(picture, {0.0, 0.0, 400.0, 300.0}).isNull());
}

TEST(ScalingPicture, IsWhatTheOptionsAskFor)
{
    ViewOptions options;
    options.scaling.headWidth = 32;
    EXPECT_TRUE(scalingPicture(measured(), options, {})->title().contains(QStringLiteral("d = 32 · seed 1")));
    options.scaling.show = ScalingShow::Example;
    EXPECT_TRUE(scalingPicture(measured(), options, {})->title().contains(QStringLiteral("4 random tokens")));
    options.scaling.show = ScalingShow::Heads;
    EXPECT_TRUE(scalingPicture(measured(), options, {LayerIndex(1), HeadIndex(2)})
                    ->title()
                    .contains(QStringLiteral("layer 1 · head 2")));
    EXPECT_EQ(scalingPicture({}, options, {}), nullptr);
}

TEST(ScalingPicture, PaintsBothSidesLightAndDarkAtAnySize)
{
    for (const ScalingShow show : {ScalingShow::Random, ScalingShow::Example, ScalingShow::Heads}) {
        ViewOptions options;
        options.scaling.show = show;
        const auto picture = scalingPicture(measured(), options, {});
        for (const QSize size : {QSize(1, 1), QSize(200, 60), QSize(60, 400), QSize(560, 420), QSize(1400, 900)}) {
            for (const Brightness brightness : {Brightness::Light, Brightness::Dark}) {
                const QImage image = painted(*picture, {{}, size}, brightness);
                if (size.width() > 1000 && show != ScalingShow::Example) {
                    EXPECT_TRUE(hasColour(image, scalingColour(Scaling::On, Theme::of(brightness))));
                    EXPECT_TRUE(hasColour(image, scalingColour(Scaling::Off, Theme::of(brightness))));
                }
            }
        }
    }
}

}  // namespace
}  // namespace headlight::ui::test
