#include "core/model/layer_norm.h"

#include <cassert>
#include <cmath>

namespace headlight {

Matrix layerNorm(ConstMatrixRef x, const LayerNormWeights& weights, float epsilon)
{
    assert(x.cols() == weights.gain.size() && x.cols() == weights.bias.size());
    Matrix normed(x.rows(), x.cols());
    for (Index i = 0; i < x.rows(); ++i) {
        const float mean = x.row(i).mean();
        const RowVector centred = x.row(i).array() - mean;
        const float variance = centred.squaredNorm() / static_cast<float>(x.cols());
        normed.row(i) =
            (centred.array() / std::sqrt(variance + epsilon) * weights.gain.array() + weights.bias.array()).matrix();
    }
    return normed;
}

}  // namespace headlight
