#include "core/model/feed_forward.h"

#include "core/tensor/matmul.h"

#include <cassert>
#include <cmath>
#include <numbers>

namespace headlight {

Matrix linear(ConstMatrixRef x, const LinearWeights& weights)
{
    assert(x.cols() == weights.weight.rows());
    Matrix y = multiply(x, weights.weight);
    if (weights.bias.size() > 0) {
        y.rowwise() += weights.bias;
    }
    return y;
}

Matrix activate(ConstMatrixRef hidden, Activation activation)
{
    switch (activation) {
    case Activation::Relu:
        return hidden.cwiseMax(0.0F);
    case Activation::Gelu:
        return hidden.unaryExpr(
            [](float x) { return 0.5F * x * (1.0F + std::erf(x * (std::numbers::sqrt2_v<float> / 2.0F))); });
    case Activation::GeluTanh: {
        const auto x = hidden.array();
        return 0.5F * x *
               (1.0F + (std::sqrt(2.0F * std::numbers::inv_pi_v<float>) * (x + 0.044715F * x.cube())).tanh());
    }
    case Activation::QuickGelu:
        return hidden.array() / (1.0F + (-1.702F * hidden.array()).exp());
    case Activation::Silu:
        return hidden.array() / (1.0F + (-hidden.array()).exp());
    }
    return hidden;
}

}  // namespace headlight
