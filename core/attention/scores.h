// How well each query matches each key. May use base/ and tensor/ only.
#pragma once

#include "core/tensor/types.h"

namespace headlight {

/// Q·Kᵀ: entry (i, j) is the dot product of query i and key j  (Vaswani et al. 2017, "Attention Is All You Need",
/// inside equation 1).
///
/// @param query [T×d]  @param key [S×d]  @return [T×S]
Matrix rawScores(ConstMatrixRef query, ConstMatrixRef key);

/// The factor 1/√d that keeps the variance of scores independent of the head width d  (Vaswani et al. 2017, §3.2.1).
float scoreScale(Index headWidth);

/// scale·Q·Kᵀ.  @param query [T×d]  @param key [S×d]  @return [T×S]
Matrix scaledScores(ConstMatrixRef query, ConstMatrixRef key, float scale);

}  // namespace headlight
