#include "core/analysis/position_effects.h"

#include "core/attention/scores.h"
#include "tests/core/support/closeness.h"
#include "tests/core/support/models.h"

#include <Eigen/LU>
#include <cmath>

namespace headlight::test {
namespace {

PositionRequest waves(PositionScheme scheme, Index positions, Index width)
{
    return {.scheme = scheme, .positions = positions, .width = width};
}

/// Every query at position `at` and every key `distance` later, turned and multiplied one by one.
DistanceScores naiveScores(const HeadContent& content, const RotaryOptions& options, Index at, Index distance)
{
    const Index width = content.query.cols();
    const Matrix angles = rotaryAngles(at + std::max<Index>(distance, 0) + 1, width, options);
    std::vector<double> scores;
    for (Index i = 0; i < content.query.rows(); ++i) {
        for (Index j = 0; j < content.key.rows(); ++j) {
            const Matrix query = rotate(content.query.row(i), angles.row(at));
            const Matrix key = rotate(content.key.row(j), angles.row(at + distance));
            scores.push_back(static_cast<double>(content.scale) * static_cast<double>(query.row(0).dot(key.row(0))));
        }
    }
    DistanceScores result{.distance = distance, .pairs = static_cast<Index>(scores.size())};
    for (const double score : scores) {
        result.mean += score / static_cast<double>(scores.size());
    }
    for (const double score : scores) {
        result.deviation += (score - result.mean) * (score - result.mean) / static_cast<double>(scores.size());
    }
    result.deviation = std::sqrt(result.deviation);
    return result;
}

TEST(ScoresAtDistances, AgreeWithTheNaiveTwinAtAnyPosition)
{
    Random random;
    SCOPED_TRACE(random.describe());
    for (const Index width : {2, 6, 16}) {
        for (const RotaryOptions& rotary : {RotaryOptions{}, RotaryOptions{.dimensions = 2, .base = 50.0}}) {
            const HeadContent content{random.matrix(5, width), random.matrix(3, width), 0.5F};
            const auto scores = scoresAtDistances(content, {.rotary = rotary, .first = -9, .last = 12, .step = 3});
            ASSERT_EQ(scores.size(), 8U);
            for (std::size_t n = 0; n < scores.size(); ++n) {
                const Index distance = -9 + 3 * static_cast<Index>(n);
                EXPECT_EQ(scores[n].distance, distance);
                EXPECT_EQ(scores[n].pairs, 15);
                for (const Index at : {9, 31}) {
                    const DistanceScores naive = naiveScores(content, rotary, at, distance);
                    EXPECT_NEAR(scores[n].mean, naive.mean, 1e-5) << width << " at " << at << ", " << distance;
                    EXPECT_NEAR(scores[n].deviation, naive.deviation, 1e-5) << width << ", " << distance;
                }
            }
        }
    }
}

// d = 2, θ = 1: q = (1, 0) and k = (1, 0) score cos r; k = (0, 1), a quarter turn ahead, scores −sin r.
TEST(ScoresAtDistances, OfOnePairAreCosineAndSineOfTheDistance)
{
    Matrix query(1, 2);
    query << 1.0F, 0.0F;
    Matrix quarter(1, 2);
    quarter << 0.0F, 1.0F;
    const auto ahead = scoresAtDistances({query, query, 2.0F}, {.first = -3, .last = 3});
    const auto across = scoresAtDistances({query, quarter, 1.0F}, {.first = -3, .last = 3});
    for (std::size_t n = 0; n < 7; ++n) {
        const double r = static_cast<double>(n) - 3.0;
        EXPECT_NEAR(ahead[n].mean, 2.0 * std::cos(r), 1e-12);
        EXPECT_NEAR(across[n].mean, -std::sin(r), 1e-12);
        EXPECT_NEAR(ahead[n].deviation, 0.0, 1e-7);
    }
}

TEST(ScoresAtDistances, OfAlibiFallByTheSlopeAndKeepTheirSpread)
{
    Random random;
    SCOPED_TRACE(random.describe());
    const HeadContent content{random.matrix(4, 8), random.matrix(6, 8), 0.25F};
    const auto scores =
        scoresAtDistances(content, {.scheme = PositionScheme::Alibi, .alibiSlope = 0.125F, .first = -8, .last = 8});
    const auto none = scoresAtDistances(content, {.scheme = PositionScheme::None, .first = 0, .last = 0});
    const Matrix raw = 0.25F * rawScores(content.query, content.key);
    EXPECT_NEAR(none.front().mean, static_cast<double>(raw.mean()), 1e-6);
    for (const DistanceScores& at : scores) {
        EXPECT_EQ(at.mean, none.front().mean - 0.125 * std::abs(static_cast<double>(at.distance)));
        EXPECT_EQ(at.deviation, none.front().deviation);
    }
}

TEST(HeadContent, IsTheTracesWithoutItsRotaryTurn)
{
    Random random;
    SCOPED_TRACE(random.describe());
    ModelConfig config = smallConfig();
    config.positions = PositionScheme::Rotary;
    config.keyValueHeads = 2;
    const Model model = randomModel(config, random);
    const EncodedText text = randomText(config, 7, random);
    const HeadAddress head{LayerIndex(0), HeadIndex(3)};
    const auto trace = run(model, text);
    const HeadContent content = headContent(*trace, config, head).value();
    EXPECT_EQ(content.scale, config.scoreScaleOf(LayerIndex(0)));

    // Nothing before the first layer's queries depends on rotary positions.
    Experiment without;
    without.positions = PositionScheme::None;
    without.scaling = Scaling::Off;
    const auto plain = run(model, text, without);
    EXPECT_TRUE(isClose(content.query, stage(*plain, {StageId::Query, LayerIndex(0)}, 3)));
    EXPECT_TRUE(isClose(content.key, stage(*plain, {StageId::Key, LayerIndex(0)}, 1)));
    EXPECT_EQ(headContent(*plain, config, head).value().scale, 1.0F);

    const Matrix angles = rotaryAngles(7, config.headWidth(), config.rotary);
    EXPECT_TRUE(isClose(Matrix(content.scale * rawScores(rotate(content.query, angles), rotate(content.key, angles))),
                        stage(*trace, {StageId::Scores, LayerIndex(0)}, 3)));
    EXPECT_EQ(headContent(Trace(trace->info(), {}), config, head).error().code, ErrorCode::NotFound);
}

TEST(ScoresByDistance, GathersTheDiagonals)
{
    Matrix scores(3, 3);
    scores << 1, 2, 3,  //
        4, 5, 6,        //
        7, 8, 9;
    const auto all = scoresByDistance(scores, {});
    ASSERT_EQ(all.size(), 5U);
    EXPECT_EQ(all[0].distance, -2);
    EXPECT_EQ(all[0].mean, 7.0);
    EXPECT_EQ(all[0].deviation, 0.0);
    EXPECT_EQ(all[1].mean, 6.0) << "of 4 and 8";
    EXPECT_EQ(all[1].deviation, 2.0);
    EXPECT_EQ(all[2].mean, 5.0) << "of 1, 5 and 9";
    EXPECT_NEAR(all[2].deviation, std::sqrt(32.0 / 3.0), 1e-12);
    EXPECT_EQ(all[2].pairs, 3);
    const auto causal = scoresByDistance(scores, {.direction = Direction::Causal});
    ASSERT_EQ(causal.size(), 3U);
    EXPECT_EQ(causal.back().distance, 0);
}

TEST(PairShifts, ComposeAsRotationsDo)
{
    for (const PositionScheme scheme : {PositionScheme::Sinusoidal, PositionScheme::Rotary}) {
        const PositionRequest request = waves(scheme, 4, 16);
        const auto three = pairShifts(request, 3);
        const auto five = pairShifts(request, 5);
        const auto eight = pairShifts(request, 8);
        const auto back = pairShifts(request, -3);
        ASSERT_EQ(three.size(), 8U);
        for (std::size_t pair = 0; pair < three.size(); ++pair) {
            EXPECT_TRUE((three[pair].matrix * five[pair].matrix).isApprox(eight[pair].matrix, 1e-12));
            EXPECT_TRUE(back[pair].matrix.isApprox(three[pair].matrix.transpose(), 1e-12));
            EXPECT_NEAR(three[pair].matrix.determinant(), 1.0, 1e-12);
            EXPECT_FALSE(three[pair].matrix.isApprox(five[pair].matrix, 1e-12));
        }
    }
}

// D = 4: the pairs turn by k and by k/100.
TEST(PairShifts, TurnBackwardsByTheShiftTimesTheFrequency)
{
    const auto pairs = pairShifts(waves(PositionScheme::Sinusoidal, 4, 4), 2);
    ASSERT_EQ(pairs.size(), 2U);
    Eigen::Matrix2d fast;
    fast << std::cos(2.0), std::sin(2.0), -std::sin(2.0), std::cos(2.0);
    EXPECT_TRUE(pairs[0].matrix.isApprox(fast, 1e-12));
    EXPECT_NEAR(pairs[1].matrix(0, 1), std::sin(0.02), 1e-12);
    EXPECT_EQ(pairs[1].first, 2);
    EXPECT_EQ(pairs[1].second, 3);
    const auto rotary = pairShifts(waves(PositionScheme::Rotary, 4, 4), 2);
    EXPECT_EQ(rotary[1].first, 3) << "the sine is in the second half";
    EXPECT_EQ(rotary[1].second, 1);
}

TEST(ShiftIdentity, HoldsAtEveryPosition)
{
    for (const PositionScheme scheme : {PositionScheme::Sinusoidal, PositionScheme::Rotary}) {
        for (const Index width : {2, 6, 128}) {
            for (const Index shift : {0, 1, 7, 200}) {
                const PositionRequest request = waves(scheme, 50, width);
                const ShiftIdentity identity = shiftIdentity(request, shift).value();
                EXPECT_LE(identity.largestDifference, 1e-6F);
                EXPECT_TRUE(isClose(identity.mapped, identity.shifted, {1e-6, 0.0}));
                PositionRequest longer = request;
                longer.positions += shift;
                EXPECT_TRUE(isIdentical(identity.shifted, encodePositions(longer)->values.bottomRows(50)));
                if (shift > 0) {
                    EXPECT_GT((identity.mapped - identity.encoding).cwiseAbs().maxCoeff(), 0.5F);
                }
            }
        }
    }
}

TEST(ShiftIdentity, LeavesOutASineWithoutACosine)
{
    const ShiftIdentity identity = shiftIdentity(waves(PositionScheme::Sinusoidal, 5, 3), 1).value();
    EXPECT_EQ(identity.pairs.size(), 1U);
    EXPECT_TRUE(identity.mapped.col(2).array().isNaN().all());
    EXPECT_LE(identity.largestDifference, 1e-6F);
}

TEST(ShiftIdentity, NeedsWaves)
{
    for (const PositionScheme scheme : {PositionScheme::None, PositionScheme::Learned, PositionScheme::Alibi}) {
        EXPECT_EQ(shiftIdentity(waves(scheme, 5, 4), 1).error().code, ErrorCode::InvalidArgument);
    }
    EXPECT_EQ(shiftIdentity(waves(PositionScheme::Rotary, 5, 3), 1).error().code, ErrorCode::InvalidArgument);
}

}  // namespace
}  // namespace headlight::test
