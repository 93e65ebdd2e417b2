// Which heads look at the same tokens. Pure functions. May use base/, tensor/ and trace/.
#pragma once

#include "core/base/result.h"
#include "core/tensor/types.h"
#include "core/trace/trace.h"

#include <stop_token>
#include <vector>

namespace headlight {

/// 1 − the mean over queries of the Jensen–Shannon divergence H((a + b)/2) − (H(a) + H(b))/2 of their two rows, in bits: 1 where
/// both heads have the same weights, 0 where no query of theirs looks at a key in common  (Lin 1991, "Divergence Measures Based on
/// the Shannon Entropy", equation 4.1; between heads as Clark et al. 2019, "What Does BERT Look At?", §6).
///
/// @param a [T×S]  @param b [T×S], at least one row; rows of both sum to 1. O(T·S).
double headSimilarity(ConstMatrixRef a, ConstMatrixRef b);

/// How alike one head and another are.
struct SimilarHead
{
    HeadAddress head;
    double similarity = 0.0;
};

/// Every other head whose weights the trace holds, the most similar first, equal ones in the order of layers and heads. O(L·H·T²).
///
/// @param stop checked between heads
/// @return NotFound where the trace holds no weights of `head`, or Cancelled
Result<std::vector<SimilarHead>> similarHeads(const Trace& trace, HeadAddress head, const std::stop_token& stop = {});

}  // namespace headlight
