#include "core/io/families/family.h"
#include "core/io/model_folder.h"
#include "core/model/parameters.h"
#include "core/model/transformer.h"
#include "tests/core/support/models.h"
#include "tests/core/support/temporary_folder.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

namespace headlight::test {
namespace {

TEST(Families, AreFoundByTheirModelType)
{
    for (const Family& family : families()) {
        EXPECT_EQ(findFamily(family.modelType), &family);
        EXPECT_NE(familyList().find(std::string(family.title)), std::string::npos);
    }
    EXPECT_EQ(findFamily("t5"), nullptr);
}

TEST(Families, AreFoundByTheirClassWhereThereIsNoModelType)
{
    struct Case
    {
        const char* architecture;
        const char* modelType;
    };
    for (const auto& [architecture, modelType] :
         {Case{"BertForMaskedLM", "bert"}, Case{"BertModel", "bert"}, Case{"GPT2LMHeadModel", "gpt2"},
          Case{"GPT2DoubleHeadsModel", "gpt2"}, Case{"DistilBertForSequenceClassification", "distilbert"},
          Case{"RobertaForMaskedLM", "roberta"}, Case{"GPTNeoXForCausalLM", "gpt_neox"}}) {
        const Family* const family = findFamilyOfArchitecture(architecture);
        ASSERT_NE(family, nullptr) << architecture;
        EXPECT_EQ(family->modelType, modelType);
    }
    for (const char* other :
         {"", "Bert", "BertGenerationDecoder", "Qwen2MoeForCausalLM", "GPTNeoForCausalLM", "T5Model"}) {
        EXPECT_EQ(findFamilyOfArchitecture(other), nullptr) << other;
    }
}

TEST(Families, AreRefusedByNameWithTheListOfThoseSupported)
{
    const TemporaryFolder folder;
    std::ofstream(folder.path() / "config.json") << R"({"model_type":"t5"})";
    const auto read = readModelFolder(folder.path());
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, ErrorCode::Malformed);
    EXPECT_NE(read.error().message.find("\"t5\""), std::string::npos) << read.error().message;
    EXPECT_NE(read.error().message.find("GPT-2 (gpt2)"), std::string::npos) << read.error().message;
}

TEST(WeightCount, IsWhatTheParametersAddUpTo)
{
    ModelConfig config = smallConfig();
    config.positions = PositionScheme::Learned;
    for (int variant = 0; variant < 3; ++variant) {
        if (variant == 1) {
            config.keyValueHeads = 2;
            config.ownHeadWidth = 6;
            config.feedForward = FeedForwardKind::Gated;
            config.normKind = NormKind::RmsNorm;
            config.hasQueryKeyNorm = true;
            config.outputEmbedding = OutputEmbedding::Own;
            config.biases = {.queryKeyValue = true, .attentionOutput = false, .feedForward = false};
        } else if (variant == 2) {
            config.normPlacement = NormPlacement::After;
            config.segments = 2;
            config.hasEmbeddingNorm = true;
            config.outputHead = OutputHead::Transformed;
            config.hasOutputBias = true;
        }
        Weights weights = zeroWeights(config);
        EXPECT_EQ(weightCount(config), static_cast<double>(parameterCount(parameters(weights)))) << variant;
    }
}

TEST(Families, RotaryPositionsThatTurnAnOddNumberOfDimensionsAreRefused)
{
    const TemporaryFolder folder;
    std::filesystem::copy(std::filesystem::path(HEADLIGHT_GOLDEN_DIR) / "families/gpt_neox_base", folder.path(),
                          std::filesystem::copy_options::recursive);
    std::ifstream in(folder.path() / "config.json");
    nlohmann::json config = nlohmann::json::parse(in);
    config["rotary_pct"] = 0.2;  // of 16 dimensions
    std::ofstream(folder.path() / "config.json") << config;
    const auto read = readModelFolder(folder.path());
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, ErrorCode::Malformed);
    EXPECT_NE(read.error().message.find("not 3 of them"), std::string::npos) << read.error().message;
}

TEST(Families, OpenTheReferenceModels)
{
    const std::filesystem::path reference = std::filesystem::path(HEADLIGHT_GOLDEN_DIR) / "../../../shared/reference";
    if (!std::filesystem::exists(reference)) {
        GTEST_SKIP() << "the reference models are not beside this checkout";
    }
    for (const char* name : {"gpt2-tiny", "bert-tiny", "llama-tiny"}) {
        const auto model = readModelFolder(reference / name / "model");
        ASSERT_TRUE(model) << model.error().message;
        const auto text = encode(**model, "The bank approved the loan.");
        ASSERT_TRUE(text) << name;
        EXPECT_TRUE(forward(*model, *text)) << name;
    }
}

}  // namespace
}  // namespace headlight::test
