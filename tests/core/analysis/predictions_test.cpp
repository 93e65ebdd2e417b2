#include "core/analysis/predictions.h"

#include "core/text/word_piece_tokenizer.h"
#include "tests/core/support/random.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <gtest/gtest.h>
#include <limits>
#include <numeric>

namespace headlight::test {
namespace {

Trace traceWith(const Matrix& logits)
{
    return {TraceInfo{}, {{StageKey{StageId::Logits}, std::make_shared<const Tensor>(Tensor::fromMatrix(logits))}}};
}

std::vector<Prediction> top(const Matrix& logits, Index token, Index count)
{
    return topPredictions(traceWith(logits), TokenIndex(token), count).value();
}

double divergence(const RowVector& p, const RowVector& q)
{
    return klDivergenceBits(logProbabilities(p), logProbabilities(q));
}

TEST(KlDivergenceBits, IsAsWorkedByHand)
{
    // P = (1/2, 1/4, 1/4), Q = (1/4, 1/4, 1/2): 1/2·1 + 0 + 1/4·(−1) = 0.25 bits.
    const auto logits = [](std::array<float, 3> shares) {
        RowVector row(3);
        row << std::log(shares[0]), std::log(shares[1]), std::log(shares[2]);
        return row;
    };
    const RowVector p = logits({0.5F, 0.25F, 0.25F});
    const RowVector q = logits({0.25F, 0.25F, 0.5F});
    EXPECT_NEAR(divergence(p, q), 0.25, 1e-7);
    EXPECT_NEAR(divergence(p, q.array() + 7.0F), 0.25, 1e-6) << "a constant on all logits changes nothing";
    EXPECT_EQ(divergence(p, p), 0.0);
    RowVector certain(3);
    certain << 0.0F, kMasked, kMasked;
    EXPECT_NEAR(divergence(certain, p), 1.0, 1e-7) << "one bit to know what had an even chance";
    EXPECT_TRUE(std::isinf(divergence(p, certain)));
}

TEST(KlDivergenceBits, AgreesWithTheDefinitionInPlainLoopsAndIsNeverNegative)
{
    Random random;
    SCOPED_TRACE(random.describe());
    for (const Index size : {Index{1}, Index{2}, Index{33}, Index{5000}}) {
        const RowVector p = random.row(size, 6.0F);
        const RowVector q = random.row(size, 6.0F);
        const auto share = [](const RowVector& row, Index i) {
            double sum = 0.0;
            for (const float z : row) {
                sum += std::exp(static_cast<double>(z));
            }
            return std::exp(static_cast<double>(row(i))) / sum;
        };
        double expected = 0.0;
        for (Index i = 0; i < std::min<Index>(size, 33); ++i) {
            expected += share(p, i) * std::log2(share(p, i) / share(q, i));
        }
        if (size <= 33) {
            EXPECT_NEAR(divergence(p, q), expected, 1e-9);
        }
        EXPECT_GE(divergence(p, q), 0.0);
        EXPECT_EQ(divergence(p, p), 0.0);
    }
}

TEST(TopPredictions, AreAsWorkedByHand)
{
    Matrix logits(2, 4);
    logits << 9, 9, 9, 9,  //
        0, static_cast<float>(std::log(4.0)), static_cast<float>(std::log(2.0)), 0;
    const std::vector<Prediction> predictions = top(logits, 1, 3);  // e^z: 1, 4, 2, 1; their sum 8
    ASSERT_EQ(predictions.size(), 3U);
    EXPECT_EQ(predictions[0].id, 1);
    EXPECT_NEAR(predictions[0].probability, 0.5, 1e-7);
    EXPECT_EQ(predictions[0].logit, logits(1, 1));
    EXPECT_EQ(predictions[1].id, 2);
    EXPECT_NEAR(predictions[1].probability, 0.25, 1e-7);
    EXPECT_EQ(predictions[2].id, 0) << "of equal ones the smaller id comes first";
    EXPECT_NEAR(predictions[2].probability, 0.125, 1e-7);
}

TEST(TopPredictions, OfTheWholeVocabularySumToOneAndFall)
{
    Random random;
    SCOPED_TRACE(random.describe());
    for (const Index vocabulary : {Index{1}, Index{2}, Index{7}, Index{1000}, Index{50257}}) {
        const Matrix logits = random.matrix(3, vocabulary, 12.0F);
        const std::vector<Prediction> all = top(logits, 2, vocabulary + 5);
        ASSERT_EQ(static_cast<Index>(all.size()), vocabulary);
        double sum = 0.0;
        for (const Prediction& prediction : all) {
            sum += prediction.probability;
        }
        EXPECT_NEAR(sum, 1.0, 1e-7);  // the exponentials are float, their sum is not
        EXPECT_TRUE(std::ranges::is_sorted(all, std::greater(), &Prediction::probability));
    }
}

TEST(TopPredictions, AreTheStartOfAFullSort)
{
    Random random;
    SCOPED_TRACE(random.describe());
    Matrix logits(1, 500);
    for (Index i = 0; i < logits.cols(); ++i) {
        logits(0, i) = static_cast<float>(random.index(-5, 5));  // many are equal
    }
    std::vector<std::int32_t> ids(500);
    std::iota(ids.begin(), ids.end(), 0);
    std::ranges::stable_sort(ids, std::greater(), [&](std::int32_t id) { return logits(0, id); });
    for (const Index count : {Index{0}, Index{1}, Index{10}, Index{499}}) {
        const std::vector<Prediction> predictions = top(logits, 0, count);
        ASSERT_EQ(static_cast<Index>(predictions.size()), count);
        for (std::size_t i = 0; i < predictions.size(); ++i) {
            EXPECT_EQ(predictions[i].id, ids[i]) << i;
        }
    }
}

TEST(TopPredictions, DoNotChangeWhereAllLogitsShift)
{
    Random random;
    SCOPED_TRACE(random.describe());
    Matrix logits(1, 40);
    for (Index i = 0; i < logits.cols(); ++i) {
        logits(0, i) = static_cast<float>(random.index(-64, 64)) / 8.0F;
    }
    for (const float shift : {-4096.0F, 1024.0F, 65536.0F}) {  // exact in float
        const std::vector<Prediction> before = top(logits, 0, 40);
        const std::vector<Prediction> after = top((logits.array() + shift).matrix(), 0, 40);
        for (std::size_t i = 0; i < before.size(); ++i) {
            EXPECT_EQ(after[i].id, before[i].id);
            EXPECT_EQ(after[i].probability, before[i].probability);
        }
    }
}

TEST(TopPredictions, GiveAHiddenEntryNothing)
{
    Matrix logits(1, 3);
    logits << 1.0F, -std::numeric_limits<float>::infinity(), 1.0F;
    const std::vector<Prediction> predictions = top(logits, 0, 3);
    EXPECT_EQ(predictions[0].probability, 0.5);
    EXPECT_EQ(predictions[2].id, 1);
    EXPECT_EQ(predictions[2].probability, 0.0);
}

TEST(TopPredictions, SayWhatIsWrong)
{
    const Result<std::vector<Prediction>> none = topPredictions(Trace{{}, {}}, TokenIndex(0), 5);
    ASSERT_FALSE(none);
    EXPECT_EQ(none.error(), (Error{ErrorCode::NotFound, "The trace holds no logits, so that nothing is predicted."}));
    for (const Index token : {Index{-1}, Index{2}}) {
        const auto outside = topPredictions(traceWith(Matrix::Zero(2, 3)), TokenIndex(token), 5);
        ASSERT_FALSE(outside);
        EXPECT_EQ(outside.error(), (Error{ErrorCode::InvalidArgument, "There is no token " + std::to_string(token) +
                                                                          ": the trace has tokens 0 to 1."}));
    }
    for (const float bad : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
        Matrix logits = Matrix::Zero(1, 3);
        logits(0, 1) = bad;
        const auto result = topPredictions(traceWith(logits), TokenIndex(0), 5);
        ASSERT_FALSE(result) << bad;
        EXPECT_EQ(result.error().code, ErrorCode::Malformed);
    }
}

constexpr std::int32_t kMask = 7;

std::vector<Token> tokensOf(const std::vector<std::int32_t>& ids)
{
    std::vector<Token> tokens;
    for (const std::int32_t id : ids) {
        tokens.push_back({.id = id, .text = {}, .span = {}});
    }
    return tokens;
}

std::optional<PredictionSite> siteOf(const std::vector<std::int32_t>& ids, std::optional<Index> selected,
                                     Direction direction = Direction::Bidirectional)
{
    const std::vector<Token> tokens = tokensOf(ids);
    return predictionSite({.direction = direction,
                           .maskToken = kMask,
                           .tokens = tokens,
                           .selected = selected ? std::optional(TokenIndex(*selected)) : std::nullopt});
}

TEST(PredictionSite, IsAfterTheLastTokenOfACausalModelWhateverIsSelected)
{
    const PredictionSite last{PredictionKind::NextToken, TokenIndex(2)};
    EXPECT_EQ(siteOf({1, 2, 3}, 0, Direction::Causal), last);
    EXPECT_EQ(siteOf({1, kMask, 3}, std::nullopt, Direction::Causal), last);
}

TEST(PredictionSite, IsTheMaskNearestToTheSelectedToken)
{
    const auto mask = [](Index token) { return PredictionSite{PredictionKind::MaskedToken, TokenIndex(token)}; };
    EXPECT_EQ(siteOf({1, 2, kMask, 3}, std::nullopt), mask(2));
    EXPECT_EQ(siteOf({1, 2, kMask, 3}, 0), mask(2));
    const std::vector<std::int32_t> two = {1, kMask, 2, 3, 4, kMask};
    EXPECT_EQ(siteOf(two, std::nullopt), mask(1));
    EXPECT_EQ(siteOf(two, 2), mask(1));
    EXPECT_EQ(siteOf(two, 3), mask(1)) << "equally near: the first";
    EXPECT_EQ(siteOf(two, 4), mask(5));
    EXPECT_EQ(siteOf(two, 5), mask(5));
}

TEST(PredictionSite, IsTheSelectedTokenWhereNoneIsMaskedAndElseNothing)
{
    EXPECT_EQ(siteOf({1, 2, 3}, 1), (PredictionSite{PredictionKind::SameToken, TokenIndex(1)}));
    EXPECT_EQ(siteOf({1, 2, 3}, std::nullopt), std::nullopt);
    EXPECT_EQ(siteOf({}, std::nullopt), std::nullopt);
    EXPECT_EQ(siteOf({}, std::nullopt, Direction::Causal), std::nullopt);
    const std::vector<Token> tokens = tokensOf({0, 1});
    EXPECT_EQ(predictionSite({.tokens = tokens}), std::nullopt) << "no mask token is not the id 0";
}

Token entry(const std::string& text, const std::string& piece)
{
    return {.id = 1, .text = text, .span = {}, .piece = piece};
}

TEST(IsText, RefusesSpecialTokensAndPartsOfACharacter)
{
    EXPECT_TRUE(isText(entry("cat", "cat")));
    EXPECT_TRUE(isText(entry(" Ж<", "ĠÐĸ<")));
    EXPECT_TRUE(isText(entry("<0x", "<0x")));
    EXPECT_FALSE(isText(entry("<0xE2>", "â")));
    EXPECT_FALSE(isText(entry("a<0x9F><0x98>", "aðŁĺ")));
    EXPECT_FALSE(isText(entry("", "")));
    Token mask = entry("[MASK]", "[MASK]");
    mask.isSpecial = true;
    EXPECT_FALSE(isText(mask));
}

TEST(Replaced, PutsTheTokenInPlaceOfTheSpan)
{
    const std::string text = "the [MASK] sat";
    const ByteSpan mask{4, 10};
    EXPECT_EQ(replaced(text, mask, entry("cat", "cat")), "the cat sat");
    EXPECT_EQ(replaced(text, mask, entry(" cat", "Ġcat")), "the cat sat") << "one space is enough";
    EXPECT_EQ(replaced(text, mask, entry("s", "##s")), "thes sat") << "a piece of the word before";
    EXPECT_EQ(replaced("a dog", {1, 5}, entry(" cat", "Ġcat")), "a cat") << "the span had the space";
    EXPECT_EQ(replaced("[MASK]", {0, 6}, entry(" Cat", "ĠCat")), "Cat");
    EXPECT_EQ(replaced("[MASK]", {0, 6}, entry("s", "##s")), "s");
    EXPECT_EQ(replaced("a ## b", {2, 4}, entry("###", "###")), "a ### b") << "no piece of a word";
}

TEST(Continued, PutsASpaceWhereOnlySoTheTokenIsReadAgain)
{
    const WordPieceTokenizer tokenizer({"[UNK]", "the", "dog", "thedog", "##s", ".", "d"});
    const auto with = [&tokenizer](const std::string& text, std::int32_t id) {
        return continued(text, tokenizer.token(id).value(), tokenizer);
    };
    EXPECT_EQ(with("the", 2), "the dog");
    EXPECT_EQ(with("the ", 2), "the dog");
    EXPECT_EQ(with("dog", 4), "dogs");
    EXPECT_EQ(with("the dog", 5), "the dog.");
    EXPECT_EQ(with("", 2), "dog");
}

}  // namespace
}  // namespace headlight::test
