#include "core/analysis/norm_weighted.h"

#include "core/analysis/stage_matrix.h"
#include "core/tensor/matmul.h"

#include <string>

namespace headlight {

Result<Matrix> normWeightedAttention(const Trace& trace, const Model& model, HeadAddress head)
{
    const auto weights = stageMatrix(trace, {StageId::Weights, head.layer}, head.head);
    const auto values = stageMatrix(trace, {StageId::Value, head.layer}, head.head);
    if (!weights || !values) {
        return tl::unexpected(weights ? values.error() : weights.error());
    }
    const Index width = (*values)->cols();
    const auto layer = static_cast<std::size_t>(head.layer.value);
    if (layer >= model.weights.blocks.size() ||
        model.weights.blocks[layer].output.weight.rows() != width * trace.info().heads) {
        return failure(ErrorCode::ShapeMismatch, "The trace's heads, each " + std::to_string(width) +
                                                     " wide in layer " + std::to_string(head.layer.value) +
                                                     ", are not those of " + model.name + ".");
    }
    const Matrix& output = model.weights.blocks[layer].output.weight;
    const Matrix carried = multiply((*values)->cells(), output.middleRows(head.head.value * width, width));
    return (*weights)->cells() * carried.rowwise().norm().asDiagonal();
}

}  // namespace headlight
