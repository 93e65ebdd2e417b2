#include "core/analysis/recurrence.h"
#include "core/base/random.h"
#include "core/recurrent/elman.h"

#include <gtest/gtest.h>

#include <cmath>

namespace headlight::test {
namespace {

Matrix randomInputs(Index tokens, Index width, std::uint64_t seed)
{
    headlight::Random random(seed);
    return Matrix::NullaryExpr(tokens, width, [&random] { return random.normal(); });
}

TEST(Elman, StatesAreThoseOfAHandComputedCase)
{
    ElmanWeights weights;
    weights.input = Matrix{{1.0F}, {0.5F}};
    weights.recurrent = Matrix{{2.0F}};
    weights.bias = RowVector{{-0.25F}};
    const Matrix states = elmanStates(Matrix{{1.0F, 0.0F}, {0.0F, 1.0F}}, weights);
    const double first = std::tanh(1.0 - 0.25);
    EXPECT_NEAR(static_cast<double>(states(0, 0)), first, 1e-6);
    EXPECT_NEAR(static_cast<double>(states(1, 0)), std::tanh(0.5 - 0.25 + 2.0 * first), 1e-6);
}

TEST(Elman, StatesAreThoseOfANaiveTwin)
{
    for (const Index tokens : {1, 2, 7, 33}) {
        const Matrix inputs = randomInputs(tokens, 5, 3);
        ElmanWeights weights = randomElman(5, 6, 11);
        weights.bias = randomInputs(1, 6, 4).row(0);
        const Matrix states = elmanStates(inputs, weights);
        std::vector<double> before(6, 0.0);
        for (Index t = 0; t < tokens; ++t) {
            std::vector<double> now(6, 0.0);
            for (Index n = 0; n < 6; ++n) {
                double sum = static_cast<double>(weights.bias(n));
                for (Index d = 0; d < 5; ++d) {
                    sum += static_cast<double>(inputs(t, d) * weights.input(d, n));
                }
                for (Index m = 0; m < 6; ++m) {
                    sum += before[static_cast<std::size_t>(m)] * static_cast<double>(weights.recurrent(m, n));
                }
                now[static_cast<std::size_t>(n)] = std::tanh(sum);
                EXPECT_NEAR(static_cast<double>(states(t, n)), now[static_cast<std::size_t>(n)], 2e-5);
            }
            before = now;
        }
    }
}

TEST(Elman, InfluenceIsTheNormOfTheDerivativeAsFiniteDifferencesHaveIt)
{
    constexpr Index kTokens = 5;
    constexpr Index kInput = 3;
    constexpr Index kWidth = 4;
    constexpr float kStep = 1e-2F;
    const Matrix inputs = randomInputs(kTokens, kInput, 8);
    const ElmanWeights weights = randomElman(kInput, kWidth, 9);
    const RowVector influence = elmanInfluence(elmanStates(inputs, weights), weights);
    for (Index t = 0; t < kTokens; ++t) {
        double squares = 0.0;
        for (Index d = 0; d < kInput; ++d) {
            Matrix more = inputs;
            Matrix less = inputs;
            more(t, d) += kStep;
            less(t, d) -= kStep;
            const RowVector slope =
                (elmanStates(more, weights).row(kTokens - 1) - elmanStates(less, weights).row(kTokens - 1)) /
                (2.0F * kStep);
            squares += static_cast<double>(slope.squaredNorm());
        }
        EXPECT_NEAR(static_cast<double>(influence(t)), std::sqrt(squares), 2e-3) << t;
    }
}

TEST(Elman, WeightsAreTheSameForTheSameSeedAndOfTheVarianceThatIsSaid)
{
    const ElmanWeights weights = randomElman(64, 32, 5);
    EXPECT_EQ(weights.input, randomElman(64, 32, 5).input);
    EXPECT_NE(weights.input, randomElman(64, 32, 6).input);
    EXPECT_NEAR(weights.input.array().square().mean() * 64.0F, 1.0F, 0.1F);
    EXPECT_NEAR(weights.recurrent.array().square().mean() * 32.0F, 1.0F, 0.2F);
    EXPECT_EQ(weights.bias, RowVector::Zero(32));
}

TEST(RecurrentLayer, CostsAreCounted)
{
    EXPECT_EQ(recurrentLayerCost(10, 4).multiplyAdds, 320.0);
    EXPECT_EQ(recurrentLayerCost(10, 4).steps, 10);
    EXPECT_EQ(attentionLayerCost(10, 4).multiplyAdds, 640.0 + 800.0);
    EXPECT_EQ(attentionLayerCost(10, 4).steps, 1);
}

TEST(RecurrentLayer, BothAreTimedForEveryLengthAndCancelled)
{
    const auto times = measureLayers({.width = 16, .heads = 4}, {.lengths = {4, 8, 16}, .repeats = 2});
    ASSERT_TRUE(times);
    ASSERT_EQ(times->size(), 3u);
    for (const LayerTime& time : *times) {
        EXPECT_GT(time.recurrentSeconds, 0.0);
        EXPECT_GT(time.attentionSeconds, 0.0);
    }
    std::stop_source stop;
    stop.request_stop();
    const auto cancelled = measureLayers({.width = 16, .heads = 4}, {}, {.report = {}, .stop = stop.get_token()});
    ASSERT_FALSE(cancelled);
    EXPECT_EQ(cancelled.error().code, ErrorCode::Cancelled);
    EXPECT_TRUE(measureLayers({.width = 16, .heads = 4}, {.limitSeconds = 0.0}).value().empty());
}

}  // namespace
}  // namespace headlight::test
