#include "core/text/pipeline_tokenizer.h"

#include "core/text/utf8.h"
#include "tests/core/support/printing.h"
#include "tests/core/support/random.h"
#include "tests/core/support/tokenizers.h"

#include <chrono>
#include <gtest/gtest.h>
#include <ostream>
#include <set>

namespace headlight::test {
namespace {

struct CutCase
{
    std::string name;
    std::string family;
    std::string text;
    std::string pieces;  ///< As the library gives them that tokenizer.json belongs to (version 0.23).

    friend std::ostream& operator<<(std::ostream& stream, const CutCase& self) { return stream << self.name; }
};

class Family : public testing::TestWithParam<CutCase>
{};

TEST_P(Family, CutsAsItsLibraryDoes)
{
    const auto tokenizer = parsed(familyTokenizer(GetParam().family));
    ASSERT_TRUE(tokenizer);
    EXPECT_EQ(pieces(*tokenizer, {.text = GetParam().text}), GetParam().pieces);
}

constexpr const char* kSpaces = "  the  dog\n\n cat";

INSTANTIATE_TEST_SUITE_P(
    Table, Family,
    testing::Values(CutCase{"Gpt2", "gpt2", "The dog's running.", "T|he|Ġdog|'|s|Ġrunn|ing|."},
                    CutCase{"Gpt2Spaces", "gpt2", kSpaces, "Ġ|Ġthe|Ġ|Ġdog|Ċ|Ċ|Ġcat"},
                    CutCase{"Gpt2Special", "gpt2", "hello<|endoftext|>the dog", "he|l|l|o|<|endoftext|>|t|he|Ġdog"},
                    CutCase{"Gpt2Contractions", "gpt2", "Don't I'LL", "D|o|n|'t|Ġ|I|'|L|L"},
                    CutCase{"Gpt2Bytes", "gpt2", "日 😀é", "æ|Ĺ|¥|Ġ|ð|Ł|ĺ|Ģ|Ã©"}, CutCase{"Gpt2Empty", "gpt2", "", ""},
                    CutCase{"Roberta", "roberta", "the dog", "<s>|t|he|Ġdog|</s>"},
                    CutCase{"RobertaMask", "roberta", "the <mask> ran", "<s>|t|he|<mask>|Ġ|r|a|n|</s>"},
                    CutCase{"RobertaMarks", "roberta", "a<s>the dog</s>", "<s>|a|<s>|t|he|Ġdog|</s>|</s>"},
                    CutCase{"RobertaEmpty", "roberta", "", "<s>|</s>"},
                    CutCase{"Llama3Digits", "llama3", "1234567", "<|begin_of_text|>|123|4|5|6|7"},
                    CutCase{"Llama3Whole", "llama3", "a dogma", "<|begin_of_text|>|a|Ġdogma"},
                    CutCase{"Llama3Spaces", "llama3", kSpaces, "<|begin_of_text|>|Ġ|Ġthe|Ġ|Ġdog|Ċ|Ċ|Ġcat"},
                    CutCase{"Llama3Tab", "llama3", "\tdog\u00A0cat", "<|begin_of_text|>|ĉ|dog|Â|ł|c|at"},
                    CutCase{"Qwen2Digits", "qwen2", "1234567", "1|2|3|4|5|6|7"},
                    CutCase{"Qwen2Composes", "qwen2", "café cafe\u0301", "c|a|f|Ã©|Ġc|a|f|Ã©"},
                    CutCase{"Bloom", "bloom", "the, dog!? (cat)", "t|he|,|Ġdog|!|?|Ġ|(|c|at|)"},
                    CutCase{"Llama2", "llama2", "The dog's running.", "<s>|▁|T|he|▁dog|'|s|▁runn|ing|."},
                    CutCase{"Llama2Spaces", "llama2", kSpaces, "<s>|▁▁|▁the|▁|▁dog|<0x0A>|<0x0A>|▁cat"},
                    CutCase{"Llama2Marks", "llama2", "a<s>the dog</s>", "<s>|▁|a|<s>|▁the|▁dog|</s>"},
                    CutCase{"Llama2Bytes", "llama2", "語dog", "<s>|▁|<0xE8>|<0xAA>|<0x9E>|d|og"},
                    CutCase{"Llama2Unknown", "llama2", "<unk>x", "<s>|<unk>|▁|x"},
                    CutCase{"Llama2Space", "llama2", " ", "<s>|▁▁"}, CutCase{"Llama2Empty", "llama2", "", "<s>"},
                    CutCase{"Mistral", "mistral", kSpaces, "<s>|▁|▁the|▁|▁dog|<0x0A>|<0x0A>|▁cat"},
                    CutCase{"MistralMarks", "mistral", "a<s>the dog</s>", "<s>|▁|a|<s>|t|he|▁dog|</s>"},
                    CutCase{"MistralUnknown", "mistral", "<unk>x", "<s>|<unk>|x"},
                    CutCase{"MetaspaceMarks", "metaspace", "a<s>the dog</s>", "<s>|▁|a|<s>|▁the|▁dog|</s>"},
                    CutCase{"MetaspaceItself", "metaspace", "▁the", "<s>|▁the"},
                    CutCase{"Bert", "bert", "The dog's running.", "[CLS]|the|dog|'|s|run|##ning|.|[SEP]"},
                    CutCase{"BertAccents", "bert", "Café cafe\u0301", "[CLS]|cafe|cafe|[SEP]"},
                    CutCase{"BertIdeographs", "bert", "日本語 😀", "[CLS]|[UNK]|[UNK]|語|[UNK]|[SEP]"},
                    CutCase{"BertDotted", "bert", "İstanbul", "[CLS]|i|##s|##t|##a|##n|##b|##u|##l|[SEP]"},
                    CutCase{"BertMask", "bert", "the [MASK] ran", "[CLS]|the|[MASK]|r|##a|##n|[SEP]"},
                    CutCase{"BertSpaces", "bert", " \n\t ", "[CLS]|[SEP]"}),
    [](const auto& test) { return test.param.name; });

TEST(PipelineTokenizer, GivesATokenTheTextThatItsSpanCovers)
{
    EXPECT_EQ(texts(*parsed(familyTokenizer("gpt2")), {.text = "The dog é 😀"}),
              "T|he| dog| |é| |<0xF0>|<0x9F>|<0x98>|<0x80>");
    EXPECT_EQ(texts(*parsed(familyTokenizer("llama2")), {.text = "a dog語"}), "<s>| |a| dog|<0xE8>|<0xAA>|<0x9E>");
    EXPECT_EQ(texts(*parsed(familyTokenizer("bert")), {.text = "The Cafe\u0301 ☃"}), "[CLS]|The|Cafe\u0301|☃|[SEP]");
    EXPECT_EQ(texts(*parsed(familyTokenizer("roberta")), {.text = "a <mask>"}), "<s>|a|<mask>|</s>");
}

TEST(PipelineTokenizer, KnowsWhereEachTokenIs)
{
    const auto tokenizer = parsed(familyTokenizer("llama2"));
    const auto encoding = tokenizer->encode({.text = "dog é"});
    ASSERT_TRUE(encoding);
    const std::vector<Token> expected = {
        {.id = 1, .text = "<s>", .span = {}, .piece = "<s>", .isSpecial = true},
        {.id = encoding->tokens[1].id, .text = "dog", .span = {0, 3}, .piece = "▁dog"},
        {.id = encoding->tokens[2].id, .text = " ", .span = {3, 4}, .piece = "▁"},
        {.id = 3 + 0xC3, .text = "<0xC3>", .span = {4, 5}, .piece = "<0xC3>"},
        {.id = 3 + 0xA9, .text = "<0xA9>", .span = {5, 6}, .piece = "<0xA9>"},
    };
    EXPECT_EQ(encoding->tokens, expected);
}

TEST(PipelineTokenizer, TellsMarksFromText)
{
    const auto tokenizer = parsed(familyTokenizer("bert"));
    const auto encoding = tokenizer->encode({.text = "☃ [MASK]"});
    ASSERT_TRUE(encoding);
    ASSERT_EQ(encoding->tokens.size(), 4U);
    EXPECT_EQ(encoding->tokens[1], (Token{.id = 1, .text = "☃", .span = {0, 3}, .piece = "[UNK]"}));
    EXPECT_EQ(encoding->tokens[2],
              (Token{.id = 4, .text = "[MASK]", .span = {4, 10}, .piece = "[MASK]", .isSpecial = true}));
}

TEST(PipelineTokenizer, AddsNoMarksWhereNoneAreAsked)
{
    const EncodeRequest request{.text = "the dog", .specialTokens = SpecialTokens::None};
    EXPECT_EQ(pieces(*parsed(familyTokenizer("bert")), request), "the|dog");
    EXPECT_EQ(pieces(*parsed(familyTokenizer("llama3")), request), "t|he|Ġdog");
}

/// Segment and source of each token, with a blank between them.
std::string placesOf(const Tokenizer& tokenizer, const EncodeRequest& request)
{
    std::string places;
    const auto encoding = tokenizer.encode(request);
    EXPECT_TRUE(encoding);
    for (const Token& token : encoding ? encoding->tokens : std::vector<Token>()) {
        places += std::to_string(token.segment) + (token.isSpecial ? "-" : std::to_string(token.source)) + " ";
    }
    return places;
}

TEST(PipelineTokenizer, PutsTwoTextsTogetherAsTheModelHasIt)
{
    const EncodeRequest request{.text = "the", .pair = "dog"};
    const auto bert = parsed(familyTokenizer("bert"));
    EXPECT_EQ(pieces(*bert, request), "[CLS]|the|[SEP]|dog|[SEP]");
    EXPECT_EQ(placesOf(*bert, request), "0- 00 0- 11 1- ");
    const auto roberta = parsed(familyTokenizer("roberta"));
    EXPECT_EQ(pieces(*roberta, request), "<s>|t|he|</s>|</s>|dog|</s>");
    EXPECT_EQ(placesOf(*roberta, request), "0- 00 00 0- 0- 01 0- ");
    const auto llama = parsed(familyTokenizer("llama2"));
    EXPECT_EQ(pieces(*llama, request), "<s>|▁the|<s>|▁dog");
    EXPECT_EQ(placesOf(*llama, request), "0- 00 1- 11 ");
}

TEST(PipelineTokenizer, TakesPairsOnlyWhereATemplateDoes)
{
    const auto gpt2 = parsed(familyTokenizer("gpt2"));
    EXPECT_FALSE(gpt2->takesPairs());
    EXPECT_TRUE(parsed(familyTokenizer("bert"))->takesPairs());
    const auto encoding = gpt2->encode({.text = "a", .pair = "b"});
    ASSERT_FALSE(encoding);
    EXPECT_EQ(encoding.error().code, ErrorCode::InvalidArgument);
}

TEST(PipelineTokenizer, CutsTheTextAndKeepsTheMarks)
{
    const auto bert = parsed(familyTokenizer("bert"));
    EXPECT_EQ(pieces(*bert, {.text = "the dog the cat", .maxTokens = 4}), "[CLS]|the|dog|[SEP]");
    EXPECT_EQ(bert->encode({.text = "the dog the cat", .maxTokens = 4})->droppedTokens, 2);
    EXPECT_EQ(bert->encode({.text = "the dog", .maxTokens = 4})->droppedTokens, 0);
    EXPECT_EQ(pieces(*bert, {.text = "", .maxTokens = 2}), "[CLS]|[SEP]");
}

TEST(PipelineTokenizer, CutsTheLongerOfTwoTextsFirst)
{
    const auto bert = parsed(familyTokenizer("bert"));
    const auto cut = [&](const char* text, const char* pair, Index maxTokens) {
        return pieces(*bert, {.text = text, .pair = pair, .maxTokens = maxTokens});
    };
    EXPECT_EQ(cut("a b c d e", "x", 6), "[CLS]|a|b|[SEP]|x|[SEP]");
    EXPECT_EQ(cut("a", "x y z", 6), "[CLS]|a|[SEP]|x|y|[SEP]");
    EXPECT_EQ(cut("a b c d e", "x y z", 8), "[CLS]|a|b|c|[SEP]|x|y|[SEP]");
    EXPECT_EQ(cut("a b c", "x y z", 8), "[CLS]|a|b|[SEP]|x|y|z|[SEP]");
    EXPECT_EQ(bert->encode({.text = "a b c", .pair = "x y z", .maxTokens = 7})->droppedTokens, 2);
}

TEST(PipelineTokenizer, RefusesALimitWithoutRoomForText)
{
    const auto bert = parsed(familyTokenizer("bert"));
    for (const Index limit : {-1, 0, 1, 2}) {
        const auto encoding = bert->encode({.text = "dog", .maxTokens = limit});
        ASSERT_FALSE(encoding) << limit;
        EXPECT_EQ(encoding.error().code, ErrorCode::TooLong);
    }
    EXPECT_FALSE(bert->encode({.text = "", .maxTokens = 1}));
    EXPECT_TRUE(bert->encode({.text = "dog", .maxTokens = 3}));
}

TEST(PipelineTokenizer, RefusesWhatIsNoUtf8)
{
    const auto encoding = parsed(familyTokenizer("bert"))->encode({.text = "the", .pair = "caf\xE9"});
    ASSERT_FALSE(encoding);
    EXPECT_EQ(encoding.error().code, ErrorCode::InvalidUtf8);
}

TEST(PipelineTokenizer, KnowsItsMask)
{
    EXPECT_EQ(parsed(familyTokenizer("bert"))->maskToken(), 4);
    const auto roberta = parsed(familyTokenizer("roberta"));
    ASSERT_TRUE(roberta->maskToken());
    EXPECT_EQ(roberta->token(*roberta->maskToken())->text, "<mask>");
    EXPECT_EQ(parsed(familyTokenizer("gpt2"))->maskToken(), std::nullopt);
}

TEST(PipelineTokenizer, ReadsItsVocabularyAsPeopleDo)
{
    const auto readableOf = [](const char* family, std::string_view piece) {
        const auto tokenizer = parsed(familyTokenizer(family));
        for (std::int32_t id = 0; id < tokenizer->vocabularySize(); ++id) {
            const auto token = tokenizer->token(id);
            if (token && token->piece == piece) {
                EXPECT_EQ(token->id, id);
                EXPECT_EQ(token->span, ByteSpan());
                return (token->isSpecial ? "special " : "") + token->text;
            }
        }
        return std::string("none");
    };
    EXPECT_EQ(readableOf("gpt2", "Ġdog"), " dog");
    EXPECT_EQ(readableOf("gpt2", "â"), "<0xE2>");
    EXPECT_EQ(readableOf("gpt2", "<|endoftext|>"), "special <|endoftext|>");
    EXPECT_EQ(readableOf("llama2", "▁dog"), " dog");
    EXPECT_EQ(readableOf("llama2", "<0x0A>"), "\n");
    EXPECT_EQ(readableOf("mistral", "▁dog"), " dog") << "without a decoder, too";
    EXPECT_EQ(readableOf("mistral", "<0xE2>"), "<0xE2>");
    EXPECT_EQ(readableOf("bert", "##ning"), "ning");
    EXPECT_EQ(readableOf("bert", "[UNK]"), "special [UNK]");
}

TEST(PipelineTokenizer, SaysWhichIdsThereAre)
{
    nlohmann::json tokenizer = plainTokenizer(wordPieceModel());
    tokenizer["added_tokens"].push_back(addedToken(1000, "<x>"));
    const auto withGap = parsed(tokenizer);
    EXPECT_EQ(withGap->vocabularySize(), 1001);
    EXPECT_EQ(withGap->token(999).error(),
              (Error{ErrorCode::NotFound, "There is no token 999: the vocabulary leaves this id out."}));
    EXPECT_EQ(withGap->token(-1).error(),
              (Error{ErrorCode::NotFound, "There is no token -1: the vocabulary has ids 0 to 1000."}));
    EXPECT_EQ(withGap->token(1000)->text, "<x>");
}

TEST(PipelineTokenizer, FindsAddedTokensInTheNormalizedTextWhereItIsTold)
{
    nlohmann::json tokenizer = familyTokenizer("bert");
    const auto withToken = [&](const nlohmann::json& flags) {
        nlohmann::json changed = tokenizer;
        changed["added_tokens"].push_back(addedToken(1000, "DOGé", flags));
        return parsed(changed);
    };
    const auto raw = withToken({{"special", false}});
    EXPECT_EQ(pieces(*raw, {.text = "a DOGé"}), "[CLS]|a|DOGé|[SEP]");
    EXPECT_EQ(pieces(*raw, {.text = "dogé"}), "[CLS]|dog|##e|[SEP]");
    const auto normalized = withToken({{"special", false}, {"normalized", true}});
    EXPECT_EQ(pieces(*normalized, {.text = "a dogE"}), "[CLS]|a|DOGé|[SEP]");
    EXPECT_EQ(texts(*normalized, {.text = "a dogE"}), "[CLS]|a|dogE|[SEP]");
}

/// A text of awkward characters.
std::string randomText(Random& random)
{
    static const std::vector<std::string> kParts = {
        "the", " ",  "  ",     "dog",    "\n",       "\t",     "é",      "e\u0301", "\u0323", "İ",      "ß",
        "語",  "한", "ﬁ",      "①",      "👨\u200D👩", "🇩🇪",     "\u0085", "\u180E",  "\u200B", "\uFEFF", "▁",
        "<s>", "'s", "[MASK]", "<mask>", "12345",    "\u0001", "\uFFFD", "ｶﾞ",      "Ⅻ",      "...",    "\u00A0"};
    std::string text;
    for (Index parts = random.index(0, 12); parts > 0; --parts) {
        if (random.index(0, 5) == 0) {
            const auto codePoint = static_cast<char32_t>(random.index(0, 0x10FFFF));
            appendUtf8(text, codePoint >= 0xD800 && codePoint < 0xE000 ? U'x' : codePoint);
        } else {
            text += kParts[static_cast<std::size_t>(random.index(0, std::ssize(kParts) - 1))];
        }
    }
    return text;
}

TEST(PipelineTokenizer, CoversATextByteForByteWhereItWorksOnBytes)
{
    Random random;
    SCOPED_TRACE(random.describe());
    for (const char* family : {"gpt2", "roberta", "llama3", "bloom"}) {
        const auto tokenizer = parsed(familyTokenizer(family));
        for (int round = 0; round < 1500; ++round) {
            const std::string text = randomText(random);
            const auto encoding = tokenizer->encode({.text = text, .specialTokens = SpecialTokens::None});
            ASSERT_TRUE(encoding);
            std::size_t end = 0;
            for (const Token& token : encoding->tokens) {
                ASSERT_EQ(token.span.begin, end) << family << " " << text;
                ASSERT_GT(token.span.end, token.span.begin);
                end = token.span.end;
            }
            ASSERT_EQ(end, text.size()) << family << " " << text;
        }
    }
}

TEST(PipelineTokenizer, GivesEveryTokenASpanInTheTextAndValidText)
{
    Random random;
    SCOPED_TRACE(random.describe());
    for (const std::string& family : tokenizerFamilies()) {
        const auto tokenizer = parsed(familyTokenizer(family));
        for (int round = 0; round < 1500; ++round) {
            const std::string text = randomText(random);
            const auto encoding = tokenizer->encode({.text = text});
            ASSERT_TRUE(encoding);
            std::size_t begin = 0;
            for (const Token& token : encoding->tokens) {
                ASSERT_TRUE(validateUtf8(token.text)) << family << " " << text;
                ASSERT_LE(token.span.begin, token.span.end);
                ASSERT_LE(token.span.end, text.size());
                const auto same = tokenizer->token(token.id);
                ASSERT_TRUE(same);
                ASSERT_EQ(same->piece, token.piece);
                if (token.span.begin < token.span.end) {
                    ASSERT_GE(token.span.begin, begin) << family << " " << text;
                    begin = token.span.begin;
                }
            }
        }
    }
}

TEST(PipelineTokenizer, GivesATokenTheTextThatItCameFrom)
{
    Random random;
    SCOPED_TRACE(random.describe());
    const auto bert = parsed(familyTokenizer("bert"));
    const std::vector<std::pair<std::string, std::string>> words = {
        {"DÓG", "dog"}, {"cafe\u0301", "cafe"}, {"語", "語"}, {"Thé", "the"}, {".", "."}, {"\u0001cat", "cat"}};
    for (int round = 0; round < 1000; ++round) {
        std::string text;
        std::vector<std::pair<std::string, std::string>> expected;
        for (Index count = random.index(1, 6); count > 0; --count) {
            const auto& [word, piece] = words[static_cast<std::size_t>(random.index(0, std::ssize(words) - 1))];
            expected.emplace_back(word == "\u0001cat" ? "cat" : word, piece);
            text += word + (random.index(0, 1) == 0 ? " " : "\u3000");
        }
        const auto encoding = bert->encode({.text = text, .specialTokens = SpecialTokens::None});
        ASSERT_TRUE(encoding);
        ASSERT_EQ(encoding->tokens.size(), expected.size()) << text;
        for (std::size_t i = 0; i < expected.size(); ++i) {
            EXPECT_EQ(encoding->tokens[i].text, expected[i].first) << text;
            EXPECT_EQ(encoding->tokens[i].piece, expected[i].second) << text;
        }
    }
}

TEST(PipelineTokenizer, CutsAMegabyteWithoutGettingSlow)
{
    for (const std::string& family : tokenizerFamilies()) {
        const auto tokenizer = parsed(familyTokenizer(family));
        for (const std::string unit : {"the dog's running. ", " ", "a", "é", "<s>", "\n", "1", "\u0301"}) {
            std::string text;
            while (text.size() < 300'000) {
                text += unit;
            }
            const auto start = std::chrono::steady_clock::now();
            const auto encoding = tokenizer->encode({.text = text});
            const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
            EXPECT_TRUE(encoding) << family << " " << unit << encoding.error().message;
            EXPECT_LT(seconds.count(), 10.0) << family << " " << unit;
        }
    }
}

}  // namespace
}  // namespace headlight::test
