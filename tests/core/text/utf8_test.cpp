#include "core/text/utf8.h"

#include "tests/core/support/printing.h"

#include <gtest/gtest.h>
#include <ostream>

namespace headlight::test {
namespace {

using namespace std::string_literals;

struct BrokenText
{
    std::string name;
    std::string text;
    std::string byte;
    std::size_t offset;

    friend std::ostream& operator<<(std::ostream& stream, const BrokenText& self) { return stream << self.name; }
};

class BrokenUtf8 : public testing::TestWithParam<BrokenText>
{};

TEST_P(BrokenUtf8, IsRefusedWithTheByteItsOffsetAndARemedy)
{
    const auto result = validateUtf8(GetParam().text);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::InvalidUtf8);
    EXPECT_EQ(result.error().message, "The byte " + GetParam().byte + " at offset " +
                                          std::to_string(GetParam().offset) +
                                          " is not UTF-8; convert the text to UTF-8, for example with iconv.");
}

INSTANTIATE_TEST_SUITE_P(Table, BrokenUtf8,
                         testing::Values(BrokenText{"Latin1Letter", "caf\xE9 noir", "0xE9", 3},
                                         BrokenText{"LoneContinuation", "ab\x80", "0x80", 2},
                                         BrokenText{"Utf16ByteOrderMark", "\xFF\xFE\x61", "0xFF", 0},
                                         BrokenText{"CutOffInTheMiddle", "ab\xE2\x82", "0xE2", 2},
                                         BrokenText{"OverlongSlash", "\xC0\xAF", "0xC0", 0},
                                         BrokenText{"OverlongThreeBytes", "x\xE0\x80\xAF", "0xE0", 1},
                                         BrokenText{"Surrogate", "\xED\xA0\x80", "0xED", 0},
                                         BrokenText{"BeyondUnicode", "\xF4\x90\x80\x80", "0xF4", 0},
                                         BrokenText{"FiveByteForm", "\xF8\x88\x80\x80\x80", "0xF8", 0}),
                         [](const auto& test) { return test.param.name; });

TEST(ValidateUtf8, AcceptsEveryValidText)
{
    for (const std::string& text : {""s, "plain"s, "é Ω я 語 😀"s, "\0\x01\x7F"s, "\uFEFFmark"s, "\U0010FFFF"s}) {
        EXPECT_TRUE(validateUtf8(text)) << text;
    }
}

TEST(GraphemeClusters, KeepTogetherWhatPeopleTakeForOneCharacter)
{
    for (const std::string character : {"a", "é", "e\u0301", "n\u0303\u0323", "한", "\u1112\u1161\u11AB", "👍🏽",
                                        "👨‍👩‍👧‍👦", "🏳️‍🌈", "🇩🇪", "\r\n"}) {
        EXPECT_EQ(graphemeClusters(character), (std::vector<ByteSpan>{{0, character.size()}})) << character;
    }
}

TEST(GraphemeClusters, CoverTheTextInOrder)
{
    const std::string text = "a e\u0301🇩🇪🇫🇷\n👍🏽!";
    std::size_t end = 0;
    std::vector<std::string> found;
    for (const ByteSpan cluster : graphemeClusters(text)) {
        EXPECT_EQ(cluster.begin, end);
        end = cluster.end;
        found.push_back(text.substr(cluster.begin, cluster.end - cluster.begin));
    }
    EXPECT_EQ(end, text.size());
    EXPECT_EQ(found, (std::vector<std::string>{"a", " ", "e\u0301", "🇩🇪", "🇫🇷", "\n", "👍🏽", "!"}));
    EXPECT_TRUE(graphemeClusters("").empty());
}

TEST(LookupForm, ForgetsCaseAndHowAccentsAreEncoded)
{
    EXPECT_EQ(lookupForm("Street"), "street");
    EXPECT_EQ(lookupForm("ÉCOLE"), "école");
    EXPECT_EQ(lookupForm("E\u0301cole"), "école");
    EXPECT_EQ(lookupForm("ΩМ"), "ωм");
    EXPECT_EQ(lookupForm("ß😀 \n"), "ß😀 \n");
}

TEST(CharacterKind, TellsWordsSpaceAndTheRest)
{
    for (const char32_t word : {U'a', U'9', U'é', U'я', U'語', U'\u0301', U'²'}) {
        EXPECT_EQ(characterKind(word), CharacterKind::Word) << static_cast<std::uint32_t>(word);
    }
    for (const char32_t space : {U' ', U'\t', U'\n', U'\v', U'\r', U'\u0085', U'\u00A0', U'\u2028', U'\u3000'}) {
        EXPECT_EQ(characterKind(space), CharacterKind::Whitespace) << static_cast<std::uint32_t>(space);
    }
    for (const char32_t other : {U'.', U'_', U'+', U'😀', U'\0', U'\x1B', U'\u200B', U'\uFEFF', U'\uE000'}) {
        EXPECT_EQ(characterKind(other), CharacterKind::Other) << static_cast<std::uint32_t>(other);
    }
}

TEST(Excerpt, CutsLongTextBetweenCharacters)
{
    EXPECT_EQ(excerpt("short"), "\"short\"");
    const std::string eighty(80, 'a');
    EXPECT_EQ(excerpt(eighty), "\"" + eighty + "\"");
    EXPECT_EQ(excerpt(eighty + "b"), "\"" + eighty + "…\"");
    const std::string oneLess(79, 'a');
    EXPECT_EQ(excerpt(oneLess + "ééé"), "\"" + oneLess + "…\"");
}

}  // namespace
}  // namespace headlight::test
