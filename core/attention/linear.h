// Linear attention: the softmax replaced by a product of features. May use base/ and tensor/ only.
#pragma once

#include "core/attention/attend.h"

namespace headlight {

/// φ(x) = elu(x) + 1, each entry for itself: x + 1 above 0, exp(x) else  (Katharopoulos et al. 2020, "Transformers are
/// RNNs", equation 7). Always positive: where exp(x) falls below 2⁻⁶³ it stays there, so that the product of two features is
/// no denormal and no row of them sums to 0.
///
/// @param vectors [T×d] queries or keys of one head  @return [T×d]
Matrix linearFeatures(ConstMatrixRef vectors);

/// Linear attention with every stage that a view may draw  (Katharopoulos et al. 2020, equation 4):
/// scores φ(Q)·φ(K)ᵀ, weights w_ij = φ(q_i)·φ(k_j) / Σ_m φ(q_i)·φ(k_m) over the keys m that query i sees, output weights·V.
/// It makes the whole T×S matrix to show it, which is what linear attention is there to avoid: see `linearAttention`.
///
/// Only the mask of the options is used; scale, temperature and ALiBi's slope belong to the softmax.
/// @param query [T×d]   @param key [S×d]   @param value [S×d]
/// @return weights whose rows sum to 1, with hidden entries exactly 0; or what `validate` finds wrong.
/// Pure and thread-safe. Cost O(T·S·d).
Result<AttentionStages> attendLinear(ConstMatrixRef query, ConstMatrixRef key, ConstMatrixRef value,
                                     const AttentionOptions& options = {});

/// The output of linear attention without any T×S matrix: φ(q_i)·Σ_j φ(k_j)ᵀv_j / φ(q_i)·Σ_j φ(k_j)ᵀ  (Katharopoulos et al.
/// 2020, equation 5). Causal: both sums run along with the queries and end at the query's own key (equation 9).
///
/// @param query [T×d]   @param key [S×d]   @param value [S×d]
/// @return [T×d], the output of `attendLinear` to rounding; or what `validate` finds wrong.
/// Pure and thread-safe. Cost O((T + S)·d²); allocates O((T + S)·d + d²).
Result<Matrix> linearAttention(ConstMatrixRef query, ConstMatrixRef key, ConstMatrixRef value,
                               Direction direction = Direction::Bidirectional);

}  // namespace headlight
