#include "core/analysis/attention_variants.h"

#include "tests/core/support/closeness.h"
#include "tests/core/support/models.h"

#include <gtest/gtest.h>

#include <cmath>

namespace headlight::test {
namespace {

constexpr HeadAddress kHead{LayerIndex(1), HeadIndex(2)};

struct Passed
{
    Model model;
    std::shared_ptr<const Trace> trace;
};

Passed passed(ModelConfig config, Random& random, const Experiment& experiment = {}, Index tokens = 11)
{
    Model model = randomModel(config, random);
    auto trace = run(model, randomText(config, tokens, random), experiment);
    return {std::move(model), std::move(trace)};
}

/// Every way in which a head's options come about.
std::vector<std::pair<ModelConfig, Experiment>> everyKind()
{
    ModelConfig causal = smallConfig();
    causal.mask = {Direction::Causal, MaskPattern::Window, 4};
    ModelConfig alibi = smallConfig();
    alibi.positions = PositionScheme::Alibi;
    ModelConfig grouped = smallConfig();
    grouped.keyValueHeads = 2;
    grouped.positions = PositionScheme::Rotary;
    return {{smallConfig(), {}},
            {causal, {}},
            {alibi, {.temperature = 0.5F}},
            {grouped, {.scaling = Scaling::Off}},
            {smallConfig(), {.mask = MaskChoice::Strided, .maskReach = 3}}};
}

TEST(HeadInputs, AreThoseOfTheTracedHead)
{
    Random random;
    SCOPED_TRACE(random.describe());
    for (const auto& [config, experiment] : everyKind()) {
        const auto [model, trace] = passed(config, random, experiment);
        const Result<HeadInputs> inputs = headInputs(model, *trace, kHead);
        ASSERT_TRUE(inputs) << inputs.error().message;
        const Result<AttentionStages> again = attend(inputs->query, inputs->key, inputs->value, inputs->options);
        ASSERT_TRUE(again);
        EXPECT_TRUE(isIdentical(again->weights, stage(*trace, {StageId::Weights, kHead.layer}, kHead.head.value)));
        EXPECT_TRUE(isIdentical(again->output, stage(*trace, {StageId::Heads, kHead.layer}, kHead.head.value)));
    }
}

TEST(HeadInputs, AreNotFoundInATraceOfWeightsAlone)
{
    Random random;
    const auto [model, trace] = passed(smallConfig(), random);
    const StageKey weights{StageId::Weights, kHead.layer};
    const Trace bare(trace->info(), {{weights, trace->find(weights)}});
    const Result<HeadInputs> inputs = headInputs(model, bare, kHead);
    ASSERT_FALSE(inputs);
    EXPECT_EQ(inputs.error().code, ErrorCode::NotFound);
}

TEST(CompareVariant, FullComparedWithItselfIsExactlyZeroEverywhere)
{
    Random random;
    for (const auto& [config, experiment] : everyKind()) {
        const auto [model, trace] = passed(config, random, experiment);
        const Result<HeadInputs> inputs = headInputs(model, *trace, kHead);
        ASSERT_TRUE(inputs);
        const Result<VariantComparison> same = compareVariant(AttentionVariant::Full, *inputs, {});
        ASSERT_TRUE(same);
        EXPECT_TRUE(isIdentical(same->change, Matrix::Zero(11, 11)));
        EXPECT_EQ(same->weights.largest, 0.0F);
        EXPECT_EQ(same->output.largest, 0.0F);
        EXPECT_EQ(same->output.mean, 0.0);
    }
}

TEST(CompareVariant, ASparsePatternThatHidesNothingIsFull)
{
    Random random;
    const auto [model, trace] = passed(smallConfig(), random);
    const Result<HeadInputs> inputs = headInputs(model, *trace, kHead);
    ASSERT_TRUE(inputs);
    const Result<VariantComparison> wide =
        compareVariant(AttentionVariant::Sparse, *inputs, {.pattern = MaskPattern::Window, .reach = 10});
    ASSERT_TRUE(wide);
    EXPECT_EQ(wide->weights.largest, 0.0F);
    const Result<VariantComparison> narrow =
        compareVariant(AttentionVariant::Sparse, *inputs, {.pattern = MaskPattern::Window, .reach = 0});
    ASSERT_TRUE(narrow);
    EXPECT_TRUE(isIdentical(narrow->changed.weights, Matrix::Identity(11, 11)));
    EXPECT_GT(narrow->weights.largest, 0.1F);
    EXPECT_EQ(narrow->weights.entropyAfter, 0.0);
}

TEST(CompareVariant, SparseHidesAllThatTheHeadsOwnMaskDoes)
{
    Random random;
    ModelConfig config = smallConfig();
    config.mask = {Direction::Causal, MaskPattern::Window, 2};
    const auto [model, trace] = passed(config, random);
    const Result<HeadInputs> inputs = headInputs(model, *trace, kHead);
    ASSERT_TRUE(inputs);
    const Result<VariantComparison> strided =
        compareVariant(AttentionVariant::Sparse, *inputs, {.pattern = MaskPattern::Strided, .reach = 2});
    ASSERT_TRUE(strided);
    for (Index i = 0; i < 11; ++i) {
        for (Index j = 0; j < 11; ++j) {
            const bool own = j <= i && i - j <= 2;
            const bool pattern = std::abs(i - j) < 2 || (i - j) % 2 == 0;
            EXPECT_EQ(strided->changed.weights(i, j) > 0.0F, own && pattern) << i << ", " << j;
        }
    }
}

TEST(CompareVariant, LinearIsLinearAttentionMinusFull)
{
    Random random;
    SCOPED_TRACE(random.describe());
    ModelConfig config = smallConfig();
    config.mask.direction = Direction::Causal;
    const auto [model, trace] = passed(config, random);
    const Result<HeadInputs> inputs = headInputs(model, *trace, kHead);
    ASSERT_TRUE(inputs);
    const Result<VariantComparison> linear = compareVariant(AttentionVariant::Linear, *inputs, {});
    ASSERT_TRUE(linear);
    EXPECT_TRUE(isIdentical(linear->change, linear->changed.weights - linear->full.weights));
    EXPECT_EQ(linear->change(0, 0), 0.0F) << "the first token sees itself alone";
    EXPECT_GT(linear->weights.largest, 0.0F);
    EXPECT_EQ(linear->weights.largest, linear->change.cwiseAbs().maxCoeff());
    EXPECT_EQ(linear->output.largest, (linear->changed.output - linear->full.output).cwiseAbs().maxCoeff());
    for (Index i = 0; i < 11; ++i) {
        EXPECT_TRUE((linear->changed.weights.row(i).tail(10 - i).array() == 0.0F).all());
    }
}

TEST(FittingBlock, KeepsTilesWithinWhatCanBeSteppedThrough)
{
    EXPECT_EQ(fittingBlock(4, 13), (BlockSize{4, 4}));
    EXPECT_EQ(fittingBlock(40, 13), (BlockSize{13, 13}));
    EXPECT_EQ(fittingBlock(1, 32), (BlockSize{1, 1}));
    EXPECT_EQ(fittingBlock(1, 33), (BlockSize{2, 2}));
    EXPECT_EQ(fittingBlock(1, 256), (BlockSize{8, 8}));
    EXPECT_EQ(fittingBlock(1, 0), (BlockSize{1, 1}));
}

TEST(TiledFrame, BeginsWithNothingAndEndsInThePlainSoftmax)
{
    Random random;
    SCOPED_TRACE(random.describe());
    for (const auto& [config, experiment] : everyKind()) {
        const auto [model, trace] = passed(config, random, experiment);
        const Result<HeadInputs> inputs = headInputs(model, *trace, kHead);
        ASSERT_TRUE(inputs);
        const Result<TiledFrame> none = tiledFrame(*inputs, {3, 3}, 0);
        ASSERT_TRUE(none);
        EXPECT_FALSE(none->isDone());
        EXPECT_TRUE(none->weights.array().isNaN().all());
        EXPECT_EQ(none->output, Matrix::Zero(11, 4));
        EXPECT_GT(none->fromPlain.largest, 0.01F);

        const Result<TiledFrame> all = tiledFrame(*inputs, {3, 3}, 1000);
        ASSERT_TRUE(all);
        EXPECT_TRUE(all->isDone());
        EXPECT_EQ(all->done, static_cast<Index>(all->tiles.size()));
        const Matrix weights = stage(*trace, {StageId::Weights, kHead.layer}, kHead.head.value);
        for (const Tile& tile : all->tiles) {
            EXPECT_TRUE(isClose(all->weights.block(tile.firstQuery, tile.firstKey, tile.queries, tile.keys),
                                weights.block(tile.firstQuery, tile.firstKey, tile.queries, tile.keys), {1e-6, 0.0}));
        }
        const Result<Matrix> tiled = tiledAttention(inputs->query, inputs->key, inputs->value, inputs->options, {3, 3});
        ASSERT_TRUE(tiled);
        EXPECT_TRUE(isIdentical(all->output, *tiled));
        const float score = stage(*trace, {StageId::Scores, kHead.layer}, kHead.head.value).cwiseAbs().maxCoeff() /
                            inputs->options.temperature;
        EXPECT_LE(all->fromPlain.largest, 0x1p-24F * inputs->value.cwiseAbs().maxCoeff() * (8.0F + 3.0F * score));
    }
}

TEST(TiledFrame, ItsRangesHoldForEveryFrame)
{
    Random random;
    const auto [model, trace] = passed(smallConfig(), random);
    const Result<HeadInputs> inputs = headInputs(model, *trace, kHead);
    ASSERT_TRUE(inputs);
    const Result<TiledFrame> first = tiledFrame(*inputs, {4, 4}, 0);
    ASSERT_TRUE(first);
    for (Index done = 1; done <= static_cast<Index>(first->tiles.size()); ++done) {
        const Result<TiledFrame> frame = tiledFrame(*inputs, {4, 4}, done);
        ASSERT_TRUE(frame);
        EXPECT_EQ(frame->highestSum, first->highestSum);
        EXPECT_LE(frame->output.cwiseAbs().maxCoeff(), frame->largestOutput);
        for (std::size_t row = 0; row < 11; ++row) {
            EXPECT_LE(frame->state.sum[row], frame->highestSum);
            EXPECT_LE(frame->state.maximum[row], frame->highestMaximum);
            if (frame->state.maximum[row] != kMasked) {
                EXPECT_GE(frame->state.maximum[row], frame->lowestMaximum);
                EXPECT_GE(frame->state.sum[row], 1.0);
            }
        }
    }
}

}  // namespace
}  // namespace headlight::test
