// Two heads side by side, of one trace or two, and what lies between them. Pure functions. May use base/, tensor/, text/, trace/ and
// model/.
#pragma once

#include "core/analysis/difference.h"
#include "core/analysis/predictions.h"
#include "core/model/model.h"

#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

namespace headlight {

/// One of two things to compare: a head of what a model did.
struct ComparisonSide
{
    std::shared_ptr<const Model> model;  ///< Not null.
    std::shared_ptr<const Trace> trace;  ///< Its pass, every stage, a row a token. Not null.
    std::shared_ptr<const Trace> shown;  ///< `trace`, or the same of words: what cells are of. Not null.
    HeadAddress head;
    std::optional<TokenIndex> selected = {};  ///< Of `trace`: where to predict, if the model leaves that open.

    bool operator==(const ComparisonSide&) const = default;
};

/// Which tokens of two texts stand in one row. Nothing: one text has no token for it.
struct TokenPair
{
    std::optional<TokenIndex> a;
    std::optional<TokenIndex> b;

    bool isWhole() const noexcept { return a && b; }
    bool operator==(const TokenPair&) const = default;
};

enum class Alignment {
    ByPosition,  ///< Token i with token i; the longer text's last ones are left over.
    BestMatch,   ///< See alignTokens.
};

/// The rows in which two texts are compared: A's tokens in their order, then those of B that have no partner.
///
/// The best match is found in two steps. First the k-th occurrence of a token in A goes with its k-th occurrence in B; the same is,
/// within one model, the same id, and else the same text without spaces around it. Then, within one model alone, whose vectors can be
/// compared, the most similar of the tokens that are left over go together: of all pairs that with the greatest cosine of the token
/// embeddings (stage `embedding.token`), then the next of what remains, and of equals that with the smaller positions. What is left
/// over then has no partner.
///
/// O(T) for the first step, O(R²·D + R² log R) for the R tokens that it leaves.
std::vector<TokenPair> alignTokens(const Trace& a, const Trace& b, Alignment alignment);

/// How B's tokens are to A's, whatever the alignment.
enum class TokenRelation { Same, Reordered, Different };

/// What both sides expect of one token.
struct PredictedToken
{
    Token token;
    std::optional<double>
        a;  ///< Its probability; nothing where this side's vocabulary is another and does not rank it high.
    std::optional<double> b;
};

/// How what the model expects changed.
struct PredictionChange
{
    PredictionSite a;
    PredictionSite b;
    std::optional<double> divergenceBits;  ///< KL(P_A‖P_B); nothing where the vocabularies differ.
    std::vector<PredictedToken> top;       ///< The kComparedPredictions most probable of either side, A's first.
};

inline constexpr Index kComparedPredictions = 5;

/// The layer's output that changed most.
struct OutputChange
{
    LayerIndex layer;
    TokenPair token;
    float largest = 0.0F;  ///< max |B − A|
};

struct ComparisonOptions
{
    StageId stage = StageId::Weights;  ///< Weights, Scores or RawScores.
    Alignment alignment = Alignment::BestMatch;

    bool operator==(const ComparisonOptions&) const = default;
};

/// Weights that differ by no more are equal but for the order in which float32 sums were taken: scores of up to 30 are rounded to
/// 2e-6, and every layer adds its own rounding to what comes before. The processor decides which sums are taken; 4e-7 to 1.2e-6
/// was measured.
inline constexpr float kRoundingBound = 1e-5F;

/// Two sides in common rows. N is their number; NaN where a side has no such token. What a mask hides is 0 among weights.
struct Comparison
{
    ComparisonSide a;
    ComparisonSide b;
    ComparisonOptions options;
    TokenRelation relation = TokenRelation::Different;
    std::vector<TokenPair> rows = {};  ///< [N] of `shown`.
    Matrix cellsA = {};                ///< [N×N]
    Matrix cellsB = {};
    Matrix change = {};      ///< B − A
    Index compared = 0;      ///< Cells that both sides have.
    float largest = 0.0F;    ///< max |B − A| over them.
    Index largestQuery = 0;  ///< Its row; so largestKey.
    Index largestKey = 0;
    double mean = 0.0;          ///< mean |B − A| over them.
    double entropyBitsA = 0.0;  ///< Of the weights: mean of a row, over all of this side's rows.
    double entropyBitsB = 0.0;

    /// Of the weights of all heads, where both sides have as many and are not the same pass.
    std::optional<HeadChange> most = {};

    /// The same of outputs, of models of one name alone: what others mean by a dimension is something else.
    std::optional<OutputChange> outputs = {};

    /// NotFound where a model has no logits or no place to predict at; also where both sides are the same pass.
    Result<PredictionChange> predictions = failure(ErrorCode::NotFound, "");

    /// Whether B is A with its tokens in another order, and nothing else: all weights of all heads are equal up to kRoundingBound.
    bool isSameUpToOrder() const noexcept;
};

/// Compares B with A.
///
/// @param stop checked between heads
/// @return NotFound where a side has no such head or stage; Cancelled. O(L·H·T² + V) time. Thread-safe.
Result<Comparison> compare(const ComparisonSide& a, const ComparisonSide& b, const ComparisonOptions& options = {},
                           const std::stop_token& stop = {});

}  // namespace headlight
