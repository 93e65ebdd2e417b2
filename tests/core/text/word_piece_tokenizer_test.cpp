#include "core/text/word_piece_tokenizer.h"

#include "tests/core/support/printing.h"

#include <algorithm>
#include <chrono>
#include <gtest/gtest.h>
#include <ostream>
#include <set>

namespace headlight::test {
namespace {

using namespace std::string_literals;

std::vector<Token> encoded(std::string_view text)
{
    auto tokens = defaultTokenizer()->tokensOf(text);
    EXPECT_TRUE(tokens) << text;
    return tokens ? *tokens : std::vector<Token>{};
}

/// The texts of the tokens with a bar between them: "The|dog".
std::string cut(std::string_view text)
{
    std::string joined;
    for (const Token& token : encoded(text)) {
        joined += (joined.empty() ? "" : "|") + token.text;
    }
    return joined;
}

std::string vocabularyEntry(std::int32_t id)
{
    return defaultTokenizer()->token(id).value_or(Token{}).piece;
}

/// The vocabulary's entries for the tokens with a bar between them: "the|dog".
std::string lookedUp(std::string_view text)
{
    std::string joined;
    for (const Token& token : encoded(text)) {
        joined += (joined.empty() ? "" : "|") + vocabularyEntry(token.id);
    }
    return joined;
}

TEST(WordPieceTokenizer, CutsTheSentenceOfTheFirstPageIntoThirteenTokens)
{
    const std::string text = "The animal didn't cross the street because it was too tired.";
    EXPECT_EQ(cut(text), "The|animal|did|n't|cross|the|street|because|it|was|too|tired|.");
    EXPECT_EQ(encoded(text).size(), 13U);
    EXPECT_EQ(lookedUp(text), "the|animal|did|n't|cross|the|street|because|it|was|too|tired|.");
}

TEST(WordPieceTokenizer, CutsContractionsAsThePennTreebankDoes)
{
    EXPECT_EQ(cut("can't won't shouldn't"), "ca|n't|wo|n't|should|n't");
    EXPECT_EQ(cut("dog's it's let's"), "dog|'s|it|'s|let|'s");
    EXPECT_EQ(cut("we're I'll I've I'd I'm"), "we|'re|I|'ll|I|'ve|I|'d|I|'m");
    EXPECT_EQ(cut("DIDN'T DOG'S"), "DID|N'T|DOG|'S");
    EXPECT_EQ(cut("shouldn't've"), "should|n't|'ve");
    EXPECT_EQ(cut("didn’t dog’s"), "did|n’t|dog|’s");
    EXPECT_EQ(lookedUp("didn’t dog’s"), "did|n't|dog|'s");
}

TEST(WordPieceTokenizer, LeavesEveryOtherApostropheAlone)
{
    EXPECT_EQ(cut("dogs' 'dogs'"), "dogs|'|'|dogs|'");
    EXPECT_EQ(cut("O'Brien"), "O|'|B|r|i|e|n");
    EXPECT_EQ(cut("n't 's"), "n't|'|s");
    EXPECT_EQ(cut("the ‘dog’"), "the|‘|dog|’");
    EXPECT_EQ(cut("'"), "'");
    EXPECT_EQ(cut("we're'"), "we|'re|'");
    EXPECT_EQ(cut("dog''s"), "dog|'|'|s");
}

TEST(WordPieceTokenizer, CutsUnknownWordsIntoTheLongestPieces)
{
    EXPECT_EQ(cut("the Zyxt dog"), "the|Z|y|x|t|dog");
    EXPECT_EQ(lookedUp("Zyxt"), "z|##y|##x|##t");
    EXPECT_EQ(lookedUp("zorked zorking zorks"), "z|##or|##k|##ed|z|##or|##k|##ing|z|##or|##k|##s");
    EXPECT_EQ(cut("2017"), "2|0|1|7");
    EXPECT_EQ(cut("Ünï"), "Ü|n|ï");
    EXPECT_EQ(lookedUp("ÜΣж"), "ü|σ|ж");
}

TEST(WordPieceTokenizer, KnowsAnAccentedWordByItsPlainOne)
{
    const WordPieceTokenizer tokenizer({"[UNK]", "naive", "résumé"});
    EXPECT_EQ(tokenizer.tokensOf("naïve")->front().id, 1);
    EXPECT_EQ(tokenizer.tokensOf("résumé")->front().id, 2);
    EXPECT_EQ(tokenizer.tokensOf("naïve")->front().text, "naïve");
}

TEST(WordPieceTokenizer, TakesPunctuationAndSymbolsOneByOne)
{
    EXPECT_EQ(cut("Time flies like an arrow; fruit flies like a banana."),
              "Time|flies|like|an|arrow|;|fruit|flies|like|a|banana|.");
    EXPECT_EQ(cut("dog...(cat)-\"big\" $5"), "dog|.|.|.|(|cat|)|-|\"|big|\"|$|5");
}

TEST(WordPieceTokenizer, YieldsNoTokenForWhitespace)
{
    EXPECT_EQ(cut(" the \t\r\n\u00A0\u2003dog\u2028 "), "the|dog");
    EXPECT_EQ(cut(""), "");
    EXPECT_EQ(cut(" \n\t "), "");
}

TEST(WordPieceTokenizer, TakesWhatItDoesNotKnowAsOneUnknownTokenEach)
{
    for (const std::string& character :
         {"語"s, "👨‍👩‍👧"s, "👍🏽"s, "🇩🇪"s, "\x1B"s, "\0"s, "\u200B"s, "\uFEFF"s, "“"s, "語\u0323"s}) {
        const std::string text = "the " + character + " dog";
        EXPECT_EQ(encoded(text).at(1),
                  (Token{WordPieceTokenizer::kUnknown, character, {4, 4 + character.size()}, "[UNK]"}))
            << character;
    }
    EXPECT_EQ(cut("語言"), "語|言");
    EXPECT_EQ(vocabularyEntry(WordPieceTokenizer::kUnknown), "[UNK]");
    EXPECT_EQ(lookedUp("[UNK]"), "[|u|##n|##k|]");
}

TEST(WordPieceTokenizer, FindsLettersHoweverTheirAccentsAreEncoded)
{
    EXPECT_EQ(cut("e\u0301"), "e\u0301");
    EXPECT_EQ(lookedUp("e\u0301 É E\u0301"), "é|é|é");
}

TEST(WordPieceTokenizer, GivesEveryTokenTheBytesThatItStandsFor)
{
    const std::string text = "Señora didn’t\r\nsee 👍🏽 Zyx's \u00A0caf\u00E9, e\u0301!";
    std::size_t end = 0;
    for (const Token& token : encoded(text)) {
        EXPECT_GE(token.span.begin, end);
        EXPECT_GT(token.span.end, token.span.begin);
        EXPECT_EQ(text.substr(token.span.begin, token.span.end - token.span.begin), token.text);
        end = token.span.end;
    }
    EXPECT_EQ(end, text.size());
}

TEST(WordPieceTokenizer, RefusesWhatIsNoUtf8)
{
    const auto tokens = defaultTokenizer()->tokensOf("caf\xE9");
    ASSERT_FALSE(tokens);
    EXPECT_EQ(tokens.error().code, ErrorCode::InvalidUtf8);
}

TEST(WordPieceTokenizer, NumbersItsVocabularyInOrder)
{
    const WordPieceTokenizer tokenizer({"[UNK]", "d", "##o", "##og", "dog", "cat"});
    EXPECT_EQ(tokenizer.vocabularySize(), 6);
    EXPECT_EQ(tokenizer.tokensOf("dOG")->front().id, 4);
    EXPECT_EQ(tokenizer.tokensOf("doo")->size(), 3U);
    EXPECT_EQ(tokenizer.tokensOf("ddog")->size(), 3U);
    EXPECT_EQ(tokenizer.tokensOf("z")->front().id, WordPieceTokenizer::kUnknown);
}

TEST(WordPieceTokenizer, KnowsTheCharactersOfFourAlphabets)
{
    for (const std::string character : {"!", "~", "a", "z", "0", "ß", "ÿ", "ő", "ž", "α", "ω", "ς", "я", "ё", "ґ"}) {
        EXPECT_EQ(lookedUp(character), character);
    }
    for (std::int32_t id = 0; id < defaultTokenizer()->vocabularySize(); ++id) {
        const std::string entry = vocabularyEntry(id);
        const bool isPiece = entry.size() > 2 && entry.starts_with("##");
        if (entry.front() != '[' && entry.front() != '\'' && !isPiece) {
            EXPECT_EQ(encoded(entry), (std::vector<Token>{{id, entry, {0, entry.size()}, entry}}));
        }
    }
}

TEST(WordPieceTokenizer, TakesTheMaskWrittenOutAsOneToken)
{
    const std::vector<Token> tokens = encoded("the [MASK] dog");
    ASSERT_EQ(tokens.size(), 3U);
    EXPECT_EQ(tokens[1].id, defaultTokenizer()->maskToken());
    EXPECT_EQ(tokens[1].span, (ByteSpan{4, 10}));
    EXPECT_TRUE(tokens[1].isSpecial);
    EXPECT_EQ(cut("[mask]"), "[|mask|]");
    EXPECT_EQ(WordPieceTokenizer({"[UNK]", "dog"}).maskToken(), std::nullopt);
}

TEST(WordPieceTokenizer, CutsAtTheLimitAndCountsWhatItDrops)
{
    const auto encoding = defaultTokenizer()->encode({.text = "the dog bites the man", .maxTokens = 3});
    ASSERT_TRUE(encoding);
    EXPECT_EQ(encoding->tokens.size(), 3U);
    EXPECT_EQ(encoding->droppedTokens, 2);
}

TEST(WordPieceTokenizer, RefusesAPairOfTexts)
{
    const auto encoding = defaultTokenizer()->encode({.text = "the dog", .pair = "the man"});
    ASSERT_FALSE(encoding);
    EXPECT_EQ(encoding.error().code, ErrorCode::InvalidArgument);
    EXPECT_FALSE(defaultTokenizer()->takesPairs());
}

TEST(WordPieceTokenizer, SaysWhichIdsThereAre)
{
    const WordPieceTokenizer tokenizer({"[UNK]", "dog"});
    const std::string last = std::to_string(tokenizer.vocabularySize() - 1);
    for (const Index id : {Index{-1}, tokenizer.vocabularySize()}) {
        const auto token = tokenizer.token(static_cast<std::int32_t>(id));
        ASSERT_FALSE(token);
        EXPECT_EQ(token.error(), (Error{ErrorCode::NotFound, "There is no token " + std::to_string(id) +
                                                                 ": the vocabulary has ids 0 to " + last + "."}));
    }
}

TEST(WordPieceTokenizer, ReadsAnEntryAsPeopleDo)
{
    const WordPieceTokenizer tokenizer({"[UNK]", "[MASK]", "dog", "##s", "##"});
    const auto entry = [&tokenizer](std::int32_t id) { return tokenizer.token(id).value(); };
    EXPECT_EQ(entry(3), (Token{.id = 3, .text = "s", .span = {}, .piece = "##s"}));
    EXPECT_EQ(entry(2), (Token{.id = 2, .text = "dog", .span = {}, .piece = "dog"}));
    EXPECT_EQ(entry(4).text, "##") << "two marks alone go on with nothing";
    EXPECT_TRUE(entry(0).isSpecial);
    EXPECT_TRUE(entry(1).isSpecial);
    EXPECT_FALSE(entry(2).isSpecial);
}

struct LongText
{
    std::string name;
    std::string unit;

