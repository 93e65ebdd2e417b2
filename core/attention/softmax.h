// Scores to weights. May use base/ and tensor/ only.
#pragma once

#include "core/tensor/types.h"

namespace headlight {

/// Row softmax with temperature: w_j = exp(s_j/τ) / Σ_k exp(s_k/τ)  (Bridle 1990; the temperature τ of Hinton et al.
/// 2015, "Distilling the Knowledge in a Neural Network", equation 1). The row maximum is subtracted first, which changes
/// nothing but keeps exp finite.
///
/// @param scores [T×S], finite or −∞ (masked); every row has at least one finite entry.
/// @param temperature τ > 0; below 1 sharpens, above 1 flattens.
/// @return [T×S] each row sums to 1; masked entries are exactly 0.
Matrix softmaxRows(Matrix scores, float temperature = 1.0F);

/// Its backward pass, row by row:  ∂L/∂s_j = w_j·(∂L/∂w_j − Σ_k w_k·∂L/∂w_k)/τ. A masked entry has weight and gradient 0.
///
/// @param weights [T×S] what the softmax returned  @param weightsGradient [T×S]  @return [T×S]
Matrix softmaxRowsBackward(ConstMatrixRef weights, float temperature, ConstMatrixRef weightsGradient);

}  // namespace headlight
