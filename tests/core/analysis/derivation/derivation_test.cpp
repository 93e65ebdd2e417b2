#include "core/analysis/derivation/derivation.h"

#include "core/analysis/stage_matrix.h"
#include "core/io/model_folder.h"
#include "core/model/parameters.h"
#include "tests/core/support/models.h"
#include "tests/core/support/traces.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <functional>
#include <set>

namespace headlight::test {
namespace {

using Change = std::function<void(ModelConfig&, Experiment&)>;

/// One way in which models or experiments differ.
struct Case
{
    std::string name;
    Change change;
};

ModelConfig configOf(const Case& model, Experiment& experiment)
{
    ModelConfig config = smallConfig();
    config.hasOutputBias = true;
    model.change(config, experiment);
    return config;
}

std::vector<Case> cases()
{
    std::vector<Case> list = {
        {"norm before", [](ModelConfig&, Experiment&) {}},
        {"norm after", [](ModelConfig& c, Experiment&) { c.normPlacement = NormPlacement::After; }},
        {"parallel", [](ModelConfig& c, Experiment&) { c.residualOrder = ResidualOrder::Parallel; }},
        {"gated", [](ModelConfig& c, Experiment&) { c.feedForward = FeedForwardKind::Gated; }},
        {"RMSNorm", [](ModelConfig& c, Experiment&) { c.normKind = NormKind::RmsNorm; }},
        {"query-key norm", [](ModelConfig& c, Experiment&) { c.hasQueryKeyNorm = true; }},
        {"grouped keys", [](ModelConfig& c, Experiment&) { c.keyValueHeads = 2; }},
        {"own head width", [](ModelConfig& c, Experiment&) { c.ownHeadWidth = 6; }},
        {"sinusoidal", [](ModelConfig& c, Experiment&) { c.positions = PositionScheme::Sinusoidal; }},
        {"learned", [](ModelConfig& c, Experiment&) { c.positions = PositionScheme::Learned; }},
        {"rotary", [](ModelConfig& c, Experiment&) { c.positions = PositionScheme::Rotary; }},
        {"rotary in part, with norm",
         [](ModelConfig& c, Experiment&) {
             c.positions = PositionScheme::Rotary;
             c.rotary.dimensions = 2;
             c.hasQueryKeyNorm = true;
         }},
        {"rotary stretched",
         [](ModelConfig& c, Experiment&) {
             c.positions = PositionScheme::Rotary;
             c.rotary.scaling = RotaryScaling::Linear;
             c.rotary.factor = 4.0;
         }},
        {"ALiBi", [](ModelConfig& c, Experiment&) { c.positions = PositionScheme::Alibi; }},
        {"segments and embedding norm",
         [](ModelConfig& c, Experiment&) {
             c.segments = 2;
             c.hasEmbeddingNorm = true;
             c.positions = PositionScheme::Learned;
         }},
        {"no biases",
         [](ModelConfig& c, Experiment&) {
             c.biases = {false, false, false};
         }},
        {"own scale", [](ModelConfig& c, Experiment&) { c.ownScoreScale = 0.3F; }},
        {"scale by layer", [](ModelConfig& c, Experiment&) { c.scalesByLayer = true; }},
        {"own scale by layer",
         [](ModelConfig& c, Experiment&) {
             c.ownScoreScale = 0.3F;
             c.scalesByLayer = true;
         }},
        {"no head",
         [](ModelConfig& c, Experiment&) {
             c.outputHead = OutputHead::None;
             c.hasOutputBias = false;
         }},
        {"own output embedding", [](ModelConfig& c, Experiment&) { c.outputEmbedding = OutputEmbedding::Own; }},
        {"transformed head",
         [](ModelConfig& c, Experiment&) {
             c.normPlacement = NormPlacement::After;
             c.outputHead = OutputHead::Transformed;
         }},
        {"masks by layer",
         [](ModelConfig& c, Experiment&) {
             c.layerMasks = {{.direction = Direction::Causal},
                             {.direction = Direction::Causal, .pattern = MaskPattern::Window, .reach = 2}};
         }},
        {"scaling off", [](ModelConfig&, Experiment& e) { e.scaling = Scaling::Off; }},
        {"sharpened", [](ModelConfig&, Experiment& e) { e.temperature = 0.4F; }},
        {"no positions",
         [](ModelConfig& c, Experiment& e) {
             c.positions = PositionScheme::Learned;
             e.positions = PositionScheme::None;
         }},
        {"positions replaced", [](ModelConfig&, Experiment& e) { e.positions = PositionScheme::Rotary; }},
        {"causal", [](ModelConfig&, Experiment& e) { e.mask = MaskChoice::Causal; }},
        {"strided",
         [](ModelConfig&, Experiment& e) {
             e.mask = MaskChoice::Strided;
             e.maskReach = 3;
         }},
        {"linear kernel",
         [](ModelConfig&, Experiment& e) {
             e.kernel = AttentionKernel::Linear;
             e.mask = MaskChoice::Causal;
         }},
        {"block mask with a global token",
         [](ModelConfig&, Experiment& e) {
             e.mask = MaskChoice::Block;
             e.maskReach = 2;
             e.globalTokens = 1;
         }},
        {"painted mask",
         [](ModelConfig&, Experiment& e) {
             e.mask = MaskChoice::Painted;
             e.hiddenCells = CellSet({{1, 0, 1}, {4, 2, 5}});
         }},
        {"keys as values",
         [](ModelConfig& c, Experiment& e) {
             c.positions = PositionScheme::Rotary;
             c.keyValueHeads = 2;
             e.values = ValueSource::Keys;
         }},
        {"shared projections",
         [](ModelConfig& c, Experiment& e) {
             c.keyValueHeads = 2;
             e.sharing = HeadSharing::FirstHead;
         }},
        {"zeroed values",
         [](ModelConfig&, Experiment& e) {
             e.zeroedValues = {TokenIndex(0), TokenIndex(3)};
         }},
        {"head off",
         [](ModelConfig&, Experiment& e) {
             e.ablatedHeads = {{LayerIndex(1), HeadIndex(2)}};
         }},
    };
    for (const Activation activation :
         {Activation::Relu, Activation::Gelu, Activation::GeluTanh, Activation::QuickGelu, Activation::Silu}) {
        list.push_back({"activation " + std::to_string(static_cast<int>(activation)),
                        [activation](ModelConfig& c, Experiment&) { c.activation = activation; }});
    }
    return list;
}

/// Random weights of any configuration, gains around 1.
Model modelOf(const ModelConfig& config, Random& random)
{
    Model model{
        .name = "random", .note = "untrained", .config = config, .weights = unsetWeights(config), .tokenizer = nullptr};
    for (Parameter& parameter : parameters(model.weights)) {
        const float bound = parameter.isMatrix() ? 2.5F / std::sqrt(static_cast<float>(config.width)) : 0.5F;
        parameter.values = random.matrix(parameter.values.rows(), parameter.values.cols(), bound);
        if (parameter.name.ends_with(".gain")) {
            parameter.values.array() += 1.0F;
        }
    }
    return model;
}

EncodedText textFor(const ModelConfig& config, Random& random)
{
    EncodedText text = randomText(config, 7, random);
    for (std::size_t i = 3; i < text.tokens.size(); ++i) {
        text.tokens[i].segment = 1;
    }
    return text;
}

/// Every stage of every layer that the trace has or that follows from it.
std::vector<StageKey> stagesOf(const Trace& trace)
{
    std::vector<StageKey> keys;
    for (const Stage& stage : stages()) {
        const Index layers = stage.scope == StageScope::Layer ? trace.info().layers : 1;
        for (Index layer = 0; layer < layers; ++layer) {
            const StageKey key{stage.id, LayerIndex(layer)};
            if (hasCell(trace, {.stage = key})) {
                keys.push_back(key);
            }
        }
    }
    return keys;
}

CellAddress randomCell(const Trace& trace, const StageKey& key, Random& random)
{
    CellAddress cell{.stage = key, .head = HeadIndex(random.index(0, trace.info().heads - 1))};
    const auto matrix = stageMatrix(trace, key, cell.head).value();
    cell.row = random.index(0, matrix->rows() - 1);
    cell.column = random.index(0, matrix->cols() - 1);
    return cell;
}

double tracedAt(const Trace& trace, const CellAddress& cell)
{
    return static_cast<double>(
        stageMatrix(trace, cell.stage, cell.head).value()->at(TokenIndex(cell.row), TokenIndex(cell.column)));
}

/// Fails where an operand that says which cell it is has another value than that cell.
void expectOperandsAreTheirCells(const Expression& expression, const Trace& trace)
{
    if (expression.cell) {
        ASSERT_TRUE(hasCell(trace, *expression.cell)) << expression.symbol;
        ASSERT_EQ(expression.number.value, tracedAt(trace, *expression.cell)) << expression.symbol;
    }
    for (const Expression& part : expression.parts) {
        expectOperandsAreTheirCells(part, trace);
    }
}

/// Checks cells of each stage.  @return the stages
std::set<StageId> expectDerivationsAgree(const Model& model, const Trace& trace, int cells, Random& random)
{
    std::set<StageId> seen;
    for (const StageKey& key : stagesOf(trace)) {
        seen.insert(key.id);
        for (int i = 0; i < cells; ++i) {
            const CellAddress cell = randomCell(trace, key, random);
            SCOPED_TRACE(tensorName(key) + " head " + std::to_string(cell.head.value) + " [" +
                         std::to_string(cell.row) + ", " + std::to_string(cell.column) + "]");
            const Result<Derivation> derivation = derive(model, trace, cell);
            if (!derivation) {
                ADD_FAILURE() << derivation.error().message;
                return seen;
            }
            const Rounded& derived = derivation->derived();
            EXPECT_EQ(derivation->traced, tracedAt(trace, cell));
            EXPECT_LE(derivation->difference(), derived.rounding)
                << derived.value << " is derived, " << derivation->traced << " traced";
            if (std::isfinite(derived.value)) {
                EXPECT_LT(derived.rounding, 1e-3 * (1.0 + std::abs(derived.value))) << "a bound that bounds nothing";
            }
            for (const DerivationStep& step : derivation->steps) {
                expectOperandsAreTheirCells(step.value, trace);
            }
        }
    }
    return seen;
}

TEST(Derivation, AgreesWithTheTraceInEveryStageWhateverTheModelAndExperiment)
{
    Random random;
    SCOPED_TRACE(random.describe());
    std::set<StageId> seen;
    for (const Case& model : cases()) {
        SCOPED_TRACE(model.name);
        Experiment experiment;
        const ModelConfig config = configOf(model, experiment);
        ASSERT_TRUE(validate(config).has_value());
        const Model made = modelOf(config, random);
        const auto trace = run(made, textFor(config, random), experiment);
        seen.merge(expectDerivationsAgree(made, *trace, 20, random));
    }
    EXPECT_EQ(seen.size(), stages().size()) << "a stage was never derived";
}

TEST(Derivation, AgreesWithTheTraceOfEveryFamily)
{
    Random random;
    SCOPED_TRACE(random.describe());
    int families = 0;
    for (const auto& folder :
         std::filesystem::directory_iterator(std::filesystem::path(HEADLIGHT_GOLDEN_DIR) / "families")) {
        SCOPED_TRACE(folder.path().filename());
        const auto model = readModelFolder(folder.path()).value();
        const Index tokens = std::min<Index>(model->config.maxTokens, 6);
        const auto trace = run(*model, randomText(model->config, tokens, random));
        expectDerivationsAgree(*model, *trace, 4, random);
        ++families;
    }
    EXPECT_GE(families, 9);
}

TEST(Derivation, NoticesANumberThatCameAboutOtherwise)
{
    Random random;
    SCOPED_TRACE(random.describe());
    ModelConfig config = smallConfig();
    config.segments = 2;
    config.positions = PositionScheme::Learned;
    config.feedForward = FeedForwardKind::Gated;
    const Model model = modelOf(config, random);
    const auto trace = run(model, textFor(config, random));
    for (const auto& [key, tensor] : tensorsOf(*trace)) {
        Trace::Tensors tensors = tensorsOf(*trace);
        Tensor changed = *tensor;
        for (Index slice = 0; slice < changed.slices(); ++slice) {
            changed.matrix(slice).array() += 1e-3F;
        }
        tensors[key] = std::make_shared<const Tensor>(std::move(changed));
        const Trace other(trace->info(), std::move(tensors));
        const Derivation derivation = derive(model, other, randomCell(other, key, random)).value();
        EXPECT_GT(derivation.difference(), derivation.derived().rounding) << tensorName(key);
    }
}

TEST(Derivation, OfAHeadThatIsOffIsZeroAndSaysWhy)
{
    Random random;
    const Model model = modelOf(smallConfig(), random);
    Experiment experiment;
    experiment.ablatedHeads = {{LayerIndex(1), HeadIndex(2)}};
    const auto trace = run(model, textOf({1, 2, 3}), experiment);
    const Derivation derivation =
        derive(model, *trace, {.stage = {StageId::Heads, LayerIndex(1)}, .head = HeadIndex(2)}).value();
    ASSERT_EQ(derivation.steps.size(), 1U);
    EXPECT_EQ(derivation.derived().value, 0.0);
    EXPECT_NE(derivation.steps[0].label.find("switched off"), std::string::npos) << derivation.steps[0].label;
}

TEST(Derivation, OfAHiddenKeyNamesTheMask)
{
    Random random;
    const Model model = modelOf(smallConfig(), random);
    Experiment experiment;
    experiment.mask = MaskChoice::Causal;
    const auto trace = run(model, textOf({1, 2, 3}), experiment);
    const Derivation derivation = derive(model, *trace, {.stage = {StageId::Weights}, .row = 0, .column = 2}).value();
    ASSERT_EQ(derivation.steps.size(), 2U);
    EXPECT_EQ(derivation.steps[0].label, "the mask (causal) hides key 2 “t3” from query 0 “t1”");
    EXPECT_EQ(derivation.steps[0].value.number.value, -std::numeric_limits<double>::infinity());
    EXPECT_EQ(derivation.derived().value, 0.0);
}

TEST(Derivation, RefusesACellOrATraceThatIsNotWhole)
{
    Random random;
    const Model model = modelOf(smallConfig(), random);
    const auto trace = run(model, textOf({1, 2, 3}));
    const auto beyond = derive(model, *trace, {.stage = {StageId::Weights}, .row = 3});
    ASSERT_FALSE(beyond);
    EXPECT_EQ(beyond.error().message, "The trace holds no cell [3, 0] of layers.0.attention.weights of head 0.");
    Trace::Tensors weightsAlone;
    weightsAlone[{StageId::Weights}] = trace->find({StageId::Weights});
    const auto partial = derive(model, Trace(trace->info(), weightsAlone), {.stage = {StageId::Weights}});
    ASSERT_FALSE(partial);
    EXPECT_EQ(partial.error().message, "The trace holds no embedding.token; a derivation needs every stage of a pass.");
}

/// Queries are the embeddings (1, 0) and (0, 1), keys twice those.
Model textbookModel()
{
    ModelConfig config{.vocabulary = 2,
                       .width = 2,
                       .layers = 1,
                       .heads = 1,
                       .feedForwardWidth = 2,
                       .maxTokens = 4,
                       .normPlacement = NormPlacement::After,
                       .biases = {false, false, false},
                       .positions = PositionScheme::None,
                       .outputHead = OutputHead::None};
    Model model{.name = "textbook",
                .note = "untrained",
                .config = config,
                .weights = zeroWeights(config),
                .tokenizer = nullptr};
    model.weights.tokenEmbedding.setIdentity();
    model.weights.blocks[0].query.weight.setIdentity();
    model.weights.blocks[0].key.weight = 2.0F * Matrix::Identity(2, 2);
    return model;
}

TEST(Derivation, OfAWeightIsTheTextbooks)
{
    const Model model = textbookModel();
    const auto trace = run(model, textOf({0, 1}));
    const Derivation derivation = derive(model, *trace, {.stage = {StageId::Weights}, .row = 0, .column = 0}).value();
    ASSERT_EQ(derivation.steps.size(), 5U);
    const auto value = [&](std::size_t step) { return derivation.steps[step].value.number.value; };
    EXPECT_EQ(value(0), 2.0) << "1 × 2 + 0 × 0";
    EXPECT_NEAR(value(1), 1.41421356, 1e-8) << "2 / √2";
    EXPECT_NEAR(value(2), 1.41421356, 1e-7) << "the larger of 1.414 and 0";
    EXPECT_NEAR(value(3), 1.24311673, 1e-7) << "exp(0) + exp(−1.414)";
    EXPECT_NEAR(value(4), 0.80442969, 1e-7) << "1 / 1.243";
    EXPECT_NEAR(derivation.traced, 0.80442969, 1e-7);
    EXPECT_EQ(derivation.title, "attention weights of layer 0, head 0");
    EXPECT_EQ(derivation.row, "query 0 “t0”");
    EXPECT_EQ(derivation.column, "key 0 “t0”");
}

}  // namespace
}  // namespace headlight::test
