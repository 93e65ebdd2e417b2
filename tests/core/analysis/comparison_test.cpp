#include "core/analysis/comparison.h"

#include "core/analysis/words.h"
#include "core/attention/softmax.h"
#include "core/model/seeded_model.h"
#include "core/text/word_piece_tokenizer.h"
#include "tests/core/support/closeness.h"
#include "tests/core/support/models.h"

#include <array>
#include <cmath>
#include <numeric>

namespace headlight::test {
namespace {

/// A trace of these tokens and embeddings, and nothing else.
Trace traceOf(const std::vector<std::int32_t>& ids, const Matrix& embedding = {}, const std::string& model = "m")
{
    TraceInfo info;
    info.tokens = textOf(ids).tokens;
    info.modelName = model;
    Trace::Tensors tensors;
    if (embedding.size() > 0) {
        tensors[StageKey{StageId::TokenEmbedding}] = std::make_shared<const Tensor>(Tensor::fromMatrix(embedding));
    }
    return {std::move(info), std::move(tensors)};
}

TokenPair pairOf(Index a, Index b)
{
    const auto token = [](Index i) { return i < 0 ? std::nullopt : std::optional(TokenIndex(i)); };
    return {token(a), token(b)};
}

std::shared_ptr<const Model> causalOr(Direction direction)
{
    ModelConfig config = seededModelConfig(*defaultTokenizer());
    config.mask.direction = direction;
    return makeSeededModel(config, 1, defaultTokenizer()).value();
}

const std::shared_ptr<const Model>& model()
{
    static const std::shared_ptr<const Model> shared = causalOr(Direction::Bidirectional);
    return shared;
}

ComparisonSide sideOf(const std::string& text, const Experiment& experiment = {}, HeadAddress head = {},
                      const std::shared_ptr<const Model>& of = model())
{
    const auto trace = run(*of, encode(*of, text).value(), experiment);
    return {.model = of, .trace = trace, .shown = trace, .head = head};
}

constexpr const char* kSentence = "The animal didn't cross the street because it was too tired.";

TEST(AlignTokens, ByPositionLeavesTheLongerTextsEndOver)
{
    const std::vector<TokenPair> rows = alignTokens(traceOf({1, 2}), traceOf({3, 4, 5}), Alignment::ByPosition);
    EXPECT_EQ(rows, (std::vector{pairOf(0, 0), pairOf(1, 1), pairOf(-1, 2)}));
    EXPECT_EQ(alignTokens(traceOf({3, 4, 5}), traceOf({1}), Alignment::ByPosition),
              (std::vector{pairOf(0, 0), pairOf(1, -1), pairOf(2, -1)}));
}

TEST(AlignTokens, TheBestMatchPairsTheKthOccurrenceWithTheKth)
{
    EXPECT_EQ(alignTokens(traceOf({7, 1, 7, 2}), traceOf({2, 7, 1, 7}), Alignment::BestMatch),
              (std::vector{pairOf(0, 1), pairOf(1, 2), pairOf(2, 3), pairOf(3, 0)}));
    EXPECT_EQ(alignTokens(traceOf({7, 7}), traceOf({7}), Alignment::BestMatch),
              (std::vector{pairOf(0, 0), pairOf(1, -1)}));
}

TEST(AlignTokens, WhatIsLeftOverGoesByTheGreatestCosine)
{
    // Token 0 is in both. Cosines of the rest, worked by hand: (1,0)·(1,1)/√2 = 0.71, (1,0)·(0,2)/2 = 0; (3,4)/5·(1,1)/√2 = 0.99,
    // (3,4)/5·(0,2)/2 = 0.8. Greatest first: 0.99 takes A's 2 and B's 1; then A's 1 has B's 2 alone.
    Matrix a(3, 2);
    a << 5, 5, 1, 0, 3, 4;
    Matrix b(3, 2);
    b << 5, 5, 1, 1, 0, 2;
    EXPECT_EQ(alignTokens(traceOf({0, 1, 2}, a), traceOf({0, 3, 4}, b), Alignment::BestMatch),
              (std::vector{pairOf(0, 0), pairOf(1, 2), pairOf(2, 1)}));
    EXPECT_EQ(alignTokens(traceOf({0, 1, 2}, a, "m"), traceOf({0, 3, 4}, b, "another"), Alignment::BestMatch),
              (std::vector{pairOf(0, 0), pairOf(1, -1), pairOf(2, -1), pairOf(-1, 1), pairOf(-1, 2)}))
        << "vectors of different models cannot be compared";
}

TEST(AlignTokens, OfDifferentModelsAreMatchedByTheirText)
{
    Trace a = traceOf({1, 2}, {}, "a");
    TraceInfo info = a.info();
    info.modelName = "b";
    info.tokens = {{.id = 50, .text = " t2", .span = {}}, {.id = 1, .text = "t9", .span = {}}};
    EXPECT_EQ(alignTokens(a, Trace(info, {}), Alignment::BestMatch),
              (std::vector{pairOf(0, -1), pairOf(1, 0), pairOf(-1, 1)}));
}

TEST(AlignTokens, EveryTokenStandsInExactlyOneRow)
{
    Random random;
    SCOPED_TRACE(random.describe());
    for (int round = 0; round < 50; ++round) {
        const auto ids = [&](Index count) {
            std::vector<std::int32_t> drawn(static_cast<std::size_t>(count));
            std::ranges::generate(drawn, [&] { return static_cast<std::int32_t>(random.index(0, 9)); });
            return drawn;
        };
        const std::vector<std::int32_t> idsA = ids(random.index(1, 17));
        const std::vector<std::int32_t> idsB = ids(random.index(1, 17));
        const Trace a = traceOf(idsA, random.matrix(static_cast<Index>(idsA.size()), 4));
        const Trace b = traceOf(idsB, random.matrix(static_cast<Index>(idsB.size()), 4));
        for (const Alignment alignment : {Alignment::ByPosition, Alignment::BestMatch}) {
            std::vector<Index> seenA;
            std::vector<Index> seenB;
            std::size_t whole = 0;
            for (const TokenPair& row : alignTokens(a, b, alignment)) {
                if (row.a) {
                    seenA.push_back(row.a->value);
                }
                if (row.b) {
                    seenB.push_back(row.b->value);
                }
                whole += row.isWhole() ? 1U : 0U;
            }
            EXPECT_EQ(whole, std::min(idsA.size(), idsB.size()));
            EXPECT_TRUE(std::ranges::is_sorted(seenA)) << "A's order is kept";
            EXPECT_EQ(seenA.size(), idsA.size());
            std::ranges::sort(seenB);
            std::vector<Index> all(idsB.size());
            std::iota(all.begin(), all.end(), Index{0});
            EXPECT_EQ(seenB, all);
        }
    }
}

TEST(Compare, AStateWithItselfIsExactlyZeroEverywhere)
{
    for (const StageId stage : {StageId::Weights, StageId::Scores, StageId::RawScores}) {
        for (const Alignment alignment : {Alignment::ByPosition, Alignment::BestMatch}) {
            ComparisonSide a = sideOf(kSentence, {.temperature = 0.7F}, {LayerIndex(2), HeadIndex(3)});
            a.selected = TokenIndex(8);
            const ComparisonSide again = sideOf(kSentence, {.temperature = 0.7F}, {LayerIndex(2), HeadIndex(3)});
            for (const ComparisonSide& b : {a, again}) {
                const Result<Comparison> same = compare(a, b, {.stage = stage, .alignment = alignment});
                ASSERT_TRUE(same);
                EXPECT_EQ(same->relation, TokenRelation::Same);
                EXPECT_TRUE((same->change.array() == 0.0F).all());
                EXPECT_EQ(same->compared, 13 * 13);
                EXPECT_EQ(same->largest, 0.0F);
                EXPECT_EQ(same->mean, 0.0);
                EXPECT_EQ(same->entropyBitsA, same->entropyBitsB);
                ASSERT_TRUE(same->most);
                EXPECT_EQ(same->most->largest, 0.0F);
                ASSERT_TRUE(same->outputs);
                EXPECT_EQ(same->outputs->largest, 0.0F);
                ASSERT_TRUE(same->predictions);
                EXPECT_EQ(same->predictions->divergenceBits, 0.0);
                ASSERT_EQ(same->predictions->top.size(), 5U);
                for (const PredictedToken& token : same->predictions->top) {
                    EXPECT_EQ(token.a, token.b);
                }
            }
        }
    }
}

TEST(Compare, SwappingTheSidesTurnsEverySign)
{
    ComparisonSide a = sideOf(kSentence, {}, {LayerIndex(1), HeadIndex(2)});
    ComparisonSide b = sideOf(kSentence, {.scaling = Scaling::Off}, {LayerIndex(1), HeadIndex(2)});
    a.selected = TokenIndex(3);
    const Comparison forth = compare(a, b).value();
    const Comparison back = compare(b, a).value();
    EXPECT_GT(forth.largest, 0.0F);
    EXPECT_TRUE(isIdentical(back.change, -forth.change + Matrix::Zero(13, 13)));
    EXPECT_EQ(forth.largest, back.largest);
    EXPECT_DOUBLE_EQ(forth.mean, back.mean);
    EXPECT_EQ(forth.entropyBitsA, back.entropyBitsB);
    EXPECT_EQ(forth.most->head, back.most->head);
    EXPECT_EQ(forth.predictions->a, back.predictions->b);
    EXPECT_EQ(forth.predictions->b.token, TokenIndex(3)) << "the partner of the token that was chosen";
    EXPECT_GT(*forth.predictions->divergenceBits, 0.0);
}

TEST(Compare, AgreesWithDifferenceWhereTheTokensAreTheSame)
{
    const HeadAddress head{LayerIndex(3), HeadIndex(1)};
    const ComparisonSide a = sideOf(kSentence, {}, head);
    const ComparisonSide b = sideOf(kSentence, {.mask = MaskChoice::Causal}, head);
    const Comparison comparison = compare(a, b).value();
    const MapDifference expected =
        difference(**a.trace->map(StageId::Weights, head), **b.trace->map(StageId::Weights, head)).value();
    EXPECT_EQ(comparison.largest, expected.largest);
    EXPECT_DOUBLE_EQ(comparison.mean, expected.mean);
    EXPECT_EQ(comparison.entropyBitsA, expected.entropyBefore);
    EXPECT_EQ(comparison.entropyBitsB, expected.entropyAfter);
    EXPECT_EQ(comparison.most->largest, mostChangedHead(*a.trace, *b.trace)->largest);
    EXPECT_EQ(std::abs(comparison.change(comparison.largestQuery, comparison.largestKey)), comparison.largest);
}

TEST(Compare, WithoutPositionsAReorderedTextIsTheSameUpToOrder)
{
    const Experiment without{.positions = PositionScheme::None};
    const Comparison same = compare(sideOf("Dog bites man", without), sideOf("Man bites dog", without)).value();
    EXPECT_EQ(same.relation, TokenRelation::Reordered);
    EXPECT_EQ(same.rows, (std::vector{pairOf(0, 2), pairOf(1, 1), pairOf(2, 0)}));
    EXPECT_TRUE(same.isSameUpToOrder());
    EXPECT_LE(same.most->largest, kRoundingBound);
    EXPECT_LE(same.largest, same.most->largest);

    const Comparison byPlace = compare(sideOf("Dog bites man", without), sideOf("Man bites dog", without),
                                       {.alignment = Alignment::ByPosition})
                                   .value();
    EXPECT_FALSE(byPlace.isSameUpToOrder());
    EXPECT_GT(byPlace.most->largest, 0.01F);

    const Comparison with = compare(sideOf("Dog bites man"), sideOf("Man bites dog")).value();
    EXPECT_EQ(with.relation, TokenRelation::Reordered);
    EXPECT_FALSE(with.isSameUpToOrder()) << "with positions the order matters";
    EXPECT_GT(with.most->largest, 0.01F);
}

TEST(Compare, HidesWhatOneSideHasNot)
{
    const Comparison comparison =
        compare(sideOf("Dog bites man"), sideOf("Dog bites"), {.alignment = Alignment::ByPosition}).value();
    EXPECT_EQ(comparison.relation, TokenRelation::Different);
    ASSERT_EQ(comparison.change.rows(), 3);
    EXPECT_EQ(comparison.compared, 4);
    for (Index i = 0; i < 3; ++i) {
        for (Index j = 0; j < 3; ++j) {
            EXPECT_FALSE(std::isnan(comparison.cellsA(i, j)));
            EXPECT_EQ(std::isnan(comparison.cellsB(i, j)), i == 2 || j == 2);
            EXPECT_EQ(std::isnan(comparison.change(i, j)), i == 2 || j == 2);
        }
    }
}

TEST(Compare, MeanAndLargestAreThoseOfPlainLoopsOverTheAlignedCells)
{
    const ComparisonSide a = sideOf("The animal was too tired.", {}, {LayerIndex(1), HeadIndex(5)});
    const ComparisonSide b = sideOf("Was the old animal too wide?", {}, {LayerIndex(0), HeadIndex(5)});
    for (const StageId stage : {StageId::Weights, StageId::Scores}) {
        const Comparison comparison = compare(a, b, {.stage = stage}).value();
        const Matrix cellsA = test::stage(*a.trace, {stage, LayerIndex(1)}, 5);
        const Matrix cellsB = test::stage(*b.trace, {stage, LayerIndex(0)}, 5);
        float largest = 0.0F;
        double sum = 0.0;
        Index count = 0;
        for (const TokenPair& query : comparison.rows) {
            for (const TokenPair& key : comparison.rows) {
                if (query.isWhole() && key.isWhole()) {
                    const float change = cellsB(query.b->value, key.b->value) - cellsA(query.a->value, key.a->value);
                    largest = std::max(largest, std::abs(change));
                    sum += static_cast<double>(std::abs(change));
                    ++count;
                }
            }
        }
        EXPECT_EQ(comparison.compared, count);
        EXPECT_EQ(comparison.largest, largest);
        EXPECT_DOUBLE_EQ(comparison.mean, sum / static_cast<double>(count));
    }
}

TEST(Compare, HeadsOfOnePassHaveNoChangeOfOutputsOrPredictions)
{
    const ComparisonSide a = sideOf(kSentence, {}, {LayerIndex(1), HeadIndex(0)});
    ComparisonSide b = a;
    b.head = {LayerIndex(2), HeadIndex(7)};
    const Comparison comparison = compare(a, b).value();
    EXPECT_GT(comparison.largest, 0.0F);
    EXPECT_FALSE(comparison.most);
    EXPECT_FALSE(comparison.outputs);
    EXPECT_FALSE(comparison.predictions);
}

TEST(Compare, OfWordsComparesWordsAndPredictsOfTokens)
{
    ComparisonSide a = sideOf(kSentence);
    ComparisonSide b = sideOf(kSentence, {.positions = PositionScheme::None});
    a.shown = mergedIntoWords(*a.trace);
    b.shown = mergedIntoWords(*b.trace);
    a.selected = TokenIndex(12);
    const Comparison comparison = compare(a, b).value();
    EXPECT_EQ(comparison.rows.size(), 12U);
    ASSERT_TRUE(comparison.predictions);
    EXPECT_EQ(comparison.predictions->b.token, TokenIndex(12));
    EXPECT_FALSE(compare(a, b, {.stage = StageId::Scores})) << "words have no scores";
}

TEST(Compare, ACausalModelPredictsWhatComesNext)
{
    const auto causal = causalOr(Direction::Causal);
    const Comparison comparison =
        compare(sideOf("Dog bites man", {}, {}, causal), sideOf("The dog bites man", {}, {}, causal)).value();
    ASSERT_TRUE(comparison.predictions);
    EXPECT_EQ(comparison.predictions->a, (PredictionSite{PredictionKind::NextToken, TokenIndex(2)}));
    EXPECT_EQ(comparison.predictions->b, (PredictionSite{PredictionKind::NextToken, TokenIndex(3)}));
    EXPECT_GT(*comparison.predictions->divergenceBits, 0.0);
}

TEST(Compare, TheFiveMostProbableOfEitherSideStandOnceWithBothProbabilities)
{
    ComparisonSide a = sideOf(kSentence);
    ComparisonSide b = sideOf(kSentence, {.positions = PositionScheme::None});
    a.selected = TokenIndex(8);
    b.selected = TokenIndex(8);
    const PredictionChange change = compare(a, b)->predictions.value();
    EXPECT_GE(change.top.size(), 5U);
    EXPECT_LE(change.top.size(), 10U);
    const auto all = topPredictions(*b.trace, TokenIndex(8), model()->config.vocabulary).value();
    const auto firstA = topPredictions(*a.trace, TokenIndex(8), 5).value();
    for (std::size_t i = 0; i < change.top.size(); ++i) {
        const PredictedToken& token = change.top[i];
        const auto ofB = std::ranges::find(all, token.token.id, &Prediction::id);
        EXPECT_NEAR(*token.b, ofB->probability, 1e-7);
        if (i < 5) {
            EXPECT_EQ(token.token.id, firstA[i].id);
            EXPECT_NEAR(*token.a, firstA[i].probability, 1e-7);
        }
    }
}

TEST(Compare, OtherVocabulariesHaveNoDivergence)
{
    Random random;
    ModelConfig config = smallConfig();
    config.vocabulary = 3;
    const auto small = std::make_shared<Model>(randomModel(config, random));
    small->tokenizer = std::make_shared<const WordTokenizer>(std::vector<std::string>{"dog", "bites", "man"});
    ComparisonSide a = sideOf("dog bites man");
    a.selected = TokenIndex(0);
    const Comparison comparison = compare(a, sideOf("man bites", {}, {}, small)).value();
    EXPECT_EQ(comparison.rows, (std::vector{pairOf(0, -1), pairOf(1, 1), pairOf(2, 0)}));
    EXPECT_FALSE(comparison.most) << "other layers and heads";
    EXPECT_FALSE(comparison.outputs);
    EXPECT_EQ(comparison.predictions.error().code, ErrorCode::NotFound) << "“dog” has no partner to predict at";
    ComparisonSide b = sideOf("dog bites man", {}, {}, small);
    const PredictionChange change = compare(a, b)->predictions.value();
    EXPECT_FALSE(change.divergenceBits);
    for (const PredictedToken& token : change.top) {
        EXPECT_TRUE(token.a || token.b);
    }
}

TEST(Compare, SaysWhichHeadIsMissing)
{
    const Result<Comparison> missing =
        compare(sideOf("Dog bites man"), sideOf("Dog bites man", {}, {LayerIndex(4), HeadIndex(0)}));
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, ErrorCode::NotFound);
    EXPECT_NE(missing.error().message.find("has no layer 4 head 0: its layers are 0 to 3 and its heads 0 to 7."),
              std::string::npos)
        << missing.error().message;
}

TEST(Compare, StopsWhenAsked)
{
    std::stop_source stop;
    stop.request_stop();
    const ComparisonSide side = sideOf("Dog bites man");
    EXPECT_EQ(compare(side, side, {}, stop.get_token()).error().code, ErrorCode::Cancelled);
}

}  // namespace
}  // namespace headlight::test
