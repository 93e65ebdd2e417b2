// Layer normalisation. May use base/ and tensor/ only.
#pragma once

#include "core/tensor/types.h"

namespace headlight {

struct LayerNormWeights
{
    RowVector gain;  ///< γ [D]
    RowVector bias;  ///< β [D]
};

/// γ·(x − mean)/√(variance + ε) + β, for each row on its own  (Ba et al. 2016, "Layer Normalization", equation 4).
///
/// @param x [T×D]  @return [T×D]
Matrix layerNorm(ConstMatrixRef x, const LayerNormWeights& weights, float epsilon);

}  // namespace headlight
