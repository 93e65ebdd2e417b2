#include "tests/ui/support/fixtures.h"
#include "tests/ui/support/pictures.h"
#include "ui/plots/cost_picture.h"
#include "ui/plots/tiled_picture.h"
#include "ui/plots/variant_picture.h"

#include <gtest/gtest.h>

namespace headlight::ui::test {
namespace {

const QRectF kArea(0.0, 0.0, 1100.0, 520.0);
const Selection kSelection{.head = {LayerIndex(1), HeadIndex(3)}};
const Theme& kTheme = Theme::of(Brightness::Light);

VariantPicture variantOf(const VariantOptions& options, const std::string& text = kSentence,
                         const Experiment& experiment = {})
{
    return {traceOf(text, experiment), *defaultModel(), kSelection, options, ColourMap::named({})};
}

TiledPicture tiledOf(std::optional<Index> done, Index tile = 4)
{
    return {traceOf(kSentence),
            *defaultModel(),
            kSelection,
            {.variant = AttentionVariant::Tiled, .tile = tile, .tilesDone = done},
            ColourMap::named({})};
}

QPoint centreOf(const QRectF& map, Index row, Index column, Index side)
{
    const qreal pitch = map.width() / static_cast<qreal>(side);
    return QPointF(map.left() + (static_cast<qreal>(column) + 0.5) * pitch,
                   map.top() + (static_cast<qreal>(row) + 0.5) * pitch)
        .toPoint();
}

TEST(VariantPicture, CellCentresHaveTheColoursOfBothWeightsAndTheirDifference)
{
    const VariantPicture picture = variantOf({.variant = AttentionVariant::Linear});
    const VariantComparison* shown = picture.comparison();
    ASSERT_NE(shown, nullptr);
    const QImage image = painted(picture, kArea);
    const auto colour = [&](VariantPanel panel, Index i, Index j) {
        return image.pixel(centreOf(picture.mapRect(panel, kArea), i, j, 13));
    };
    for (Index i = 0; i < 13; ++i) {
        for (Index j = 0; j < 13; ++j) {
            EXPECT_EQ(colour(VariantPanel::Full, i, j),
                      picture.colourScale(VariantPanel::Full).colour(shown->full.weights(i, j)));
            EXPECT_EQ(colour(VariantPanel::Variant, i, j),
                      picture.colourScale(VariantPanel::Variant).colour(shown->changed.weights(i, j)));
            EXPECT_EQ(colour(VariantPanel::Change, i, j),
                      picture.colourScale(VariantPanel::Change).colour(shown->change(i, j)));
        }
    }
    EXPECT_EQ(picture.colourScale(VariantPanel::Change).low, -picture.colourScale(VariantPanel::Change).high);
}

TEST(VariantPicture, SparseSaysHowManyCellsItComputesAndHidesTheRest)
{
    const VariantPicture picture =
        variantOf({.variant = AttentionVariant::Sparse, .sparse = {.pattern = MaskPattern::Window, .reach = 1}});
    // 13 + 2·12 of 169; a head is 16 wide.
    EXPECT_TRUE(picture.summary().back().contains(
        QStringLiteral("37 of 169 cells computed (21.9 %): 1,184 multiply-adds, full attention 5,408.")))
        << picture.summary().back().toStdString();
    const QImage image = painted(picture, kArea);
    EXPECT_EQ(image.pixel(centreOf(picture.mapRect(VariantPanel::Variant, kArea), 2, 9, 13)), kTheme.hidden.rgb());
    EXPECT_NE(image.pixel(centreOf(picture.mapRect(VariantPanel::Full, kArea), 2, 9, 13)), kTheme.hidden.rgb());
    EXPECT_TRUE(picture.describe({TokenIndex(2), TokenIndex(9)}).contains(QStringLiteral("sparse hidden")));
}

TEST(VariantPicture, SaysItsLargestDifferenceAsMeasured)
{
    const VariantPicture picture = variantOf({.variant = AttentionVariant::Linear});
    const double largest = static_cast<double>(picture.comparison()->change.cwiseAbs().maxCoeff());
    EXPECT_TRUE(picture.summary().front().contains(QString::number(largest, 'g', 3)));
    EXPECT_TRUE(picture.summary().back().contains(QStringLiteral("learnt with the softmax")));
}

TEST(VariantPicture, ATableHoldsEveryCellExactly)
{
    const VariantPicture picture = variantOf({.variant = AttentionVariant::Linear}, "Dog bites man");
    const CsvTable table = picture.table();
    EXPECT_EQ(table.header, (std::vector<std::string>{"query", "query token", "key", "key token", "full", "linear",
                                                      "linear - full"}));
    ASSERT_EQ(table.rows.size(), 9U);
    const VariantComparison& shown = *picture.comparison();
    EXPECT_EQ(table.rows[5],
              (std::vector<CsvCell>{Index{1}, std::string("bites"), Index{2}, std::string("man"),
                                    shown.full.weights(1, 2), shown.changed.weights(1, 2), shown.change(1, 2)}));
}

TEST(VariantPicture, EveryPanelAnswersTheMouse)
{
    const VariantPicture picture = variantOf({.variant = AttentionVariant::Linear});
    for (const VariantPanel panel : kVariantPanels) {
        const auto hit = picture.hitAt(QPointF(centreOf(picture.mapRect(panel, kArea), 4, 7, 13)), kArea);
        ASSERT_TRUE(hit);
        EXPECT_EQ(hit->cell, (Cell{TokenIndex(4), TokenIndex(7)}));
    }
    EXPECT_FALSE(picture.hitAt({1.0, 1.0}, kArea));
}

TEST(VariantPicture, NarrowAreasHaveTheMapsOverEachOtherAndAllWithinThem)
{
    const VariantPicture picture = variantOf({.variant = AttentionVariant::Linear});
    for (const QRectF& area : {QRectF(0, 0, 320, 900), QRectF(0, 0, 720, 400), QRectF(0, 0, 1600, 500)}) {
        for (const VariantPanel panel : kVariantPanels) {
            EXPECT_TRUE(area.contains(picture.mapRect(panel, area))) << area.width();
            EXPECT_GT(picture.mapRect(panel, area).width(), 100.0) << area.width();
        }
        const bool isStacked = area.height() > area.width();
        EXPECT_EQ(picture.mapRect(VariantPanel::Full, area).left() ==
                      picture.mapRect(VariantPanel::Change, area).left(),
                  isStacked);
    }
}

TEST(VariantPicture, WhatATraceLacksIsSaid)
{
    const std::shared_ptr<const Trace> trace = traceOf(kSentence);
    const StageKey weights{StageId::Weights, LayerIndex(1)};
    const auto bare = std::make_shared<const Trace>(trace->info(), Trace::Tensors{{weights, trace->find(weights)}});
    const VariantPicture variant(bare, *defaultModel(), kSelection, {}, ColourMap::named({}));
    EXPECT_EQ(variant.comparison(), nullptr);
    EXPECT_EQ(variant.side(), 0);
    EXPECT_TRUE(variant.table().rows.empty());
    const TiledPicture tiled(bare, *defaultModel(), kSelection, {}, ColourMap::named({}));
    EXPECT_EQ(tiled.frame(), nullptr);
    EXPECT_NE(painted(variant, kArea), painted(variantOf({}), kArea));
}

TEST(TiledPicture, TilesNotSeenYetAreHiddenAndTheOthersHaveTheirWeightsSoFar)
{
    const TiledPicture picture = tiledOf(5);
    const TiledFrame* frame = picture.frame();
    ASSERT_NE(frame, nullptr);
    ASSERT_EQ(frame->tiles.size(), 16U);
    const QImage image = painted(picture, kArea);
    const QRectF map = picture.mapRect(kArea);
    const ColourMap& colours = ColourMap::named({});
    EXPECT_EQ(image.pixel(centreOf(map, 1, 1, 13)), colours.colour(frame->weights(1, 1), 0.0F, 1.0F));
    EXPECT_EQ(image.pixel(centreOf(map, 5, 5, 13)), kTheme.hidden.rgb());
    EXPECT_TRUE(picture.describe({TokenIndex(5), TokenIndex(5)}).contains(QStringLiteral("not seen yet")));
}

TEST(TiledPicture, BarsAreAsLongAsMaximumAndSum)
{
    const TiledPicture none = tiledOf(0);
    EXPECT_EQ(none.maximumBar(TokenIndex(3), kArea).width(), 0.0);
    EXPECT_EQ(none.sumBar(TokenIndex(3), kArea).width(), 0.0);
    const TiledPicture all = tiledOf(std::nullopt);
    const TiledFrame* frame = all.frame();
    ASSERT_NE(frame, nullptr);
    const auto widest = [&](TokenIndex row) { return all.sumBar(row, kArea).width(); };
    const auto& sums = frame->state.sum;
    const auto& maxima = frame->state.maximum;
    for (Index row = 1; row < 13; ++row) {
        EXPECT_NEAR(widest(TokenIndex(row)) / widest(TokenIndex(0)), sums[static_cast<std::size_t>(row)] / sums[0],
                    1e-6);
        EXPECT_NEAR(all.maximumBar(TokenIndex(row), kArea).width() / all.maximumBar(TokenIndex(0), kArea).width(),
                    std::abs(static_cast<double>(maxima[static_cast<std::size_t>(row)] / maxima[0])), 1e-4);
    }
}

TEST(TiledPicture, EndsWithTheLargestDifferenceToThePlainSoftmax)
{
    EXPECT_TRUE(tiledOf(0).status().startsWith(QStringLiteral("No tile yet")));
    EXPECT_TRUE(tiledOf(6).status().startsWith(QStringLiteral("Tile 6 of 16: queries 4–7, keys 4–7.")));
    const TiledPicture all = tiledOf(std::nullopt);
    const double largest = static_cast<double>(all.frame()->fromPlain.largest);
    EXPECT_LT(largest, 1e-5);
    const QString end = QStringLiteral("Largest difference to the plain softmax: %1, measured")
                            .arg(QString::number(largest, 'g', 3).replace(QLatin1Char('-'), QChar(0x2212)));
    EXPECT_TRUE(all.status().contains(end)) << all.status().toStdString();
    EXPECT_FALSE(tiledOf(15).status().contains(QStringLiteral("measured")));
}

TEST(TiledPicture, ATableHasEveryRowsMaximumSumAndOutput)
{
    const TiledPicture picture = tiledOf(std::nullopt);
    const CsvTable table = picture.table();
    ASSERT_EQ(table.rows.size(), 13U);
    ASSERT_EQ(table.header.size(), 4U + 16U);
    EXPECT_EQ(table.header[4], "output so far 0");
    EXPECT_EQ(std::get<float>(table.rows[2][2]), picture.frame()->state.maximum[2]);
    EXPECT_EQ(std::get<double>(table.rows[2][3]), picture.frame()->state.sum[2]);
    EXPECT_EQ(std::get<float>(table.rows[2][4]), picture.frame()->output(2, 0));
}

const CostSetting kSetting{.headWidth = 16, .mask = {.pattern = MaskPattern::Window, .reach = 4}};

TEST(CostPicture, ItsLinesAreTheCountedCosts)
{
    const LineChart operations = CostPicture(kSetting, VariantShow::Operations, {}, 13).chart(kTheme).chart;
    const LineChart memory = CostPicture(kSetting, VariantShow::Memory, {}, 64).chart(kTheme).chart;
    for (std::size_t i = 0; i < kAttentionVariants.size(); ++i) {
        ASSERT_EQ(operations.lines[i].keys.size(), static_cast<qsizetype>(kMeasuredLengths.size()));
        for (qsizetype n = 0; n < operations.lines[i].keys.size(); ++n) {
            const Cost cost =
                costOf(kAttentionVariants.at(i), kMeasuredLengths.at(static_cast<std::size_t>(n)), kSetting);
            EXPECT_EQ(operations.lines[i].values[n], cost.multiplyAdds);
            EXPECT_EQ(memory.lines[i].values[n], cost.bytes);
        }
    }
    EXPECT_TRUE(operations.markedKeys.empty()) << "a text of 13 tokens is left of the chart";
    EXPECT_EQ(memory.markedKeys, std::vector<double>{64.0});
}

TEST(CostPicture, TimesArePointsAndTheoryMeetsTheLongestOfThem)
{
    const std::vector<MeasuredTime> measured{
        {AttentionVariant::Full, 16, 1e-6}, {AttentionVariant::Linear, 16, 2e-6}, {AttentionVariant::Full, 512, 1e-3}};
    const CostPicture picture(kSetting, VariantShow::Time, measured, 13);
    const LineChart chart = picture.chart(kTheme).chart;
    const ChartLine& line = chart.lines[0];
    const ChartLine& points = chart.lines[4];
    EXPECT_EQ(points.stroke, Stroke::Dots);
    EXPECT_EQ(points.keys, (QList<double>{16.0, 512.0}));
    EXPECT_EQ(points.values, (QList<double>{1e-6, 1e-3}));
    EXPECT_DOUBLE_EQ(line.values[5], 1e-3);
    EXPECT_DOUBLE_EQ(line.values[6], 4e-3);
    EXPECT_TRUE(chart.lines[1].keys.isEmpty()) << "sparse was not measured";
    EXPECT_TRUE(picture.note().contains(QStringLiteral("measured on this machine")));
    EXPECT_TRUE(picture.note().contains(QStringLiteral("theory")));
}

TEST(CostPicture, BeforeMeasuringItSaysSo)
{
    const CostPicture picture(kSetting, VariantShow::Time, {}, 13);
    EXPECT_TRUE(picture.note().startsWith(QStringLiteral("Not measured yet")));
    EXPECT_NE(painted(picture, kArea), painted(CostPicture(kSetting, VariantShow::Memory, {}, 13), kArea));
}

TEST(CostPicture, ATableHasCountsAndTimesWhereMeasured)
{
    const CostPicture picture(kSetting, VariantShow::Time, {{AttentionVariant::Full, 16, 0.5}}, 13);
    const CsvTable table = picture.table();
    EXPECT_EQ(table.header,
              (std::vector<std::string>{"tokens", "variant", "multiply-adds", "bytes", "seconds measured"}));
    ASSERT_EQ(table.rows.size(), 36U);
    EXPECT_EQ(table.rows[0],
              (std::vector<CsvCell>{Index{16}, std::string("full"), 2.0 * 16 * 16 * 16, 4.0 * (2 * 256 + 256), 0.5}));
    EXPECT_EQ(std::get<std::string>(table.rows[1][4]), "");
}

}  // namespace
}  // namespace headlight::ui::test
