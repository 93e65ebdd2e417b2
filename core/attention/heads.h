// From the model's width to heads and back. May use base/ and tensor/ only.
#pragma once

#include "core/tensor/tensor.h"

namespace headlight {

/// Cuts the columns into heads: head h owns columns h·d … (h+1)·d − 1  (Vaswani et al. 2017, §3.2.2).
///
/// @param projected [T×H·d]  @param heads H, a divisor of the columns  @return [H,T,d]
Tensor splitHeads(ConstMatrixRef projected, Index heads);

/// Concat(head_1, …, head_H): puts the heads' columns side by side again. Undoes splitHeads.
///
/// @param heads [H,T,d]  @return [T×H·d]
Matrix concatenateHeads(const Tensor& heads);

}  // namespace headlight
