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
        weights.row(i) /= weights.row(i).sum();
    }
    return weights;
}

}  // namespace headlight
