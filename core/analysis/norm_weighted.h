// Attention weighted by what it carries. Pure functions. May use base/, tensor/, trace/ and model/.
#pragma once

#include "core/base/result.h"
#include "core/model/model.h"
#include "core/tensor/types.h"
#include "core/trace/trace.h"

namespace headlight {

/// ‖α_ij·f(x_j)‖ with f(x) = (x·W_V + b_V)·W_O of the head: how long the vector is that query i gets from key j, so that much
/// weight on a short vector counts little  (Kobayashi et al. 2020, "Attention is Not Only a Weight", §3, equations 4 and 5). The
/// bias of W_O belongs to no key and is left out. Rows do not sum to 1 and are not made to.
///
/// @param trace of that model, with its values
/// @return [T×S]; NotFound where the trace holds no weights or values of the head; ShapeMismatch where the model has not the
/// trace's sizes. O(T·d·D + T·S).
Result<Matrix> normWeightedAttention(const Trace& trace, const Model& model, HeadAddress head);

}  // namespace headlight
