#include "core/model/norm.h"

#include "core/tensor/parallel.h"

#include <cassert>
#include <cmath>

namespace headlight {
namespace {

/// γ·x/√(mean of x² + ε) + β of every row x that `rowOf(i)` gives.
template <typename RowOf>
Matrix normedRows(Index rows, const NormWeights& weights, float epsilon, const RowOf& rowOf)
{
    constexpr double kOperations = 6.0;  // of one entry, about
    Matrix normed(rows, weights.gain.size());
    forEachInParallel(rows, kOperations * static_cast<double>(normed.size()), [&](Index i) {
        auto row = normed.row(i);
        row = rowOf(i);
        const float meanSquare = row.squaredNorm() / static_cast<float>(row.size());
        row.array() *= weights.gain.array() / std::sqrt(meanSquare + epsilon);
        if (weights.bias.size() > 0) {
            row += weights.bias;
        }
    });
    return normed;
}

}  // namespace

Matrix layerNorm(ConstMatrixRef x, const NormWeights& weights, float epsilon)
{
    assert(x.cols() == weights.gain.size() && (weights.bias.size() == 0 || x.cols() == weights.bias.size()));
    return normedRows(x.rows(), weights, epsilon,
                      [&](Index i) -> RowVector { return x.row(i).array() - x.row(i).mean(); });
}

Matrix rmsNorm(ConstMatrixRef x, const NormWeights& weights, float epsilon)
{
    assert(x.cols() == weights.gain.size() && (weights.bias.size() == 0 || x.cols() == weights.bias.size()));
    return normedRows(x.rows(), weights, epsilon, [&](Index i) { return x.row(i); });
}

}  // namespace headlight
