#include "core/model/feed_forward.h"

#include "core/tensor/elementwise.h"
#include "core/tensor/matmul.h"
#include "core/tensor/parallel.h"

#include <algorithm>
#include <cassert>
#include <numbers>
#include <span>

namespace headlight {
namespace {

void activateRow(std::span<float> row, Activation activation)
{
    switch (activation) {
    case Activation::Relu:
        std::ranges::transform(row, row.begin(), [](float x) { return std::max(x, 0.0F); });
        break;
    case Activation::Gelu:
        gateByNormal(row);
        break;
    case Activation::GeluTanh: {  // ½·(1 + tanh z) = σ(2·z)
        constexpr float kFactor = 2.0F * std::numbers::sqrt2_v<float> * std::numbers::inv_sqrtpi_v<float>;
        gateBySigmoid(row, kFactor, 0.044715F * kFactor);
        break;
    }
    case Activation::QuickGelu:
        gateBySigmoid(row, 1.702F, 0.0F);
        break;
    case Activation::Silu:
        gateBySigmoid(row, 1.0F, 0.0F);
        break;
    }
}

}  // namespace

Matrix linear(ConstMatrixRef x, const LinearWeights& weights)
{
    assert(x.cols() == weights.weight.rows());
    Matrix y = multiply(x, weights.weight);
    if (weights.bias.size() > 0) {
        forEachInParallel(y.rows(), static_cast<double>(y.size()), [&](Index i) { y.row(i) += weights.bias; });
    }
    return y;
}

Matrix activate(Matrix hidden, Activation activation)
{
    constexpr double kOperations = 20.0;  // of one entry, about
    const auto count = static_cast<std::size_t>(hidden.cols());
    forEachInParallel(hidden.rows(), kOperations * static_cast<double>(hidden.size()), [&](Index i) {
        activateRow({hidden.row(i).data(), count}, activation);
    });
    return hidden;
}

}  // namespace headlight
