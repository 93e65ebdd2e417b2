// Opening other people's checkpoints, proven by values: every folder that tests/golden/make_families.py writes is opened and run, and
// agrees with PyTorch.
#include "core/io/families/family.h"
#include "core/io/model_folder.h"
#include "core/model/parameters.h"
#include "core/model/transformer.h"
#include "tests/core/support/closeness.h"
#include "tests/core/support/golden.h"
#include "tests/core/support/models.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <limits>
#include <set>

namespace headlight::test {
namespace {

const std::filesystem::path kFolder = std::filesystem::path(HEADLIGHT_GOLDEN_DIR) / "families";

std::vector<std::string> cases()
{
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
        names.push_back(entry.path().filename().string());
    }
    std::ranges::sort(names);
    return names;
}

GoldenFile expectedOf(const std::string& name)
{
    return readGolden("families/" + name + "/expected");
}

/// The ids and token types that the case was computed from.
EncodedText goldenText(const GoldenFile& file)
{
    EncodedText text = textOf(file.metadata.at("ids").get<std::vector<std::int32_t>>());
    const auto types = file.metadata.at("types").get<std::vector<std::int32_t>>();
    for (std::size_t i = 0; i < types.size(); ++i) {
        text.tokens[i].segment = types[i];
    }
    return text;
}

/// The whole tensor as one row: the tolerance is of the tensor, not of the head.
DoubleMatrix flat(const Tensor& tensor)
{
    return Eigen::Map<const Matrix>(tensor.values().data(), 1, tensor.size()).cast<double>();
}

struct Worst
{
    double ratio = 0.0;  ///< As worstRatio has it.
    std::string stage;
};

/// The expected stage that is off most; infinitely where one is not there or has another shape.
Worst worstOf(const Trace& trace, const GoldenFile& file)
{
    Worst worst;
    for (const auto& [name, expected] : file.tensors) {
        const auto actual = trace.find(parseTensorName(name).value());
        const bool comparable = actual && actual->shape() == expected.shape();
        const double ratio =
            comparable ? worstRatio(flat(*actual), flat(expected)) : std::numeric_limits<double>::infinity();
        if (ratio >= worst.ratio) {
            worst = {ratio, name};
        }
    }
    return worst;
}

std::string nameOf(const testing::TestParamInfo<std::string>& tested)
{
    return tested.param;
}

class FamilyGolden : public testing::TestWithParam<std::string>
{};

TEST_P(FamilyGolden, AgreesWithPyTorch)
{
    const GoldenFile file = expectedOf(GetParam());
    const auto model = readModelFolder(kFolder / GetParam());
    ASSERT_TRUE(model) << model.error().message;
    EXPECT_EQ((*model)->warning, "");
    const auto trace = run(**model, goldenText(file));

    // Nothing may be missing on either side that decides what a model is: its layers and its head.
    for (Index layer = 0; layer < (*model)->config.layers; ++layer) {
        for (const StageId id : {StageId::Query, StageId::Key, StageId::Weights, StageId::LayerOutput}) {
            EXPECT_TRUE(file.tensors.contains(tensorName({id, LayerIndex(layer)})));
        }
    }
    EXPECT_EQ(trace->find({StageId::Logits}) != nullptr, file.tensors.contains("logits"));
    for (const auto& [name, expected] : file.tensors) {
        const auto key = parseTensorName(name);
        ASSERT_TRUE(key) << name;
        const auto actual = trace->find(*key);
        ASSERT_TRUE(actual) << name;
        ASSERT_EQ(actual->shape(), expected.shape()) << name;
        EXPECT_TRUE(isClose(flat(*actual), flat(expected))) << name;
    }
    const Worst worst = worstOf(*trace, file);
    std::cout << "worst error is " << worst.ratio << " of its limit, in " << worst.stage << "\n";
}

TEST_P(FamilyGolden, DiffersWhereAnyParameterDoes)
{
    const GoldenFile file = expectedOf(GetParam());
    const auto read = readModelFolder(kFolder / GetParam());
    ASSERT_TRUE(read) << read.error().message;
    const EncodedText text = goldenText(file);
    Model model = **read;
    for (Parameter& parameter : parameters(model.weights)) {
        const Matrix right = parameter.values;
        // Every second output, as a norm after it takes a factor of all of them away.
        for (Index col = 0; col < parameter.values.cols(); col += 2) {
            parameter.values.col(col) *= 1.01F;
        }
        EXPECT_GT(worstOf(*run(model, text), file).ratio, 1.0) << parameter.name << " makes no difference";
        parameter.values = right;
    }
}

TEST_P(FamilyGolden, DiffersWhereTheConfigurationDoes)
{
    const GoldenFile file = expectedOf(GetParam());
    const auto read = readModelFolder(kFolder / GetParam());
    ASSERT_TRUE(read) << read.error().message;
    const EncodedText text = goldenText(file);

    std::vector<std::pair<std::string, std::function<void(Model&)>>> mistakes = {
        {"the activation",
         [](Model& wrong) {
             const bool wasExact = wrong.config.activation == Activation::Gelu;
             wrong.config.activation = wasExact ? Activation::GeluTanh : Activation::Gelu;
         }},
        {"the norms' epsilon", [](Model& wrong) { wrong.config.normEpsilon += 1e-4F; }},
        {"the direction",
         [](Model& wrong) {
             wrong.config.layerMasks.clear();
             const bool isCausal = wrong.config.mask.direction == Direction::Causal;
             wrong.config.mask = {.direction = isCausal ? Direction::Bidirectional : Direction::Causal};
         }},
        {"the scale",
         [](Model& wrong) { wrong.config.ownScoreScale = wrong.config.scoreScaleOf(LayerIndex(0)) * 1.01F; }},
    };
    const ModelConfig& config = (*read)->config;
    if (config.positions == PositionScheme::Rotary) {
        mistakes.emplace_back("the base", [](Model& wrong) { wrong.config.rotary.base *= 1.1; });
        mistakes.emplace_back("the dimensions", [](Model& wrong) {
            const bool allTurn = wrong.config.rotary.dimensions == 0;
            wrong.config.rotary.dimensions = allTurn ? wrong.config.headWidth() / 4 * 2 : wrong.config.headWidth();
        });
    } else {
        mistakes.emplace_back("the first position", [](Model& wrong) {
            Matrix& positions = wrong.weights.positionEmbedding;
            positions = positions.bottomRows(positions.rows() - 1).eval();
        });
    }
    if (config.outputHead == OutputHead::Transformed) {
        mistakes.emplace_back("the head's activation",
                              [](Model& wrong) { wrong.config.ownHeadActivation = Activation::Silu; });
    }
    if (config.segments > 1) {
        mistakes.emplace_back("the token types", [](Model& wrong) {
            Matrix& types = wrong.weights.segmentEmbedding;
            types = types.colwise().reverse().eval();
        });
    }
    for (const auto& [what, mistake] : mistakes) {
        Model wrong = **read;
        mistake(wrong);
        EXPECT_GT(worstOf(*run(wrong, text), file).ratio, 1.0) << what << " makes no difference";
    }
}

INSTANTIATE_TEST_SUITE_P(PyTorch, FamilyGolden, testing::ValuesIn(cases()), nameOf);

TEST(FamilyGoldens, HaveEveryFamily)
{
    std::set<std::string> families;
    for (const std::string& name : cases()) {
        std::ifstream config(kFolder / name / "config.json");
        families.insert(nlohmann::json::parse(config).at("model_type").get<std::string>());
    }
    std::set<std::string> known;
    for (const Family& family : headlight::families()) {
        if (family.tokenizer == TokenizerKind::HuggingFace) {
            known.emplace(family.modelType);
        }
    }
    EXPECT_EQ(families, known);
}

}  // namespace
}  // namespace headlight::test
