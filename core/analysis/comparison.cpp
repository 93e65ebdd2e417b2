#include "core/analysis/comparison.h"

#include "core/analysis/stage_matrix.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <string>
#include <tuple>

namespace headlight {
namespace {

constexpr float kNothing = std::numeric_limits<float>::quiet_NaN();

bool areOfOneModel(const Trace& a, const Trace& b)
{
    return a.info().modelName == b.info().modelName;
}

/// Equal for tokens that are the same.
std::string nameOf(const Token& token, bool byId)
{
    if (byId && token.id >= 0) {
        return '#' + std::to_string(token.id);
    }
    constexpr std::string_view kSpaces = " \t\n\r";
    const std::size_t begin = token.text.find_first_not_of(kSpaces);
    if (begin == std::string::npos) {
        return token.text;
    }
    return token.text.substr(begin, token.text.find_last_not_of(kSpaces) + 1 - begin);
}

std::vector<std::string> namesOf(const Trace& trace, bool byId)
{
    std::vector<std::string> names;
    for (const Token& token : trace.info().tokens) {
        names.push_back(nameOf(token, byId));
    }
    return names;
}

/// The partner of each of A's tokens among B's: the k-th of a name with the k-th.
std::vector<std::optional<Index>> matchNames(const std::vector<std::string>& a, const std::vector<std::string>& b)
{
    std::map<std::string_view, std::vector<Index>> places;
    for (std::size_t j = b.size(); j-- > 0;) {
        places[b[j]].push_back(static_cast<Index>(j));
    }
    std::vector<std::optional<Index>> partners(a.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
        const auto found = places.find(a[i]);
        if (found != places.end() && !found->second.empty()) {
            partners[i] = found->second.back();
            found->second.pop_back();
        }
    }
    return partners;
}

/// Some tokens' embeddings, of length 1.
Matrix directions(const Tensor& embedding, const std::vector<Index>& tokens)
{
    Matrix vectors = embedding.matrix()(tokens, Eigen::all);
    for (Index i = 0; i < vectors.rows(); ++i) {
        if (const float length = vectors.row(i).norm(); length > 0.0F) {
            vectors.row(i) /= length;
        }
    }
    return vectors;
}

std::vector<Index> without(Index count, const std::vector<std::optional<Index>>& taken)
{
    std::vector<bool> isTaken(static_cast<std::size_t>(count), false);
    for (const std::optional<Index>& token : taken) {
        if (token) {
            isTaken[static_cast<std::size_t>(*token)] = true;
        }
    }
    std::vector<Index> left;
    for (Index i = 0; i < count; ++i) {
        if (!isTaken[static_cast<std::size_t>(i)]) {
            left.push_back(i);
        }
    }
    return left;
}

/// Pairs what is left over, the most similar first.
void matchVectors(const Trace& a, const Trace& b, std::vector<std::optional<Index>>& partners)
{
    const auto embeddingA = a.find({StageId::TokenEmbedding});
    const auto embeddingB = b.find({StageId::TokenEmbedding});
    if (!embeddingA || !embeddingB || embeddingA->cols() != embeddingB->cols()) {
        return;
    }
    std::vector<Index> leftA;
    for (std::size_t i = 0; i < partners.size(); ++i) {
        if (!partners[i]) {
            leftA.push_back(static_cast<Index>(i));
        }
    }
    const std::vector<Index> leftB = without(b.tokens(), partners);
    const Matrix cosines = directions(*embeddingA, leftA) * directions(*embeddingB, leftB).transpose();
    struct Candidate
    {
        float cosine;
        Index a;
        Index b;
    };
    std::vector<Candidate> candidates;
    for (Index i = 0; i < cosines.rows(); ++i) {
        for (Index j = 0; j < cosines.cols(); ++j) {
            if (std::isfinite(cosines(i, j))) {
                candidates.push_back({cosines(i, j), i, j});
            }
        }
    }
    std::ranges::sort(candidates, {}, [](const Candidate& pair) { return std::tuple(-pair.cosine, pair.a, pair.b); });
    std::vector<bool> isTaken(leftB.size(), false);
    for (const Candidate& candidate : candidates) {
        std::optional<Index>& partner =
            partners[static_cast<std::size_t>(leftA[static_cast<std::size_t>(candidate.a)])];
        const auto place = static_cast<std::size_t>(candidate.b);
        if (!partner && !isTaken[place]) {
            partner = leftB[place];
            isTaken[place] = true;
        }
    }
}

TokenRelation relationOf(const Trace& a, const Trace& b)
{
    const bool byId = areOfOneModel(a, b);
    std::vector<std::string> namesA = namesOf(a, byId);
    std::vector<std::string> namesB = namesOf(b, byId);
    if (namesA == namesB) {
        return TokenRelation::Same;
    }
    std::ranges::sort(namesA);
    std::ranges::sort(namesB);
    return namesA == namesB ? TokenRelation::Reordered : TokenRelation::Different;
}

/// The tokens of the rows that both sides have, and whether they are all of both in the same order.
struct CommonTokens
{
    explicit CommonTokens(std::span<const TokenPair> rows)
    {
        for (const TokenPair& pair : rows) {
            if (pair.isWhole()) {
                a.push_back(pair.a->value);
                b.push_back(pair.b->value);
            }
        }
        areAllInOrder = a.size() == rows.size() && a == b;
    }

