#include "core/recurrent/elman.h"

#include "core/base/random.h"
#include "core/tensor/matmul.h"

#include <cassert>
#include <cmath>

namespace headlight {
namespace {

Matrix normalOf(Index rows, Index cols, Random& random)
{
    const float deviation = 1.0F / std::sqrt(static_cast<float>(rows));
    return Matrix::NullaryExpr(rows, cols, [&] { return deviation * random.normal(); });
}

}  // namespace

ElmanWeights randomElman(Index inputWidth, Index width, std::uint64_t seed)
{
    Random random(seed);
    Matrix input = normalOf(inputWidth, width, random);
    return {.input = std::move(input), .recurrent = normalOf(width, width, random), .bias = RowVector::Zero(width)};
}

Matrix elmanStates(ConstMatrixRef inputs, const ElmanWeights& weights)
{
    assert(inputs.cols() == weights.input.rows() && weights.recurrent.rows() == weights.recurrent.cols());
    Matrix states = multiply(inputs, weights.input);
    RowVector state = RowVector::Zero(states.cols());
    for (Index t = 0; t < states.rows(); ++t) {
        const RowVector sum = states.row(t) + weights.bias + state * weights.recurrent;
        state = sum.array().tanh();
        states.row(t) = state;
    }
    return states;
}

RowVector elmanInfluence(ConstMatrixRef states, const ElmanWeights& weights)
{
    const Index tokens = states.rows();
    RowVector influence(tokens);
    Matrix onLast;  // ∂h_T/∂(what step t sums up) [N×N]
    for (Index t = tokens - 1; t >= 0; --t) {
        const RowVector slope = 1.0F - states.row(t).array().square();
        if (t == tokens - 1) {
            onLast = slope.asDiagonal();
        } else {
            onLast = slope.asDiagonal() * multiply(weights.recurrent, onLast);
        }
        influence(t) = multiply(weights.input, onLast).norm();
    }
    return influence;
}

}  // namespace headlight
