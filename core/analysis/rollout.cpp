#include "core/analysis/rollout.h"

#include "core/tensor/matmul.h"

#include <span>
#include <string>

namespace headlight {
namespace {

/// 0.5·W + 0.5·I.
Matrix mixing(std::span<const std::shared_ptr<const AttentionMap>> heads, LayerIndex layer,
              const std::set<HeadAddress>& ablated)
{
    Matrix sum = Matrix::Zero(heads.front()->rows(), heads.front()->cols());
    Index on = 0;
    HeadIndex head(0);
    for (const auto& weights : heads) {
        if (!ablated.contains({layer, head})) {
            sum += weights->cells();
            ++on;
        }
        ++head.value;
    }
    if (on == 0) {
        return Matrix::Identity(sum.rows(), sum.cols());
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
        const auto weights = trace.maps(key.id, key.layer);
        if (weights.empty()) {
            return failure(ErrorCode::NotFound,
                           "Rollout needs the weights of every layer; the trace holds no " + tensorName(key) + ".");
        }
        const Matrix mixed = mixing(weights, LayerIndex(layer), info.experiment.ablatedHeads);
        rollout.push_back(rollout.empty() ? mixed : multiply(mixed, rollout.back()));
    }
    return rollout;
}

}  // namespace headlight
