#include "core/io/tokenizer_files.h"

#include "core/text/byte_level.h"
#include "tests/core/support/printing.h"
#include "tests/core/support/temporary_folder.h"
#include "tests/core/support/tokenizers.h"

#include <gtest/gtest.h>

namespace headlight::test {
namespace {

using Json = nlohmann::json;

void write(const std::filesystem::path& path, const std::string& text)
{
    std::ofstream(path, std::ios::binary) << text;
}

std::shared_ptr<const Tokenizer> read(const TemporaryFolder& folder)
{
    const auto tokenizer = readTokenizer(folder.path());
    EXPECT_TRUE(tokenizer) << tokenizer.error().message;
    return tokenizer ? *tokenizer : nullptr;
}

/// The error without the folder's path.
Error problemOf(const TemporaryFolder& folder)
{
    const auto tokenizer = readTokenizer(folder.path());
    EXPECT_FALSE(tokenizer);
    Error error = tokenizer ? Error{} : tokenizer.error();
    for (std::size_t at = error.message.find(folder.path().string()); at != std::string::npos;
         at = error.message.find(folder.path().string())) {
        error.message.replace(at, folder.path().string().size(), "FOLDER");
    }
    return error;
}

/// vocab.json and merges.txt with all bytes, a few merges, and `more` pieces behind them.
void writeBytePairs(const TemporaryFolder& folder, const std::vector<std::string>& more)
{
    Json model = byteLevelModel();
    for (const std::string& piece : more) {
        const std::size_t id = model["vocab"].size();
        model["vocab"][piece] = id;
    }
    write(folder / "vocab.json", model["vocab"].dump());
    std::string merges = "#version: 0.2\n";
    for (const Json& merge : model["merges"]) {
        merges += merge[0].get<std::string>() + " " + merge[1].get<std::string>() + "\n";
    }
    write(folder / "merges.txt", merges);
}

constexpr const char* kBertLines = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nthe\ndog\ncafe\ncafé\nCafé\n##s\n語\n";

TEST(ReadTokenizer, PrefersTokenizerJson)
{
    const TemporaryFolder folder;
    write(folder / "tokenizer.json", familyTokenizer("bert").dump());
    write(folder / "vocab.txt", "nothing\n");
    EXPECT_EQ(pieces(*read(folder), {.text = "the dogs"}), "[CLS]|the|dog|##s|[SEP]");
    EXPECT_EQ(read(folder)->maskToken(), 4);
}

TEST(ReadTokenizer, PutsMarksAroundATextWhereOnlyTheConfigurationSaysSo)
{
    const TemporaryFolder folder;
    Json tokenizer = familyTokenizer("llama2");
    tokenizer["post_processor"] = nullptr;
    write(folder / "tokenizer.json", tokenizer.dump());
    const auto with = [&](const char* config) {
        write(folder / "tokenizer_config.json", config);
        return read(folder);
    };
    EXPECT_EQ(pieces(*with("{}"), {.text = "the"}), "▁the");
    EXPECT_FALSE(with("{}")->takesPairs());
    const auto begun = with(R"({"add_bos_token": true, "bos_token": "<s>", "eos_token": "</s>"})");
    EXPECT_EQ(pieces(*begun, {.text = "the", .pair = "dog"}), "<s>|▁the|<s>|▁dog");
    EXPECT_EQ(pieces(*with(R"({"add_eos_token": true, "eos_token": {"content": "</s>"}})"), {.text = "the"}),
              "▁the|</s>");
    EXPECT_EQ(pieces(*with(R"({"tokenizer_class": "LlamaTokenizer", "bos_token": "<s>"})"), {.text = "the"}),
              "<s>|▁the");
    EXPECT_EQ(pieces(*with(R"({"add_bos_token": true, "bos_token": "<nowhere>"})"), {.text = "the"}), "▁the");
}

TEST(ReadTokenizer, LeavesTheTemplateOfTokenizerJsonAlone)
{
    const TemporaryFolder folder;
    write(folder / "tokenizer.json", familyTokenizer("llama2").dump());
    write(folder / "tokenizer_config.json", R"({"add_bos_token": false, "add_eos_token": true, "eos_token": "</s>"})");
    EXPECT_EQ(pieces(*read(folder), {.text = "the"}), "<s>|▁the");
}

TEST(ReadTokenizer, TakesTheMaskThatTheConfigurationNames)
{
    const TemporaryFolder folder;
    write(folder / "tokenizer.json", familyTokenizer("gpt2").dump());
    write(folder / "tokenizer_config.json", R"({"mask_token": "<|endoftext|>"})");
    EXPECT_EQ(read(folder)->token(*read(folder)->maskToken())->piece, "<|endoftext|>");
    write(folder / "tokenizer_config.json", R"({"mask_token": "<nowhere>"})");
    EXPECT_EQ(read(folder)->maskToken(), std::nullopt);
}

TEST(ReadTokenizer, ReadsGpt2WithoutTokenizerJson)
{
    const TemporaryFolder folder;
    writeBytePairs(folder, {"<|endoftext|>"});
    const auto gpt2 = read(folder);
    EXPECT_EQ(pieces(*gpt2, {.text = "the dog<|endoftext|>"}), "t|he|Ġdog|<|endoftext|>");
    EXPECT_TRUE(gpt2->tokensOf("<|endoftext|>")->front().isSpecial);
    EXPECT_FALSE(gpt2->takesPairs());
    EXPECT_EQ(gpt2->token(gpt2->tokensOf(" dog")->front().id)->text, " dog");
    write(folder / "tokenizer_config.json",
          R"({"tokenizer_class": "GPT2Tokenizer", "add_prefix_space": true, "add_bos_token": true})");
    EXPECT_EQ(pieces(*read(folder), {.text = "the"}), "<|endoftext|>|Ġthe");
}

TEST(ReadTokenizer, ReadsRobertaWithoutTokenizerJson)
{
    const TemporaryFolder folder;
    writeBytePairs(folder, {"<s>", "</s>", "<pad>", "<unk>", "<mask>"});
    const EncodeRequest request{.text = "the <mask> ran", .pair = "dog"};
    const std::string expected = "<s>|t|he|<mask>|Ġ|r|a|n|</s>|</s>|dog|</s>";
    write(folder / "config.json", R"({"model_type": "roberta"})");
    EXPECT_EQ(pieces(*read(folder), request), expected);
    write(folder / "config.json", R"({"architectures": ["RobertaForMaskedLM"]})");
    EXPECT_EQ(pieces(*read(folder), request), expected);
    write(folder / "config.json", "{}");
    write(folder / "tokenizer_config.json", R"({"tokenizer_class": "RobertaTokenizerFast"})");
    EXPECT_EQ(pieces(*read(folder), request), expected);
    EXPECT_EQ(read(folder)->token(*read(folder)->maskToken())->piece, "<mask>");
    write(folder / "special_tokens_map.json", R"({"mask_token": {"content": "<mask>", "lstrip": false}})");
    EXPECT_EQ(pieces(*read(folder), {.text = "a <mask>"}), "<s>|a|Ġ|<mask>|</s>");
}

TEST(ReadTokenizer, ReadsQwen2WithoutTokenizerJson)
{
    const TemporaryFolder folder;
    writeBytePairs(folder, {});
    write(folder / "tokenizer_config.json", R"({"tokenizer_class": "Qwen2Tokenizer", "added_tokens_decoder": {
        "300": {"content": "<|im_start|>", "special": true}, "302": {"content": "<tool>", "special": false}}})");
    const auto qwen2 = read(folder);
    EXPECT_EQ(pieces(*qwen2, {.text = "<|im_start|>e\u0301 12<tool>"}), "<|im_start|>|Ã©|Ġ|1|2|<tool>");
    EXPECT_EQ(qwen2->token(300)->piece, "<|im_start|>");
    EXPECT_TRUE(qwen2->token(300)->isSpecial);
    EXPECT_FALSE(qwen2->token(302)->isSpecial);
}

