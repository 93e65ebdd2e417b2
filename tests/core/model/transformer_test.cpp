#include "core/model/transformer.h"

#include "core/io/bundled_models.h"
#include "core/model/seeded_model.h"
#include "core/tensor/matmul.h"
#include "core/text/word_piece_tokenizer.h"
#include "tests/core/support/closeness.h"
#include "tests/core/support/models.h"
#include "tests/core/support/naive.h"
#include "tests/core/support/traces.h"

#include <algorithm>
#include <cmath>
#include <stop_token>

namespace headlight::test {
namespace {

TEST(Forward, AgreesWithTheNaiveTwinOverAwkwardSizes)
{
    Random random;
    SCOPED_TRACE(random.describe());
    struct Case
    {
        const char* name;
        ModelConfig config;
        Index tokens;
        Experiment experiment;
    };
    const auto sized = [](Index vocabulary, Index width, Index layers, Index heads, Index feedForwardWidth) {
        return ModelConfig{.vocabulary = vocabulary,
                           .width = width,
                           .layers = layers,
                           .heads = heads,
                           .feedForwardWidth = feedForwardWidth,
                           .maxTokens = 200};
    };
    for (const auto& [name, config, tokens, experiment] : {
             Case{"one token", sized(11, 16, 2, 4, 24), 1, {}},
             Case{"one head", sized(11, 15, 2, 1, 24), 9, {}},
             Case{"64 heads", sized(11, 128, 1, 64, 24), 9, {}},
             Case{"heads of width 1", sized(11, 8, 2, 8, 24), 9, {.mask = MaskChoice::Causal}},
             Case{"width 1, where a norm leaves the bias alone", sized(11, 1, 2, 1, 3), 5, {}},
             Case{"feed-forward width 1", sized(11, 16, 2, 4, 1), 5, {}},
             Case{"vocabulary 1", sized(1, 16, 2, 4, 24), 5, {}},
             Case{"129 tokens", sized(50, 32, 2, 2, 65), 129, {.positions = PositionScheme::Rotary}},
             Case{"all toggles",
                  sized(11, 16, 3, 4, 24),
                  33,
                  {.scaling = Scaling::Off,
                  .temperature = 1.7F,
                  .positions = PositionScheme::Alibi,
                  .mask = MaskChoice::Strided,
                  .maskReach = 3,
                  .ablatedHeads = {head(0, 1), head(2, 3)}}},
             Case{"keys of the first head as values, some zeroed, under a painted mask",
                  sized(11, 16, 3, 4, 24),
                  33,
                  {.positions = PositionScheme::Rotary,
                  .mask = MaskChoice::Painted,
                  .hiddenCells = CellSet({{0, 1, 9}, {7, 0, 7}, {7, 8, 41}}),
                  .values = ValueSource::Keys,
                  .sharing = HeadSharing::FirstHead,
                  .zeroedValues = {TokenIndex(3), TokenIndex(32), TokenIndex(33)}}},
             Case{"linear attention under a block-sparse mask",
                  sized(11, 16, 3, 4, 24),
                  33,
                  {.scaling = Scaling::Off,
                  .temperature = 3.0F,
                  .kernel = AttentionKernel::Linear,
                  .mask = MaskChoice::Block,
                  .maskReach = 4,
                  .globalTokens = 2,
                  .zeroedValues = {TokenIndex(0)}}},
         }) {
        for (const NormPlacement placement : {NormPlacement::Before, NormPlacement::After}) {
            for (const Activation activation : {Activation::Relu, Activation::Gelu, Activation::GeluTanh}) {
                SCOPED_TRACE(testing::Message() << name << ", norm " << static_cast<int>(placement) << ", activation "
                                                << static_cast<int>(activation));
                ModelConfig varied = config;
                varied.normPlacement = placement;
                varied.activation = activation;
                ASSERT_TRUE(validate(varied));
                const Model model = randomModel(varied, random);
                const EncodedText text = randomText(varied, tokens, random);
                const auto trace = run(model, text, experiment);
                const auto expected = naiveForward(model, text, experiment);
                ASSERT_EQ(tensorsOf(*trace).size(), expected.size());
                for (const auto& [key, slices] : expected) {
                    ASSERT_TRUE(trace->find(key)) << tensorName(key);
                    ASSERT_EQ(static_cast<std::size_t>(trace->find(key)->slices()), slices.size()) << tensorName(key);
                    for (std::size_t slice = 0; slice < slices.size(); ++slice) {
                        EXPECT_TRUE(isClose(stage(*trace, key, static_cast<Index>(slice)), slices[slice]))
                            << tensorName(key) << ", slice " << slice;
                    }
                }
            }
        }
    }
}

TEST(Forward, OfATextThatGoesThroughInPartsIsThatOfTheNaiveOne)
{
    Random random;
    SCOPED_TRACE(random.describe());
    ModelConfig config = sinusoidalConfig();
    config.maxTokens = 2 * kRowsAtOnce + 50;
    config.mask.direction = Direction::Causal;
    const Model model = randomModel(config, random);
    const EncodedText text = randomText(config, config.maxTokens, random);
    for (const AttentionKernel kernel : {AttentionKernel::Softmax, AttentionKernel::Linear}) {
        const Experiment experiment{.kernel = kernel, .zeroedValues = {TokenIndex(3), TokenIndex(kRowsAtOnce + 3)}};
        const auto trace = run(model, text, experiment);
        for (const auto& [key, slices] : naiveForward(model, text, experiment)) {
            for (std::size_t slice = 0; slice < slices.size(); ++slice) {
                EXPECT_TRUE(isClose(stage(*trace, key, static_cast<Index>(slice)), slices[slice]))
                    << tensorName(key) << ", slice " << slice;
            }
        }
        EncodedText other = text;
        other.tokens[kRowsAtOnce - 1].id = other.tokens[kRowsAtOnce - 1].id == 0 ? 1 : 0;
        EXPECT_TRUE(
            isClose(*forwardAfter(shared(model), *trace, other, experiment).value(), *run(model, other, experiment)));
    }
}

TEST(Forward, SaysWhatTheTraceIsOf)
{
    Random random;
    const Model model = randomModel(smallConfig(), random);
    EncodedText text = textOf({3, 1, 4});
    text.text = "three one four";
    const Experiment experiment{.temperature = 2.0F};
    const auto trace = run(model, text, experiment);
    EXPECT_EQ(trace->info().text, "three one four");
    EXPECT_EQ(trace->info().tokens, text.tokens);
    EXPECT_EQ(trace->tokens(), 3);
    EXPECT_EQ(trace->info().modelName, "random");
    EXPECT_EQ(trace->info().modelNote, "untrained");
    EXPECT_EQ(trace->info().experiment, experiment);
    EXPECT_EQ(trace->info().layers, 2);
    EXPECT_EQ(trace->info().heads, 4);
}

TEST(Forward, StagesHaveTheShapesOfTheirAxes)
{
    Random random;
    const ModelConfig config = smallConfig();
    const Index tokens = 5;
    const std::map<char, Index> sizes = {{'T', tokens},
                                         {'S', tokens},
                                         {'H', config.heads},
                                         {'G', config.heads},
                                         {'d', config.headWidth()},
                                         {'D', config.width},
                                         {'F', config.feedForwardWidth},
                                         {'V', config.vocabulary},
                                         {'C', config.heads * config.headWidth()}};
    const auto trace = run(randomModel(config, random), randomText(config, tokens, random));
    for (const auto& [key, tensor] : tensorsOf(*trace)) {
        Tensor::Shape expected;
        for (const char axis : stageInfo(key.id).axes) {
            expected.push_back(sizes.at(axis));
        }
        EXPECT_EQ(tensor->shape(), expected) << tensorName(key);
    }
}

TEST(Forward, EveryRowOfWeightsSumsToOneUnderEveryToggle)
{
    Random random;
    SCOPED_TRACE(random.describe());
    ModelConfig config = sinusoidalConfig();
    config.maxTokens = 130;
    const Model model = randomModel(config, random);
    for (const Index tokens : {1, 2, 129}) {
        const EncodedText text = randomText(config, tokens, random);
        for (const auto& [name, experiment] : toggles()) {
            const auto trace = run(model, text, experiment);
            for (Index layer = 0; layer < config.layers; ++layer) {
                for (Index h = 0; h < config.heads; ++h) {
                    EXPECT_TRUE(rowsAreDistributions(stage(*trace, {StageId::Weights, LayerIndex(layer)}, h))) << name;
                }
            }
        }
    }
}

TEST(Forward, MaskedWeightsAreExactlyZeroAndVisibleOnesAreNot)
{
    Random random;
    SCOPED_TRACE(random.describe());
    const Model model = randomModel(sinusoidalConfig(), random);
    const EncodedText text = randomText(model.config, 12, random);
    for (const auto& [name, experiment] : toggles()) {
        const Mask mask = effectiveMask(experiment, model.config.mask);
        const auto trace = run(model, text, experiment);
        for (Index layer = 0; layer < model.config.layers; ++layer) {
            for (Index h = 0; h < model.config.heads; ++h) {
                const Matrix weights = stage(*trace, {StageId::Weights, LayerIndex(layer)}, h);
                for (Index i = 0; i < 12; ++i) {
                    for (Index j = 0; j < 12; ++j) {
                        ASSERT_EQ(weights(i, j) > 0.0F, naiveIsVisible(mask, i, j)) << name << " " << i << ", " << j;
                    }
                }
            }
        }
    }
}

TEST(Forward, UnderACausalMaskALaterTokenChangesNothingEarlier)
{
    Random random;
    SCOPED_TRACE(random.describe());
    ModelConfig config = sinusoidalConfig();
    config.mask.direction = Direction::Causal;
    const Model model = randomModel(config, random);
    const Matrix before = stage(*run(model, textOf({1, 2, 3, 4, 5})), {StageId::Logits});
    const Matrix after = stage(*run(model, textOf({1, 2, 3, 9, 5})), {StageId::Logits});
    EXPECT_TRUE(isClose(after.topRows(3), before.topRows(3), {1e-6, 0.0}));
    EXPECT_FALSE(isClose(after.bottomRows(2), before.bottomRows(2), {1e-2, 0.0}));
    const Experiment lifted{.mask = MaskChoice::None};
    EXPECT_FALSE(isClose(stage(*run(model, textOf({1, 2, 3, 9, 5}), lifted), {StageId::Logits}).topRows(3),
                         stage(*run(model, textOf({1, 2, 3, 4, 5}), lifted), {StageId::Logits}).topRows(3),
                         {1e-2, 0.0}));
}

// "dog bites man" and "man bites dog".
class WordOrder : public testing::Test
{
protected:
    /// The largest difference between two sentences' weights in each layer, once words are put into the same order: word i
    /// of `sentence` is word order[i] of `other`.
    std::vector<double> differences(const std::string& sentence, const std::string& other,
                                    const std::vector<Index>& order, PositionScheme positions)
    {
        const auto traceOf = [&](const std::string& text) {
            return run(*model, *encode(*model, text), {.positions = positions});
        };
        const auto first = traceOf(sentence);
        const auto second = traceOf(other);
        std::vector<double> largest;
        for (Index layer = 0; layer < model->config.layers; ++layer) {
            largest.push_back(0.0);
            for (Index h = 0; h < model->config.heads; ++h) {
                const StageKey key{StageId::Weights, LayerIndex(layer)};
                const Matrix weights = stage(*first, key, h);
                const Matrix reordered = stage(*second, key, h)(order, order);
                largest.back() =
                    std::max(largest.back(), static_cast<double>((weights - reordered).cwiseAbs().maxCoeff()));
            }
        }
        return largest;
    }

