#include "core/text/word_piece.h"

#include "tests/core/support/printing.h"

#include <gtest/gtest.h>

namespace headlight::test {
namespace {

WordPiece model(const std::vector<std::string>& pieces, WordPieceOptions options = {})
{
    std::vector<Vocabulary::Entry> entries;
    for (const std::string& piece : pieces) {
        entries.push_back({piece, static_cast<std::int32_t>(entries.size())});
    }
    return {*Vocabulary::make(entries), std::move(options)};
}

std::string cut(const WordPiece& wordPiece, std::string_view word)
{
    const auto subwords = wordPiece.subwordsOf(word);
    if (!subwords) {
        return subwords.error().message;
    }
    std::string joined;
    for (const Subword& subword : *subwords) {
        joined += (joined.empty() ? "" : "|") + *wordPiece.vocabulary().piece(subword.id);
    }
    return joined;
}

TEST(WordPiece, TakesTheLongestPieceAgainAndAgain)
{
    const WordPiece wordPiece = model({"[UNK]", "un", "##aff", "##able", "##a", "unaff"});
    EXPECT_EQ(cut(wordPiece, "unaffable"), "unaff|##able");
    EXPECT_EQ(wordPiece.subwordsOf("unaa"), (std::vector<Subword>{{1, {0, 2}}, {4, {2, 3}}, {4, {3, 4}}}));
}

TEST(WordPiece, TakesAWordAsUnknownThatItCannotCutToTheEnd)
{
    EXPECT_EQ(cut(model({"[UNK]", "un"}), "unx"), "[UNK]");
    EXPECT_EQ(model({"[UNK]", "un"}).subwordsOf("unx"), (std::vector<Subword>{{0, {0, 3}}}));
}

TEST(WordPiece, TakesALongWordAsUnknown)
{
    const WordPiece wordPiece = model({"[UNK]", "é", "##é"}, {.maxCharacters = 3});
    EXPECT_EQ(cut(wordPiece, "ééé"), "é|##é|##é");
    EXPECT_EQ(cut(wordPiece, "éééé"), "[UNK]");
}

TEST(WordPiece, HasNoTokenForTheUnknownWithoutAnUnknownPiece)
{
    EXPECT_EQ(cut(model({"a"}), "a"), "a");
    EXPECT_EQ(cut(model({"a"}), "x"),
              "The tokenizer knows no pieces of \"x\", and its vocabulary has no unknown token \"[UNK]\".");
}

}  // namespace
}  // namespace headlight::test