TEST(ReadTokenizer, ReadsBertWithoutTokenizerJson)
{
    const TemporaryFolder folder;
    write(folder / "vocab.txt", kBertLines);
    const auto bert = read(folder);
    EXPECT_EQ(pieces(*bert, {.text = "The DOGS Café", .pair = "[MASK]"}), "[CLS]|the|dog|##s|cafe|[SEP]|[MASK]|[SEP]");
    EXPECT_EQ(bert->maskToken(), 4);
    EXPECT_EQ(bert->token(10)->text, "s");
    EXPECT_TRUE(bert->takesPairs());
}

TEST(ReadTokenizer, NormalizesAsTheConfigurationOfBertSays)
{
    const TemporaryFolder folder;
    write(folder / "vocab.txt", kBertLines);
    const auto with = [&](const char* config, const char* text) {
        write(folder / "tokenizer_config.json", config);
        return pieces(*read(folder), {.text = text, .specialTokens = SpecialTokens::None});
    };
    EXPECT_EQ(with(R"({"do_lower_case": false})", "Café the"), "Café|the");
    EXPECT_EQ(with(R"({"strip_accents": false})", "Café"), "café");
    EXPECT_EQ(with(R"({"tokenize_chinese_chars": false})", "the語"), "[UNK]");
    EXPECT_EQ(with("{}", "the語"), "the|語");
    EXPECT_EQ(with(R"({"do_basic_tokenize": false})", "Café"), "Café");
}

TEST(ReadTokenizer, ReadsVocabulariesOfAnyLineEnds)
{
    const TemporaryFolder folder;
    write(folder / "vocab.txt", "[UNK]\r\n[CLS]\r\n[SEP]\r\ndog\r\ndog\r\ncat");
    const auto tokenizer = read(folder);
    EXPECT_EQ(tokenizer->vocabularySize(), 6);
    EXPECT_EQ(tokenizer->tokensOf("dog")->at(1).id, 4) << "of two lines the later one";
    EXPECT_EQ(tokenizer->tokensOf("cat")->at(1).id, 5);
}

