#include "core/analysis/pipeline.h"

#include "core/analysis/stage_matrix.h"
#include "core/io/model_folder.h"
#include "core/model/norm.h"
#include "tests/core/support/closeness.h"
#include "tests/core/support/models.h"
#include "tests/core/support/traces.h"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <set>
#include <stdexcept>

namespace headlight::test {
namespace {

using enum StageId;

const std::filesystem::path kFamilies = std::filesystem::path(HEADLIGHT_GOLDEN_DIR) / "families";

std::shared_ptr<const Model> family(const std::string& name)
{
    return readModelFolder(kFamilies / name).value();
}

/// Folders of every way in which checkpoints differ.
std::vector<std::string> families()
{
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(kFamilies)) {
        names.push_back(entry.path().filename().string());
    }
    return names;
}

HeadAddress headAt(Index layer, Index head)
{
    return {LayerIndex(layer), HeadIndex(head)};
}

std::vector<PipelineStep> stepsOf(const Model& model, const Experiment& experiment = {},
                                  HeadAddress head = headAt(0, 0))
{
    return pipelineOf(model, *run(model, textOf({3, 1, 4, 1}), experiment), head);
}

std::vector<StageId> idsOf(const std::vector<PipelineStep>& steps)
{
    std::vector<StageId> ids;
    for (const PipelineStep& step : steps) {
        ids.push_back(step.key.id);
    }
    return ids;
}

const PipelineStep& find(const std::vector<PipelineStep>& steps, StageId id)
{
    const auto found = std::ranges::find(steps, id, [](const PipelineStep& step) { return step.key.id; });
    if (found == steps.end()) {
        throw std::runtime_error("no step " + std::string(stageInfo(id).name));
    }
    return *found;
}

std::string formulaOf(const std::vector<PipelineStep>& steps, StageId id)
{
    return find(steps, id).formula;
}

Model smallModel(const ModelConfig& config = smallConfig())
{
    Random random;
    return randomModel(config, random);
}

TEST(Pipeline, OfABeforeNormModelIsTheTablesOrder)
{
    const Model model = smallModel();
    const std::vector<StageId> expected = {
        TokenEmbedding,
        EmbeddingOutput,
        LayerInput,
        AttentionNorm,
        Query,
        Key,
        Value,
        RawScores,
        Scores,
        MaskedScores,
        Weights,
        Heads,
        Concat,
        AttentionOutput,
        AttentionResidual,
        FeedForwardNorm,
        FeedForwardHidden,
        FeedForwardActivation,
        FeedForwardOutput,
        LayerOutput,
        FinalNorm,
        Logits,
    };
    EXPECT_EQ(idsOf(stepsOf(model)), expected);
}

TEST(Pipeline, OfAnAfterNormModelNormsAfterEachResidual)
{
    const auto steps = stepsOf(*family("bert_masked_untied"));
    const std::vector<StageId> expected = {
        TokenEmbedding,
        PositionEmbedding,
        TypeEmbedding,
        EmbeddingOutput,
        LayerInput,
        Query,
        Key,
        Value,
        RawScores,
        Scores,
        MaskedScores,
        Weights,
        Heads,
        Concat,
        AttentionOutput,
        AttentionResidual,
        AttentionNorm,
        FeedForwardHidden,
        FeedForwardActivation,
        FeedForwardOutput,
        FeedForwardNorm,
        LayerOutput,
        Logits,
    };
    EXPECT_EQ(idsOf(steps), expected);
    EXPECT_EQ(formulaOf(steps, EmbeddingOutput), "LayerNorm(token + position + segment)");
    EXPECT_EQ(formulaOf(steps, Query), "Q = X·W_Q + b_Q");
    EXPECT_EQ(formulaOf(steps, AttentionNorm), "LayerNorm(after attention)");
    EXPECT_EQ(formulaOf(steps, FeedForwardNorm), "LayerNorm(attention norm + feed-forward output)");
    EXPECT_EQ(find(steps, FeedForwardNorm).inputs, (std::vector{AttentionNorm, FeedForwardOutput}));
    EXPECT_EQ(formulaOf(steps, Logits), "LayerNorm(GELU(output of layer 1·W + b))·Uᵀ + b");
}

TEST(Pipeline, OfAParallelBlockReadsTheLayersInputTwice)
{
    const auto steps = stepsOf(*family("gpt_neox_base"));
    EXPECT_EQ(find(steps, FeedForwardNorm).inputs, std::vector{LayerInput});
    EXPECT_EQ(formulaOf(steps, FeedForwardNorm), "LayerNorm(X)");
    EXPECT_EQ(find(stepsOf(*family("gpt_neox_sequential")), FeedForwardNorm).inputs, std::vector{AttentionResidual});
}

TEST(Pipeline, OfALlamaHasRmsNormsRotationAndAGate)
{
    const auto steps = stepsOf(*family("llama_base"));
    EXPECT_EQ(formulaOf(steps, AttentionNorm), "RMSNorm(X)");
    EXPECT_EQ(formulaOf(steps, Query), "Q = rotate(norm·W_Q, position)");
    EXPECT_EQ(formulaOf(steps, Key), "K = rotate(norm·W_K, position)");
    EXPECT_EQ(formulaOf(steps, StageId::Value), "V = norm·W_V");
    EXPECT_EQ(formulaOf(steps, AttentionOutput), "concat·W_O");
    EXPECT_EQ(formulaOf(steps, FeedForwardGate), "norm·W_gate");
    EXPECT_EQ(formulaOf(steps, FeedForwardActivation), "SiLU(gate) ⊙ hidden");
    EXPECT_EQ(find(steps, FeedForwardActivation).inputs, (std::vector{FeedForwardHidden, FeedForwardGate}));
    EXPECT_EQ(formulaOf(steps, EmbeddingOutput), "token");
    EXPECT_EQ(formulaOf(stepsOf(*family("qwen3_tied")), Query), "Q = rotate(RMSNorm(norm·W_Q), position)");
    EXPECT_EQ(formulaOf(stepsOf(*family("qwen2_tied")), Query), "Q = rotate(norm·W_Q + b_Q, position)");
}

TEST(Pipeline, OfAnEncoderWithoutAHeadEndsWithItsLastLayer)
{
    EXPECT_EQ(idsOf(stepsOf(*family("distilbert_base"))).back(), LayerOutput);
    EXPECT_EQ(idsOf(stepsOf(*family("distilbert_masked"))).back(), Logits);
}

TEST(Pipeline, SaysWhatTheExperimentChanges)
{
    const Model model = smallModel();
    EXPECT_EQ(formulaOf(stepsOf(model), Scores), "Q·Kᵀ/√d");
    EXPECT_EQ(formulaOf(stepsOf(model, {.scaling = Scaling::Off}), Scores), "Q·Kᵀ");
    EXPECT_EQ(find(stepsOf(model, {.scaling = Scaling::Off}), Scores).operation, "not scaled");
    EXPECT_EQ(formulaOf(stepsOf(model, {.temperature = 2.5F}), Weights), "softmax((scores + mask)/2.5)");
    EXPECT_EQ(formulaOf(stepsOf(model), Weights), stageInfo(Weights).formula);
    EXPECT_EQ(formulaOf(stepsOf(model), MaskedScores), "scores + mask: none");
    EXPECT_EQ(formulaOf(stepsOf(model, {.mask = MaskChoice::Causal}), MaskedScores), "scores + mask: causal");

    Experiment positions;
    positions.positions = PositionScheme::Alibi;
    EXPECT_EQ(formulaOf(stepsOf(model, positions), Scores), "Q·Kᵀ/√d − 0.25·|i − j|") << "slope 2^(−8/4) of head 0";
    EXPECT_EQ(formulaOf(stepsOf(model, positions, headAt(0, 1)), Scores), "Q·Kᵀ/√d − 0.0625·|i − j|");
    positions.positions = PositionScheme::Sinusoidal;
    EXPECT_EQ(formulaOf(stepsOf(model, positions), PositionEmbedding), "sin, cos(position/10000^(2i/D))");
    EXPECT_EQ(formulaOf(stepsOf(model, positions), EmbeddingOutput), "token + position");
    positions.positions = PositionScheme::Learned;
    EXPECT_EQ(formulaOf(stepsOf(model, positions), PositionEmbedding), stageInfo(PositionEmbedding).formula);

    const auto linear = stepsOf(model, {.temperature = 2.5F, .kernel = AttentionKernel::Linear});
    EXPECT_EQ(formulaOf(linear, Scores), "φ(Q)·φ(K)ᵀ, φ(x) = elu(x) + 1");
    EXPECT_EQ(find(linear, Scores).inputs, (std::vector{Query, Key}));
    EXPECT_EQ(formulaOf(linear, Weights), "scores ÷ sum of the row's visible scores");
    EXPECT_EQ(std::ranges::count(idsOf(linear), RawScores), 0) << "it multiplies features, not queries and keys";
    const auto keys = stepsOf(model, {.values = ValueSource::Keys, .zeroedValues = {TokenIndex(1), TokenIndex(40)}});
    EXPECT_EQ(formulaOf(keys, StageId::Value), "V = K, 0 for token 1");
    EXPECT_EQ(find(keys, StageId::Value).inputs, std::vector{Key});
    const auto shared = stepsOf(model, {.sharing = HeadSharing::FirstHead}, headAt(0, 1));
    EXPECT_EQ(formulaOf(shared, Query), "Q = norm·W_Q + b_Q of head 0");
    EXPECT_EQ(formulaOf(shared, StageId::Value), "V = norm·W_V + b_V of head 0");

    Experiment ablated;
    ablated.ablatedHeads = {headAt(0, 2)};
    EXPECT_EQ(formulaOf(stepsOf(model, ablated, headAt(0, 2)), Heads), "0: the head is switched off");
    EXPECT_EQ(formulaOf(stepsOf(model, ablated, headAt(0, 1)), Heads), stageInfo(Heads).formula);
}

TEST(Pipeline, SaysHowScoresAreScaled)
{
    const auto byLayer = family("gpt2_base_scaled_by_layer");
    EXPECT_EQ(formulaOf(stepsOf(*byLayer), Scores), "Q·Kᵀ/(√d·1)");
    EXPECT_EQ(formulaOf(stepsOf(*byLayer, {}, headAt(1, 0)), Scores), "Q·Kᵀ/(√d·2)");
    EXPECT_EQ(formulaOf(stepsOf(*family("gpt2_unscaled_stored_head")), Scores), "Q·Kᵀ");
    ModelConfig config = smallConfig();
    config.ownScoreScale = 0.125F;
    EXPECT_EQ(formulaOf(stepsOf(smallModel(config)), Scores), "Q·Kᵀ·0.125");
}

TEST(Pipeline, SaysWhichLayersLieBetween)
{
    const Model model = smallModel();
    const auto first = stepsOf(model);
    EXPECT_EQ(formulaOf(first, LayerInput), "X = embedding");
    EXPECT_EQ(find(first, FinalNorm).operation, "layer 1, norm");
    const auto last = stepsOf(model, {}, headAt(1, 0));
    EXPECT_EQ(formulaOf(last, LayerInput), "X = output of layer 0");
    EXPECT_EQ(find(last, LayerInput).operation, "layer 0");
    EXPECT_EQ(find(last, FinalNorm).operation, "norm");
    EXPECT_EQ(find(last, LayerInput).key, (StageKey{LayerInput, LayerIndex(1)}));
    EXPECT_EQ(find(last, Logits).key, StageKey{Logits});
}

TEST(Pipeline, OfATraceWithWeightsAloneIsThatStage)
{
    const Model model = smallModel();
    const auto trace = run(model, textOf({1, 2}));
    const Trace bare(trace->info(), {{{Weights}, trace->find({Weights})}});
    const auto steps = pipelineOf(model, bare, headAt(0, 0));
    ASSERT_EQ(idsOf(steps), std::vector{Weights});
    EXPECT_TRUE(steps.front().inputs.empty());
    EXPECT_TRUE(pipelineOf(model, Trace(trace->info(), {}), headAt(0, 0)).empty());
}

/// What the model's own arithmetic makes of a step's inputs, for the steps whose inputs say all.
std::optional<Matrix> computed(const Model& model, const PipelineStep& step, HeadAddress head,
                               const std::function<Matrix(StageId)>& matrixOf)
{
    const BlockWeights& weights = model.weights.blocks[static_cast<std::size_t>(head.layer.value)];
    Matrix sum = matrixOf(step.inputs.front());
    for (std::size_t i = 1; i < step.inputs.size(); ++i) {
        const Matrix summand = matrixOf(step.inputs[i]);
        if (summand.cols() != sum.cols()) {
            return std::nullopt;
        }
        sum += summand;
    }
    const auto norm = [&](const NormWeights& of) {
        return model.config.normKind == NormKind::LayerNorm ? layerNorm(sum, of, model.config.normEpsilon)
                                                            : rmsNorm(sum, of, model.config.normEpsilon);
    };
    switch (step.key.id) {
    case EmbeddingOutput:
        return model.config.hasEmbeddingNorm ? norm(model.weights.embeddingNorm) : sum;
    case AttentionNorm:
        return norm(weights.attentionNorm);
    case FeedForwardNorm:
        return norm(weights.feedForwardNorm);
    case AttentionOutput:
        return linear(sum, weights.output);
    case FeedForwardHidden:
        return linear(sum, weights.expand);
    case FeedForwardGate:
        return linear(sum, weights.gate);
    case FeedForwardOutput:
        return linear(sum, weights.contract);
    case AttentionResidual:
    case LayerOutput:
        return sum;
    case StageId::Value:
        return linear(sum, weights.value)
            .middleCols(head.head.value * model.config.groups() / model.config.heads * model.config.headWidth(),
                        model.config.headWidth());
    default:
        return std::nullopt;
    }
}

TEST(Pipeline, OfEveryFamilyHasEveryStageOnceAfterItsInputsWhichMakeItsNumbers)
{
    const std::vector<std::string> names = families();
    ASSERT_GT(names.size(), 40U);
    int checked = 0;
    for (const std::string& name : names) {
        SCOPED_TRACE(name);
        const auto model = family(name);
        const auto trace = run(*model, textOf({3, 1, 4, 1}));
        for (Index layer = 0; layer < model->config.layers; ++layer) {
            const HeadAddress head = headAt(layer, model->config.heads - 1);
            const auto matrixOf = [&](StageId id) {
                const Stage& stage = stageInfo(id);
                const StageKey key{id, stage.scope == StageScope::Layer ? head.layer : LayerIndex(0)};
                return (*stageMatrix(*trace, key, head.head))->cells();
            };
            std::set<StageKey> seen;
            for (const PipelineStep& step : pipelineOf(*model, *trace, head)) {
                EXPECT_FALSE(step.formula.empty());
                for (const StageId input : step.inputs) {
                    EXPECT_TRUE(std::ranges::any_of(seen, [input](const StageKey& key) { return key.id == input; }))
                        << tensorName(step.key) << " comes before " << stageInfo(input).name;
                }
                EXPECT_TRUE(seen.insert(step.key).second) << tensorName(step.key) << " twice";
                EXPECT_TRUE(stageMatrix(*trace, step.key, head.head)) << tensorName(step.key);
                if (!step.inputs.empty()) {
                    if (const auto expected = computed(*model, step, head, matrixOf)) {
                        EXPECT_TRUE(isClose(matrixOf(step.key.id), *expected)) << tensorName(step.key);
                        ++checked;
                    }
                }
            }
            for (const auto& [key, tensor] : tensorsOf(*trace)) {
                const bool belongs = stageInfo(key.id).scope == StageScope::Model || key.layer == head.layer;
                EXPECT_EQ(seen.contains(key), belongs) << tensorName(key);
            }
        }
    }
    EXPECT_GT(checked, 500);
}

}  // namespace
}  // namespace headlight::test
