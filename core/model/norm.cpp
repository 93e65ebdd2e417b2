#include "core/model/norm.h"

#include <cassert>
#include <cmath>

namespace headlight {

Matrix layerNorm(ConstMatrixRef x, const NormWeights& weights, float epsilon)
{
    Matrix centred(x.rows(), x.cols());
    for (Index i = 0; i < x.rows(); ++i) {
        centred.row(i) = x.row(i).array() - x.row(i).mean();
    }
    return rmsNorm(centred, weights, epsilon);
}

Matrix rmsNorm(ConstMatrixRef x, const NormWeights& weights, float epsilon)
{
    assert(x.cols() == weights.gain.size() && (weights.bias.size() == 0 || x.cols() == weights.bias.size()));
    Matrix normed(x.rows(), x.cols());
    for (Index i = 0; i < x.rows(); ++i) {
        const float meanSquare = x.row(i).squaredNorm() / static_cast<float>(x.cols());
        normed.row(i) = (x.row(i).array() / std::sqrt(meanSquare + epsilon) * weights.gain.array()).matrix();
    }
    if (weights.bias.size() > 0) {
        normed.rowwise() += weights.bias;
    }
    return normed;
}

}  // namespace headlight
