// Attention from the input's tokens through all layers. Pure functions. May use base/, tensor/ and trace/.
#pragma once

#include "core/base/result.h"
#include "core/tensor/types.h"
#include "core/trace/trace.h"

#include <stop_token>
#include <vector>

namespace headlight {

/// Attention rollout: how much of each input token reaches each token of a layer's output if attention alone, half of it, and the
/// residual connection, the other half, carried it  (Abnar & Zuidema 2020, "Quantifying Attention Flow in Transformers", §3 and
/// equation 1):
///
/// A_l = 0.5·W_l + 0.5·I,  R_0 = A_0,  R_l = A_l·R_(l−1),  with W_l the mean of the layer's heads.
///
/// A head that is switched off carries nothing, so it is left out of the mean; where all of a layer are, A_l = I.
///
/// @param stop checked between layers
/// @return one [T×T] a layer, whose rows sum to 1; NotFound where the trace lacks a layer's weights, or Cancelled.
/// O(L·(H·T² + T³)).
Result<std::vector<Matrix>> attentionRollout(const Trace& trace, const std::stop_token& stop = {});

}  // namespace headlight
