#include "core/text/pattern.h"

#include "core/text/oniguruma.h"
#include "tests/core/support/printing.h"

#include <chrono>
#include <gtest/gtest.h>
#include <ostream>

namespace headlight::test {
namespace {

/// The matches, each in brackets, within the text: "a[bc]d".
std::string marked(const Pattern& pattern, const std::string& text)
{
    Patience patience;
    const auto matches = pattern.matches(text, patience);
    if (!matches) {
        return matches.error().message;
    }
    std::string result;
    std::size_t end = 0;
    for (const ByteSpan match : *matches) {
        result += text.substr(end, match.begin - end) + "[" + text.substr(match.begin, match.end - match.begin) + "]";
        end = match.end;
    }
    return result + text.substr(end);
}

std::string markedBy(const std::string& expression, const std::string& text)
{
    const Result<Pattern> pattern = Pattern::regex(expression);
    return pattern ? marked(*pattern, text) : pattern.error().message;
}

TEST(Pattern, FindsALiteralAsItIs)
{
    EXPECT_EQ(marked(Pattern::literal("."), "a.b."), "a[.]b[.]");
    EXPECT_EQ(marked(Pattern::literal("aa"), "aaa"), "[aa]a");
    EXPECT_EQ(marked(Pattern::literal("x"), ""), "");
    EXPECT_EQ(marked(Pattern::literal(""), "né"), "[]n[]é[]");
}

TEST(Pattern, FindsAnExpressionFromLeftToRight)
{
    EXPECT_EQ(markedBy("a+|b", "aab c"), "[aa][b] c");
    EXPECT_EQ(markedBy("x*", "axxb"), "[]a[xx]b[]");
    EXPECT_EQ(markedBy("(?=[0-9])", "a12"), "a[]1[]2");
    EXPECT_EQ(markedBy("(?<=a)b", "abb"), "a[b]b");
    EXPECT_EQ(markedBy("語", "a語"), "a[語]");
}

TEST(Pattern, KnowsUnicode)
{
    EXPECT_EQ(markedBy("\\p{L}+", "aéя語1"), "[aéя語]1");
    EXPECT_EQ(markedBy("\\p{N}", "1Ⅻ½a"), "[1][Ⅻ][½]a");
    EXPECT_EQ(markedBy("\\p{Han}+", "漢々ー、a"), "[漢々]ー、a") << "the script, not its extensions";
    EXPECT_EQ(markedBy("(?i:'s)", "'S'ſ"), "['S]['ſ]");
}

/// What Oniguruma, whose syntax tokenizer.json has, does otherwise than PCRE2.
TEST(Pattern, FollowsOnigurumaWhereDialectsDiffer)
{
    EXPECT_EQ(markedBy("\\s", "\u0085\u180E\u3000"), "[\u0085]\u180E[\u3000]");
    EXPECT_EQ(markedBy("[^\\S\\n]", " \n\t"), "[ ]\n[\t]");
    EXPECT_EQ(markedBy("\\w", "a_²Ⓐ①\u0301-"), "[a][_][²][Ⓐ]①[\u0301]-");
    EXPECT_EQ(markedBy("[\\w]", "a²"), "[a]²");
    EXPECT_EQ(markedBy("[\\W_]+", "a-_b"), "a[-_]b");
    EXPECT_EQ(markedBy("\\b", "a b"), "[]a[] []b[]");
    EXPECT_EQ(markedBy("\\h+", "x1fG"), "x[1f]G");
    EXPECT_EQ(markedBy("[0-9]{1,2}+", "1234"), "[1234]") << "no possessive interval, but a repeated one";
    EXPECT_EQ(markedBy("ab{2}?c", "ac abc abbc"), "[ac] abc [abbc]");
    EXPECT_EQ(markedBy("^a{,2}b", "aab\nb"), "[aab]\n[b]") << "a line begins after each line feed";
    EXPECT_EQ(markedBy("(?m:a.b)", "a\nb"), "[a\nb]");
    EXPECT_EQ(markedBy("a.b", "a\nb"), "a\nb");
    EXPECT_EQ(markedBy("a(?i)b|c", "aB aC ac"), "[aB] [aC] [ac]") << "an option holds for all alternatives after it";
    EXPECT_EQ(markedBy("\\u00e9", "é"), "[é]");
    EXPECT_EQ(markedBy("[[:punct:]]", "$.a"), "[$][.]a");
}

TEST(Pattern, ReadsClassesWithinClasses)
{
    EXPECT_EQ(markedBy(" ?[^(\\s|[.,!?…])]+", "a (b.c d"), "[a] ([b].[c][ d]");
    EXPECT_EQ(markedBy("[a-z&&[^aeiou]]+", "banana"), "[b]a[n]a[n]a");
    EXPECT_EQ(markedBy("[^a-z&&[^aeiou]]+", "ba1"), "b[a1]");
    EXPECT_EQ(markedBy("[]a]", "]a"), "[]][a]");
}

struct BadExpression
{
    std::string name;
    std::string expression;
    std::string problem;  ///< Part of the message.

