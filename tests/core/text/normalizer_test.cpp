#include "core/text/normalizer.h"

#include "tests/core/support/printing.h"

#include <gtest/gtest.h>

namespace headlight::test {
namespace {

using namespace std::string_literals;

AlignedText normalized(std::string text, std::vector<Normalizer> normalizers)
{
    Patience patience;
    Result<AlignedText> result = normalize(normalizers, AlignedText(std::move(text)), patience);
    EXPECT_TRUE(result) << result.error().message;
    return result ? std::move(*result) : AlignedText();
}

std::string textOf(std::string text, std::vector<Normalizer> normalizers)
{
    return normalized(std::move(text), std::move(normalizers)).text();
}

constexpr BertNormalizer kNothing{
    .cleanText = false, .handleChineseChars = false, .stripAccents = false, .lowercase = false};

TEST(BertNormalizer, CleansControlCharactersAndWhiteSpace)
{
    BertNormalizer options = kNothing;
    options.cleanText = true;
    EXPECT_EQ(textOf("a\0b\x01\x7F\uFFFD\u200D\uE000c"s, {options}), "abc");
    EXPECT_EQ(textOf("a\tb\nc\rd\u00A0e\u3000f\u2028g", {options}), "a b c d e f g");
    EXPECT_EQ(textOf("a\u0085b", {options}), "ab") << "a control character before it is white space";
    EXPECT_EQ(textOf("a\tb\x01", {kNothing}), "a\tb\x01");
}

TEST(BertNormalizer, PutsSpacesAroundIdeographs)
{
    BertNormalizer options = kNothing;
    options.handleChineseChars = true;
    EXPECT_EQ(textOf("a語b漢", {options}), "a 語 b 漢 ");
    EXPECT_EQ(textOf("ひらカタ한국", {options}), "ひらカタ한국");
}

TEST(BertNormalizer, StripsAccentsWhereItIsSaidOrLettersAreLowered)
{
    const auto with = [](std::optional<bool> accents, bool lowercase) {
        return BertNormalizer{.stripAccents = accents, .lowercase = lowercase};
    };
    EXPECT_EQ(textOf("É e\u0301", {with(std::nullopt, true)}), "e e");
    EXPECT_EQ(textOf("É", {with(std::nullopt, false)}), "É");
    EXPECT_EQ(textOf("É", {with(false, true)}), "é");
    EXPECT_EQ(textOf("É", {with(true, false)}), "E");
}

TEST(BertNormalizer, KeepsWhereCharactersWere)
{
    const AlignedText text = normalized("É語e\u0301!", {BertNormalizer()});
    ASSERT_EQ(text.text(), "e 語 e!");
    EXPECT_EQ(text.origin({0, 1}), (ByteSpan{0, 2}));
    EXPECT_EQ(text.origin({1, 2}), (ByteSpan{2, 2}));
    EXPECT_EQ(text.origin({2, 5}), (ByteSpan{2, 5}));
    EXPECT_EQ(text.origin({6, 7}), (ByteSpan{5, 8})) << "the mark belongs to the letter";
    EXPECT_EQ(text.origin({7, 8}), (ByteSpan{8, 9}));
}

TEST(Lowercase, GoesLetterByLetter)
{
    EXPECT_EQ(textOf("ÀΣΜΣ ẞİ", {Lowercase()}), "àσμσ ßi\u0307");
}

TEST(StripAccents, LeavesOnlyMarksOfTheirOwnOut)
{
    EXPECT_EQ(textOf("e\u0301é", {StripAccents()}), "eé");
    EXPECT_EQ(textOf("é", {UnicodeForm::D, StripAccents()}), "e");
}

TEST(StripSpace, TakesWhiteSpaceOffTheEnds)
{
    const std::string text = "\t a b\u3000";
    EXPECT_EQ(textOf(text, {StripSpace{}}), "a b");
    EXPECT_EQ(textOf(text, {StripSpace{.right = false}}), "a b\u3000");
    EXPECT_EQ(textOf(text, {StripSpace{.left = false}}), "\t a b");
    EXPECT_EQ(textOf(text, {StripSpace{.left = false, .right = false}}), text);
    EXPECT_EQ(textOf("  ", {StripSpace{.right = false}}), "");
    EXPECT_EQ(normalized(text, {StripSpace{}}).origin({0, 1}), (ByteSpan{2, 3}));
}

TEST(Replace, PutsContentInPlaceOfMatches)
{
    EXPECT_EQ(textOf("a b", {Replace{Pattern::literal(" "), "▁"}}), "a▁b");
    EXPECT_EQ(textOf("a.b", {Replace{Pattern::literal("."), ""}}), "ab") << "a dot is a dot";
    EXPECT_EQ(textOf("a  b   c", {Replace{*Pattern::regex(" {2,}"), " "}}), "a b c");
    EXPECT_EQ(normalized("a b", {Replace{Pattern::literal(" "), "▁"}}).origin({1, 4}), (ByteSpan{1, 2}));
}

TEST(Replace, EndsWithAnErrorWhereTheTextGrowsWithoutEnd)
{
    const Replace twice{Pattern::literal("a"), std::string(1024, 'a')};
    const std::vector<Normalizer> normalizers(4, Normalizer(twice));
    Patience patience;
    const auto result = normalize(normalizers, AlignedText("a"), patience);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::TooLong);
}

TEST(Prepend, StandsInFrontOfAnyText)
{
    EXPECT_EQ(textOf("a", {Prepend{"▁"}}), "▁a");
    EXPECT_EQ(textOf("", {Prepend{"▁"}}), "");
}

TEST(NmtCleaning, LeavesControlCharactersOutOrMakesThemSpaces)
{
    EXPECT_EQ(textOf("a\x01"
                     "b\tc\u200Bd\uFEFFe\u00A0",
                     {NmtCleaning()}),
              "ab c d e\u00A0");
}

TEST(ByteLevelNormalizer, WritesBytesAsCharacters)
{
    EXPECT_EQ(textOf(" é\n", {ByteLevelNormalizer()}), "ĠÃ©Ċ");
}

}  // namespace
}  // namespace headlight::test