    friend std::ostream& operator<<(std::ostream& stream, const LongText& self) { return stream << self.name; }
};

class Megabyte : public testing::TestWithParam<LongText>
{};

/// Anything but linear time would take minutes here, so the limit is far from what a busy machine needs.
TEST_P(Megabyte, IsCutInTimeLinearInItsLength)
{
    std::string text;
    while (text.size() < 1'000'000) {
        text += GetParam().unit;
    }
    const auto start = std::chrono::steady_clock::now();
    const auto tokens = defaultTokenizer()->tokensOf(text);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    ASSERT_TRUE(tokens);
    EXPECT_LT(seconds.count(), 10.0);
    RecordProperty("milliseconds", static_cast<int>(seconds.count() * 1000.0));
}

INSTANTIATE_TEST_SUITE_P(Of, Megabyte,
                         testing::Values(LongText{"OneWord", "a"}, LongText{"OneAccentedWord", "é"},
                                         LongText{"Emoji", "👨‍👩‍👧"}, LongText{"Flags", "🇩🇪"},
                                         LongText{"Spaces", " "}, LongText{"Apostrophes", "'"},
                                         LongText{"Contractions", "a'd"}, LongText{"QuotedLetters", "n't"},
                                         LongText{"CombiningMarks", "\u0301\u0323"}, LongText{"JoinedEmoji", "👨\u200D"},
                                         LongText{"ControlCharacters", "\x01"},
                                         LongText{"Sentences", "The animal didn't cross the street. "}),
                         [](const auto& test) { return test.param.name; });

TEST(DefaultTokenizer, HoldsEveryWordOfTheExamples)
{
    for (const std::string text : {
             "The animal didn't cross the street because it was too tired.",
             "The bank approved the loan.",
             "Dog bites man",
             "The trophy did not fit in the brown suitcase because it was too big.",
             "She sat on the bank of the river and watched the boats.",
             "The quick brown fox jumps over the lazy dog.",
             "Alice gave Bob her book because he had lost his own.",
             "The keys to the cabinet are on the table.",
             "Time flies like an arrow; fruit flies like a banana.",
             "The chef who won the prize thanked the waiter before he left.",
             "can't won't we're I'll they've she'd I'm dog's",
         }) {
        const auto blanks = static_cast<std::size_t>(std::count(text.begin(), text.end(), ' '));
        const auto cuts = static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
            return std::string_view(".;'").find(c) != std::string_view::npos;
        }));
        EXPECT_EQ(encoded(text).size(), blanks + 1 + cuts) << text;
        for (const Token& token : encoded(text)) {
            EXPECT_NE(token.id, WordPieceTokenizer::kUnknown) << token.text;
        }
    }
}

}  // namespace
}  // namespace headlight::test
