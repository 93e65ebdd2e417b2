#include "core/model/transformer.h"
#include "tests/core/support/closeness.h"
#include "tests/core/support/models.h"
#include "tests/core/support/random.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace headlight::test {
namespace {

TEST(ForwardAfter, GivesTheBitsOfAWholePassForEveryHead)
{
    Random random;
    SCOPED_TRACE(random.describe());
    for (const NormPlacement placement : {NormPlacement::Before, NormPlacement::After}) {
        ModelConfig config = sinusoidalConfig();
        config.normPlacement = placement;
        config.layers = 3;
        const Model model = randomModel(config, random);
        const EncodedText text = randomText(config, 9, random);
        const Experiment base{.ablatedHeads = {head(1, 2)}};
        const auto before = run(model, text, base);
        for (Index layer = 0; layer < config.layers; ++layer) {
            for (Index which = 0; which < config.heads; ++which) {
                Experiment switched = base;
                if (switched.ablatedHeads.erase(head(layer, which)) == 0) {
                    switched.ablatedHeads.insert(head(layer, which));
                }
                const auto after = forwardAfter(shared(model), *before, text, switched);
                ASSERT_TRUE(after) << after.error().message;
                EXPECT_EQ((*after)->info().experiment, switched);
                EXPECT_TRUE(isIdentical(**after, *run(model, text, switched))) << layer << '.' << which;
            }
        }
    }
}

TEST(ForwardAfter, RunsOnlyWhatTheSwitchedHeadCanChange)
{
    Random random;
    SCOPED_TRACE(random.describe());
    ModelConfig config = sinusoidalConfig();
    config.layers = 3;
    const Model model = randomModel(config, random);
    const EncodedText text = randomText(config, 9, random);
    const auto before = run(model, text);
    const auto after = forwardAfter(shared(model), *before, text, {.ablatedHeads = {head(1, 0)}}).value();
    for (const auto& [key, tensor] : before->kept()) {
        const bool isEarlier = stageInfo(key.id).scope == StageScope::Layer
                                   ? key.layer < LayerIndex(1) || key == StageKey{StageId::LayerInput, LayerIndex(1)}
                                   : key.id < StageId::LayerInput;
        EXPECT_EQ(after->find(key) == tensor, isEarlier) << tensorName(key);
    }
    const auto same = forwardAfter(shared(model), *before, text, {}).value();
    EXPECT_TRUE(isIdentical(*same, *before));
    EXPECT_EQ(same->find({StageId::LayerOutput, LayerIndex(2)}), before->find({StageId::LayerOutput, LayerIndex(2)}));
}

TEST(ForwardAfter, RunsAllAnewWhereMoreThanHeadsDiffersOrTheInputIsNotThere)
{
    Random random;
    SCOPED_TRACE(random.describe());
    const ModelConfig config = sinusoidalConfig();
    const Model model = randomModel(config, random);
    const EncodedText text = randomText(config, 9, random);
    const auto before = run(model, text);
    for (const auto& [name, experiment] : toggles()) {
        EXPECT_TRUE(
            isIdentical(*forwardAfter(shared(model), *before, text, experiment).value(), *run(model, text, experiment)))
            << name;
    }
    const Experiment experiment{.ablatedHeads = {head(1, 0)}};
    const Trace bare(before->info(), {});
    EXPECT_TRUE(
        isIdentical(*forwardAfter(shared(model), bare, text, experiment).value(), *run(model, text, experiment)));
}

TEST(ForwardAfter, EndsWhereItIsTold)
{
    Random random;
    SCOPED_TRACE(random.describe());
    const ModelConfig config = sinusoidalConfig();
    const Model model = randomModel(config, random);
    const EncodedText text = randomText(config, 9, random);
    const auto before = run(model, text);
    const Experiment experiment{.ablatedHeads = {head(0, 1)}};
    const auto block =
        forwardAfter(shared(model), *before, text, experiment, {StageId::Weights, LayerIndex(0)}).value();
    EXPECT_TRUE(block->find({StageId::Weights, LayerIndex(0)}));
    EXPECT_FALSE(block->find({StageId::LayerInput, LayerIndex(1)}));
    const auto final = forwardAfter(shared(model), *before, text, experiment, {StageId::FinalNorm}).value();
    EXPECT_TRUE(final->find({StageId::FinalNorm}));
    EXPECT_FALSE(final->find({StageId::Logits}));
    EXPECT_EQ(outputLogits(model, stage(*before, {StageId::FinalNorm})), stage(*before, {StageId::Logits}));
}

TEST(ForwardAfter, RefusesAnExperimentThatDoesNotFitAndStopsWhenAsked)
{
    Random random;
    SCOPED_TRACE(random.describe());
    const ModelConfig config = sinusoidalConfig();
    const Model model = randomModel(config, random);
    const EncodedText text = randomText(config, 9, random);
    const auto before = run(model, text);
    EXPECT_EQ(forwardAfter(shared(model), *before, text, {.ablatedHeads = {head(7, 0)}}).error().code,
              ErrorCode::InvalidArgument);
    std::stop_source stop;
    stop.request_stop();
    EXPECT_EQ(
        forwardAfter(shared(model), *before, text, {.ablatedHeads = {head(1, 0)}}, {StageId::Logits}, stop.get_token())
            .error()
            .code,
        ErrorCode::Cancelled);
}

TEST(ForwardAfter, KeepsTheRowsThatACausalMaskLetsNothingChange)
{
    Random random;
    SCOPED_TRACE(random.describe());
    for (const PositionScheme positions :
         {PositionScheme::Sinusoidal, PositionScheme::Learned, PositionScheme::Rotary, PositionScheme::Alibi}) {
        for (const auto& [name, toggle] : toggles()) {
            SCOPED_TRACE(name);
            ModelConfig config = sinusoidalConfig();
            config.layers = 3;
            config.mask.direction = Direction::Causal;
            config.positions = positions;
            const Model model = randomModel(config, random);
            const EncodedText text = randomText(config, 12, random);
            Experiment experiment = toggle;
            experiment.positions = {};
            if (positions == PositionScheme::Alibi) {
                experiment.kernel = AttentionKernel::Softmax;
            }
            for (const Index common : {0, 1, 7, 11}) {
                for (const Index length : {common + 1, Index{12}}) {
                    EncodedText earlier = randomText(config, 10, random);
                    std::copy_n(text.tokens.begin(), std::min<Index>(common, 10), earlier.tokens.begin());
                    EncodedText later = text;
                    later.tokens.resize(static_cast<std::size_t>(length));
                    const auto before = run(model, earlier, experiment);
                    const auto after = forwardAfter(shared(model), *before, later, experiment).value();
                    EXPECT_TRUE(isClose(*after, *run(model, later, experiment))) << common << " of " << length;
                    Experiment other = experiment;
                    other.ablatedHeads.insert(head(1, 3));
                    EXPECT_TRUE(
                        isClose(*forwardAfter(shared(model), *before, later, other).value(), *run(model, later, other)))
                        << common << " of " << length << ", and a head off";
                }
            }
        }
    }
}

}  // namespace
}  // namespace headlight::test
