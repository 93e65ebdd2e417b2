#include "core/analysis/difference.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace headlight {

double entropyBits(ConstRowVectorRef weights)
{
    double entropy = 0.0;
    for (const float weight : weights) {
        if (weight > 0.0F) {
            entropy -= static_cast<double>(weight) * std::log2(static_cast<double>(weight));
        }
    }
    return entropy;
}

double meanEntropyBits(const AttentionMap& weights)
{
    double sum = 0.0;
    for (Index i = 0; i < weights.rows(); ++i) {
        sum += entropyBits(weights.row(TokenIndex(i)));
    }
    return weights.rows() == 0 ? 0.0 : sum / static_cast<double>(weights.rows());
}

Result<MapDifference> difference(const AttentionMap& before, const AttentionMap& after)
{
    if (before.rows() != after.rows() || before.cols() != after.cols()) {
        const auto shape = [](const AttentionMap& map) {
            return std::to_string(map.rows()) + "×" + std::to_string(map.cols());
        };
        return failure(ErrorCode::ShapeMismatch, "Only maps of the same shape can be compared; found " + shape(before) +
                                                     " and " + shape(after) + ".");
    }
    MapDifference result{.entropyBefore = meanEntropyBits(before), .entropyAfter = meanEntropyBits(after)};
    for (Index i = 0; i < before.rows(); ++i) {
        const RowVector change = (after.row(TokenIndex(i)) - before.row(TokenIndex(i))).cwiseAbs();
        result.largest = std::max(result.largest, change.maxCoeff());
        result.mean += change.cast<double>().sum();
    }
    result.mean /= static_cast<double>(before.rows() * before.cols());
    return result;
}

Result<HeadChange> mostChangedHead(const Trace& before, const Trace& after)
{
    HeadChange most;
    for (Index layer = 0; layer < after.info().layers; ++layer) {
        const StageKey key{StageId::Weights, LayerIndex(layer)};
        const auto weightsBefore = before.maps(key.id, key.layer);
        const auto weightsAfter = after.maps(key.id, key.layer);
        if (weightsBefore.empty() || weightsAfter.empty() || before.shapes().at(key) != after.shapes().at(key)) {
            return failure(ErrorCode::ShapeMismatch,
                           "Only traces with the same heads and tokens can be compared; they differ in layer " +
                               std::to_string(layer) + ".");
        }
        for (std::size_t head = 0; head < weightsAfter.size(); ++head) {
            const float largest = (weightsAfter[head]->cells() - weightsBefore[head]->cells()).cwiseAbs().maxCoeff();
            if (largest > most.largest) {
                most = {{key.layer, HeadIndex(static_cast<Index>(head))}, largest};
            }
        }
    }
    return most;
}

}  // namespace headlight
