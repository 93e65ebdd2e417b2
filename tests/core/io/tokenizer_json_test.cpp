#include "core/io/tokenizer_json.h"

#include "tests/core/support/printing.h"
#include "tests/core/support/tokenizers.h"

#include <chrono>
#include <gtest/gtest.h>
#include <ostream>

namespace headlight::test {
namespace {

using Json = nlohmann::json;

struct BadTokenizer
{
    std::string name;
    std::string pointer;  ///< What is replaced in a good file.
    std::string value;    ///< By what; empty: the entry is gone.
    std::string problem;  ///< The message, without the file's name.

    friend std::ostream& operator<<(std::ostream& stream, const BadTokenizer& self) { return stream << self.name; }
};

std::string changed(Json tokenizer, const BadTokenizer& change)
{
    const Json::json_pointer pointer(change.pointer);
    if (change.value.empty()) {
        tokenizer[pointer.parent_pointer()].erase(pointer.back());
    } else {
        tokenizer[pointer] = Json::parse(change.value);
    }
    return tokenizer.dump();
}

class RefusedTokenizer : public testing::TestWithParam<BadTokenizer>
{};

TEST_P(RefusedTokenizer, NamesFileAndEntry)
{
    Json good =
        plainTokenizer({{"type", "BPE"}, {"vocab", {{"a", 0}, {"b", 1}, {"ab", 2}}}, {"merges", Json::array({"a b"})}});
    ASSERT_TRUE(parsed(good));
    const auto tokenizer = parseTokenizer(changed(good, GetParam()), "tokenizer.json");
    ASSERT_FALSE(tokenizer);
    EXPECT_EQ(tokenizer.error(), (Error{ErrorCode::Malformed, "tokenizer.json: " + GetParam().problem + "."}));
}

const std::string kNormalizerTypes = "BertNormalizer, NFC, NFD, NFKC, NFKD, Lowercase, StripAccents, Strip, Replace, "
                                     "Prepend, Nmt, ByteLevel, Sequence";
const std::string kPreTokenizerTypes = "ByteLevel, BertPreTokenizer, Whitespace, WhitespaceSplit, Split, "
                                       "CharDelimiterSplit, Digits, Punctuation, Metaspace, Sequence";

INSTANTIATE_TEST_SUITE_P(
    Model, RefusedTokenizer,
    testing::Values(
        BadTokenizer{"NoObject", "", "[]", "the whole is a list; expected an object"},
        BadTokenizer{"NoModel", "/model", "", "\"model\" is missing; expected an object"},
        BadTokenizer{"ModelIsAText", "/model", "\"BPE\"", "\"model\" is a text; expected an object"},
        BadTokenizer{"Unigram", "/model/type", "\"Unigram\"",
                     "\"model.type\" is \"Unigram\", which is not supported; supported are BPE, WordPiece"},
        BadTokenizer{"WordLevel", "/model/type", "\"WordLevel\"",
                     "\"model.type\" is \"WordLevel\", which is not supported; supported are BPE, WordPiece"},
        BadTokenizer{"TypeIsANumber", "/model/type", "1", "\"model.type\" is a whole number; expected a text"},
        BadTokenizer{"NoTypeAndNothingTells", "/model", R"({"vocab": {"a": 0}})",
                     "\"model.type\" is missing; expected a text"},
        BadTokenizer{"NoVocabulary", "/model/vocab", "", "\"model.vocab\" is missing; expected an object"},
        BadTokenizer{"VocabularyIsAList", "/model/vocab", "[]", "\"model.vocab\" is a list; expected an object"},
        BadTokenizer{"EmptyVocabulary", "/model/vocab", "{}", "\"model.vocab\" is wrong: the vocabulary is empty"},
        BadTokenizer{"NegativeId", "/model/vocab/a", "-1",
                     "\"model.vocab\" has an entry that is wrong: \"a\" is -1; expected 0 to 16777215"},
        BadTokenizer{
            "HugeId", "/model/vocab/a", "18446744073709551615",
            "\"model.vocab\" has an entry that is wrong: \"a\" is 18446744073709551615; expected 0 to 16777215"},
        BadTokenizer{"IdIsAFraction", "/model/vocab/a", "1.5",
                     "\"model.vocab\" has an entry that is wrong: \"a\" is a number; expected a whole number"},
        BadTokenizer{"IdIsAText", "/model/vocab/a", "\"0\"",
                     "\"model.vocab\" has an entry that is wrong: \"a\" is a text; expected a whole number"},
        BadTokenizer{"IdOfTwo", "/model/vocab/b", "0",
                     "\"model.vocab\" is wrong: the vocabulary's entry \"b\" has the id 0, as has \"a\""},
        BadTokenizer{"NoMerges", "/model/merges", "", "\"model.merges\" is missing; expected a list"},
        BadTokenizer{
            "MergeOfOne", "/model/merges/0", "\"ab\"",
            "\"model.merges\" has an entry that is wrong: number 0 is no pair of pieces, as \"a b\" or [\"a\", "
            "\"b\"]"},
        BadTokenizer{
            "MergeOfThree", "/model/merges/0", R"(["a", "b", "c"])",
            "\"model.merges\" has an entry that is wrong: number 0 is no pair of pieces, as \"a b\" or [\"a\", "
            "\"b\"]"},
        BadTokenizer{"MergeOfUnknown", "/model/merges/0", "\"a c\"",
                     "\"model.merges\" is wrong: merge 0, of \"a\" and \"c\", needs \"c\", which the vocabulary lacks"},
        BadTokenizer{
            "MergeToUnknown", "/model/merges/0", "\"b a\"",
            "\"model.merges\" is wrong: merge 0, of \"b\" and \"a\", needs \"ba\", which the vocabulary lacks"},
        BadTokenizer{"FlagIsAText", "/model/byte_fallback", "\"yes\"",
                     "\"model.byte_fallback\" is a text; expected true or false"}),
    [](const auto& test) { return test.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Parts, RefusedTokenizer,
    testing::Values(
        BadTokenizer{"Precompiled", "/normalizer", R"({"type": "Precompiled"})",
                     "\"normalizer.type\" is \"Precompiled\", which is not supported; supported are " +
                         kNormalizerTypes},
        BadTokenizer{"UnknownWithinSequence", "/normalizer",
                     R"({"type": "Sequence", "normalizers": [{"type": "NFC"}, {"type": "X"}]})",
                     "\"normalizer.normalizers[1].type\" is \"X\", which is not supported; supported are " +
                         kNormalizerTypes},
        BadTokenizer{"NormalizerWithoutType", "/normalizer", "{}", "\"normalizer.type\" is missing; expected a text"},
        BadTokenizer{"NormalizerIsAText", "/normalizer", "\"NFC\"", "\"normalizer\" is a text; expected an object"},
        BadTokenizer{"SequenceOfNothing", "/normalizer", R"({"type": "Sequence"})",
                     "\"normalizer.normalizers\" is missing; expected a list"},
        BadTokenizer{"ReplaceWithoutPattern", "/normalizer", R"({"type": "Replace", "content": ""})",
                     "\"normalizer.pattern\" has neither \"String\" nor \"Regex\""},
        BadTokenizer{"PrependOfMuch", "/normalizer",
                     R"({"type": "Prepend", "prepend": ")" + std::string(1025, 'a') + "\"}",
                     "\"normalizer.prepend\" has 1025 bytes; expected at most 1024"},
        BadTokenizer{"UnknownPreTokenizer", "/pre_tokenizer", R"({"type": "UnicodeScripts"})",
                     "\"pre_tokenizer.type\" is \"UnicodeScripts\", which is not supported; supported are " +
                         kPreTokenizerTypes},
        BadTokenizer{"BadRegex", "/pre_tokenizer",
                     R"({"type": "Split", "pattern": {"Regex": "(a"}, "behavior": "Isolated", "invert": false})",
                     "\"pre_tokenizer.pattern\" is wrong: The regular expression \"(a\" cannot be used: missing "
                     "closing parenthesis, before \"\""},
        BadTokenizer{"UnknownBehavior", "/pre_tokenizer",
                     R"({"type": "Split", "pattern": {"String": "a"}, "behavior": "Gone", "invert": false})",
                     "\"pre_tokenizer.behavior\" is \"Gone\", which is not supported; supported are Removed, Isolated, "
                     "MergedWithPrevious, MergedWithNext, Contiguous"},
        BadTokenizer{"SplitWithoutBehavior", "/pre_tokenizer", R"({"type": "Split", "pattern": {"String": "a"}})",
                     "\"pre_tokenizer.behavior\" is missing; expected a text"},
        BadTokenizer{"MetaspaceOfNothing", "/pre_tokenizer", R"({"type": "Metaspace", "replacement": ""})",
                     "\"pre_tokenizer.replacement\" is \"\"; expected the character that stands for a space"},
        BadTokenizer{"UnknownPrependScheme", "/pre_tokenizer",
                     R"({"type": "Metaspace", "replacement": "_", "prepend_scheme": "last"})",
                     "\"pre_tokenizer.prepend_scheme\" is \"last\", which is not supported; supported are always, "
                     "first, never"},
        BadTokenizer{"DecoderWithoutType", "/decoder", "{}", "\"decoder.type\" is missing; expected a text"}),
    [](const auto& test) { return test.param.name; });

INSTANTIATE_TEST_SUITE_P(
    SpecialTokens, RefusedTokenizer,
    testing::Values(
        BadTokenizer{"UnknownPostProcessor", "/post_processor", R"({"type": "X"})",
                     "\"post_processor.type\" is \"X\", which is not supported; supported are TemplateProcessing, "
                     "BertProcessing, RobertaProcessing, ByteLevel, Sequence"},
        BadTokenizer{"TemplateOfUnknownToken", "/post_processor",
                     R"({"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}},
                         {"Sequence": {"id": "A", "type_id": 0}}], "special_tokens": {}})",
                     "\"post_processor.single[0].SpecialToken.id\" is \"[CLS]\", which "
                     "\"post_processor.special_tokens\" lacks"},
        BadTokenizer{"TemplateOfUnknownId", "/post_processor",
                     R"({"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "x", "type_id": 0}},
                         {"Sequence": {"id": "A", "type_id": 0}}], "special_tokens": {"x": {"id": "x", "ids": [9]}}})",
                     "the special token with the id 9 is put around texts, but the vocabulary has no such id"},
        BadTokenizer{"TemplateWithoutText", "/post_processor", R"({"type": "TemplateProcessing", "single": []})",
                     "\"post_processor.single\" must have the sequence A once, and no other"},
        BadTokenizer{"PairOfOne", "/post_processor",
                     R"({"type": "TemplateProcessing", "single": [{"Sequence": {"id": "A", "type_id": 0}}],
                         "pair": [{"Sequence": {"id": "A", "type_id": 0}}]})",
                     "\"post_processor.pair\" must have each of the sequences A and B once"},
        BadTokenizer{"TemplateOfNeither", "/post_processor", R"({"type": "TemplateProcessing", "single": [{}]})",
                     "\"post_processor.single[0]\" is neither \"SpecialToken\" nor \"Sequence\""},
        BadTokenizer{"BertWithoutSep", "/post_processor", R"({"type": "BertProcessing", "cls": ["a", 0]})",
                     "\"post_processor.sep\" is missing; expected a list"},
        BadTokenizer{"BertOfUnknownId", "/post_processor",
                     R"({"type": "BertProcessing", "cls": ["a", 0], "sep": ["x", 7]})",
                     "the special token with the id 7 is put around texts, but the vocabulary has no such id"},
        BadTokenizer{
            "MarksTwice", "/post_processor",
            R"({"type": "Sequence", "processors": [{"type": "BertProcessing", "cls": ["a", 0], "sep": ["b", 1]},
                         {"type": "BertProcessing", "cls": ["a", 0], "sep": ["b", 1]}]})",
            "\"post_processor\" puts special tokens around a text more than once, which is not supported"},
        BadTokenizer{"AddedTokensAreAnObject", "/added_tokens", "{}", "\"added_tokens\" is an object; expected a list"},
        BadTokenizer{"AddedTokenWithoutContent", "/added_tokens", R"([{"id": 7}])",
                     "\"added_tokens[0].content\" is missing; expected a text"},
        BadTokenizer{"AddedTokenWithoutId", "/added_tokens", R"([{"content": "x"}])",
                     "\"added_tokens[0].id\" is missing; expected a whole number"},
        BadTokenizer{"AddedTokenWithAnothersId", "/added_tokens", R"([{"id": 1, "content": "x"}])",
                     "the added token \"x\" has the id 1, as has \"b\""},
        BadTokenizer{"AddedTokenWithHugeId", "/added_tokens", R"([{"id": 99999999, "content": "x"}])",
                     "\"added_tokens[0].id\" is 99999999; expected 0 to 16777215"}),
    [](const auto& test) { return test.param.name; });

