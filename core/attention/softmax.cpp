#include "core/attention/softmax.h"

#include "core/tensor/elementwise.h"

#include <cassert>

namespace headlight {

Matrix softmaxRows(Matrix scores, float temperature)
{
    assert(temperature > 0.0F);
    const auto count = static_cast<std::size_t>(scores.cols());
    for (Index i = 0; i < scores.rows(); ++i) {
        const std::span<float> row(scores.row(i).data(), count);
        scores.row(i) *= static_cast<float>(1.0 / exponentials(row, largest(row), 1.0F / temperature));
    }
    return scores;
}

Matrix softmaxRowsBackward(ConstMatrixRef weights, float temperature, ConstMatrixRef weightsGradient)
{
    assert(weights.rows() == weightsGradient.rows() && weights.cols() == weightsGradient.cols());
    Matrix scoresGradient = weights.cwiseProduct(weightsGradient);
    const Eigen::VectorXf mean = scoresGradient.rowwise().sum();
    scoresGradient.array() -= weights.array().colwise() * mean.array();
    return scoresGradient / temperature;
}

}  // namespace headlight