    std::vector<Index> a;
    std::vector<Index> b;
    bool areAllInOrder = false;
};

/// [N×N] a head's cells in the comparison's rows.
Matrix inRows(const AttentionMap& map, std::span<const TokenPair> rows, std::optional<TokenIndex> TokenPair::*side)
{
    const Matrix cells = map.cells();
    const auto count = static_cast<Index>(rows.size());
    Matrix placed = Matrix::Constant(count, count, kNothing);
    for (Index i = 0; i < count; ++i) {
        const std::optional<TokenIndex> query = rows[static_cast<std::size_t>(i)].*side;
        for (Index j = 0; query && j < count; ++j) {
            if (const std::optional<TokenIndex> key = rows[static_cast<std::size_t>(j)].*side) {
                placed(i, j) = cells(query->value, key->value);
            }
        }
    }
    return placed;
}

void summarize(Comparison& comparison)
{
    double sum = 0.0;
    for (Index i = 0; i < comparison.change.rows(); ++i) {
        for (Index j = 0; j < comparison.change.cols(); ++j) {
            const float size = std::abs(comparison.change(i, j));
            if (std::isnan(size)) {
                continue;
            }
            ++comparison.compared;
            sum += static_cast<double>(size);
            if (size > comparison.largest) {
                comparison.largest = size;
                comparison.largestQuery = i;
                comparison.largestKey = j;
            }
        }
    }
    comparison.mean = comparison.compared == 0 ? 0.0 : sum / static_cast<double>(comparison.compared);
}

std::optional<HeadChange> mostChanged(const Trace& a, const Trace& b, const CommonTokens& common,
                                      const std::stop_token& stop)
{
    if (a.info().layers != b.info().layers || a.info().heads != b.info().heads || common.a.empty()) {
        return std::nullopt;
    }
    HeadChange most;
    for (LayerIndex layer(0); layer.value < a.info().layers; ++layer.value) {
        const auto weightsA = a.maps(StageId::Weights, layer);
        const auto weightsB = b.maps(StageId::Weights, layer);
        if (weightsA.empty() || weightsB.empty()) {
            return std::nullopt;
        }
        for (HeadIndex head(0); head.value < a.info().heads && !stop.stop_requested(); ++head.value) {
            const Matrix cellsA = weightsA[static_cast<std::size_t>(head.value)]->cells();
            const Matrix cellsB = weightsB[static_cast<std::size_t>(head.value)]->cells();
            const float largest = common.areAllInOrder
                                      ? (cellsB - cellsA).cwiseAbs().maxCoeff()
                                      : (cellsB(common.b, common.b) - cellsA(common.a, common.a)).cwiseAbs().maxCoeff();
            if (largest > most.largest) {
                most = {{layer, head}, largest};
            }
        }
    }
    return most;
}

std::optional<OutputChange> outputChange(const Trace& a, const Trace& b, const CommonTokens& common)
{
    if (!areOfOneModel(a, b) || a.info().layers != b.info().layers || common.a.empty()) {
        return std::nullopt;
    }
    OutputChange change;
    for (LayerIndex layer(0); layer.value < a.info().layers; ++layer.value) {
        const auto outputA = a.find({StageId::LayerOutput, layer});
        const auto outputB = b.find({StageId::LayerOutput, layer});
        if (!outputA || !outputB || outputA->cols() != outputB->cols()) {
            return std::nullopt;
        }
        for (std::size_t i = 0; i < common.a.size(); ++i) {
            const float largest =
                (outputB->matrix().row(common.b[i]) - outputA->matrix().row(common.a[i])).cwiseAbs().maxCoeff();
            if (largest > change.largest) {
                change = {layer, {TokenIndex(common.a[i]), TokenIndex(common.b[i])}, largest};
            }
        }
    }
    return change;
}

std::optional<TokenIndex> partnerOf(const std::optional<TokenIndex>& token, std::span<const TokenPair> rows,
                                    std::optional<TokenIndex> TokenPair::*from,
                                    std::optional<TokenIndex> TokenPair::*to)
{
    const auto row = std::ranges::find_if(rows, [&](const TokenPair& pair) { return token && pair.*from == token; });
    return row == rows.end() ? std::nullopt : (*row).*to;
}

bool shareVocabulary(const Model& a, const Model& b)
{
    if (a.tokenizer == b.tokenizer) {
        return true;
    }
    const Index size = a.tokenizer->vocabularySize();
    if (b.tokenizer->vocabularySize() != size) {
        return false;
    }
    for (std::int32_t id = 0; id < static_cast<std::int32_t>(size); ++id) {
        const Result<Token> tokenA = a.tokenizer->token(id);
        const Result<Token> tokenB = b.tokenizer->token(id);
        if (!tokenA || !tokenB || *tokenA != *tokenB) {
            return false;
        }
    }
    return true;
}

/// What one side expects.
struct Expectation
{
    PredictionSite site;
    LogProbabilities logs;        ///< [V]
    std::vector<Prediction> top;  ///< kComparedPredictions
};

Result<Expectation> expectationOf(const ComparisonSide& side, const std::optional<TokenIndex>& selected)
{
    if (!side.trace->has({StageId::Logits})) {
        return failure(ErrorCode::NotFound, side.trace->info().modelName + " has no logits: it predicts nothing.");
    }
    const std::optional<PredictionSite> site = predictionSite(*side.trace, *side.model, selected);
    if (!site) {
        return failure(ErrorCode::NotFound, "Choose a token to see how what is predicted there changes.");
    }
    const Result<std::vector<Prediction>> top = topPredictions(*side.trace, site->token, kComparedPredictions);
    if (!top) {
        return tl::unexpected(top.error());
    }
    return Expectation{*site, logProbabilities(side.trace->row({StageId::Logits}, site->token)), *top};
}

Token tokenOf(const Model& model, std::int32_t id)
{
    return model.tokenizer->token(id).value_or(Token{.id = id, .text = "#" + std::to_string(id), .span = {}});
}

/// Each token that either side ranks high, once.
std::vector<PredictedToken> topOf(const Comparison& comparison, const Expectation& a, const Expectation& b,
                                  bool isOneVocabulary)
{
    std::vector<PredictedToken> all;
    const auto probability = [](const Expectation& side, std::int32_t id) { return std::exp(side.logs(id)); };
    for (const Prediction& prediction : a.top) {
        PredictedToken entry{tokenOf(*comparison.a.model, prediction.id), probability(a, prediction.id), {}};
        if (isOneVocabulary) {
            entry.b = probability(b, prediction.id);
        }
        all.push_back(std::move(entry));
    }
    for (const Prediction& prediction : b.top) {
        const Token token = tokenOf(*comparison.b.model, prediction.id);
        const auto known = std::ranges::find_if(all, [&](const PredictedToken& entry) {
            return nameOf(entry.token, isOneVocabulary) == nameOf(token, isOneVocabulary);
        });
        if (known != all.end()) {
            known->b = probability(b, prediction.id);
            continue;
        }
        PredictedToken entry{token, {}, probability(b, prediction.id)};
        if (isOneVocabulary) {
            entry.a = probability(a, prediction.id);
        }
        all.push_back(std::move(entry));
    }
    return all;
}

Result<PredictionChange> predictionChange(const Comparison& comparison, std::span<const TokenPair> tokens)
{
    const ComparisonSide& sideA = comparison.a;
    const ComparisonSide& sideB = comparison.b;
    const auto a = expectationOf(
        sideA, sideA.selected ? sideA.selected : partnerOf(sideB.selected, tokens, &TokenPair::b, &TokenPair::a));
    const auto b = expectationOf(
        sideB, sideB.selected ? sideB.selected : partnerOf(sideA.selected, tokens, &TokenPair::a, &TokenPair::b));
    if (!a || !b) {
        return tl::unexpected(a ? b.error() : a.error());
    }
    const bool isOneVocabulary =
        a->logs.size() == b->logs.size() && shareVocabulary(*comparison.a.model, *comparison.b.model);
    return PredictionChange{.a = a->site,
                            .b = b->site,
                            .divergenceBits =
                                isOneVocabulary ? std::optional(klDivergenceBits(a->logs, b->logs)) : std::nullopt,
                            .top = topOf(comparison, *a, *b, isOneVocabulary)};
}

/// NotFound for a head that the side's model has not.
Result<void> checkHead(const ComparisonSide& side)
{
    const TraceInfo& info = side.trace->info();
    const auto [layer, head] = side.head;
    if (layer.value >= 0 && layer.value < info.layers && head.value >= 0 && head.value < info.heads) {
        return {};
    }
    return failure(ErrorCode::NotFound, info.modelName + " has no layer " + std::to_string(layer.value) + " head " +
                                            std::to_string(head.value) + ": its layers are 0 to " +
                                            std::to_string(info.layers - 1) + " and its heads 0 to " +
                                            std::to_string(info.heads - 1) + ".");
}

}  // namespace

std::vector<TokenPair> alignTokens(const Trace& a, const Trace& b, Alignment alignment)
{
    std::vector<std::optional<Index>> partners(static_cast<std::size_t>(a.tokens()));
    if (alignment == Alignment::ByPosition) {
        for (Index i = 0; i < std::min(a.tokens(), b.tokens()); ++i) {
            partners[static_cast<std::size_t>(i)] = i;
        }
    } else {
        const bool isOneModel = areOfOneModel(a, b);
        partners = matchNames(namesOf(a, isOneModel), namesOf(b, isOneModel));
        if (isOneModel) {
            matchVectors(a, b, partners);
        }
    }
    std::vector<TokenPair> rows;
    for (std::size_t i = 0; i < partners.size(); ++i) {
        const std::optional<Index>& partner = partners[i];
        rows.push_back(
            {TokenIndex(static_cast<Index>(i)), partner ? std::optional(TokenIndex(*partner)) : std::nullopt});
    }
    for (const Index token : without(b.tokens(), partners)) {
        rows.push_back({std::nullopt, TokenIndex(token)});
    }
    return rows;
}

bool Comparison::isSameUpToOrder() const noexcept
{
    return relation == TokenRelation::Reordered && options.alignment == Alignment::BestMatch && most &&
           most->largest <= kRoundingBound;
}

Result<Comparison> compare(const ComparisonSide& a, const ComparisonSide& b, const ComparisonOptions& options,
                           const std::stop_token& stop)
{
    for (const ComparisonSide* side : {&a, &b}) {
        if (const Result<void> isThere = checkHead(*side); !isThere) {
            return tl::unexpected(isThere.error());
        }
    }
    const auto mapA = stageMatrix(*a.shown, {options.stage, a.head.layer}, a.head.head);
    const auto mapB = stageMatrix(*b.shown, {options.stage, b.head.layer}, b.head.head);
    const auto weightsA = a.shown->map(StageId::Weights, a.head);
    const auto weightsB = b.shown->map(StageId::Weights, b.head);
    for (const auto* map : {&mapA, &mapB, &weightsA, &weightsB}) {
        if (!*map) {
            return tl::unexpected(map->error());
        }
    }
    Comparison comparison{.a = a, .b = b, .options = options};
    comparison.relation = relationOf(*a.trace, *b.trace);
    comparison.rows = alignTokens(*a.shown, *b.shown, options.alignment);
    comparison.cellsA = inRows(**mapA, comparison.rows, &TokenPair::a);
    comparison.cellsB = inRows(**mapB, comparison.rows, &TokenPair::b);
    comparison.change = comparison.cellsB - comparison.cellsA;
    summarize(comparison);
    comparison.entropyBitsA = meanEntropyBits(**weightsA);
    comparison.entropyBitsB = meanEntropyBits(**weightsB);
    if (a.trace != b.trace || a.head == b.head) {
        const std::vector<TokenPair> tokens = alignTokens(*a.trace, *b.trace, options.alignment);
        const CommonTokens common(tokens);
        comparison.most = mostChanged(*a.trace, *b.trace, common, stop);
        comparison.outputs = outputChange(*a.trace, *b.trace, common);
        comparison.predictions = predictionChange(comparison, tokens);
    }
    if (stop.stop_requested()) {
        return failure(ErrorCode::Cancelled, "The comparison was cancelled.");
    }
    return comparison;
}

}  // namespace headlight