    friend std::ostream& operator<<(std::ostream& stream, const BadExpression& self) { return stream << self.name; }
};

class RefusedExpression : public testing::TestWithParam<BadExpression>
{};

TEST_P(RefusedExpression, SaysWhatIsWrong)
{
    const Result<Pattern> pattern = Pattern::regex(GetParam().expression);
    ASSERT_FALSE(pattern);
    EXPECT_EQ(pattern.error().code, ErrorCode::Malformed);
    EXPECT_NE(pattern.error().message.find(GetParam().problem), std::string::npos) << pattern.error().message;
}

INSTANTIATE_TEST_SUITE_P(
    Table, RefusedExpression,
    testing::Values(BadExpression{"OpenGroup", "(a", "missing closing parenthesis"},
                    BadExpression{"OpenClass", "[a", "a character class does not end"},
                    BadExpression{"UnknownProperty", "\\p{Nonsense}", "unknown property"},
                    BadExpression{"NothingToRepeat", "*a", "quantifier does not follow a repeatable item"},
                    BadExpression{"Verb", "(*COMMIT)a", "\"(*\" is not supported"},
                    BadExpression{"Callout", "(?C1)a", "the group \"(?C\" is not supported"},
                    BadExpression{"Keep", "a\\Kb", "\\K is not supported"},
                    BadExpression{"UnknownNamedClass", "[[:nonsense:]]", "[:nonsense:] is not supported"},
                    BadExpression{"DeepClasses", std::string(100, '['), "nested too deep"},
                    BadExpression{"BadEscape", "\\u12", "four hexadecimal digits"},
                    BadExpression{"TrailingBackslash", "a\\", "at end of pattern"},
                    BadExpression{"EndlessGroups", std::string(10'000, '('), "nested"},
                    BadExpression{"TooLong", std::string(70'000, 'a'), "longer than 65536 bytes"}),
    [](const auto& test) { return test.param.name; });

/// Without limits these would take longer than the universe is old.
TEST(Pattern, EndsWithAnErrorWhereAnExpressionDoesNot)
{
    const std::string text = std::string(100'000, 'a') + "cb";
    for (const std::string expression : {"(a+)+b", "(a|aa)+b", "(a*)*b", "(a|a?)+b"}) {
        Patience patience;
        const auto start = std::chrono::steady_clock::now();
        const auto matches = Pattern::regex(expression)->matches(text, patience);
        const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
        EXPECT_LT(seconds.count(), 30.0) << expression;
        ASSERT_FALSE(matches) << expression;
        EXPECT_EQ(matches.error().code, ErrorCode::TooLong);
    }
}

TEST(Pattern, SharesItsPatienceAmongTexts)
{
    const Result<Pattern> pattern = Pattern::regex("a");
    Patience spent(std::chrono::seconds(0));
    bool hasFailed = false;
    for (int i = 0; i < 100; ++i) {
        hasFailed = hasFailed || !pattern->matches("b", spent);
    }
    EXPECT_TRUE(hasFailed);
}

TEST(ToPcre2, LeavesWhatIsTheSame)
{
    for (const std::string same : {"a|b", "(?:a)++", "[^\\r\\n\\p{L}]?", "a{2,3}?", "(?<name>a)\\k<name>", "\\(\\["}) {
        EXPECT_EQ(*toPcre2(same), same);
    }
    EXPECT_EQ(*toPcre2("a(?#note)b{"), "ab\\{");
}

}  // namespace
}  // namespace headlight::test
