#include "core/text/aligned_text.h"

#include "core/text/unicode_form.h"
#include "tests/core/support/printing.h"

#include <chrono>
#include <gtest/gtest.h>

namespace headlight::test {
namespace {

/// The bytes of the original for each byte of a text.
std::vector<ByteSpan> origins(const AlignedText& text)
{
    std::vector<ByteSpan> spans;
    for (std::size_t byte = 0; byte < text.text().size(); ++byte) {
        spans.push_back(text.origin({byte, byte + 1}));
    }
    return spans;
}

TEST(AlignedText, KnowsThatNothingHasChanged)
{
    const AlignedText text("dog", 5);
    EXPECT_EQ(origins(text), (std::vector<ByteSpan>{{5, 6}, {6, 7}, {7, 8}}));
    EXPECT_EQ(text.origin({1, 3}), (ByteSpan{6, 8}));
    EXPECT_EQ(text.origin({3, 3}), (ByteSpan{8, 8}));
    EXPECT_EQ(AlignedText("", 5).origin({0, 0}), (ByteSpan{5, 5}));
}

TEST(TextRewriter, LetsChangedCharactersStandForTheWhole)
{
    const AlignedText text("aéb");
    TextRewriter rewriter(text);
    rewriter.keep({0, 1});
    rewriter.replace({1, 3}, "oe");
    rewriter.keep({3, 4});
    const AlignedText result = rewriter.finish();
    EXPECT_EQ(result.text(), "aoeb");
    EXPECT_EQ(origins(result), (std::vector<ByteSpan>{{0, 1}, {1, 3}, {1, 3}, {3, 4}}));
    EXPECT_EQ(result.origin({0, 2}), (ByteSpan{0, 3}));
}

TEST(TextRewriter, GivesWhatIsInsertedNoBytesAtThePlace)
{
    const AlignedText text("ab");
    TextRewriter rewriter(text);
    rewriter.keep({0, 1});
    rewriter.insert(1, "▁");
    rewriter.keep({1, 2});
    rewriter.insert(2, "!");
    const AlignedText result = rewriter.finish();
    EXPECT_EQ(result.text(), "a▁b!");
    EXPECT_EQ(result.origin({1, 4}), (ByteSpan{1, 1}));
    EXPECT_EQ(result.origin({1, 5}), (ByteSpan{1, 2}));
    EXPECT_EQ(result.origin({5, 6}), (ByteSpan{2, 2}));
}

TEST(TextRewriter, LetsTheNextRewritingBuildOnTheLast)
{
    const AlignedText text("xéx", 10);
    TextRewriter first(text);
    first.keep({0, 1});
    first.replace({1, 3}, "e");
    first.keep({3, 4});
    const AlignedText once = first.finish();
    TextRewriter second(once);
    second.replace({0, 2}, "ABC");
    EXPECT_EQ(origins(second.finish()), (std::vector<ByteSpan>{{10, 13}, {10, 13}, {10, 13}}));
}

TEST(TextRewriter, LetsABaseTakeItsMarkIn)
{
    const AlignedText text("e\u0301!");
    TextRewriter rewriter(text);
    rewriter.keep({0, 1});
    rewriter.absorb({1, 3}, 0);
    rewriter.keep({3, 4});
    const AlignedText result = rewriter.finish();
    EXPECT_EQ(result.text(), "e!");
    EXPECT_EQ(origins(result), (std::vector<ByteSpan>{{0, 3}, {3, 4}}));
}

std::string inForm(const std::string& text, UnicodeForm form)
{
    return toUnicodeForm(AlignedText(text), form).text();
}

TEST(ToUnicodeForm, ComposesAndTakesApart)
{
    EXPECT_EQ(inForm("e\u0301é", UnicodeForm::C), "éé");
    EXPECT_EQ(inForm("e\u0301é", UnicodeForm::D), "e\u0301e\u0301");
    EXPECT_EQ(inForm("한", UnicodeForm::D), "\u1112\u1161\u11AB");
    EXPECT_EQ(inForm("\u1112\u1161\u11AB", UnicodeForm::C), "한");
    EXPECT_EQ(inForm("ﬁ①", UnicodeForm::C), "ﬁ①");
    EXPECT_EQ(inForm("ﬁ①", UnicodeForm::KC), "fi1");
    EXPECT_EQ(inForm("ｶﾞㄱㅏ", UnicodeForm::KC), "ガ가");
    EXPECT_EQ(inForm("é", UnicodeForm::KD), "e\u0301");
}

TEST(ToUnicodeForm, OrdersMarksByTheirClass)
{
    EXPECT_EQ(inForm("a\u0301\u0323", UnicodeForm::D), "a\u0323\u0301");
    EXPECT_EQ(inForm("\u0301\u0323", UnicodeForm::D), "\u0323\u0301");
    EXPECT_EQ(inForm("a\u0301\u0323", UnicodeForm::C), "ạ\u0301");
}

TEST(ToUnicodeForm, KeepsTheBytesOfWhatDoesNotChange)
{
    const AlignedText text = toUnicodeForm(AlignedText("日e\u0301é"), UnicodeForm::C);
    EXPECT_EQ(text.text(), "日éé");
    EXPECT_EQ(origins(text), (std::vector<ByteSpan>{{0, 1}, {1, 2}, {2, 3}, {3, 6}, {3, 6}, {6, 7}, {7, 8}}));
}

/// Sorting the marks as they come in would take minutes.
TEST(ToUnicodeForm, TakesALongRunOfMarksWithoutGettingSlow)
{
    std::string marks;
    while (marks.size() < 400'000) {
        marks += "\u0301\u0323";
    }
    const auto start = std::chrono::steady_clock::now();
    EXPECT_EQ(inForm(marks, UnicodeForm::C).size(), marks.size());
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    EXPECT_LT(seconds.count(), 10.0);
}

}  // namespace
}  // namespace headlight::test