    /// The weights are the same: within 1e-6 in the first layer, where nothing but the order of a sum differs; deeper,
    /// where every layer adds its own rounding, within what all stages are held to.
    static void expectNone(const std::vector<double>& differences)
    {
        EXPECT_LE(differences.front(), 1e-6);
        EXPECT_LE(*std::max_element(differences.begin(), differences.end()), 1e-5);
    }

    static std::shared_ptr<const Model> wordModel()
    {
        auto tokenizer = std::make_shared<WordTokenizer>(std::vector<std::string>{"the", "dog", "bites", "man"});
        ModelConfig config = seededModelConfig(*tokenizer);
        config.positions = PositionScheme::Learned;
        return *makeSeededModel(config, 7, tokenizer);
    }

    std::shared_ptr<const Model> model = wordModel();
};

TEST_F(WordOrder, MeansNothingWithoutPositions)
{
    expectNone(differences("dog bites man", "man bites dog", {2, 1, 0}, PositionScheme::None));
    expectNone(differences("the man bites the dog", "the dog bites the man", {0, 4, 2, 3, 1}, PositionScheme::None));
}

TEST_F(WordOrder, MeansNothingWithoutPositionsInAnyLayerOfTheBundledModel)
{
    model = *readBundledModel(BundledModel::Small);
    expectNone(differences("Dog bites man", "Man bites dog", {2, 1, 0}, PositionScheme::None));
    for (const double difference :
         differences("Dog bites man", "Man bites dog", {2, 1, 0}, PositionScheme::Sinusoidal)) {
        EXPECT_GT(difference, 1e-2);
    }
}

TEST_F(WordOrder, MattersInEveryLayerWithEveryPositionScheme)
{
    for (const PositionScheme positions :
         {PositionScheme::Sinusoidal, PositionScheme::Learned, PositionScheme::Rotary, PositionScheme::Alibi}) {
        for (const double difference : differences("the dog bites man", "the man bites dog", {0, 3, 2, 1}, positions)) {
            EXPECT_GT(difference, 1e-2) << positionSchemeName(positions);
        }
    }
}

// Symmetric ALiBi knows how far a word is, not on which side; a whole sentence reversed looks the same to it.
TEST_F(WordOrder, ReversedIsTheSameToSymmetricAlibiOnly)
{
    expectNone(differences("dog bites man", "man bites dog", {2, 1, 0}, PositionScheme::Alibi));
    for (const PositionScheme positions :
         {PositionScheme::Sinusoidal, PositionScheme::Learned, PositionScheme::Rotary}) {
        EXPECT_GT(differences("dog bites man", "man bites dog", {2, 1, 0}, positions).front(), 1e-2)
            << positionSchemeName(positions);
    }
}

TEST(Forward, ScalingOffIsATemperatureOfOneOverTheRootOfTheHeadWidth)
{
    Random random;
    SCOPED_TRACE(random.describe());
    const Model model = randomModel(sinusoidalConfig(), random);  // d = 4, so both are exact.
    const EncodedText text = randomText(model.config, 12, random);
    const auto unscaled = run(model, text, {.scaling = Scaling::Off});
    const auto sharpened = run(model, text, {.temperature = 0.5F});
    for (const auto& [key, tensor] : tensorsOf(*unscaled)) {
        for (Index slice = 0; slice < tensor->slices(); ++slice) {
            const Matrix mine = stage(*unscaled, key, slice);
            const Matrix theirs = stage(*sharpened, key, slice);
            EXPECT_TRUE(isClose(mine, key.id == StageId::Scores ? Matrix(2.0F * theirs) : theirs, {1e-6, 1e-6}))
                << tensorName(key);
        }
    }
    EXPECT_FALSE(isClose(*unscaled, *run(model, text), {1e-2, 0.0}));
}

TEST(Forward, AnAblatedHeadContributesExactlyNothing)
{
    Random random;
    SCOPED_TRACE(random.describe());
    for (const NormPlacement placement : {NormPlacement::Before, NormPlacement::After}) {
        ModelConfig config = sinusoidalConfig();
        config.normPlacement = placement;
        const Model model = randomModel(config, random);
        const EncodedText text = randomText(config, 9, random);
        const Experiment experiment{.ablatedHeads = {head(0, 1), head(1, 0), head(1, 3)}};
        const auto trace = run(model, text, experiment);

        Model cut = model;
        for (const auto& [layer, which] : experiment.ablatedHeads) {
            Matrix& output = cut.weights.blocks[static_cast<std::size_t>(layer.value)].output.weight;
            output.middleRows(which.value * config.headWidth(), config.headWidth()).setZero();
            EXPECT_EQ(stage(*trace, {StageId::Heads, layer}, which.value), Matrix::Zero(9, config.headWidth()));
            EXPECT_TRUE(rowsAreDistributions(stage(*trace, {StageId::Weights, layer}, which.value)))
                << "it still attends";
        }
        EXPECT_NE(stage(*trace, {StageId::Heads, LayerIndex(0)}, 0), Matrix::Zero(9, config.headWidth()));
        const auto expected = run(cut, text);
        const auto whole = run(model, text);
        for (Index layer = 0; layer < config.layers; ++layer) {
            for (const StageId id : {StageId::AttentionOutput, StageId::LayerOutput}) {
                const StageKey key{id, LayerIndex(layer)};
                EXPECT_TRUE(isClose(stage(*trace, key), stage(*expected, key), {1e-6, 1e-6})) << tensorName(key);
                EXPECT_FALSE(isClose(stage(*trace, key), stage(*whole, key), {1e-2, 0.0})) << tensorName(key);
            }
        }
    }
}

TEST(Forward, WithEveryHeadAblatedTheBiasIsAllThatIsLeftOfAttention)
{
    Random random;
    const Model model = randomModel(smallConfig(), random);
    Experiment experiment;
    for (Index h = 0; h < model.config.heads; ++h) {
        experiment.ablatedHeads.insert(head(0, h));
    }
    const auto trace = run(model, randomText(model.config, 5, random), experiment);
    EXPECT_EQ(stage(*trace, {StageId::AttentionOutput, LayerIndex(0)}),
              model.weights.blocks[0].output.bias.replicate(5, 1));
}

TEST(Forward, KeysUsedAsValuesAreTheKeysThatTheScoresUse)
{
    Random random;
    SCOPED_TRACE(random.describe());
    const Model model = randomModel(smallConfig(), random);
    const EncodedText text = randomText(model.config, 9, random);
    const Experiment experiment{.positions = PositionScheme::Rotary, .values = ValueSource::Keys};
    const auto trace = run(model, text, experiment);
    const auto own = run(model, text, {.positions = PositionScheme::Rotary});
    const auto values = [](const Trace& from, StageId id) { return from.find({id, LayerIndex(0)})->values(); };
    EXPECT_TRUE(std::ranges::equal(values(*trace, StageId::Value), values(*own, StageId::Key)));
    EXPECT_TRUE(std::ranges::equal(values(*trace, StageId::Key), values(*own, StageId::Key)));
    EXPECT_TRUE(std::ranges::equal(values(*trace, StageId::Weights), values(*own, StageId::Weights)))
        << "in the first layer what is summed up changes no weight";
}

TEST(Forward, HeadsThatShareTheFirstOnesProjectionsAreAllTheSame)
{
    Random random;
    SCOPED_TRACE(random.describe());
    for (const Index keyValueHeads : {0, 2}) {
        ModelConfig config = sinusoidalConfig();
        config.keyValueHeads = keyValueHeads;
        const Model model = randomModel(config, random);
        const EncodedText text = randomText(config, 9, random);
        const auto own = run(model, text);
        const auto shared = run(model, text, {.sharing = HeadSharing::FirstHead});
        for (const StageId id : {StageId::Query, StageId::Key, StageId::Value, StageId::Weights, StageId::Heads}) {
            for (Index layer = 0; layer < config.layers; ++layer) {
                const Matrix first = stage(*shared, {id, LayerIndex(layer)}, 0);
                for (Index h = 1; h < shared->find({id, LayerIndex(layer)})->slices(); ++h) {
                    EXPECT_EQ(stage(*shared, {id, LayerIndex(layer)}, h), first) << tensorName({id, LayerIndex(layer)});
                    EXPECT_NE(stage(*own, {id, LayerIndex(layer)}, h), first);
                }
            }
            EXPECT_EQ(stage(*shared, {id, LayerIndex(0)}, 0), stage(*own, {id, LayerIndex(0)}, 0));
        }
    }
}

TEST(Forward, NothingFlowsFromATokenWhoseValueIsZeroed)
{
    Random random;
    SCOPED_TRACE(random.describe());
    const Model model = randomModel(sinusoidalConfig(), random);
    const EncodedText text = randomText(model.config, 9, random);
    const auto own = run(model, text);
    const auto zeroed = run(model, text, {.zeroedValues = {TokenIndex(2), TokenIndex(5)}});
    for (Index h = 0; h < model.config.heads; ++h) {
        Matrix weights = stage(*own, {StageId::Weights, LayerIndex(0)}, h);
        EXPECT_EQ(stage(*zeroed, {StageId::Weights, LayerIndex(0)}, h), weights) << "it is still looked at";
        weights.col(2).setZero();
        weights.col(5).setZero();
        EXPECT_TRUE(isClose(stage(*zeroed, {StageId::Heads, LayerIndex(0)}, h),
                            multiply(weights, stage(*own, {StageId::Value, LayerIndex(0)}, h)), {1e-6, 1e-6}));
        for (Index layer = 0; layer < model.config.layers; ++layer) {
            const Matrix value = stage(*zeroed, {StageId::Value, LayerIndex(layer)}, h);
            for (Index token = 0; token < 9; ++token) {
                EXPECT_EQ(value.row(token).isZero(0.0F), token == 2 || token == 5) << "layer " << layer;
            }
        }
    }
    EXPECT_TRUE(isIdentical(*run(model, text, {.zeroedValues = {TokenIndex(9), TokenIndex(4000)}}), *own))
        << "tokens beyond the text change nothing";
}

TEST(Forward, ScalingAndTemperatureMeanNothingToALinearKernel)
{
    Random random;
    const Model model = randomModel(sinusoidalConfig(), random);
    const EncodedText text = randomText(model.config, 9, random);
    EXPECT_TRUE(isIdentical(
        *run(model, text, {.scaling = Scaling::Off, .temperature = 0.2F, .kernel = AttentionKernel::Linear}),
        *run(model, text, {.kernel = AttentionKernel::Linear})));
}

TEST(Forward, TheSameRequestGivesTheSameBits)
{
    Random random;
    SCOPED_TRACE(random.describe());
    ModelConfig config = sinusoidalConfig();
    config.width = 128;
    config.feedForwardWidth = 512;
    config.maxTokens = 129;
    const Model model = randomModel(config, random);
    const EncodedText text = randomText(config, 129, random);
    const int threads = productThreads();
    setProductThreads(3);
    const auto onThree = run(model, text);
    EXPECT_TRUE(isIdentical(*onThree, *run(model, text)));
    setProductThreads(1);
    const auto onOne = run(model, text);
    EXPECT_TRUE(isIdentical(*onOne, *run(model, text)));
    EXPECT_TRUE(isClose(*onThree, *onOne));
    setProductThreads(threads);
}

TEST(Forward, EveryToggleChangesTheResultAndUndoingItRestoresEveryBit)
{
    Random random;
    SCOPED_TRACE(random.describe());
    const Model model = randomModel(sinusoidalConfig(), random);
    const EncodedText text = randomText(model.config, 12, random);
    const auto before = run(model, text);
    for (const auto& [name, experiment] : toggles()) {
        const auto toggled = run(model, text, experiment);
        EXPECT_FALSE(isClose(stage(*toggled, {StageId::Logits}), stage(*before, {StageId::Logits}), {1e-2, 0.0}))
            << name;
        EXPECT_TRUE(isIdentical(*run(model, text), *before)) << name;
    }
}

TEST(Forward, ChoosingWhatTheModelHasAnywayChangesNothing)
{
    Random random;
    ModelConfig config = sinusoidalConfig();
    config.mask.direction = Direction::Causal;
    const Model model = randomModel(config, random);
    const EncodedText text = randomText(config, 8, random);
    EXPECT_TRUE(isIdentical(*run(model, text, {.positions = PositionScheme::Sinusoidal, .mask = MaskChoice::Causal}),
                            *run(model, text)));
    EXPECT_TRUE(isIdentical(*run(model, text, {.mask = MaskChoice::Painted}), *run(model, text)));
    EXPECT_TRUE(isIdentical(
        *run(model, text, {.mask = MaskChoice::Painted, .hiddenCells = CellSet({{0, 1, 8}, {3, 5, 7}, {8, 0, 9}})}),
        *run(model, text)))
        << "these are in the future, or beyond the text";
    EXPECT_TRUE(isIdentical(*run(model, text, {.mask = MaskChoice::Block, .maskReach = 4}), *run(model, text)))
        << "two blocks are neighbours";
}

TEST(Forward, AnotherSeedGivesOtherAttention)
{
    auto tokenizer = std::make_shared<WordTokenizer>(std::vector<std::string>{"dog", "bites", "man"});
    const auto weightsOf = [&](std::uint64_t seed) {
        const auto model = *makeSeededModel(seededModelConfig(*tokenizer), seed, tokenizer);
        return stage(*run(*model, *encode(*model, "dog bites man")), {StageId::Weights, LayerIndex(0)});
    };
    EXPECT_TRUE(isIdentical(weightsOf(1), weightsOf(1)));
    EXPECT_FALSE(isClose(weightsOf(1), weightsOf(2), {1e-2, 0.0}));
}

TEST(Forward, HugeWeightsNeverGiveNanInTheAttention)
{
    Random random;
    Model model = randomModel(sinusoidalConfig(), random);
    model.weights.blocks[0].query.weight *= 1e15F;
    model.weights.blocks[0].key.weight *= 1e15F;
    const auto trace = run(model, randomText(model.config, 9, random), {.mask = MaskChoice::Causal});
    for (Index h = 0; h < model.config.heads; ++h) {
        EXPECT_GT(stage(*trace, {StageId::Scores, LayerIndex(0)}, h).cwiseAbs().maxCoeff(), 1e29F);
        EXPECT_TRUE(rowsAreDistributions(stage(*trace, {StageId::Weights, LayerIndex(0)}, h)));
    }
    EXPECT_TRUE(stage(*trace, {StageId::Logits}).allFinite());
}

TEST(Forward, SaysWhatIsWrongWithTheRequest)
{
    Random random;
    const Model model = randomModel(sinusoidalConfig(), random);
    Model unlearned = model;
    unlearned.weights.positionEmbedding = {};
    ModelConfig oddConfig = smallConfig();
    oddConfig.width = 12;
    const Model odd = randomModel(oddConfig, random);
    struct Case
    {
        const char* name;
        const Model& model;
        EncodedText text;
        Experiment experiment;
        ErrorCode code;
        const char* message;
    };
    using enum ErrorCode;
    const std::vector<std::int32_t> thirteen(13, 1);
    for (const auto& [name, used, text, experiment, code, message] : {
             Case{"no token", model, {}, {}, EmptyInput, "The text has no token; type at least one word."},
             Case{"a token too many",
                  model,
                  textOf(thirteen),
                  {},
                  TooLong,
                  "The text has 13 tokens; random takes at most 12."},
             Case{"id beyond the vocabulary",
                  model,
                  textOf({0, 11}),
                  {},
                  InvalidArgument,
                  "There is no token 11: the vocabulary of random has ids 0 to 10."},
             Case{"negative id",
                  model,
                  textOf({-1}),
                  {},
                  InvalidArgument,
                  "There is no token -1: the vocabulary of random has ids 0 to 10."},
             Case{"learned positions that were never learned",
                  unlearned,
                  textOf({1}),
                  {.positions = PositionScheme::Learned},
                  InvalidArgument,
                  "random has no learned positions."},
             Case{"rotary positions on heads of odd width",
                  odd,
                  textOf({1}),
                  {.positions = PositionScheme::Rotary},
                  InvalidArgument,
                  "Rotary positions turn pairs of dimensions, and the head width 3 is odd."},
             Case{"head that is not there",
                  model,
                  textOf({1}),
                  {.ablatedHeads = {head(2, 0)}},
                  InvalidArgument,
                  "There is no head 2.0: the model has layers 0 to 1 and heads 0 to 3."},
             Case{"temperature of zero",
                  model,
                  textOf({1}),
                  {.temperature = 0.0F},
                  InvalidArgument,
                  "The softmax temperature must be a positive number, not 0."},
             Case{"stride of zero",
                  model,
                  textOf({1}),
                  {.mask = MaskChoice::Strided, .maskReach = 0},
                  InvalidArgument,
                  "A strided mask needs a stride of 1 or more tokens, not 0."},
             Case{"a painted mask that leaves a query nothing",
                  model,
                  textOf({1, 2, 3}),
                  {.mask = MaskChoice::Painted, .hiddenCells = CellSet({{1, 0, 3}})},
                  InvalidArgument,
                  "The mask (3 cells hidden by hand) hides all 3 keys from query 1; every query must see a key."},
             Case{"a bias on scores that linear attention has not",
                  model,
                  textOf({1}),
                  {.kernel = AttentionKernel::Linear, .positions = PositionScheme::Alibi},
                  InvalidArgument,
                  "Linear attention has no scores that ALiBi could add its bias to; choose other positions."},
         }) {
        SCOPED_TRACE(name);
        const auto trace = forward(shared(used), text, experiment);
        ASSERT_FALSE(trace);
        EXPECT_EQ(trace.error(), (Error{code, message}));
    }
}

TEST(Forward, StopsWhenAsked)
{
    Random random;
    const Model model = randomModel(smallConfig(), random);
    std::stop_source source;
    EXPECT_TRUE(forward(shared(model), textOf({1, 2}), {}, source.get_token()));
    source.request_stop();
    const auto trace = forward(shared(model), textOf({1, 2}), {}, source.get_token());
    ASSERT_FALSE(trace);
    EXPECT_EQ(trace.error(), (Error{ErrorCode::Cancelled, "The computation was cancelled."}));
}

class Encode : public testing::Test
{
protected:
    Encode()
    {
        Random random;
        ModelConfig config = smallConfig();
        config.vocabulary = 3;
        config.maxTokens = 4;
        model = randomModel(config, random);
        model.tokenizer = std::make_shared<WordTokenizer>(std::vector<std::string>{"dog", "bites", "man"});
    }

