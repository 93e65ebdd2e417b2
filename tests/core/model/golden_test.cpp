// The whole engine against PyTorch: every stage of every case that tests/golden/make_golden.py computes.
#include "core/model/transformer.h"
#include "tests/core/support/closeness.h"
#include "tests/core/support/golden.h"
#include "tests/core/support/models.h"
#include "tests/core/support/traces.h"

#include <filesystem>
#include <iostream>
#include <set>

namespace headlight::test {
namespace {

using nlohmann::json;

const std::vector<std::string> kCases = {
    "after_ablated",          "after_block_causal",    "after_causality_lifted",
    "after_flattened",        "after_learned",         "after_linear",
    "after_none_causal",      "after_painted",         "after_rotary",
    "after_shared_heads",     "after_sinusoidal",      "after_strided",
    "after_window_causal",    "before_alibi",          "before_alibi_causal",
    "before_alibi_sharpened", "before_block",          "before_everything",
    "before_keys_as_values",  "before_learned_causal", "before_linear_causal",
    "before_made_causal",     "before_none",           "before_own_strided_causal",
    "before_own_window",      "before_painted_causal", "before_positions_replaced",
    "before_rotary_causal",   "before_sinusoidal",     "before_strided_causal",
    "before_unscaled",        "before_values_zeroed",  "before_window",
};

template <typename Value>
Value named(const std::map<std::string, Value>& names, const json& name)
{
    return names.at(name.get<std::string>());
}

const std::map<std::string, NormPlacement> kNorms = {{"before", NormPlacement::Before},
                                                     {"after", NormPlacement::After}};
const std::map<std::string, Activation> kActivations = {
    {"relu", Activation::Relu}, {"gelu", Activation::Gelu}, {"gelu_tanh", Activation::GeluTanh}};
const std::map<std::string, PositionScheme> kPositions = {{"none", PositionScheme::None},
                                                          {"sinusoidal", PositionScheme::Sinusoidal},
                                                          {"learned", PositionScheme::Learned},
                                                          {"rotary", PositionScheme::Rotary},
                                                          {"alibi", PositionScheme::Alibi}};
const std::map<std::string, Direction> kDirections = {{"bidirectional", Direction::Bidirectional},
                                                      {"causal", Direction::Causal}};
const std::map<std::string, MaskPattern> kPatterns = {
    {"full", MaskPattern::Full}, {"window", MaskPattern::Window}, {"strided", MaskPattern::Strided}};
const std::map<std::string, MaskChoice> kChoices = {{"own", MaskChoice::Own},         {"none", MaskChoice::None},
                                                    {"causal", MaskChoice::Causal},   {"window", MaskChoice::Window},
                                                    {"strided", MaskChoice::Strided}, {"block", MaskChoice::Block},
                                                    {"painted", MaskChoice::Painted}};
const std::map<std::string, Scaling> kScalings = {{"on", Scaling::On}, {"off", Scaling::Off}};

Model modelOf(const json& testCase)
{
    const GoldenFile file = readGolden("weights_" + testCase.at("norm").get<std::string>());
    const json& sizes = file.metadata.at("sizes");
    const json& mask = testCase.at("mask");
    Model model{.name = "golden", .note = "", .config = {}, .weights = {}, .tokenizer = nullptr};
    ModelConfig& config = model.config;
    config.vocabulary = sizes.at("vocabulary");
    config.width = sizes.at("width");
    config.layers = sizes.at("layers");
    config.heads = sizes.at("heads");
    config.feedForwardWidth = sizes.at("feed_forward_width");
    config.maxTokens = sizes.at("max_tokens");
    config.normPlacement = named(kNorms, testCase.at("norm"));
    config.activation = named(kActivations, testCase.at("activation"));
    config.positions = named(kPositions, testCase.at("positions"));
    config.mask.direction = named(kDirections, mask.at("direction"));
    config.mask.pattern = named(kPatterns, mask.at("pattern"));
    config.mask.reach = mask.at("reach");
    config.normEpsilon = sizes.at("norm_epsilon");
    const auto linear = [&](const std::string& name) {
        return LinearWeights{file.matrix(name + ".weight"), file.matrix(name + ".bias").row(0)};
    };
    const auto norm = [&](const std::string& name) {
        return NormWeights{file.matrix(name + ".gain").row(0), file.matrix(name + ".bias").row(0)};
    };
    model.weights.tokenEmbedding = file.matrix("token_embedding");
    model.weights.positionEmbedding = file.matrix("position_embedding");
    for (Index layer = 0; layer < model.config.layers; ++layer) {
        const std::string prefix = "layers." + std::to_string(layer) + ".";
        model.weights.blocks.push_back({.query = linear(prefix + "query"),
                                        .key = linear(prefix + "key"),
                                        .value = linear(prefix + "value"),
                                        .output = linear(prefix + "output"),
                                        .attentionNorm = norm(prefix + "attention_norm"),
                                        .feedForwardNorm = norm(prefix + "feed_forward_norm"),
                                        .expand = linear(prefix + "expand"),
                                        .contract = linear(prefix + "contract")});
    }
    if (file.tensors.contains("final_norm.gain")) {
        model.weights.finalNorm = norm("final_norm");
    }
    return model;
}

Experiment experimentOf(const json& testCase)
{
    const json& values = testCase.at("experiment");
    Experiment experiment{.scaling = named(kScalings, values.at("scaling")),
                          .temperature = values.at("temperature"),
                          .mask = named(kChoices, values.at("mask")),
                          .maskReach = values.at("reach")};
    if (values.at("positions") != "own") {
        experiment.positions = named(kPositions, values.at("positions"));
    }
    for (const json& head : values.at("ablated")) {
        experiment.ablatedHeads.insert({LayerIndex(head.at(0).get<Index>()), HeadIndex(head.at(1).get<Index>())});
    }
    experiment.kernel = values.value("kernel", "") == "linear" ? AttentionKernel::Linear : AttentionKernel::Softmax;
    experiment.values = values.value("values", "") == "keys" ? ValueSource::Keys : ValueSource::Own;
    experiment.sharing = values.value("sharing", "") == "first head" ? HeadSharing::FirstHead : HeadSharing::None;
    experiment.globalTokens = values.value("globals", Index{0});
    std::vector<CellRun> hidden;
    for (const json& cell : values.value("hidden", json::array())) {
        hidden.push_back({cell.at(0), cell.at(1), cell.at(1).get<Index>() + 1});
    }
    experiment.hiddenCells = CellSet(std::move(hidden));
    for (const json& token : values.value("zeroed", json::array())) {
        experiment.zeroedValues.insert(TokenIndex(token.get<Index>()));
    }
    return experiment;
}

class Golden : public testing::TestWithParam<std::string>
{};

TEST_P(Golden, EveryStageAgreesWithPyTorch)
{
    const GoldenFile file = readGolden(GetParam());
    const json& testCase = file.metadata.at("case");
    const Model model = modelOf(testCase);
    ASSERT_TRUE(validate(model.config));
    const auto trace = run(model, textOf(file.metadata.at("ids")), experimentOf(testCase));

    std::set<std::string> names;
    for (const auto& [key, tensor] : tensorsOf(*trace)) {
        names.insert(tensorName(key));
    }
    std::set<std::string> expectedNames;
    for (const auto& [name, tensor] : file.tensors) {
        expectedNames.insert(name);
    }
    ASSERT_EQ(names, expectedNames);

    double worst = 0.0;
    std::string worstName;
    for (const auto& [key, tensor] : tensorsOf(*trace)) {
        const std::string name = tensorName(key);
        const Tensor& expected = file.tensors.at(name);
        ASSERT_EQ(tensor->shape(), expected.shape()) << name;
        // The whole tensor as one row: the tolerance is of the tensor, not of the head.
        const auto flat = [](const Tensor& whole) {
            return Eigen::Map<const Matrix>(whole.values().data(), 1, whole.size()).cast<double>();
        };
        EXPECT_TRUE(isClose(flat(*tensor), flat(expected))) << name;
        if (const double ratio = worstRatio(flat(*tensor), flat(expected)); ratio >= worst) {
            worst = ratio;
            worstName = name;
        }
    }
    std::cout << "worst error is " << worst << " of its limit, in " << worstName << "\n";
}

INSTANTIATE_TEST_SUITE_P(PyTorch, Golden, testing::ValuesIn(kCases), [](const auto& tested) { return tested.param; });

TEST(GoldenFiles, AreAllListedHere)
{
    std::set<std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(HEADLIGHT_GOLDEN_DIR)) {
        if (entry.path().extension() == ".safetensors" && !entry.path().stem().string().starts_with("weights_")) {
            files.insert(entry.path().stem().string());
        }
    }
    std::set<std::string> listed(kCases.begin(), kCases.end());
    listed.insert("attention_analysis");  // Of tests/core/analysis/attention_golden_test.cpp.
    listed.insert("training_step");       // Of tests/core/train/golden_step_test.cpp.
    listed.insert("variants");            // Of tests/core/attention/linear_test.cpp.
    EXPECT_EQ(files, listed);
}

TEST(GoldenFiles, TogetherUseEveryOptionOfTheMechanism)
{
    std::set<std::string> seen;
    for (const std::string& name : kCases) {
        const json testCase = readGolden(name).metadata.at("case");
        const json& experiment = testCase.at("experiment");
        const auto norm = testCase.at("norm").get<std::string>();
        seen.insert(norm + " " + testCase.at("activation").get<std::string>());
        seen.insert(norm + " " + testCase.at("positions").get<std::string>());
        seen.insert(testCase.at("mask").at("direction").get<std::string>() + " own " +
                    testCase.at("mask").at("pattern").get<std::string>());
        seen.insert(testCase.at("mask").at("direction").get<std::string>() + " made " +
                    experiment.at("mask").get<std::string>());
        seen.insert("scaling " + experiment.at("scaling").get<std::string>());
        seen.insert(experiment.at("temperature") < 1.0   ? "sharpened"
                    : experiment.at("temperature") > 1.0 ? "flattened"
                                                         : "temperature 1");
        seen.insert(experiment.at("ablated").empty() ? "all heads" : "ablated");
        for (const char* later : {"kernel", "values", "sharing", "globals", "hidden", "zeroed"}) {
            if (experiment.contains(later)) {
                seen.insert(later);
            }
        }
    }
    std::set<std::string> options = {"bidirectional own full",
                                     "bidirectional own window",
                                     "causal own full",
                                     "causal own strided",
                                     "bidirectional made own",
                                     "bidirectional made causal",
                                     "bidirectional made window",
                                     "bidirectional made strided",
                                     "bidirectional made block",
                                     "bidirectional made painted",
                                     "causal made own",
                                     "causal made none",
                                     "causal made window",
                                     "causal made strided",
                                     "causal made block",
                                     "causal made painted",
                                     "scaling on",
                                     "scaling off",
                                     "sharpened",
                                     "flattened",
                                     "temperature 1",
                                     "all heads",
                                     "ablated",
                                     "kernel",
                                     "values",
                                     "sharing",
                                     "globals",
                                     "hidden",
                                     "zeroed"};
    for (const std::string norm : {"before ", "after "}) {
        for (const std::string option :
             {"relu", "gelu", "gelu_tanh", "none", "sinusoidal", "learned", "rotary", "alibi"}) {
            options.insert(norm + option);
        }
    }
    EXPECT_EQ(seen, options);
}

}  // namespace
}  // namespace headlight::test
