// Softmax attention of some of the queries, for texts whose T×S scores are not to be held at once. May use base/ and tensor/; never
// model/, trace/ or Qt.
#pragma once

#include "core/attention/attend.h"

#include <functional>

namespace headlight {

/// The scores of some queries, as `attend` has them: scale·Q·Kᵀ, with ALiBi's bias where there is one, before masking.
///
/// @param query [R×d], the first of which is the text's token `firstQuery`  @param key [S×d], of the tokens from `firstKey` on
/// @return [R×S]
Matrix scoresOfRows(ConstMatrixRef query, TokenIndex firstQuery, ConstMatrixRef key, TokenIndex firstKey,
                    const AttentionOptions& options);

/// What makes weights of some queries' scores: w = exp((s − maximum)/temperature)·reciprocal. Its logarithm is each row's log-sum-exp.
struct RowNormalizers
{
    RowVector maximum;     ///< [R] the greatest score that the mask shows.
    RowVector reciprocal;  ///< [R] 1/Σ exp((s − maximum)/temperature)
};

/// How many keys are looked at together.
inline constexpr Index kKeysTogether = 1024;

/// Takes the masked scores of some queries on some keys.  @param scores [R×keys]
using TakeScores = std::function<void(const Matrix& scores, KeyRange keys)>;

/// Hands out the masked scores of some queries, kKeysTogether keys at a time: always the same ones together, of those keys that the mask
/// shows to some of the queries.
///
/// @param query [R×d]  @param key [S×d], of all tokens  @param keys those that are wanted; what lies beside them may come too
void forEachScores(ConstMatrixRef query, TokenIndex firstQuery, ConstMatrixRef key, KeyRange keys,
                   const AttentionOptions& options, const TakeScores& take);

/// In one pass over the keys, by the online softmax  (Milakov & Gimelshein 2018, "Online normalizer calculation for softmax",
/// Algorithm 3).
///
/// @param query [R×d]  @param key [S×d], of all tokens; `validate` finds them and the options right
/// @param take what else to do with the scores
/// @return O(R·S·d)
RowNormalizers normalizersOfRows(ConstMatrixRef query, TokenIndex firstQuery, ConstMatrixRef key,
                                 const AttentionOptions& options, const TakeScores& take = {});

/// Turns scores into weights in place.  @param scores [R×any], masked  @param normalizers of the same queries
void normalize(Matrix& scores, const RowNormalizers& normalizers, float temperature);

/// How many queries are looked at together: their scores stay in a processor's cache.
inline constexpr Index kRowsTogether = 128;

/// The output of some queries: rows of what `attend` gives, to rounding, holding the weights of kRowsTogether queries at a time. With a
/// causal mask this is half the work.
///
/// @param query [R×d]  @param key [S×d]  @param value [S×d], of all tokens; `validate` finds them and the options right
/// @return [R×d]. O(R·S·d)
Matrix outputOfRows(ConstMatrixRef query, TokenIndex firstQuery, ConstMatrixRef key, ConstMatrixRef value,
                    const AttentionOptions& options);

}  // namespace headlight
