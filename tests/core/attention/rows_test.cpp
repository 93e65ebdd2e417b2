#include "core/attention/rows.h"

#include "tests/core/support/closeness.h"
#include "tests/core/support/random.h"

#include <gtest/gtest.h>

namespace headlight::test {
namespace {

/// Masks whose queries see few keys and many, near and far.
std::vector<Mask> masks()
{
    return {{},
            {.direction = Direction::Causal},
            {.pattern = MaskPattern::Window, .reach = 3},
            {.direction = Direction::Causal, .pattern = MaskPattern::Window, .reach = 0},
            {.direction = Direction::Causal, .pattern = MaskPattern::Strided, .reach = 7},
            {.pattern = MaskPattern::BlockSparse, .reach = 16, .globalTokens = 2},
            {.direction = Direction::Causal, .hidden = CellSet({{70, 0, 60}, {131, 1, 130}})}};
}

/// By their normalisers, kKeysTogether keys at a time.  @return [R×S]
Matrix weightsOfRows(ConstMatrixRef query, TokenIndex firstQuery, ConstMatrixRef key, const AttentionOptions& options)
{
    const RowNormalizers normalizers = normalizersOfRows(query, firstQuery, key, options);
    Matrix weights = Matrix::Zero(query.rows(), key.rows());
    forEachScores(query, firstQuery, key, {0, key.rows()}, options, [&](const Matrix& scores, KeyRange keys) {
        Matrix part = scores;
        normalize(part, normalizers, options.temperature);
        weights.middleCols(keys.begin, keys.size()) = part;
    });
    return weights;
}

TEST(Rows, AreThoseOfWholeAttention)
{
    Random random;
    SCOPED_TRACE(random.describe());
    constexpr Index kTokens = 150;  // more than two blocks, and part of a third
    const Matrix query = random.matrix(kTokens, 8);
    const Matrix key = random.matrix(kTokens, 8);
    const Matrix value = random.matrix(kTokens, 5);
    for (const Mask& mask : masks()) {
        for (const float slope : {0.0F, 0.25F}) {
            SCOPED_TRACE(testing::Message() << describe(mask) << ", slope " << slope);
            const AttentionOptions options{.alibiSlope = slope, .temperature = 0.7F, .mask = mask};
            const AttentionStages whole = attend(query, key, value, options).value();
            for (const Index first : {Index{0}, Index{1}, Index{64}, kTokens - 1}) {
                const Index count = kTokens - first;
                const TokenIndex token(first);
                const auto rows = query.bottomRows(count);
                EXPECT_TRUE(
                    isClose(scoresOfRows(rows, token, key, TokenIndex(0), options), whole.scores.bottomRows(count)));
                EXPECT_TRUE(isClose(weightsOfRows(rows, token, key, options), whole.weights.bottomRows(count)));
                EXPECT_TRUE(isClose(outputOfRows(rows, token, key, value, options), whole.output.bottomRows(count)));
            }
            const Matrix weights = weightsOfRows(query, TokenIndex(0), key, options);
            EXPECT_TRUE(rowsAreDistributions(weights));
            EXPECT_EQ((weights.array() == 0.0F).count(), (whole.weights.array() == 0.0F).count())
                << "hidden cells are 0";
        }
    }
}

TEST(MaskScores, OfAPartHidesWhatItHidesOfTheWhole)
{
    Random random;
    const Matrix scores = random.matrix(40, 40);
    for (Mask mask : masks()) {
        mask.hidden = CellSet({{7, 0, 12}, {20, 11, 40}});
        const Matrix whole = applyMask(scores, mask);
        Matrix part = scores.block(5, 9, 20, 13);
        maskScores(part, mask, TokenIndex(5), TokenIndex(9));
        EXPECT_TRUE(isIdentical(part, whole.block(5, 9, 20, 13))) << describe(mask);
    }
}

TEST(KeysInReach, LeaveOutOnlyWhatIsHiddenFromAllOfTheQueries)
{
    for (const Mask& mask : masks()) {
        for (const Index first : {0, 5, 99}) {
            const KeyRange range = keysInReach(mask, TokenIndex(first), 50, 150);
            for (Index query = first; query < first + 50; ++query) {
                for (Index key = 0; key < 150; ++key) {
                    const bool isInside = key >= range.begin && key < range.end;
                    ASSERT_TRUE(isInside || !isVisible(mask, TokenIndex(query), TokenIndex(key)))
                        << describe(mask) << ", query " << query << ", key " << key;
                }
            }
        }
    }
    EXPECT_EQ(keysInReach({.direction = Direction::Causal}, TokenIndex(64), 64, 1024), (KeyRange{0, 128}));
    EXPECT_EQ(keysInReach({.pattern = MaskPattern::Window, .reach = 3}, TokenIndex(64), 64, 1024), (KeyRange{61, 131}));
}

}  // namespace
}  // namespace headlight::test
