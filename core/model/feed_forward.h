// The position-wise feed-forward network. May use base/ and tensor/ and model/config.h.
#pragma once

#include "core/model/config.h"
#include "core/tensor/types.h"

namespace headlight {

/// A linear map: y = x·W + b.
struct LinearWeights
{
    Matrix weight;   ///< W [in×out]
    RowVector bias;  ///< b [out]; empty for none.
};

/// x·W + b.  @param x [T×in]  @return [T×out]
Matrix linear(ConstMatrixRef x, const LinearWeights& weights);

/// The non-linearity, entry by entry.  @param hidden [T×F]  @return [T×F]
Matrix activate(Matrix hidden, Activation activation);

}  // namespace headlight