TEST(ParseTokenizer, RefusesWhatIsNoJson)
{
    EXPECT_EQ(parseTokenizer("{", "a.json").error().code, ErrorCode::Malformed);
    EXPECT_EQ(parseTokenizer("", "a.json").error().code, ErrorCode::Malformed);
    EXPECT_EQ(parseTokenizer(std::string(100, '['), "a.json").error().code, ErrorCode::TooLong);
}

TEST(ParseTokenizer, RefusesPartsWithoutEnd)
{
    Json tokenizer = plainTokenizer(wordPieceModel());
    tokenizer["normalizer"] = {{"type", "Sequence"}, {"normalizers", Json::array()}};
    for (int i = 0; i < 101; ++i) {
        tokenizer["normalizer"]["normalizers"].push_back({{"type", "NFC"}});
    }
    EXPECT_EQ(parseTokenizer(tokenizer.dump(), "a.json").error().message,
              "a.json: \"normalizer.normalizers[100]\" is one part too many; expected at most 100.");
}

TEST(ParseTokenizer, ReadsMergesEitherWay)
{
    Json tokenizer = plainTokenizer({{"type", "BPE"}, {"vocab", {{"a", 0}, {"b", 1}, {"ab", 2}}}});
    for (const char* merges : {R"(["a b"])", R"([["a", "b"]])"}) {
        tokenizer["model"]["merges"] = Json::parse(merges);
        EXPECT_EQ(pieces(*parsed(tokenizer), {.text = "abb"}), "ab|b") << merges;
    }
}