    Model model;
};

TEST_F(Encode, KeepsTheTextAndItsTokens)
{
    const Result<EncodedText> encoded = encode(model, "man bites dog");
    ASSERT_TRUE(encoded);
    EXPECT_EQ(encoded->text, "man bites dog");
    EXPECT_EQ(encoded->tokens, (std::vector<Token>{{2, "man", {0, 3}}, {1, "bites", {4, 9}}, {0, "dog", {10, 13}}}));
    EXPECT_EQ(encoded->droppedTokens, 0);
}

TEST_F(Encode, CutsAtTheModelsLongestTextAndSaysByHowMuch)
{
    const Result<EncodedText> exact = encode(model, "dog dog man man");
    ASSERT_TRUE(exact);
    EXPECT_EQ(exact->tokens.size(), 4U);
    EXPECT_EQ(exact->droppedTokens, 0);
    const Result<EncodedText> longer = encode(model, "dog dog man man bites bites");
    ASSERT_TRUE(longer);
    EXPECT_EQ(longer->tokens, exact->tokens);
    EXPECT_EQ(longer->droppedTokens, 2);
    EXPECT_TRUE(forward(shared(model), *longer));
}

TEST_F(Encode, RejectsATextWithoutTokensAndPassesOnTheTokenizersError)
{
    for (const char* empty : {"", "   "}) {
        const Result<EncodedText> encoded = encode(model, empty);
        ASSERT_FALSE(encoded);
        EXPECT_EQ(encoded.error(), (Error{ErrorCode::EmptyInput, "The text has no token; type at least one word."}));
    }
    const Result<EncodedText> unknown = encode(model, "dog bites cat");
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error(), (Error{ErrorCode::InvalidUtf8, "\"cat\" is unknown."}));
}

}  // namespace
}  // namespace headlight::test
