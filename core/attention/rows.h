// Softmax attention of some of the queries, for texts whose T×S scores are not to be held at once. May use base/ and tensor/; never
// model/, trace/ or Qt.
#pragma once

#include "core/attention/attend.h"

namespace headlight {

/// The scores of some queries, as `attend` has them: scale·Q·Kᵀ, with ALiBi's bias where there is one, before masking.
///
/// @param query [R×d], the first of which is the text's token `firstQuery`  @param key [S×d], of the tokens from `firstKey` on
/// @return [R×S]
Matrix scoresOfRows(ConstMatrixRef query, TokenIndex firstQuery, ConstMatrixRef key, TokenIndex firstKey,
                    const AttentionOptions& options);

/// The weights of some queries: rows of what `attend` gives, to rounding. Keys that the mask hides from all of them are not looked at.
///
/// @param query [R×d]  @param key [S×d], of all tokens; `validate` finds them and the options right
/// @return [R×S]
Matrix weightsOfRows(ConstMatrixRef query, TokenIndex firstQuery, ConstMatrixRef key, const AttentionOptions& options);

/// How many queries are looked at together: their scores stay in a processor's cache.
inline constexpr Index kRowsTogether = 64;

/// The output of some queries: rows of what `attend` gives, to rounding, holding the weights of kRowsTogether queries at a time. With a
/// causal mask this is half the work.
///
/// @param query [R×d]  @param key [S×d]  @param value [S×d], of all tokens; `validate` finds them and the options right
/// @return [R×d]. O(R·S·d)
Matrix outputOfRows(ConstMatrixRef query, TokenIndex firstQuery, ConstMatrixRef key, ConstMatrixRef value,
                    const AttentionOptions& options);

}  // namespace headlight
