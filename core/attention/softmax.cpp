#include "core/attention/softmax.h"

#include <cassert>

namespace headlight {

Matrix softmaxRows(ConstMatrixRef scores, float temperature)
{
    assert(temperature > 0.0F);
    Matrix weights(scores.rows(), scores.cols());
    for (Index i = 0; i < scores.rows(); ++i) {
        const float maximum = scores.row(i).maxCoeff();
        // Eigen's vectorised exp is not exactly 0 at −∞, so a masked entry is put to 0 by name.
        const auto shifted = (scores.row(i).array() - maximum) / temperature;
        weights.row(i) = scores.row(i).array().isInf().select(0.0F, shifted.exp()).matrix();
        // In double, so that a row of many thousand keys still sums to 1 within 1e-6.
        weights.row(i) /= static_cast<float>(weights.row(i).cast<double>().sum());
    }
    return weights;
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
