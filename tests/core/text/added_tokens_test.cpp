#include "core/text/added_tokens.h"

#include "tests/core/support/printing.h"

#include <gtest/gtest.h>

namespace headlight::test {
namespace {

/// The matches, each in brackets, within the text: "a[<x>]d".
std::string marked(const AddedTokenFinder& finder, const std::string& text)
{
    std::string result;
    std::size_t end = 0;
    for (const AddedTokenMatch& match : finder.find(text)) {
        result += text.substr(end, std::max(end, match.range.begin) - end) + "[" +
                  text.substr(match.range.begin, match.range.end - match.range.begin) + "]";
        end = match.range.end;
    }
    return result + text.substr(end);
}

AddedTokenFinder finderOf(const AddedToken& token)
{
    return AddedTokenFinder({token});
}

TEST(AddedTokenFinder, FindsEachWhereItStands)
{
    const AddedTokenFinder finder({{.id = 5, .content = "<x>"}, {.id = 9, .content = "é"}});
    EXPECT_EQ(marked(finder, "a<x><x>éb<x"), "a[<x>][<x>][é]b<x");
    EXPECT_EQ(finder.find("é").front().id, 9);
    EXPECT_EQ(marked(AddedTokenFinder(), "a"), "a");
}

TEST(AddedTokenFinder, TakesTheLeftmostAndOfThoseTheLongest)
{
    const AddedTokenFinder finder({{.content = "ab"}, {.content = "abcd"}, {.content = "bcde"}});
    EXPECT_EQ(marked(finder, "abcde"), "[abcd]e");
    EXPECT_EQ(marked(finder, "abce"), "[ab]ce");
    EXPECT_EQ(marked(finder, "xbcde"), "x[bcde]");
}

TEST(AddedTokenFinder, TakesTheFirstOfTwoWithOneSpelling)
{
    const AddedTokenFinder finder({{.id = 1, .content = "a"}, {.id = 2, .content = "a"}, {.id = 3, .content = ""}});
    EXPECT_EQ(finder.find("a").front().id, 1);
}

TEST(AddedTokenFinder, TakesWhiteSpaceAlongWhereItIsTold)
{
    EXPECT_EQ(marked(finderOf({.content = "<x>", .lstrip = true}), "a \t<x> b"), "a[ \t<x>] b");
    EXPECT_EQ(marked(finderOf({.content = "<x>", .rstrip = true}), "a <x>\u3000\nb"), "a [<x>\u3000\n]b");
    EXPECT_EQ(marked(finderOf({.content = "<x>", .lstrip = true, .rstrip = true}), "<x> <x>"), "[<x> ][<x>]")
        << "what one has taken the next does not";
}

TEST(AddedTokenFinder, FindsSingleWordsOnlyOnTheirOwn)
{
    const AddedTokenFinder finder = finderOf({.content = "<x>", .singleWord = true});
    EXPECT_EQ(marked(finder, "<x> a<x> <x>é (<x>) <x>"), "[<x>] a<x> <x>é ([<x>]) [<x>]");
    EXPECT_EQ(marked(finder, "_<x> \u200D<x>"), "_<x> \u200D<x>");
}

}  // namespace
}  // namespace headlight::test
