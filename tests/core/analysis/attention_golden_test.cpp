// Rollout and norm-weighted attention against PyTorch: what tests/golden/attention_analysis.py computes.
#include "core/analysis/norm_weighted.h"
#include "core/analysis/rollout.h"
#include "tests/core/support/closeness.h"
#include "tests/core/support/golden.h"

#include <iostream>

namespace headlight::test {
namespace {

struct Analysed
{
    GoldenFile file;
    std::unique_ptr<Trace> trace;
    Model model;
};

Analysed analysed()
{
    Analysed result{.file = readGolden("attention_analysis"), .trace = nullptr, .model = {}};
    const nlohmann::json& sizes = result.file.metadata.at("analysis");
    TraceInfo info;
    info.layers = sizes.at("layers");
    info.heads = sizes.at("heads");
    Trace::Tensors tensors;
    for (Index layer = 0; layer < info.layers; ++layer) {
        for (const StageId id : {StageId::Weights, StageId::Value}) {
            const StageKey key{id, LayerIndex(layer)};
            tensors.emplace(key, std::make_shared<const Tensor>(result.file.tensors.at(tensorName(key))));
        }
        BlockWeights block;
        block.output.weight = result.file.matrix("layers." + std::to_string(layer) + ".output.weight");
        result.model.weights.blocks.push_back(std::move(block));
    }
    info.tokens.resize(static_cast<std::size_t>(tensors.begin()->second->cols()));
    result.trace = std::make_unique<Trace>(std::move(info), std::move(tensors));
    return result;
}

TEST(GoldenAnalysis, RolloutAgreesWithPyTorch)
{
    const Analysed given = analysed();
    const std::vector<Matrix> rollout = attentionRollout(*given.trace).value();
    double worst = 0.0;
    for (std::size_t layer = 0; layer < rollout.size(); ++layer) {
        const Matrix expected = given.file.matrix("layers." + std::to_string(layer) + ".rollout");
        EXPECT_TRUE(isClose(rollout[layer], expected)) << layer;
        worst = std::max(worst, worstRatio(rollout[layer].cast<double>(), expected.cast<double>()));
    }
    std::cout << "worst error is " << worst << " of its limit\n";
}

TEST(GoldenAnalysis, NormWeightedAttentionAgreesWithPyTorch)
{
    const Analysed given = analysed();
    double worst = 0.0;
    for (Index layer = 0; layer < given.trace->info().layers; ++layer) {
        const Tensor& expected = given.file.tensors.at("layers." + std::to_string(layer) + ".norm_weighted");
        for (Index head = 0; head < given.trace->info().heads; ++head) {
            const Matrix found =
                normWeightedAttention(*given.trace, given.model, {LayerIndex(layer), HeadIndex(head)}).value();
            EXPECT_TRUE(isClose(found, expected.matrix(head))) << layer << "." << head;
            worst = std::max(worst, worstRatio(found.cast<double>(), expected.matrix(head).cast<double>()));
        }
    }
    std::cout << "worst error is " << worst << " of its limit\n";
}

}  // namespace
}  // namespace headlight::test
