#include "core/model/feed_forward.h"

#include "core/tensor/matmul.h"
#include "core/tensor/parallel.h"

#include <cassert>
#include <cmath>
#include <numbers>
#include <unsupported/Eigen/SpecialFunctions>

namespace headlight {
namespace {

RowVector activatedRow(ConstRowVectorRef row, Activation activation)
{
    const auto x = row.array();
    switch (activation) {
    case Activation::Relu:
        return x.max(0.0F);
    case Activation::Gelu:
        return 0.5F * x * (1.0F + (x * (std::numbers::sqrt2_v<float> / 2.0F)).erf());
    case Activation::GeluTanh:
        return 0.5F * x *
               (1.0F + (std::sqrt(2.0F * std::numbers::inv_pi_v<float>) * (x + 0.044715F * x.cube())).tanh());
    case Activation::QuickGelu:
        return x / (1.0F + (-1.702F * x).exp());
    case Activation::Silu:
        return x / (1.0F + (-x).exp());
    }
    return row;
}

}  // namespace

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
    constexpr double kOperations = 20.0;  // of one entry, about
    Matrix activated(hidden.rows(), hidden.cols());
    forEachInParallel(hidden.rows(), kOperations * static_cast<double>(hidden.size()),
                      [&](Index i) { activated.row(i) = activatedRow(hidden.row(i), activation); });
    return activated;
}

}  // namespace headlight
