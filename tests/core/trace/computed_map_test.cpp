#include "core/trace/computed_map.h"

#include "tests/core/support/closeness.h"
#include "tests/core/support/random.h"

#include <gtest/gtest.h>

namespace headlight::test {
namespace {

struct Head
{
    explicit Head(Random& random, Index tokens = 200, Index width = 8)
    {
        Tensor queries({2, tokens, width});
        Tensor keys({1, tokens, width});
        queries.matrix(1) = random.matrix(tokens, width);
        keys.matrix(0) = random.matrix(tokens, width);
        vectors = {.query = std::make_shared<const Tensor>(std::move(queries)),
                   .querySlice = 1,
                   .key = std::make_shared<const Tensor>(std::move(keys)),
                   .keySlice = 0,
                   .options = {.mask = {.direction = Direction::Causal}}};
        const auto key = vectors.key->matrix(0);
        stages = attend(vectors.query->matrix(1), key, key, vectors.options).value();
    }

    HeadVectors vectors;
    AttentionStages stages;  ///< Worked out at once.
};

TEST(ComputedMap, HasTheCellsOfAttend)
{
    Random random;
    SCOPED_TRACE(random.describe());
    const Head head(random);
    EXPECT_TRUE(isClose(ComputedMap(head.vectors, ComputedStage::Weights).cells(), head.stages.weights));
    EXPECT_TRUE(isClose(ComputedMap(head.vectors, ComputedStage::Scores).cells(), head.stages.scores));
}

TEST(ComputedMap, ACellHasTheSameBitsHoweverItIsLookedAt)
{
    Random random;
    SCOPED_TRACE(random.describe());
    const Head head(random);
    const ComputedMap map(head.vectors, ComputedStage::Weights);
    const Matrix cells = map.cells();
    for (const Index query : {0, 63, 64, 65, 199}) {
        EXPECT_TRUE(isIdentical(map.row(TokenIndex(query)), cells.row(query)));
        EXPECT_EQ(map.at(TokenIndex(query), TokenIndex(query / 2)), cells(query, query / 2));
    }
    EXPECT_TRUE(isIdentical(map.tile({50, 131}, {7, 70}, {81, 63}), cells.block(50, 7, 81, 63)));
}

/// More keys than are looked at together, under every kind of mask: the normalisers come about piece by piece.
TEST(ComputedMap, HasTheCellsOfAttendForLongTexts)
{
    Random random;
    SCOPED_TRACE(random.describe());
    const Index tokens = 2 * kKeysTogether + 100;
    for (const Mask& mask :
         {Mask{}, Mask{.direction = Direction::Causal}, Mask{.pattern = MaskPattern::Window, .reach = 700},
          Mask{.direction = Direction::Causal, .pattern = MaskPattern::Strided, .reach = 50}}) {
        HeadVectors vectors = Head(random, tokens).vectors;
        vectors.options = {.alibiSlope = 0.01F, .temperature = 0.5F, .mask = mask};
        const auto key = vectors.key->matrix(0);
        const Matrix weights = attend(vectors.query->matrix(1), key, key, vectors.options).value().weights;
        const ComputedMap map(vectors, ComputedStage::Weights);
        const Matrix cells = map.cells();
        EXPECT_TRUE(isClose(cells, weights)) << describe(mask);
        EXPECT_TRUE(isIdentical(map.tile({70, 200}, {1000, 1100}, {130, 100}), cells.block(70, 1000, 130, 100)));
        EXPECT_TRUE(isIdentical(map.tile({0, tokens}, {0, tokens}, {90, 70}), pooled(cells, {90, 70})));
        EXPECT_TRUE(isIdentical(map.tile({70, 1900}, {1000, 2100}, {33, 41}),
                                pooled(cells.block(70, 1000, 1830, 1100), {33, 41})));
        EXPECT_TRUE(isIdentical(ComputedMap(vectors, ComputedStage::Weights).tile({2000, 2001}, {900, 1300}, {1, 7}),
                                pooled(cells.block(2000, 900, 1, 400), {1, 7})));
        EXPECT_TRUE(isIdentical(map.row(TokenIndex(2050)), cells.row(2050)));
        EXPECT_EQ(map.at(TokenIndex(2050), TokenIndex(1500)), cells(2050, 1500));
    }
}

TEST(ComputedMap, PoolsAsAStoredMapOfTheSameCellsDoes)
{
    Random random;
    SCOPED_TRACE(random.describe());
    const Head head(random);
    for (const ComputedStage stage : {ComputedStage::Weights, ComputedStage::Scores}) {
        const ComputedMap map(head.vectors, stage);
        const StoredMap stored(std::make_shared<const Tensor>(Tensor::fromMatrix(map.cells())), 0);
        for (const Pooling pooling : {Pooling::Largest, Pooling::LargestMagnitude}) {
            for (const TileSize& size : {TileSize{1, 1, pooling}, TileSize{2, 150, pooling}, TileSize{37, 41, pooling},
                                         TileSize{150, 3, pooling}, TileSize{500, 500, pooling}}) {
                EXPECT_TRUE(isIdentical(map.tile({3, 199}, {0, 200}, size), stored.tile({3, 199}, {0, 200}, size)))
                    << size.rows << " × " << size.cols;
            }
        }
    }
}

}  // namespace
}  // namespace headlight::test
