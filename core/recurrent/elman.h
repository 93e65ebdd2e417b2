// A recurrent network, to set beside attention. May use base/ and tensor/ only.
#pragma once

#include "core/tensor/types.h"

#include <cstdint>

namespace headlight {

/// The learnt numbers of one layer, N wide, over inputs that are D wide.
struct ElmanWeights
{
    Matrix input;      ///< W_x [D×N]
    Matrix recurrent;  ///< W_h [N×N]
    RowVector bias;    ///< [N]
};

/// Untrained: normal numbers of variance 1/D and 1/N, so that both sums of a step have about the variance of what goes in; no bias.
ElmanWeights randomElman(Index inputWidth, Index width, std::uint64_t seed);

/// h_t = tanh(x_t·W_x + h_{t−1}·W_h + b), h_0 = 0  (Elman 1990, "Finding Structure in Time"). All inputs' products are made at once; the T
/// steps that follow wait for one another.
///
/// @param inputs [T×D]  @return the hidden states [T×N]. Asserts that the extents agree.
Matrix elmanStates(ConstMatrixRef inputs, const ElmanWeights& weights);

/// How strongly the last state follows each input: the Frobenius norm of ∂h_T/∂x_t = W_x·D_t·W_h·D_{t+1}·…·W_h·D_T with
/// D_t = diag(1 − h_t²), by the chain rule  (Pascanu et al. 2013, "On the difficulty of training recurrent neural networks", §2).
///
/// @param states [T×N] of elmanStates  @return [T]. O(T·N²·(N + D)).
RowVector elmanInfluence(ConstMatrixRef states, const ElmanWeights& weights);

}  // namespace headlight
