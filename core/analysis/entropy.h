// The entropy of whole maps of weights, fast. Pure functions. May use base/ and tensor/.
#pragma once

#include "core/tensor/types.h"

namespace headlight {

/// The sum over all rows of −Σⱼ wᵢⱼ·log₂ wᵢⱼ, in bits  (Shannon 1948, §6): what entropyBits gives row by row, but with several
/// logarithms at once in single precision, for every head of a trace as one types.
///
/// @param weights [T×S] non-negative
double totalEntropyBits(ConstMatrixRef weights);

}  // namespace headlight
