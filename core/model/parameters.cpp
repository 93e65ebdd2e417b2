#include "core/model/parameters.h"

namespace headlight {
namespace {

Parameter viewOf(std::string name, Matrix& matrix)
{
    return {std::move(name), {matrix.data(), matrix.rows(), matrix.cols()}};
}

Parameter viewOf(std::string name, RowVector& vector)
{
    return {std::move(name), {vector.data(), 1, vector.cols()}};
}

void append(const std::string& name, LayerNormWeights& weights, std::vector<Parameter>& list)
{
    list.push_back(viewOf(name + ".gain", weights.gain));
    list.push_back(viewOf(name + ".bias", weights.bias));
}

LinearWeights zeroLinear(Index in, Index out)
{
    return {Matrix::Zero(in, out), RowVector::Zero(out)};
}

LayerNormWeights zeroNorm(Index width)
{
    return {RowVector::Zero(width), RowVector::Zero(width)};
}

}  // namespace

void appendParameters(const std::string& name, LinearWeights& weights, std::vector<Parameter>& list)
{
    list.push_back(viewOf(name + ".weight", weights.weight));
    list.push_back(viewOf(name + ".bias", weights.bias));
}

std::vector<Parameter> parameters(Weights& weights)
{
    std::vector<Parameter> list;
    list.push_back(viewOf("embedding.token", weights.tokenEmbedding));
    if (weights.positionEmbedding.size() > 0) {
        list.push_back(viewOf("embedding.position", weights.positionEmbedding));
    }
    for (std::size_t i = 0; i < weights.blocks.size(); ++i) {
        const std::string name = "blocks." + std::to_string(i);
        BlockWeights& block = weights.blocks[i];
        append(name + ".attention.norm", block.attentionNorm, list);
        appendParameters(name + ".attention.query", block.query, list);
        appendParameters(name + ".attention.key", block.key, list);
        appendParameters(name + ".attention.value", block.value, list);
        appendParameters(name + ".attention.output", block.output, list);
        append(name + ".feed_forward.norm", block.feedForwardNorm, list);
        appendParameters(name + ".feed_forward.expand", block.expand, list);
        appendParameters(name + ".feed_forward.contract", block.contract, list);
    }
    if (weights.finalNorm) {
        append("final.norm", *weights.finalNorm, list);
    }
    return list;
}

Index parameterCount(const std::vector<Parameter>& list)
{
    Index count = 0;
    for (const Parameter& parameter : list) {
        count += parameter.values.size();
    }
    return count;
}

Weights zeroWeights(const ModelConfig& config)
{
    Weights weights;
    weights.tokenEmbedding = Matrix::Zero(config.vocabulary, config.width);
    if (config.positions == PositionScheme::Learned) {
        weights.positionEmbedding = Matrix::Zero(config.maxTokens, config.width);
    }
    for (Index layer = 0; layer < config.layers; ++layer) {
        weights.blocks.push_back({.query = zeroLinear(config.width, config.width),
                                  .key = zeroLinear(config.width, config.width),
                                  .value = zeroLinear(config.width, config.width),
                                  .output = zeroLinear(config.width, config.width),
                                  .attentionNorm = zeroNorm(config.width),
                                  .feedForwardNorm = zeroNorm(config.width),
                                  .expand = zeroLinear(config.width, config.feedForwardWidth),
                                  .contract = zeroLinear(config.feedForwardWidth, config.width)});
    }
    if (config.normPlacement == NormPlacement::Before) {
        weights.finalNorm = zeroNorm(config.width);
    }
    return weights;
}

}  // namespace headlight
