#include "core/attention/linear.h"

#include "core/tensor/matmul.h"

namespace headlight {
namespace {

constexpr float kSmallestFeature = 0x1p-63F;

/// Equation 9 of Katharopoulos et al. 2020, token by token.
Matrix causalOutput(const Matrix& queryFeatures, const Matrix& keyFeatures, ConstMatrixRef value)
{
    Matrix valueSum = Matrix::Zero(keyFeatures.cols(), value.cols());
    RowVector featureSum = RowVector::Zero(keyFeatures.cols());
    Matrix output(queryFeatures.rows(), value.cols());
    for (Index i = 0; i < queryFeatures.rows(); ++i) {
        if (i < keyFeatures.rows()) {
            valueSum.noalias() += keyFeatures.row(i).transpose() * value.row(i);
            featureSum += keyFeatures.row(i);
        }
        output.row(i).noalias() = queryFeatures.row(i) * valueSum;
        output.row(i) /= queryFeatures.row(i).dot(featureSum);
    }
    return output;
}

}  // namespace

Matrix linearFeatures(ConstMatrixRef vectors)
{
    const auto x = vectors.array();
    return (x > 0.0F).select(x + 1.0F, x.min(0.0F).exp().max(kSmallestFeature)).matrix();
}

Result<AttentionStages> attendLinear(ConstMatrixRef query, ConstMatrixRef key, ConstMatrixRef value,
                                     const AttentionOptions& options)
{
    if (const Result<void> valid = validate(query, key, value, options); !valid) {
        return tl::unexpected(valid.error());
    }
    AttentionStages stages;
    stages.scores = multiplyTransposed(linearFeatures(query), linearFeatures(key));
    const Matrix masked = applyMask(stages.scores, options.mask);
    stages.weights = masked.array().isInf().select(0.0F, masked.array()).matrix();
    for (Index i = 0; i < stages.weights.rows(); ++i) {
        stages.weights.row(i) /= static_cast<float>(stages.weights.row(i).cast<double>().sum());
    }
    stages.output = multiply(stages.weights, value);
    return stages;
}

Result<Matrix> linearAttention(ConstMatrixRef query, ConstMatrixRef key, ConstMatrixRef value, Direction direction)
{
    const AttentionOptions options{.mask = {.direction = direction}};
    if (const Result<void> valid = validate(query, key, value, options); !valid) {
        return tl::unexpected(valid.error());
    }
    const Matrix queryFeatures = linearFeatures(query);
    const Matrix keyFeatures = linearFeatures(key);
    if (direction == Direction::Causal) {
        return causalOutput(queryFeatures, keyFeatures, value);
    }
    Matrix output = multiply(queryFeatures, multiplyLeftTransposed(keyFeatures, value));
    const RowVector featureSum = keyFeatures.colwise().sum();
    for (Index i = 0; i < output.rows(); ++i) {
        output.row(i) /= queryFeatures.row(i).dot(featureSum);
    }
    return output;
}

}  // namespace headlight