TEST(ParseTokenizer, KnowsAModelWithoutATypeByItsEntries)
{
    for (const char* family : {"gpt2", "bert"}) {
        Json tokenizer = familyTokenizer(family);
        const std::string expected = pieces(*parsed(tokenizer), {.text = "the dogs"});
        tokenizer["model"].erase("type");
        EXPECT_EQ(pieces(*parsed(tokenizer), {.text = "the dogs"}), expected);
    }
}

TEST(ParseTokenizer, AcceptsAVocabularyWithGaps)
{
    const auto tokenizer =
        parsed(plainTokenizer({{"type", "BPE"}, {"vocab", {{"a", 0}, {"b", 5}}}, {"merges", Json::array()}}));
    EXPECT_EQ(tokenizer->vocabularySize(), 6);
    EXPECT_EQ(tokenizer->tokensOf("ab")->at(1).id, 5);
    EXPECT_FALSE(tokenizer->token(3));
}

TEST(ParseTokenizer, GivesAnAddedTokenTheIdThatTheVocabularyHas)
{
    Json tokenizer = plainTokenizer({{"type", "BPE"}, {"vocab", {{"a", 0}, {"b", 1}}}, {"merges", Json::array()}});
    tokenizer["added_tokens"].push_back(addedToken(7, "b"));
    EXPECT_EQ(parsed(tokenizer)->tokensOf("ab")->at(1).id, 1);
    EXPECT_EQ(parsed(tokenizer)->vocabularySize(), 2);
}

