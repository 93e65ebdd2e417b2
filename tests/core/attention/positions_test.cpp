#include "core/attention/positions.h"

#include "core/attention/scores.h"
#include "tests/core/support/naive.h"
#include "tests/core/support/random.h"

#include <cmath>
#include <numbers>

namespace headlight::test {
namespace {

TEST(SinusoidalEncoding, AgreesWithTheNaiveTwin)
{
    for (const Index positions : {1, 2, 129, 5000}) {
        for (const Index width : {1, 2, 3, 16, 65}) {
            EXPECT_TRUE(isClose(sinusoidalEncoding(positions, width), naiveSinusoidal(positions, width), {1e-7, 0.0}))
                << positions << "×" << width;
        }
    }
}

// D = 4: the second pair turns 10000^(2/4) = 100 times slower.
TEST(SinusoidalEncoding, InterleavesSinesAndCosines)
{
    Matrix expected(3, 4);
    expected << 0, 1, 0, 1,                                                //
        std::sin(1.0F), std::cos(1.0F), std::sin(0.01F), std::cos(0.01F),  //
        std::sin(2.0F), std::cos(2.0F), std::sin(0.02F), std::cos(0.02F);
    EXPECT_TRUE(isClose(sinusoidalEncoding(3, 4), expected, {1e-7, 0.0}));
}

// What §3.5 of the paper says it is for: PE(p + k) is the same linear function of PE(p) at every p, so that
// PE(p)·PE(p + k) depends on k only.
TEST(SinusoidalEncoding, DotProductsDependOnTheDistanceOnly)
{
    const Matrix encoding = sinusoidalEncoding(100, 32);
    const Matrix products = rawScores(encoding, encoding);
    for (Index i = 0; i + 7 < 100; ++i) {
        EXPECT_NEAR(products(i, i + 7), products(0, 7), 1e-5F);
    }
    EXPECT_GT(std::abs(products(0, 7) - products(0, 8)), 0.01F);
}

TEST(Rotate, AgreesWithTheNaiveTwin)
{
    Random random;
    SCOPED_TRACE(random.describe());
    for (const Index positions : {1, 2, 129, 5000}) {
        for (const Index width : {2, 4, 6, 64}) {
            const Matrix vectors = random.matrix(positions, width);
            EXPECT_TRUE(
                isClose(rotate(vectors, rotaryAngles(positions, width)), naiveRotate(widen(vectors)), {1e-6, 0.0}))
                << positions << "×" << width;
        }
    }
}

// d = 4 at position 1: the pair (0, 2) turns by 1, the pair (1, 3) by 10000^(−2/4) = 0.01.
TEST(Rotate, PairsEachDimensionWithTheOneHalfTheWidthLater)
{
    Matrix vectors(2, 4);
    vectors << 1, 2, 3, 4,  //
        1, 2, 3, 4;
    const float c = std::cos(1.0F);
    const float s = std::sin(1.0F);
    const float slowC = std::cos(0.01F);
    const float slowS = std::sin(0.01F);
    Matrix expected(2, 4);
    expected << 1, 2, 3, 4,  //
        c - 3 * s, 2 * slowC - 4 * slowS, 3 * c + s, 4 * slowC + 2 * slowS;
    EXPECT_TRUE(isClose(rotate(vectors, rotaryAngles(2, 4)), expected, {1e-6, 0.0}));
}

TEST(Rotate, KeepsLengthsAndMakesScoresDependOnTheDistanceOnly)
{
    Random random;
    SCOPED_TRACE(random.describe());
    const Index tokens = 40;
    const Matrix query = random.row(8, 1.0F).replicate(tokens, 1);
    const Matrix key = random.row(8, 1.0F).replicate(tokens, 1);
    const Matrix angles = rotaryAngles(tokens, 8);
    EXPECT_TRUE(isClose(rotate(query, angles).rowwise().norm(), query.rowwise().norm(), {1e-6, 0.0}));
    const Matrix scores = rawScores(rotate(query, angles), rotate(key, angles));
    for (Index i = 0; i + 5 < tokens; ++i) {
        EXPECT_NEAR(scores(i, i + 5), scores(0, 5), 1e-5F);
        EXPECT_NEAR(scores(i + 5, i), scores(5, 0), 1e-5F);
    }
}

// A query along the first dimension of pair 0 and a key along its second: the dot product at positions m, n is
// sin(m − n), so a key before the query scores the opposite of one after it.
TEST(Rotate, TellsBeforeFromAfter)
{
    const Matrix query = RowVector::Unit(8, 0).replicate(6, 1);
    const Matrix key = RowVector::Unit(8, 4).replicate(6, 1);
    const Matrix angles = rotaryAngles(6, 8);
    const Matrix scores = rawScores(rotate(query, angles), rotate(key, angles));
    EXPECT_NEAR(scores(5, 0), std::sin(5.0F), 1e-6F);
    EXPECT_NEAR(scores(0, 5), -std::sin(5.0F), 1e-6F);
}

TEST(RotaryAngles, AreTheFormulaLessWholeTurns)
{
    const Matrix angles = rotaryAngles(1001, 6, {.base = 500.0});
    ASSERT_EQ(angles.rows(), 1001);
    ASSERT_EQ(angles.cols(), 3);
    EXPECT_EQ(angles(0, 2), 0.0F);
    EXPECT_EQ(angles(3, 0), 3.0F);
    EXPECT_FLOAT_EQ(angles(3, 1), static_cast<float>(3.0 * std::pow(500.0, -1.0 / 3.0)));
    EXPECT_FLOAT_EQ(angles(1000, 0), static_cast<float>(1000.0 - 159.0 * 2.0 * std::numbers::pi));
    EXPECT_LE(angles.cwiseAbs().maxCoeff(), std::numbers::pi_v<float>);
}

TEST(RotaryFrequency, IsStretchedAsItsScalingSays)
{
    const RotaryOptions linear{.scaling = RotaryScaling::Linear, .factor = 4.0};
    EXPECT_DOUBLE_EQ(rotaryFrequency(1, 8, linear), 0.1 / 4.0);

    // By hand: of 8192 tokens, pair 0 makes 1304 waves and stays; pair 3 makes 1.304, 0.304/3 of the way; a longer one is stretched.
    const RotaryOptions llama{.scaling = RotaryScaling::Llama3,
                              .factor = 8.0,
                              .lowFrequencyFactor = 1.0,
                              .highFrequencyFactor = 4.0,
                              .originalTokens = 8192};
    EXPECT_DOUBLE_EQ(rotaryFrequency(0, 8, llama), 1.0);
    const double kept = (8192.0 * 0.001 / (2.0 * std::numbers::pi) - 1.0) / 3.0;
    EXPECT_NEAR(kept, 0.1013, 1e-4);
    EXPECT_DOUBLE_EQ(rotaryFrequency(3, 8, llama), 0.001 * (kept + (1.0 - kept) / 8.0));
    const double slow = std::pow(10000.0, -14.0 / 16.0);
    EXPECT_DOUBLE_EQ(rotaryFrequency(7, 16, llama), slow / 8.0);
}

TEST(Rotate, LeavesTheDimensionsBeyondThoseTurned)
{
    Matrix vectors(3, 8);
    vectors.setRandom();
    const RotaryOptions partial{.dimensions = 4};
    const Matrix turned = rotate(vectors, rotaryAngles(3, 8, partial));
    EXPECT_EQ(turned.rightCols(4), vectors.rightCols(4));
    EXPECT_TRUE(turned.leftCols(4).isApprox(rotate(vectors.leftCols(4), rotaryAngles(3, 4))));
    EXPECT_FALSE(turned.bottomLeftCorner(2, 4).isApprox(vectors.bottomLeftCorner(2, 4)));
}

TEST(AlibiSlopes, AreThePapersGeometricSequenceForPowersOfTwo)
{
    EXPECT_EQ(alibiSlopes(1), (std::vector<float>{1.0F / 256}));
    EXPECT_EQ(alibiSlopes(4), (std::vector<float>{1.0F / 4, 1.0F / 16, 1.0F / 64, 1.0F / 256}));
    EXPECT_EQ(alibiSlopes(8), (std::vector<float>{1.0F / 2, 1.0F / 4, 1.0F / 8, 1.0F / 16, 1.0F / 32, 1.0F / 64,
                                                  1.0F / 128, 1.0F / 256}));
}

// What get_slopes of the authors' code gives: for 12 heads the 8 slopes of 8 heads, then 2^−0.5, 2^−1.5, 2^−2.5, 2^−3.5,
// the first, third, fifth and seventh of 16 heads.
TEST(AlibiSlopes, FillUpFromTheNextPowerOfTwo)
{
    const std::vector<float> twelve = {0.5F,       0.25F,       0.125F,     0.0625F,     0.03125F,    0.015625F,
                                       0.0078125F, 0.00390625F, 0.7071068F, 0.35355338F, 0.17677669F, 0.088388346F};
    const std::vector<float> slopes = alibiSlopes(12);
    ASSERT_EQ(slopes.size(), twelve.size());
    for (std::size_t h = 0; h < twelve.size(); ++h) {
        EXPECT_FLOAT_EQ(slopes[h], twelve[h]) << "head " << h;
    }
    // 3 heads: 2^−4, 2^−8 of 2 heads, then 2^−2 of 4.
    EXPECT_EQ(alibiSlopes(3), (std::vector<float>{0.0625F, 0.00390625F, 0.25F}));
}

TEST(AlibiBias, CostsTheSlopeForEveryTokenOfDistanceToEitherSide)
{
    Matrix expected(2, 4);
    expected << 0, -0.5F, -1, -1.5F,  //
        -0.5F, 0, -0.5F, -1;
    EXPECT_EQ(alibiBias(0.5F, 2, 4), expected);
    EXPECT_EQ(alibiBias(0.5F, 4, 2), Matrix(expected.transpose()));
}

TEST(PositionSchemeName, NamesEveryScheme)
{
    using enum PositionScheme;
    EXPECT_EQ(positionSchemeName(None), "none");
    EXPECT_EQ(positionSchemeName(Sinusoidal), "sinusoidal");
    EXPECT_EQ(positionSchemeName(Learned), "learned");
    EXPECT_EQ(positionSchemeName(Rotary), "rotary");
    EXPECT_EQ(positionSchemeName(Alibi), "alibi");
}

}  // namespace
}  // namespace headlight::test
