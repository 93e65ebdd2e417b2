// Normalisation of each token's vector. May use base/ and tensor/ only.
#pragma once

#include "core/tensor/types.h"

namespace headlight {

struct NormWeights
{
    RowVector gain;  ///< γ [D]
    RowVector bias;  ///< β [D]; empty for none.
};

/// γ·(x − mean)/√(variance + ε) + β, for each row on its own  (Ba et al. 2016, "Layer Normalization", equation 4).
///
/// @param x [T×D]  @return [T×D]
Matrix layerNorm(ConstMatrixRef x, const NormWeights& weights, float epsilon);

/// γ·x/√(mean of x² + ε) + β, for each row on its own  (Zhang & Sennrich 2019, "Root Mean Square Layer Normalization",
/// equation 4; β is mostly absent).
///
/// @param x [T×D]  @return [T×D]
Matrix rmsNorm(ConstMatrixRef x, const NormWeights& weights, float epsilon);

}  // namespace headlight
