#include "core/analysis/rollout.h"

#include "core/tensor/matmul.h"

#include <string>

namespace headlight {
namespace {

/// 0.5·W + 0.5·I.
Matrix mixing(const Tensor& weights, LayerIndex layer, const std::set<HeadAddress>& ablated)
{
    Matrix sum = Matrix::Zero(weights.rows(), weights.cols());
    Index on = 0;
    for (Index head = 0; head < weights.slices(); ++head) {
        if (!ablated.contains({layer, HeadIndex(head)})) {
            sum += weights.matrix(head);
            ++on;
        }
    }
    if (on == 0) {
        return Matrix::Identity(weights.rows(), weights.cols());
    }
    sum *= 0.5F / static_cast<float>(on);
    sum.diagonal().array() += 0.5F;
    return sum;
}

}  // namespace

Result<std::vector<Matrix>> attentionRollout(const Trace& trace, const std::stop_token& stop)
{
    const TraceInfo& info = trace.info();
    std::vector<Matrix> rollout;
    for (Index layer = 0; layer < info.layers; ++layer) {
        if (stop.stop_requested()) {
            return failure(ErrorCode::Cancelled, "The rollout was cancelled.");
        }
        const StageKey key{StageId::Weights, LayerIndex(layer)};
        const std::shared_ptr<const Tensor> weights = trace.find(key);
        if (!weights) {
            return failure(ErrorCode::NotFound,
                           "Rollout needs the weights of every layer; the trace holds no " + tensorName(key) + ".");
        }
        const Matrix mixed = mixing(*weights, LayerIndex(layer), info.experiment.ablatedHeads);
        rollout.push_back(rollout.empty() ? mixed : multiply(mixed, rollout.back()));
    }
    return rollout;
}

}  // namespace headlight
