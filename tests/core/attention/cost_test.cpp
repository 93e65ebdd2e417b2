#include "core/attention/cost.h"

#include <gtest/gtest.h>

namespace headlight::test {
namespace {

using enum AttentionVariant;

TEST(CostOf, CountsASmallCaseAsByHand)
{
    // T = 4, d = 2; a window of 1 shows 10 cells of 16; tiles of 2×2 queries and keys.
    const CostSetting setting{
        .headWidth = 2, .mask = {Direction::Bidirectional, MaskPattern::Window, 1}, .block = {.queries = 2, .keys = 2}};
    EXPECT_EQ(costOf(Full, 4, setting).multiplyAdds, 2 * 16 * 2);
    EXPECT_EQ(costOf(Full, 4, setting).bytes, 4 * (2 * 16 + 4 * 2));
    EXPECT_EQ(costOf(Sparse, 4, setting).multiplyAdds, 2 * 10 * 2);
    EXPECT_EQ(costOf(Sparse, 4, setting).bytes, 4 * (10 + 4 * 2) + 8 * 5);
    EXPECT_EQ(costOf(Linear, 4, setting).multiplyAdds, 2 * 4 * 4 + 2 * 4 * 2);
    EXPECT_EQ(costOf(Linear, 4, setting).bytes, 4 * (3 * 4 * 2 + 4 + 2));
    EXPECT_EQ(costOf(Tiled, 4, setting).multiplyAdds, 2 * 16 * 2 + 2 * 4 * 2);
    EXPECT_EQ(costOf(Tiled, 4, setting).bytes, 4 * (4 * 2 + 3 * 4 + 2 * (2 + 2)));
}

TEST(CostOf, CausalTilesAboveTheDiagonalAreNotCounted)
{
    const CostSetting setting{
        .headWidth = 1, .mask = {.direction = Direction::Causal}, .block = {.queries = 2, .keys = 2}};
    EXPECT_EQ(costOf(Tiled, 4, setting).multiplyAdds, 2 * 12 + 6);
    EXPECT_EQ(costOf(Sparse, 4, setting).multiplyAdds, 2 * 10);
    EXPECT_EQ(costOf(Full, 4, setting).multiplyAdds, 2 * 16);
}

TEST(CostOf, GrowsWithTheTokensAsThePapersSay)
{
    const CostSetting setting{.headWidth = 64, .mask = {Direction::Bidirectional, MaskPattern::Window, 8}};
    const auto growth = [&setting](AttentionVariant variant) {
        return costOf(variant, 2048, setting).multiplyAdds / costOf(variant, 1024, setting).multiplyAdds;
    };
    EXPECT_EQ(growth(Full), 4.0);
    EXPECT_EQ(growth(Tiled), 4.0);
    EXPECT_EQ(growth(Linear), 2.0);
    EXPECT_NEAR(growth(Sparse), 2.0, 0.01);
    const auto bytes = [&setting](AttentionVariant variant, Index tokens) {
        return costOf(variant, tokens, setting).bytes;
    };
    EXPECT_GT(bytes(Full, 2048) / bytes(Full, 1024), 3.9);
    for (const AttentionVariant variant : {Sparse, Linear, Tiled}) {
        // Along a straight line, though not through 0.
        EXPECT_EQ(bytes(variant, 4096) - bytes(variant, 2048), 2.0 * (bytes(variant, 2048) - bytes(variant, 1024)))
            << attentionVariantName(variant);
    }
}

TEST(MaskOf, OnlySparseHasThePattern)
{
    const CostSetting setting{.mask = {Direction::Causal, MaskPattern::Window, 8}};
    EXPECT_EQ(maskOf(Sparse, setting), setting.mask);
    for (const AttentionVariant variant : {Full, Linear, Tiled}) {
        EXPECT_EQ(maskOf(variant, setting), (Mask{.direction = Direction::Causal}));
    }
}

}  // namespace
}  // namespace headlight::test