TEST(ReadTokenizer, AddsWhatTheSideFilesAdd)
{
    const TemporaryFolder folder;
    write(folder / "vocab.txt", kBertLines);
    write(folder / "added_tokens.json", R"({"wolf": 20})");
    write(folder / "special_tokens_map.json", R"({"additional_special_tokens": ["<x>"], "pad_token": "[PAD]"})");
    const auto tokenizer = read(folder);
    EXPECT_EQ(pieces(*tokenizer, {.text = "wolf <x>"}), "[CLS]|wolf|<x>|[SEP]");
    EXPECT_EQ(tokenizer->tokensOf("wolf")->at(1).id, 20);
    EXPECT_FALSE(tokenizer->token(20)->isSpecial);
    EXPECT_EQ(tokenizer->token(21)->piece, "<x>");
    EXPECT_TRUE(tokenizer->token(21)->isSpecial);
}

TEST(ReadTokenizer, SaysWhatAFolderLacks)
{
    const TemporaryFolder folder;
    EXPECT_EQ(problemOf(folder),
              (Error{ErrorCode::NotFound, "\"FOLDER\" has no tokenizer: there is no tokenizer.json, no vocab.json with "
                                          "merges.txt, and no vocab.txt."}));
    write(folder / "vocab.json", "{}");
    EXPECT_EQ(problemOf(folder),
              (Error{ErrorCode::NotFound, "\"FOLDER\" has no tokenizer: merges.txt is missing beside vocab.json."}));
}

TEST(ReadTokenizer, SaysHowToConvertASentencePieceModel)
{
    const TemporaryFolder folder;
    write(folder / "tokenizer.model", "\x0A\x0E");
    const Error error = problemOf(folder);
    EXPECT_EQ(error.code, ErrorCode::Malformed);
    EXPECT_EQ(error.message, "\"FOLDER/tokenizer.model\" is a SentencePiece model, which is not read; a "
                             "tokenizer.json is: load the folder with transformers' AutoTokenizer (the fast one) and "
                             "save it there with save_pretrained.");
}

TEST(ReadTokenizer, RefusesClassesThatItDoesNotKnow)
{
    const TemporaryFolder folder;
    write(folder / "vocab.txt", kBertLines);
    write(folder / "tokenizer_config.json", R"({"tokenizer_class": "BertJapaneseTokenizer"})");
    EXPECT_EQ(problemOf(folder).message, "\"FOLDER\" has a tokenizer of the class \"BertJapaneseTokenizer\", which "
                                         "cannot be read without a tokenizer.json; AutoTokenizer's save_pretrained "
                                         "writes one.");
    write(folder / "tokenizer_config.json", R"({"tokenizer_class": "GPT2Tokenizer"})");
    EXPECT_EQ(problemOf(folder).code, ErrorCode::Malformed) << "its files are not there";
}

TEST(ReadTokenizer, NamesFileAndEntryOfWhatIsWrong)
{
    const TemporaryFolder folder;
    writeBytePairs(folder, {});
    write(folder / "merges.txt", "#version: 0.2\nh e\nabc\n");
    EXPECT_EQ(problemOf(folder).message,
              "\"FOLDER/merges.txt\": line 3 is \"abc\"; expected two pieces with a space between them.");
    write(folder / "merges.txt", "h x\n");
    EXPECT_EQ(problemOf(folder).message,
              "\"FOLDER/merges.txt\": merge 0, of \"h\" and \"x\", needs \"hx\", which the vocabulary lacks.");
    write(folder / "merges.txt", "");
    write(folder / "tokenizer_config.json", R"({"add_prefix_space": 1})");
    EXPECT_EQ(problemOf(folder).message, "\"FOLDER/tokenizer_config.json\": \"add_prefix_space\" is a whole number; "
                                         "expected true or false.");
    write(folder / "tokenizer_config.json", R"({"added_tokens_decoder": {"x": {"content": "y"}}})");
    EXPECT_EQ(problemOf(folder).message,
              "\"FOLDER/tokenizer_config.json\": \"added_tokens_decoder.x\" has a key that is no id.");
    write(folder / "tokenizer_config.json", "[");
    EXPECT_EQ(problemOf(folder).code, ErrorCode::Malformed);
    write(folder / "tokenizer_config.json", "{}");
    write(folder / "vocab.json", R"({"a": "b"})");
    EXPECT_EQ(problemOf(folder).message, "\"FOLDER/vocab.json\": \".a\" is a text; expected a whole number.");
}

TEST(ReadTokenizer, NeedsTheMarksOfBertInItsVocabulary)
{
    const TemporaryFolder folder;
    write(folder / "vocab.txt", "[UNK]\ndog\n");
    EXPECT_EQ(problemOf(folder).message, "\"FOLDER/vocab.txt\": it has no \"[CLS]\", which stands around every text.");
    write(folder / "vocab.txt", "");
    EXPECT_EQ(problemOf(folder).message, "\"FOLDER/vocab.txt\": the vocabulary is empty.");
}

}  // namespace
}  // namespace headlight::test