TEST(ParseTokenizer, ReadsOlderMetaspaces)
{
    Json tokenizer = familyTokenizer("metaspace");
    tokenizer["pre_tokenizer"] = {{"type", "Metaspace"}, {"replacement", "▁"}, {"add_prefix_space", true}};
    EXPECT_EQ(pieces(*parsed(tokenizer), {.text = "the dog"}), "<s>|▁the|▁dog");
    tokenizer["pre_tokenizer"]["add_prefix_space"] = false;
    EXPECT_EQ(pieces(*parsed(tokenizer), {.text = "the dog"}), "<s>|t|he|▁dog");
}

TEST(ParseTokenizer, LeavesTruncationAndPaddingToOthers)
{
    Json tokenizer = familyTokenizer("bert");
    tokenizer["truncation"] = {{"max_length", 3}};
    tokenizer["padding"] = {{"strategy", {{"Fixed", 128}}}};
    EXPECT_EQ(pieces(*parsed(tokenizer), {.text = "the dog the"}), "[CLS]|the|dog|the|[SEP]");
}

TEST(ParseTokenizer, SaysNothingOfDecodersThatItDoesNotKnow)
{
    Json tokenizer = familyTokenizer("bert");
    tokenizer["decoder"] = {{"type", "CTC"}};
    EXPECT_TRUE(parsed(tokenizer));
}

/// The size of Llama 3's vocabulary and merges.
TEST(ParseTokenizer, ReadsALargeFileWithoutGettingSlow)
{
    Json vocabulary = Json::object();
    Json merges = Json::array();
    int id = 0;
    std::vector<std::string> known;
    for (char c = 'a'; c <= 'z'; ++c) {
        known.emplace_back(1, c);
        vocabulary[known.back()] = id++;
    }
    for (std::size_t left = 0; id < 128'000; ++left) {
        for (char c = 'a'; c <= 'z' && id < 128'000; ++c) {
            known.push_back(known[left] + c);
            vocabulary[known.back()] = id++;
            merges.push_back(Json::array({known[left], std::string(1, c)}));
        }
    }
    const std::string text = plainTokenizer({{"type", "BPE"}, {"vocab", vocabulary}, {"merges", merges}}).dump();
    const auto start = std::chrono::steady_clock::now();
    EXPECT_TRUE(parseTokenizer(text, "tokenizer.json"));
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    EXPECT_LT(seconds.count(), 10.0);
    RecordProperty("milliseconds", static_cast<int>(seconds.count() * 1000.0));
}

}  // namespace
}  // namespace headlight::test
