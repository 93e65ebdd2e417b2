#include "ui/plots/head_arrangement.h"

#include <gtest/gtest.h>

namespace headlight::ui::test {
namespace {

HeadAddress at(Index layer, Index head)
{
    return {LayerIndex(layer), HeadIndex(head)};
}

/// Two layers of three heads with these entropies, in bits; nothing for one that is not defined.
Analysis analysisOf(const std::vector<std::optional<double>>& entropies)
{
    Analysis analysis;
    analysis.measured.heads = 3;
    for (std::size_t i = 0; i < entropies.size(); ++i) {
        MeasuredHead head{.head = at(static_cast<Index>(i) / 3, static_cast<Index>(i) % 3)};
        head.measures.set(MeasureId::Entropy, entropies[i]);
        analysis.measured.all.push_back(head);
    }
    return analysis;
}

std::vector<HeadAddress> orderOf(const Analysis& analysis, const GalleryOptions& options)
{
    std::vector<HeadAddress> heads;
    for (const HeadGroup& group : arrangeHeads(analysis, options)) {
        heads.insert(heads.end(), group.heads.begin(), group.heads.end());
    }
    return heads;
}

using Heads = std::vector<HeadAddress>;
const std::vector<std::optional<double>> kEntropies = {1.0, 3.0, std::nullopt, 2.0, 2.5, 0.5};

TEST(ArrangeHeads, OrdersByAMeasureEitherWayWithUndefinedOnesLast)
{
    const Analysis analysis = analysisOf(kEntropies);
    GalleryOptions options{.order = MeasureId::Entropy};
    EXPECT_EQ(orderOf(analysis, options), (Heads{at(0, 1), at(1, 1), at(1, 0), at(0, 0), at(1, 2), at(0, 2)}));
    options.direction = OrderDirection::LowestFirst;
    EXPECT_EQ(orderOf(analysis, options), (Heads{at(1, 2), at(0, 0), at(1, 0), at(1, 1), at(0, 1), at(0, 2)}));
}

TEST(ArrangeHeads, KeepsTheOrderWhereValuesLookAlikeWhileOneTypes)
{
    const GalleryOptions options{.order = MeasureId::Entropy};
    const Heads byAddress = {at(0, 0), at(0, 1), at(0, 2), at(1, 0), at(1, 1), at(1, 2)};
    EXPECT_EQ(orderOf(analysisOf({2.001, 2.002, 2.003, 2.004, 1.999, 2.0}), options), byAddress);
    EXPECT_EQ(orderOf(analysisOf({2.004, 1.998, 2.001, 2.0, 2.003, 2.002}), options), byAddress);
    EXPECT_EQ(orderOf(analysisOf({2.0, 2.01, 2.0, 2.0, 2.0, 2.0}), options).front(), at(0, 1)) << "that one can see";
}

TEST(ArrangeHeads, LeavesOnlyHeadsWithTheBadge)
{
    Analysis analysis = analysisOf(kEntropies);
    for (const std::size_t head : {1U, 4U}) {
        analysis.measured.all[head].badges = {{.id = BadgeId::Broad, .value = 0.9},
                                              {.id = BadgeId::Asked, .relation = "x"}};
    }
    EXPECT_EQ(orderOf(analysis, {.badge = BadgeId::Broad}), (Heads{at(0, 1), at(1, 1)}));
    EXPECT_EQ(orderOf(analysis, {.badge = BadgeId::Asked}), (Heads{at(0, 1), at(1, 1)}));
    EXPECT_TRUE(arrangeHeads(analysis, {.badge = BadgeId::Sink}).empty());
}

TEST(ArrangeHeads, GroupsByLayerOrFirstBadge)
{
    Analysis analysis = analysisOf(kEntropies);
    analysis.measured.all[3].badges = {{.id = BadgeId::Previous, .value = 0.9}, {.id = BadgeId::Broad, .value = 0.9}};
    analysis.measured.all[0].badges = {{.id = BadgeId::Broad, .value = 0.9}};
    const auto byBadge = arrangeHeads(analysis, {.order = MeasureId::Entropy, .grouping = HeadGrouping::Badge});
    ASSERT_EQ(byBadge.size(), 3U);
    EXPECT_EQ(byBadge[0].title, QStringLiteral("previous token"));
    EXPECT_EQ(byBadge[0].heads, Heads{at(1, 0)});
    EXPECT_EQ(byBadge[1].title, QStringLiteral("broad"));
    EXPECT_EQ(byBadge[1].heads, Heads{at(0, 0)});
    EXPECT_EQ(byBadge[2].title, QStringLiteral("no badge"));
    EXPECT_EQ(byBadge[2].heads, (Heads{at(0, 1), at(1, 1), at(1, 2), at(0, 2)}));
    const auto byLayer = arrangeHeads(analysis, {.order = MeasureId::Entropy, .grouping = HeadGrouping::Layer});
    ASSERT_EQ(byLayer.size(), 2U);
    EXPECT_EQ(byLayer[1].title, QStringLiteral("layer 1"));
    EXPECT_EQ(byLayer[1].heads, (Heads{at(1, 1), at(1, 0), at(1, 2)}));
}

TEST(ArrangeHeads, OrdersBySimilarityToTheHeadThatWasAskedAbout)
{
    Analysis analysis = analysisOf(kEntropies);
    analysis.asked.similarTo = at(0, 1);
    for (const auto& [head, similarity] : std::map<HeadAddress, double>{
             {at(0, 0), 0.2}, {at(0, 1), 1.0}, {at(0, 2), 0.7}, {at(1, 0), 0.9}, {at(1, 1), 0.1}, {at(1, 2), 0.3}}) {
        analysis.similarities.emplace(head, similarity);
    }
    EXPECT_EQ(orderOf(analysis, {.order = at(0, 1)}),
              (Heads{at(0, 1), at(1, 0), at(0, 2), at(1, 2), at(0, 0), at(1, 1)}));
    EXPECT_FALSE(orderValue(analysis, at(1, 1), at(0, 0))) << "that is not worked out yet";
}

TEST(ValueText, HasTheUnitAndADashWhereItIsNotDefined)
{
    EXPECT_EQ(valueText(MeasureId::Entropy, 2.314), QStringLiteral("2.31 bits"));
    EXPECT_EQ(valueText(MeasureId::Previous, 0.0), QStringLiteral("0.00"));
    EXPECT_EQ(valueText(MeasureId::Induction, std::nullopt), QStringLiteral("–"));
}

}  // namespace
}  // namespace headlight::ui::test
