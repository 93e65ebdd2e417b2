#include "core/analysis/head_measures.h"

#include "core/analysis/difference.h"
#include "core/analysis/entropy.h"
#include "core/analysis/words.h"
#include "core/attention/mask.h"
#include "core/attention/softmax.h"
#include "tests/core/support/closeness.h"
#include "tests/core/support/random.h"
#include "tests/core/support/traces.h"

#include <cmath>
#include <limits>
#include <map>
#include <set>

namespace headlight::test {
namespace {

using enum MeasureId;

Matrix matrixOf(const std::vector<std::vector<float>>& rows)
{
    Matrix matrix(static_cast<Index>(rows.size()), static_cast<Index>(rows.front().size()));
    for (Index i = 0; i < matrix.rows(); ++i) {
        for (Index j = 0; j < matrix.cols(); ++j) {
            matrix(i, j) = rows[static_cast<std::size_t>(i)][static_cast<std::size_t>(j)];
        }
    }
    return matrix;
}

std::vector<Token> differentTokens(Index count)
{
    std::vector<std::string> texts;
    for (Index i = 0; i < count; ++i) {
        texts.push_back("t" + std::to_string(i));
    }
    return tokensOf(texts);
}

/// Random weights, causal or not.
Matrix randomWeights(Random& random, Index tokens, Direction direction = Direction::Bidirectional)
{
    return softmaxRows(applyMask(random.matrix(tokens, tokens, 4.0F), {.direction = direction}), 1.0F);
}

/// The share of every query on the key `offset` away.
Matrix shifted(Index tokens, Index offset)
{
    Matrix weights = Matrix::Zero(tokens, tokens);
    for (Index i = 0; i < tokens; ++i) {
        weights(i, std::clamp<Index>(i + offset, 0, tokens - 1)) = 1.0F;
    }
    return weights;
}

TEST(HeadMeasures, OfAHandComputedHead)
{
    // a b [SEP] a c: the second a looks back at what followed the first.
    const Matrix weights = matrixOf({{1.0F, 0.0F, 0.0F, 0.0F, 0.0F},
                                     {0.5F, 0.5F, 0.0F, 0.0F, 0.0F},
                                     {0.25F, 0.25F, 0.5F, 0.0F, 0.0F},
                                     {0.0F, 0.75F, 0.25F, 0.0F, 0.0F},
                                     {0.5F, 0.0F, 0.0F, 0.5F, 0.0F}});
    const HeadMeasures found = measure(weights, tokensOf({"a", "b", "[SEP]", "a", "c"}));
    const double threeToOne = 2.0 - 0.75 * std::log2(3.0);
    const double entropies = 0.0 + 1.0 + 1.5 + threeToOne + 1.0;
    EXPECT_NEAR(*found[Entropy], entropies / 5.0, 1e-6);
    EXPECT_NEAR(*found[Evenness], entropies / (0.0 + 1.0 + std::log2(3.0) + 1.0 + 1.0), 1e-6);
    EXPECT_NEAR(*found[Distance], (0.0 + 0.5 + (0.5 + 0.25) + (1.5 + 0.25) + (2.0 + 0.5)) / 5.0, 1e-6);
    EXPECT_NEAR(*found[Previous], (0.5 + 0.25 + 0.25 + 0.5) / 4.0, 1e-6);
    EXPECT_EQ(*found[Next], 0.0);
    EXPECT_NEAR(*found[Same], (1.0 + 0.5 + 0.5) / 5.0, 1e-6);
    EXPECT_NEAR(*found[First], (0.5 + 0.25 + 0.0 + 0.5) / 4.0, 1e-6);
    EXPECT_NEAR(*found[MeasureId::Separator], (0.5 + 0.25) / 5.0, 1e-6);
    EXPECT_NEAR(*found[Symmetry], (1.0 + 0.5 + 0.5) / 5.0, 1e-6) << "only the diagonal is looked at from both sides";
    EXPECT_NEAR(*found[TopShare], 1.0, 1e-6);
    EXPECT_NEAR(*found[MeasureId::Induction], 0.75, 1e-6);
}

TEST(HeadMeasures, AreLeftOutWhereTheyAreNotDefined)
{
    const HeadMeasures one = measure(Matrix::Ones(1, 1), tokensOf({"a"}));
    for (const MeasureId id : {Evenness, Previous, Next, First, MeasureId::Separator, MeasureId::Induction}) {
        EXPECT_FALSE(one[id]) << measureInfo(id).name;
    }
    EXPECT_EQ(one[Same], 1.0);
    EXPECT_EQ(one[Entropy], 0.0);
    const HeadMeasures found = measure(Matrix::Constant(3, 3, 1.0F / 3.0F), tokensOf({"a", "b", "c"}));
    EXPECT_FALSE(found[MeasureId::Separator]);
    EXPECT_FALSE(found[MeasureId::Induction]);
    EXPECT_TRUE(found[Previous]);
    const HeadMeasures hard = measure(Matrix::Identity(3, 3), tokensOf({"a", "b", "c"}));
    EXPECT_FALSE(hard[Evenness]) << "every query has one key alone";
    EXPECT_EQ(hard[Entropy], 0.0);
}

TEST(HeadMeasures, ADamagedHeadHasNone)
{
    Matrix weights = Matrix::Identity(5, 5);
    weights(3, 1) = std::numeric_limits<float>::quiet_NaN();
    EXPECT_EQ(measure(weights, differentTokens(5)), HeadMeasures());
}

TEST(HeadMeasures, AnIdealHeadHasItsMeasureAndItsBadgeAlone)
{
    struct Case
    {
        const char* name;
        Matrix weights;
        MeasureId measure;
        BadgeId badge;
    };
    Matrix sink = Matrix::Zero(6, 6);
    sink.col(0).setOnes();
    Matrix separator = Matrix::Zero(6, 6);
    separator.col(3).setOnes();
    Matrix induction = Matrix::Zero(6, 6);
    for (const auto& [query, key] : {std::pair(0, 2), {1, 3}, {2, 4}, {3, 5}, {4, 1}, {5, 1}}) {
        induction(query, key) = 1.0F;
    }
    const std::vector<Case> cases = {
        {"previous", shifted(6, -1), Previous, BadgeId::Previous},
        {"next", shifted(6, 1), Next, BadgeId::Next},
        {"diagonal", Matrix::Identity(6, 6), Same, BadgeId::Diagonal},
        {"sink", sink, First, BadgeId::Sink},
        {"separator", separator, MeasureId::Separator, BadgeId::Separator},
        {"induction", induction, MeasureId::Induction, BadgeId::Induction},
        {"broad", Matrix::Constant(6, 6, 1.0F / 6.0F), Evenness, BadgeId::Broad},
    };
    const std::vector<Token> tokens = tokensOf({"a", "b", "c", "</s>", "a", "d"});
    for (const Case& ideal : cases) {
        const HeadMeasures found = measure(ideal.weights, tokens);
        ASSERT_TRUE(found[ideal.measure]) << ideal.name;
        EXPECT_NEAR(*found[ideal.measure], 1.0, 1e-6) << ideal.name;
        const std::vector<Badge> badges = badgesOf(found, "");
        ASSERT_EQ(badges.size(), 1U) << ideal.name;
        EXPECT_EQ(badges.front().id, ideal.badge) << ideal.name;
        EXPECT_EQ(badges.front().value, *found[ideal.measure]) << ideal.name;
    }
}

TEST(HeadMeasures, OfUniformWeightsAreKnown)
{
    for (const Index tokens : {2, 3, 16, 17, 33, 100}) {
        const HeadMeasures found =
            measure(Matrix::Constant(tokens, tokens, 1.0F / static_cast<float>(tokens)), differentTokens(tokens));
        const auto count = static_cast<double>(tokens);
        EXPECT_NEAR(*found[Entropy], std::log2(count), 1e-5);
        EXPECT_NEAR(*found[Evenness], 1.0, 1e-5);
        EXPECT_NEAR(*found[Distance], (count * count - 1.0) / (3.0 * count), 1e-4);
        EXPECT_NEAR(*found[Symmetry], 1.0, 1e-5);
        EXPECT_NEAR(*found[TopShare], std::min(1.0, 3.0 / count), 1e-5);
        for (const MeasureId id : {Previous, Next, Same, First}) {
            EXPECT_NEAR(*found[id], 1.0 / count, 1e-6);
        }
    }
}

TEST(HeadMeasures, ACausalMaskLeavesUniformWeightsEven)
{
    Matrix weights = Matrix::Zero(8, 8);
    for (Index i = 0; i < 8; ++i) {
        weights.row(i).head(i + 1).setConstant(1.0F / static_cast<float>(i + 1));
    }
    const HeadMeasures found = measure(weights, differentTokens(8));
    EXPECT_NEAR(*found[Evenness], 1.0, 1e-6);
    EXPECT_EQ(*found[Next], 0.0);
}

TEST(HeadMeasures, StayWithinTheirRanges)
{
    Random random;
    SCOPED_TRACE(random.describe());
    for (int repeat = 0; repeat < 40; ++repeat) {
        const Index tokens = random.index(1, 70);
        std::vector<std::string> texts;
        for (Index i = 0; i < tokens; ++i) {
            texts.push_back(std::string(1, static_cast<char>('a' + random.index(0, 9))));
        }
        texts.back() = "[SEP]";
        const Direction direction = repeat % 2 == 0 ? Direction::Bidirectional : Direction::Causal;
        const HeadMeasures found = measure(randomWeights(random, tokens, direction), tokensOf(texts));
        for (const Measure& entry : measures()) {
            if (const std::optional<double>& value = found[entry.id]) {
                EXPECT_GE(*value, 0.0) << entry.name;
                EXPECT_LE(*value, largestValue(entry.id, tokens) + 1e-5) << entry.name;
            }
        }
    }
}

TEST(HeadMeasures, SymmetryEntropyAndTopShareDoNotDependOnTheOrderOfTokens)
{
    Random random;
    SCOPED_TRACE(random.describe());
    const Matrix weights = randomWeights(random, 37);
    Eigen::PermutationMatrix<Eigen::Dynamic> order(37);
    order.setIdentity();
    for (int i = 36; i > 0; --i) {
        std::swap(order.indices()[i], order.indices()[static_cast<int>(random.index(0, i))]);
    }
    const Matrix permuted = order * weights * order.transpose();
    const HeadMeasures before = measure(weights, differentTokens(37));
    const HeadMeasures after = measure(permuted, differentTokens(37));
    for (const MeasureId id : {Entropy, Evenness, Same, Symmetry, TopShare}) {
        EXPECT_NEAR(*before[id], *after[id], 1e-5) << measureInfo(id).name;
    }
    EXPECT_GT(std::abs(*before[Distance] - *after[Distance]), 1e-3) << "which distance does";
}

TEST(HeadMeasures, OfTheTransposeSwapPreviousAndNext)
{
    Random random;
    SCOPED_TRACE(random.describe());
    const Matrix weights = randomWeights(random, 50);
    const HeadMeasures one = measure(weights, differentTokens(50));
    const HeadMeasures other = measure(weights.transpose(), differentTokens(50));
    EXPECT_NEAR(*one[Previous], *other[Next], 1e-6);
    EXPECT_NEAR(*one[Next], *other[Previous], 1e-6);
    EXPECT_NEAR(*one[Symmetry], *other[Symmetry], 1e-6);
    EXPECT_NEAR(*measure(0.5F * (weights + weights.transpose()), differentTokens(50))[Symmetry], 1.0, 1e-5);
}

/// The definitions as plain loops in double.
std::map<MeasureId, double> naive(const Matrix& weights, const std::vector<Token>& tokens)
{
    const Index count = weights.rows();
    const auto w = [&](Index i, Index j) { return static_cast<double>(weights(i, j)); };
    std::map<MeasureId, double> sums;
    double mostEntropy = 0.0;
    double difference = 0.0;
    double repeats = 0.0;
    for (Index i = 0; i < count; ++i) {
        double keys = 0.0;
        std::multiset<double> sorted;
        for (Index j = 0; j < count; ++j) {
            sums[Entropy] += w(i, j) > 0.0 ? -w(i, j) * std::log2(w(i, j)) : 0.0;
            sums[Distance] += w(i, j) * std::abs(static_cast<double>(i - j));
            sums[Previous] += j == i - 1 ? w(i, j) : 0.0;
            sums[Next] += j == i + 1 ? w(i, j) : 0.0;
            sums[Same] += j == i ? w(i, j) : 0.0;
            sums[First] += j == 0 && i > 0 ? w(i, j) : 0.0;
            sums[MeasureId::Separator] += j > 0 && tokens[static_cast<std::size_t>(j)].text == "[SEP]" ? w(i, j) : 0.0;
            difference += std::abs(w(i, j) - w(j, i));
            keys += w(i, j) > 0.0 ? 1.0 : 0.0;
            sorted.insert(w(i, j));
        }
        mostEntropy += std::log2(keys);
        int taken = 0;
        for (auto value = sorted.rbegin(); value != sorted.rend() && taken < 3; ++value, ++taken) {
            sums[TopShare] += *value;
        }
        for (Index p = i - 2; p >= 0; --p) {
            if (tokens[static_cast<std::size_t>(p)].text == tokens[static_cast<std::size_t>(i)].text) {
                sums[MeasureId::Induction] += w(i, p + 1);
                repeats += 1.0;
                break;
            }
        }
    }
    const auto all = static_cast<double>(count);
    sums[Evenness] = sums[Entropy] / mostEntropy;
    sums[Symmetry] = 1.0 - difference / (2.0 * all);
    for (const MeasureId id : {Entropy, Distance, Same, MeasureId::Separator, TopShare}) {
        sums[id] /= all;
    }
    for (const MeasureId id : {Previous, Next, First}) {
        sums[id] /= all - 1.0;
    }
    sums[MeasureId::Induction] /= repeats;
    return sums;
}

TEST(HeadMeasures, AgreeWithTheirNaiveTwins)
{
    Random random;
    SCOPED_TRACE(random.describe());
    for (const Index tokens : {4, 5, 15, 16, 17, 31, 32, 33, 63, 64, 65, 130}) {
        std::vector<std::string> texts;
        for (Index i = 0; i < tokens; ++i) {
            texts.push_back(std::string(1, static_cast<char>('a' + random.index(0, 5))));
        }
        texts[1] = "[SEP]";
        texts[3] = texts[0];
        const std::vector<Token> named = tokensOf(texts);
        for (const Direction direction : {Direction::Bidirectional, Direction::Causal}) {
            const Matrix weights = randomWeights(random, tokens, direction);
            const HeadMeasures found = measure(weights, named);
            for (const auto& [id, expected] : naive(weights, named)) {
                ASSERT_TRUE(found[id]) << measureInfo(id).name;
                EXPECT_NEAR(*found[id], expected, 1e-5 + 1e-5 * expected) << measureInfo(id).name << " of " << tokens;
            }
        }
    }
}

TEST(HeadMeasures, EntropyIsWhatTheStatusLineCallsSo)
{
    Random random;
    SCOPED_TRACE(random.describe());
    const Matrix weights = randomWeights(random, 77);
    const StoredMap map(std::make_shared<const Tensor>(Tensor::fromMatrix(weights)), 0);
    EXPECT_NEAR(totalEntropyBits(weights) / 77.0, meanEntropyBits(map), 1e-5);
}

TEST(InductionScore, CountsTheNearestEarlierPlaceAndNoSpecialTokens)
{
    const auto targetOf = [](const std::vector<Token>& tokens) {
        const auto count = static_cast<Index>(tokens.size());
        std::vector<Index> keys;
        for (Index key = 0; key < count; ++key) {
            Matrix weights = Matrix::Zero(count, count);
            weights(count - 1, key) = 1.0F;
            weights.topRows(count - 1).col(count - 1).setOnes();
            if (const auto score = measure(weights, tokens)[MeasureId::Induction]; score && *score > 0.0) {
                keys.push_back(key);
            }
        }
        return keys;
    };
    using Keys = std::vector<Index>;
    EXPECT_EQ(targetOf(tokensOf({"a", "b", "c", "a"})), Keys{1});
    EXPECT_EQ(targetOf(tokensOf({"a", "b", "a", "c", "a"})), Keys{3});
    EXPECT_EQ(targetOf(tokensOf({"b", "a", "a"})), Keys{}) << "nothing stands between";
    EXPECT_EQ(targetOf(tokensOf({"a", "b", "a", "a"})), Keys{1}) << "the one right before does not count";
    std::vector<Token> special = tokensOf({"x", "b", "x"});
    special.back().isSpecial = true;
    EXPECT_EQ(targetOf(special), Keys{});
    std::vector<Token> withoutIds = tokensOf({"a", "b", "c", "a"});
    for (Token& token : withoutIds) {
        token.id = -1;
    }
    EXPECT_EQ(targetOf(withoutIds), Keys{1}) << "as in a trace file: by text";
}

TEST(TopShare, CountsAsManyAsAskedFor)
{
    const Matrix weights = matrixOf({{0.5F, 0.25F, 0.125F, 0.125F}, {0.0F, 1.0F, 0.0F, 0.0F}});
    EXPECT_DOUBLE_EQ(topShare(weights, 1), 0.75);
    EXPECT_DOUBLE_EQ(topShare(weights, 2), 0.875);
    EXPECT_DOUBLE_EQ(topShare(weights, 4), 1.0);
    EXPECT_DOUBLE_EQ(topShare(weights, 9), 1.0);
}

TEST(Badges, AreGivenAtTheThresholdAndSayIt)
{
    for (const BadgeKind& kind : badgeKinds()) {
        if (!kind.measure) {
            continue;
        }
        HeadMeasures values;
        values.set(*kind.measure, kind.threshold);
        ASSERT_EQ(badgesOf(values, "").size(), 1U) << kind.name;
        EXPECT_EQ(badgesOf(values, "").front(), (Badge{.id = kind.id, .value = kind.threshold}));
        values.set(*kind.measure, kind.threshold - 1e-9);
        EXPECT_TRUE(badgesOf(values, "").empty()) << kind.name;
    }
    EXPECT_EQ(describe(Badge{.id = BadgeId::Previous, .value = 0.971}),
              "previous token: 0.97 of the weight, threshold 0.5");
    EXPECT_EQ(describe(Badge{.id = BadgeId::Broad, .value = 0.9}),
              "broad: 0.90 of the largest possible entropy, threshold 0.8");
    const std::vector<Badge> asked = badgesOf({}, "antecedent");
    ASSERT_EQ(asked.size(), 1U);
    EXPECT_EQ(describe(asked.front()), "antecedent: asked for in training, not measured");
}

TEST(Tables, HaveTheirRowsInTheOrderOfTheirIdsAndNamesOnce)
{
    std::set<std::string_view> names;
    for (std::size_t i = 0; i < measures().size(); ++i) {
        EXPECT_EQ(static_cast<std::size_t>(measures()[i].id), i);
        EXPECT_TRUE(names.insert(measures()[i].name).second);
        EXPECT_FALSE(measures()[i].formula.empty() || measures()[i].meaning.empty() || measures()[i].source.empty());
    }
    names.clear();
    for (std::size_t i = 0; i < badgeKinds().size(); ++i) {
        EXPECT_EQ(static_cast<std::size_t>(badgeKinds()[i].id), i);
        EXPECT_TRUE(names.insert(badgeKinds()[i].name).second);
    }
}

TEST(MeasureHeads, MeasuresEveryHeadAndKnowsWhatWasAskedFor)
{
    TraceInfo info;
    info.tokens = tokensOf({"a", "b", "c"});
    info.askedHeads = {{"subject", {LayerIndex(1), HeadIndex(0)}}};
    const auto trace =
        traceOfWeights({{shifted(3, -1), shifted(3, 1)}, {Matrix::Identity(3, 3), shifted(3, -1)}}, info);
    const MeasuredHeads found = measureHeads(*trace).value();
    ASSERT_EQ(found.all.size(), 4U);
    const auto at = [&found](Index layer, Index head) { return found.at({LayerIndex(layer), HeadIndex(head)}); };
    EXPECT_TRUE(at(0, 0).has(BadgeId::Previous));
    EXPECT_TRUE(at(0, 1).has(BadgeId::Next));
    EXPECT_TRUE(at(1, 0).has(BadgeId::Diagonal) && at(1, 0).has(BadgeId::Asked));
    EXPECT_EQ(at(1, 1).measures, measure(shifted(3, -1), trace->info().tokens));
    EXPECT_EQ(at(1, 1).head, (HeadAddress{LayerIndex(1), HeadIndex(1)}));
}

TEST(MeasureHeads, OfALayerThatIsNotThereNothingIsDefined)
{
    TraceInfo info;
    info.tokens = tokensOf({"a", "b"});
    info.layers = 1;
    info.heads = 2;
    const MeasuredHeads found = measureHeads(Trace(info, {})).value();
    ASSERT_EQ(found.all.size(), 2U);
    EXPECT_EQ(found.all.front().measures, HeadMeasures());
    EXPECT_TRUE(found.all.front().badges.empty());
}

TEST(MeasureHeads, CanBeCancelled)
{
    TraceInfo info;
    info.tokens = tokensOf({"a", "b", "c"});
    std::stop_source source;
    source.request_stop();
    const auto found = measureHeads(*traceOfWeights({{Matrix::Identity(3, 3)}}, info), source.get_token());
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().code, ErrorCode::Cancelled);
}

}  // namespace
}  // namespace headlight::test
