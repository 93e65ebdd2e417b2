#include "core/train/backward.h"

#include "core/attention/scores.h"
#include "core/attention/softmax.h"
#include "core/tensor/matmul.h"

#include <cassert>
#include <cmath>
#include <numbers>

namespace headlight {

Matrix linearBackward(ConstMatrixRef x, const LinearWeights& weights, ConstMatrixRef outputGradient,
                      LinearWeights& gradient)
{
    assert(x.rows() == outputGradient.rows());
    addLeftTransposedProduct(gradient.weight, x, outputGradient);
    gradient.bias += outputGradient.colwise().sum();
    return multiplyTransposed(outputGradient, weights.weight);
}

Matrix layerNormBackward(ConstMatrixRef x, const NormWeights& weights, float epsilon, ConstMatrixRef outputGradient,
                         NormWeights& gradient)
{
    assert(x.rows() == outputGradient.rows() && x.cols() == outputGradient.cols());
    const auto width = static_cast<float>(x.cols());
    Matrix inputGradient(x.rows(), x.cols());
    RowVector normed(x.cols());
    RowVector scaled(x.cols());
    for (Index i = 0; i < x.rows(); ++i) {
        normed = x.row(i).array() - x.row(i).mean();
        const float deviation = std::sqrt(normed.squaredNorm() / width + epsilon);
        normed /= deviation;
        scaled = outputGradient.row(i).cwiseProduct(weights.gain);
        const float mean = scaled.mean();
        const float along = scaled.dot(normed) / width;
        inputGradient.row(i) = (scaled.array() - mean - normed.array() * along) / deviation;
        gradient.gain += outputGradient.row(i).cwiseProduct(normed);
        gradient.bias += outputGradient.row(i);
    }
    return inputGradient;
}

Matrix activateBackward(ConstMatrixRef hidden, Activation activation, ConstMatrixRef outputGradient)
{
    const auto x = hidden.array();
    switch (activation) {
    case Activation::Relu:
        return (x > 0.0F).select(outputGradient.array(), 0.0F);
    case Activation::Gelu: {
        // x·Φ(x) differentiated: Φ(x) + x·φ(x).
        const auto slope = [](float value) {
            const float cumulative = 0.5F * (1.0F + std::erf(value * (std::numbers::sqrt2_v<float> / 2.0F)));
            const float density =
                std::exp(-0.5F * value * value) * (std::numbers::inv_sqrtpi_v<float> / std::numbers::sqrt2_v<float>);
            return cumulative + value * density;
        };
        return outputGradient.array() * x.unaryExpr(slope);
    }
    case Activation::GeluTanh: {
        // 0.5·x·(1 + tanh(u)) with u = √(2/π)·(x + 0.044715·x³).
        static const float kFactor = std::sqrt(2.0F * std::numbers::inv_pi_v<float>);
        const Eigen::Array<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> tanh =
            (kFactor * (x + 0.044715F * x.cube())).tanh();
        return outputGradient.array() * (0.5F * (1.0F + tanh) + 0.5F * x * (1.0F - tanh.square()) * kFactor *
                                                                    (1.0F + 3.0F * 0.044715F * x.square()));
    }
    case Activation::QuickGelu:
    case Activation::Silu: {
        // x·σ(k·x) differentiated: σ + k·x·σ·(1 − σ).
        const float k = activation == Activation::Silu ? 1.0F : 1.702F;
        const Eigen::Array<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> sigmoid =
            1.0F / (1.0F + (-k * x).exp());
        return outputGradient.array() * (sigmoid + k * x * sigmoid * (1.0F - sigmoid));
    }
    }
    return outputGradient;
}

AttentionGradients attendBackward(ConstMatrixRef query, ConstMatrixRef key, ConstMatrixRef value,
                                  const AttentionOptions& options, ConstMatrixRef weights,
                                  ConstMatrixRef outputGradient)
{
    const float scale = options.scale == 0.0F ? scoreScale(query.cols()) : options.scale;
    const Matrix scoresGradient =
        scale * softmaxRowsBackward(weights, options.temperature, multiplyTransposed(outputGradient, value));
    return {.query = multiply(scoresGradient, key),
            .key = multiplyLeftTransposed(scoresGradient, query),
            .value = multiplyLeftTransposed(weights, outputGradient)};
}

CrossEntropy crossEntropyGradient(Eigen::Ref<RowVector> logits, Index target, float weight)
{
    assert(target >= 0 && target < logits.size());
    const float highest = logits.maxCoeff();
    const float aim = logits(target);
    logits.array() = (logits.array() - highest).exp();
    const float sum = logits.sum();
    logits *= weight / sum;
    logits(target) -= weight;
    return {.nats = std::log(static_cast<double>(sum)) + static_cast<double>(highest - aim),
            .isTargetLargest = aim == highest};
}

}  // namespace headlight
