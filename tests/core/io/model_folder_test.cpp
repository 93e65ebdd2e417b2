#include "core/io/model_folder.h"

#include "core/text/word_piece_tokenizer.h"
#include "tests/core/support/closeness.h"
#include "tests/core/support/models.h"
#include "tests/core/support/random.h"
#include "tests/core/support/temporary_folder.h"

#include <fstream>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace headlight::test {
namespace {

const std::vector<std::string> kVocabulary = {"[UNK]", "a", "b", "##b", "dog", "cat", "the", "runs", ".", "x", "y"};

Model model()
{
    Random random;
    ModelConfig config = smallConfig();
    config.vocabulary = static_cast<Index>(kVocabulary.size());
    config.positions = PositionScheme::Sinusoidal;
    config.mask = {Direction::Causal, MaskPattern::Window, 3};
    Model made = randomModel(config, random);
    made.weights.positionEmbedding.resize(0, 0);
    made.name = "small";
    made.note = "of a test";
    made.askedHeads = {{"subject", {LayerIndex(1), HeadIndex(2)}}};
    made.tokenizer = std::make_shared<const WordPieceTokenizer>(kVocabulary);
    return made;
}

void change(const std::filesystem::path& config, const std::string& key, const nlohmann::json& value)
{
    std::ifstream in(config);
    nlohmann::json json = nlohmann::json::parse(in);
    json[key] = value;
    std::ofstream(config) << json;
}

TEST(ModelFolder, ReadsWhatItWroteUpToHalfPrecision)
{
    const TemporaryFolder folder;
    const Model written = model();
    ASSERT_TRUE(writeModelFolder(folder.path(), written, kVocabulary));
    const auto read = readModelFolder(folder.path());
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ((*read)->config, written.config);
    EXPECT_EQ((*read)->name, "small");
    EXPECT_EQ((*read)->note, "of a test");
    EXPECT_EQ((*read)->askedHeads, written.askedHeads);
    EXPECT_EQ((*read)->tokenizer->tokensOf("the abb dog")->size(), 5U);
    Weights before = written.weights;
    Weights after = (*read)->weights;
    const std::vector<Parameter> expected = parameters(before);
    const std::vector<Parameter> actual = parameters(after);
    ASSERT_EQ(actual.size(), expected.size());
    for (std::size_t i = 0; i < actual.size(); ++i) {
        EXPECT_TRUE(isClose(actual[i].values, expected[i].values, {.absolute = 1e-6, .relative = 1e-3}))
            << actual[i].name;
    }
}

TEST(ModelFolder, SaysHowFarItIsAndStopsWhenTold)
{
    const TemporaryFolder folder;
    ASSERT_TRUE(writeModelFolder(folder.path(), model(), kVocabulary));
    std::vector<float> shares;
    ASSERT_TRUE(readModelFolder(folder.path(), {.report = [&](float share) { shares.push_back(share); }}));
    ASSERT_GT(shares.size(), 10U);
    EXPECT_TRUE(std::ranges::is_sorted(shares));
    EXPECT_GT(shares.front(), 0.0F);
    EXPECT_EQ(shares.back(), 1.0F);

    std::stop_source source;
    std::size_t reports = 0;
    const auto stopAtThird = [&](float) {
        if (++reports == 3) {
            source.request_stop();
        }
    };
    const auto stopped = readModelFolder(folder.path(), {.report = stopAtThird, .stop = source.get_token()});
    ASSERT_FALSE(stopped);
    EXPECT_EQ(stopped.error(), (Error{ErrorCode::Cancelled, "Opening the model was cancelled."}));
    EXPECT_LT(reports, shares.size());
}

TEST(ModelFolder, NamesEveryPositionSchemeAndReadsItBack)
{
    const std::vector<std::pair<std::string, PositionScheme>> positions = {{"none", PositionScheme::None},
                                                                           {"sinusoidal", PositionScheme::Sinusoidal},
                                                                           {"learned", PositionScheme::Learned},
                                                                           {"rotary", PositionScheme::Rotary},
                                                                           {"alibi", PositionScheme::Alibi}};
    ASSERT_EQ(positions.size(), kPositionSchemes.size());
    for (const auto& [name, scheme] : positions) {
        const TemporaryFolder folder;
        Model written = model();
        written.config.positions = scheme;
        written.weights = zeroWeights(written.config);
        ASSERT_TRUE(writeModelFolder(folder.path(), written, kVocabulary));
        EXPECT_NE(readBytes(folder / "config.json").find("\"positions\": \"" + name + "\""), std::string::npos);
        const auto read = readModelFolder(folder.path());
        ASSERT_TRUE(read) << read.error().message;
        EXPECT_EQ((*read)->config, written.config) << name;
    }
}

TEST(ModelFolder, NamesWhatIsMissing)
{
    for (const char* file : {"config.json", "vocab.txt", "model.safetensors"}) {
        const TemporaryFolder folder;
        ASSERT_TRUE(writeModelFolder(folder.path(), model(), kVocabulary));
        std::filesystem::remove(folder.path() / file);
        const auto read = readModelFolder(folder.path());
        ASSERT_FALSE(read);
        EXPECT_EQ(read.error().code, ErrorCode::NotFound);
        EXPECT_NE(read.error().message.find(file), std::string::npos) << read.error().message;
    }
}

TEST(ModelFolder, NamesWhatDoesNotFit)
{
    const std::vector<std::pair<std::string, nlohmann::json>> changes = {{"model_type", "t5"},
                                                                         {"hidden_size", 0},
                                                                         {"hidden_size", "wide"},
                                                                         {"hidden_size", -3},
                                                                         {"hidden_size", 17},
                                                                         {"vocab_size", 12},
                                                                         {"num_hidden_layers", 3},
                                                                         {"positions", "spiral"},
                                                                         {"asked_heads", {{"subject", {9, 0}}}},
                                                                         {"mask", "none"},
                                                                         {"layer_norm_eps", 0.0},
                                                                         {"intermediate_size", 1e30},
                                                                         {"num_attention_heads", 1u << 30u}};
    for (const auto& [key, value] : changes) {
        const TemporaryFolder folder;
        ASSERT_TRUE(writeModelFolder(folder.path(), model(), kVocabulary));
        change(folder.path() / "config.json", key, value);
        const auto read = readModelFolder(folder.path());
        ASSERT_FALSE(read) << key << " " << value;
        EXPECT_EQ(read.error().code, ErrorCode::Malformed) << read.error().message;
        EXPECT_NE(read.error().message.find(folder.path().string()), std::string::npos) << read.error().message;
    }
}

TEST(ModelFolder, RefusesAVocabularyWithARepeatedOrEmptyLine)
{
    for (const char* lines : {"[UNK]\na\na\n", "[UNK]\n\nb\n", "a\nb\n", ""}) {
        const TemporaryFolder folder;
        ASSERT_TRUE(writeModelFolder(folder.path(), model(), kVocabulary));
        std::ofstream(folder.path() / "vocab.txt") << lines;
        const auto read = readModelFolder(folder.path());
        ASSERT_FALSE(read) << lines;
        EXPECT_EQ(read.error().code, ErrorCode::Malformed);
    }
}

TEST(ModelFolder, SaysWhereItCannotWrite)
{
    const Result<void> written = writeModelFolder("/nowhere/at/all", model(), kVocabulary);
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code, ErrorCode::Unwritable);
}

}  // namespace
}  // namespace headlight::test
