#include "core/text/pre_tokenizer.h"

#include "tests/core/support/printing.h"

#include <gtest/gtest.h>

namespace headlight::test {
namespace {

/// The parts with a bar between them.
std::string cut(const std::string& text, const std::vector<PreTokenizer>& preTokenizers, std::size_t offset = 0)
{
    Patience patience;
    const Result<CutText> result =
        preTokenize(preTokenizers, {AlignedText(text, offset), {{{0, text.size()}}}}, patience);
    if (!result) {
        return result.error().message;
    }
    std::string joined;
    for (const Cut& part : result->cuts) {
        joined += (joined.empty() ? "" : "|") +
                  result->text.text().substr(part.range.begin, part.range.end - part.range.begin);
    }
    return joined;
}

TEST(ByteLevel, CutsWordsWithTheSpaceBeforeThem)
{
    const ByteLevel options{.addPrefixSpace = false};
    EXPECT_EQ(cut("The dog's 12 cats!", {options}), "The|Ġdog|'s|Ġ12|Ġcats|!");
    EXPECT_EQ(cut("a  b \n", {options}), "a|Ġ|Ġb|ĠĊ");
    EXPECT_EQ(cut("I'LL", {options}), "I|'|LL");
    EXPECT_EQ(cut("é😀", {options}), "Ã©|ðŁĺĢ");
}

TEST(ByteLevel, PutsASpaceInFrontWhereThereIsNone)
{
    EXPECT_EQ(cut("a", {ByteLevel{}}), "Ġa");
    EXPECT_EQ(cut(" a", {ByteLevel{}}), "Ġa");
    EXPECT_EQ(cut("\na", {ByteLevel{}}), "Ġ|Ċ|a");
}

TEST(ByteLevel, LeavesWordsToOthersWhereItIsTold)
{
    EXPECT_EQ(cut("a b", {ByteLevel{.addPrefixSpace = false, .useRegex = false}}), "aĠb");
}

TEST(BertPreTokenizer, CutsWordsAndSinglePunctuation)
{
    EXPECT_EQ(cut("the dog's--big $5…\u3000x", {BertPreTokenizer{}}), "the|dog|'|s|-|-|big|$|5|…|x");
    EXPECT_EQ(cut("a+b©", {BertPreTokenizer{}}), "a|+|b©") << "of symbols only ASCII's";
}

TEST(WhitespaceWords, CutsWordsAndRunsOfOthers)
{
    EXPECT_EQ(cut("don't... a_b 語é1", {WhitespaceWords{}}), "don|'|t|...|a_b|語é1");
}

TEST(WhitespaceSplit, KeepsAllButWhiteSpace)
{
    EXPECT_EQ(cut(" don't\t\u3000a.b ", {WhitespaceSplit{}}), "don't|a.b");
}

TEST(Split, DoesWithMatchesAsItIsTold)
{
    const auto with = [](SplitBehavior behavior, SplitAt at = SplitAt::Matches) {
        return std::vector<PreTokenizer>{Split{Pattern::literal("-"), behavior, at}};
    };
    const std::string text = "the-final--countdown-";
    EXPECT_EQ(cut(text, with(SplitBehavior::Removed)), "the|final|countdown");
    EXPECT_EQ(cut(text, with(SplitBehavior::Isolated)), "the|-|final|-|-|countdown|-");
    EXPECT_EQ(cut(text, with(SplitBehavior::MergedWithPrevious)), "the-|final-|-|countdown-");
    EXPECT_EQ(cut(text, with(SplitBehavior::MergedWithNext)), "the|-final|-|-countdown|-");
    EXPECT_EQ(cut(text, with(SplitBehavior::Contiguous)), "the|-|final|--|countdown|-");
    EXPECT_EQ(cut("--a", with(SplitBehavior::Removed, SplitAt::BetweenMatches)), "-|-");
    EXPECT_EQ(cut("-a-", with(SplitBehavior::MergedWithNext, SplitAt::BetweenMatches)), "-|a-");
}

TEST(Split, CutsAtMatchesOfNothing)
{
    EXPECT_EQ(cut("1234567", {Split{*Pattern::regex("(?=(\\d{3})+(?!\\d))")}}), "1|234|567");
    EXPECT_EQ(cut("né!", {Split{Pattern::literal("")}}), "n|é|!");
}

TEST(Digits, CutsNumbersOrEachDigit)
{
    EXPECT_EQ(cut("a12½b", {Digits{}}), "a|12½|b");
    EXPECT_EQ(cut("a12½b", {Digits{.individualDigits = true}}), "a|1|2|½|b");
}

TEST(Punctuation, CutsAtIt)
{
    EXPECT_EQ(cut("a, b!?", {Punctuation{}}), "a|,| b|!|?");
    EXPECT_EQ(cut("a, b!?", {Punctuation{SplitBehavior::Contiguous}}), "a|,| b|!?");
}

TEST(Metaspace, WritesSpacesAsCharacters)
{
    EXPECT_EQ(cut("a b  c", {Metaspace{}}), "▁a|▁b|▁|▁c");
    EXPECT_EQ(cut("a b", {Metaspace{.split = false}}), "▁a▁b");
    EXPECT_EQ(cut(" a", {Metaspace{}}), "▁a");
    EXPECT_EQ(cut("▁a", {Metaspace{}}), "▁a");
    EXPECT_EQ(cut("a b", {Metaspace{.prependScheme = PrependScheme::Never}}), "a|▁b");
    EXPECT_EQ(cut("a\u00A0b", {Metaspace{}}), "▁a\u00A0b");
}

TEST(Metaspace, PrependsOnlyAtTheStartOfTheTextWhereItIsTold)
{
    const Metaspace options{.prependScheme = PrependScheme::First};
    EXPECT_EQ(cut("a", {options}), "▁a");
    EXPECT_EQ(cut("a", {options}, 3), "a");
    EXPECT_EQ(cut("a-b", {Punctuation{}, options}), "▁a|-|b");
}

TEST(PreTokenize, CutsOnWhatIsCut)
{
    EXPECT_EQ(cut("ab12 c", {WhitespaceSplit{}, Digits{.individualDigits = true}}), "ab|1|2|c");
    EXPECT_EQ(cut("a b", {WhitespaceSplit{}, ByteLevel{}}), "Ġa|Ġb");
}

TEST(PreTokenize, LeavesTokensAlone)
{
    Patience patience;
    const std::vector<PreTokenizer> all = {WhitespaceSplit{}, ByteLevel{}};
    const auto result = preTokenize(all, {AlignedText("a< >b"), {{{0, 1}}, {{1, 4}, 7}, {{4, 5}}}}, patience);
    ASSERT_TRUE(result);
    EXPECT_EQ(result->text.text(), "Ġa< >Ġb");
    ASSERT_EQ(result->cuts.size(), 3U);
    EXPECT_EQ(result->cuts[1].token, 7);
    EXPECT_EQ(result->text.origin(result->cuts[1].range), (ByteSpan{1, 4}));
    EXPECT_EQ(result->text.origin(result->cuts[2].range), (ByteSpan{4, 5}));
}

TEST(PreTokenize, EndsWithAnErrorWhereTheTextGrowsWithoutEnd)
{
    Patience patience;
    const std::vector<PreTokenizer> many(64, ByteLevel{.useRegex = false});
    const auto result = preTokenize(many, {AlignedText("é"), {{{0, 2}}}}, patience);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::TooLong);
}

}  // namespace
}  // namespace headlight::test
