// Tokenizers against what independent implementations make of the same files; see ../shared/reference/README.md.
#include "core/io/tokenizer_files.h"
#include "tests/core/support/printing.h"
#include "tests/core/support/temporary_folder.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <ostream>

namespace headlight::test {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

/// A folder and what its tokenizer must give: a file with one text a line, or a folder with one text a file.
struct Reference
{
    std::string name;
    std::string folder;
    std::string expected;
    bool withoutTokenizerJson = false;

    friend std::ostream& operator<<(std::ostream& stream, const Reference& self) { return stream << self.name; }
};

std::vector<Json> expectations(const fs::path& path)
{
    std::vector<Json> all;
    if (fs::is_directory(path)) {
        for (const auto& entry : fs::directory_iterator(path)) {
            if (entry.path().extension() == ".json") {
                std::ifstream file(entry.path());
                all.push_back(Json::parse(file));
            }
        }
        return all;
    }
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        all.push_back(Json::parse(line));
    }
    return all;
}

class ReferenceTokenizer : public testing::TestWithParam<Reference>
{};

TEST_P(ReferenceTokenizer, GivesTheSameIdsAndPieces)
{
    const fs::path reference = HEADLIGHT_REFERENCE_DIR;
    if (!fs::exists(reference)) {
        GTEST_SKIP() << "The reference tokenizers are not beside this checkout.";
    }
    const TemporaryFolder copy;
    fs::path folder = reference / GetParam().folder;
    if (GetParam().withoutTokenizerJson) {
        for (const auto& entry : fs::directory_iterator(folder)) {
            if (entry.path().filename() != "tokenizer.json" && entry.path().extension() != ".safetensors") {
                fs::copy_file(entry.path(), copy / entry.path().filename().string());
            }
        }
        folder = copy.path();
    }
    const auto tokenizer = readTokenizer(folder);
    ASSERT_TRUE(tokenizer) << tokenizer.error().message;
    const std::vector<Json> all = expectations(reference / GetParam().expected);
    EXPECT_GE(all.size(), 5U);
    for (const Json& expected : all) {
        const std::string text = expected["text"];
        const auto specials = expected.value("special", true) ? SpecialTokens::Added : SpecialTokens::None;
        const auto encoding = (*tokenizer)->encode({.text = text, .specialTokens = specials});
        ASSERT_TRUE(encoding) << text;
        std::vector<std::int32_t> ids;
        std::vector<std::string> found;
        for (const Token& token : encoding->tokens) {
            ids.push_back(token.id);
            found.push_back(token.piece);
        }
        EXPECT_EQ(ids, expected["ids"].get<std::vector<std::int32_t>>()) << text;
        EXPECT_EQ(found, expected["tokens"].get<std::vector<std::string>>()) << text;
    }
}

INSTANTIATE_TEST_SUITE_P(Of, ReferenceTokenizer,
                         testing::Values(Reference{"Gpt2", "tokenizers/gpt2", "tokenizers/gpt2.jsonl"},
                                         Reference{"Gpt2Older", "tokenizers/gpt2", "tokenizers/gpt2.jsonl", true},
                                         Reference{"Bert", "tokenizers/bert-uncased", "tokenizers/bert-uncased.jsonl"},
                                         Reference{"BertOlder", "tokenizers/bert-uncased",
                                                   "tokenizers/bert-uncased.jsonl", true},
                                         Reference{"Gpt2Tiny", "gpt2-tiny/model", "gpt2-tiny/expected"},
                                         Reference{"Gpt2TinyOlder", "gpt2-tiny/model", "gpt2-tiny/expected", true},
                                         Reference{"BertTiny", "bert-tiny/model", "bert-tiny/expected"},
                                         Reference{"BertTinyOlder", "bert-tiny/model", "bert-tiny/expected", true},
                                         Reference{"LlamaTiny", "llama-tiny/model", "llama-tiny/expected"}),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace headlight::test
