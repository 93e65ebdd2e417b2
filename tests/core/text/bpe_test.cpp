#include "core/text/bpe.h"

#include "tests/core/support/printing.h"
#include "tests/core/support/random.h"

#include <algorithm>
#include <chrono>
#include <gtest/gtest.h>
#include <set>

namespace headlight::test {
namespace {

/// A model whose vocabulary is some pieces, in order, and what the merges make.
Result<Bpe> model(std::vector<std::string> pieces, const std::vector<MergeRule>& merges, BpeOptions options = {})
{
    for (const MergeRule& merge : merges) {
        pieces.push_back(merge.left + merge.right.substr(options.continuingPrefix.size()));
    }
    std::vector<Vocabulary::Entry> entries;
    std::set<std::string> known;
    for (const std::string& piece : pieces) {
        if (known.insert(piece).second) {
            entries.push_back({piece, static_cast<std::int32_t>(entries.size())});
        }
    }
    return Bpe::make(*Vocabulary::make(entries), merges, std::move(options));
}

/// The pieces with a bar between them.
std::string cut(const Bpe& bpe, std::string_view word)
{
    const auto subwords = bpe.subwordsOf(word);
    if (!subwords) {
        return subwords.error().message;
    }
    std::string joined;
    for (const Subword& subword : *subwords) {
        joined += (joined.empty() ? "" : "|") + *bpe.vocabulary().piece(subword.id);
    }
    return joined;
}

TEST(Bpe, JoinsTheMostImportantPairFirst)
{
    const auto bpe = model({"a", "b", "c"}, {{"b", "c"}, {"a", "b"}, {"a", "bc"}});
    ASSERT_TRUE(bpe);
    EXPECT_EQ(cut(*bpe, "abc"), "abc");
    EXPECT_EQ(cut(*bpe, "ab"), "ab");
    EXPECT_EQ(cut(*bpe, "abbc"), "ab|bc");
}

TEST(Bpe, JoinsTheLeftmostOfEqualPairsFirst)
{
    const auto bpe = model({"a"}, {{"a", "a"}});
    EXPECT_EQ(cut(*bpe, "aaa"), "aa|a");
    EXPECT_EQ(bpe->subwordsOf("aaa"), (std::vector<Subword>{{1, {0, 2}}, {0, {2, 3}}}));
}

TEST(Bpe, LeavesUnknownCharactersOutOrMarksThem)
{
    EXPECT_EQ(cut(*model({"a"}, {}), "aéa"), "a|a");
    EXPECT_EQ(cut(*model({"a", "?"}, {}, {.unknownPiece = "?"}), "éée"), "?|?|?");
    EXPECT_EQ(cut(*model({"a", "?"}, {}, {.unknownPiece = "?", .unknownRun = UnknownRun::Fused}), "ééaé"), "?|a|?");
    EXPECT_EQ(model({"a", "?"}, {}, {.unknownPiece = "?", .unknownRun = UnknownRun::Fused})->subwordsOf("éé"),
              (std::vector<Subword>{{1, {0, 4}}}));
    EXPECT_EQ(cut(*model({"a"}, {}, {.unknownPiece = "?"}), "é"),
              "The tokenizer does not know \"é\", and its vocabulary has no unknown token \"?\".");
}

TEST(Bpe, FallsBackToBytesThatItHas)
{
    const BpeOptions options{.unknownPiece = "?", .byteFallback = ByteFallback::On};
    const auto bpe = model({"a", "?", "<0xC3>", "<0xA9>"}, {}, options);
    EXPECT_EQ(cut(*bpe, "aé"), "a|<0xC3>|<0xA9>");
    EXPECT_EQ(bpe->subwordsOf("aé")->at(2).range, (ByteSpan{2, 3})) << "each byte its own";
    EXPECT_EQ(cut(*bpe, "è"), "?") << "all of them or none";
}

TEST(Bpe, MarksWhereInAWordPiecesStand)
{
    const auto ending = model({"a", "b</w>", "b"}, {{"a", "b</w>"}}, {.endOfWordSuffix = "</w>"});
    ASSERT_TRUE(ending);
    EXPECT_EQ(cut(*ending, "ab"), "ab</w>");
    EXPECT_EQ(cut(*ending, "bab"), "b|ab</w>");
    const auto prefixed = model({"a", "##b"}, {{"a", "##b"}}, {.continuingPrefix = "##"});
    ASSERT_TRUE(prefixed);
    EXPECT_EQ(cut(*prefixed, "ab"), "ab");
}

TEST(Bpe, LooksWholeWordsUpWhereItIsTold)
{
    EXPECT_EQ(cut(*model({"a", "b", "ab"}, {}), "ab"), "a|b");
    EXPECT_EQ(cut(*model({"a", "b", "ab"}, {}, {.wholeWords = WholeWords::LookedUp}), "ab"), "ab");
}

TEST(Bpe, RefusesMergesOfWhatThereIsNot)
{
    const auto problem = [](const std::vector<MergeRule>& merges, BpeOptions options = {}) {
        const auto bpe = Bpe::make(*Vocabulary::make({{"a", 0}, {"b", 1}}), merges, std::move(options));
        return bpe ? "none" : bpe.error().message;
    };
    EXPECT_EQ(problem({{"a", "c"}}), "merge 0, of \"a\" and \"c\", needs \"c\", which the vocabulary lacks");
    EXPECT_EQ(problem({{"a", "b"}}), "merge 0, of \"a\" and \"b\", needs \"ab\", which the vocabulary lacks");
    EXPECT_EQ(problem({{"a", "b"}}, {.continuingPrefix = "##"}),
              "merge 0, of \"a\" and \"b\", has a second part that is shorter than the prefix of a word's later parts");
}

/// Byte-pair encoding as the paper has it: all of the word is looked through for each merge  (Sennrich et al. 2016).
std::vector<std::string> naive(std::vector<std::string> pieces, const std::vector<MergeRule>& merges)
{
    for (;;) {
        std::size_t best = merges.size();
        std::size_t place = 0;
        for (std::size_t i = 0; i + 1 < pieces.size(); ++i) {
            const auto merge = std::ranges::find_if(
                merges, [&](const MergeRule& rule) { return rule.left == pieces[i] && rule.right == pieces[i + 1]; });
            const auto rank = static_cast<std::size_t>(merge - merges.begin());
            if (rank < best) {
                best = rank;
                place = i;
            }
        }
        if (best == merges.size()) {
            return pieces;
        }
        pieces[place] += pieces[place + 1];
        pieces.erase(pieces.begin() + static_cast<std::ptrdiff_t>(place) + 1);
    }
}

TEST(Bpe, DoesAsItsNaiveTwin)
{
    Random random;
    SCOPED_TRACE(random.describe());
    for (int round = 0; round < 300; ++round) {
        std::vector<std::string> pieces = {"a", "b", "c"};
        std::vector<MergeRule> merges;
        std::set<std::pair<std::string, std::string>> known;
        for (Index i = random.index(0, 20); i > 0; --i) {
            const auto pick = [&] { return pieces[static_cast<std::size_t>(random.index(0, std::ssize(pieces) - 1))]; };
            const MergeRule merge{pick(), pick()};
            if (merge.left.size() + merge.right.size() < 9 && known.insert({merge.left, merge.right}).second) {
                merges.push_back(merge);
                pieces.push_back(merge.left + merge.right);
            }
        }
        const auto bpe = model(pieces, merges);
        ASSERT_TRUE(bpe);
        for (int words = 0; words < 20; ++words) {
            std::string word;
            std::vector<std::string> letters;
            for (Index length = random.index(1, 40); length > 0; --length) {
                letters.emplace_back(1, static_cast<char>('a' + random.index(0, 2)));
                word += letters.back();
            }
            std::string expected;
            for (const std::string& piece : naive(letters, merges)) {
                expected += (expected.empty() ? "" : "|") + piece;
            }
            ASSERT_EQ(cut(*bpe, word), expected) << word;
        }
    }
}

/// Without a heap this would take hours.
TEST(Bpe, TakesALongWordWithoutGettingSlow)
{
    const auto bpe = model({"a", "b"}, {{"a", "b"}, {"ab", "ab"}, {"abab", "abab"}, {"a", "a"}});
    std::string word;
    while (word.size() < 1'000'000) {
        word += "aababab";
    }
    const auto start = std::chrono::steady_clock::now();
    EXPECT_TRUE(bpe->subwordsOf(word));
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    EXPECT_LT(seconds.count(), 20.0);
    RecordProperty("milliseconds", static_cast<int>(seconds.count() * 1000.0));
}

}  // namespace
}  // namespace headlight::test
