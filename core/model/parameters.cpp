#include "core/model/parameters.h"

namespace headlight {
namespace {

void append(std::string name, Matrix& matrix, std::vector<Parameter>& list)
{
    if (matrix.size() > 0) {
        list.push_back({std::move(name), {matrix.data(), matrix.rows(), matrix.cols()}, 2});
    }
}

void append(std::string name, RowVector& vector, std::vector<Parameter>& list)
{
    if (vector.size() > 0) {
        list.push_back({std::move(name), {vector.data(), 1, vector.cols()}, 1});
    }
}

void append(const std::string& name, NormWeights& weights, std::vector<Parameter>& list)
{
    append(name + ".gain", weights.gain, list);
    append(name + ".bias", weights.bias, list);
}

/// Weights of a configuration's shapes, whose numbers are still to be set.
class Shapes
{
public:
    explicit Shapes(const ModelConfig& config) : m_config(config) {}

    Weights weights() const
    {
        Weights weights;
        weights.tokenEmbedding.resize(m_config.vocabulary, m_config.width);
        if (m_config.positions == PositionScheme::Learned) {
            weights.positionEmbedding.resize(m_config.maxTokens, m_config.width);
        }
        if (m_config.segments > 0) {
            weights.segmentEmbedding.resize(m_config.segments, m_config.width);
        }
        if (m_config.hasEmbeddingNorm) {
            weights.embeddingNorm = norm(m_config.width);
        }
        for (Index layer = 0; layer < m_config.layers; ++layer) {
            weights.blocks.push_back(block());
        }
        if (m_config.normPlacement == NormPlacement::Before) {
            weights.finalNorm = norm(m_config.width);
        }
        weights.outputHead = outputHead();
        return weights;
    }

private:
    static LinearWeights linear(Index in, Index out, bool hasBias)
    {
        return {Matrix(in, out), RowVector(hasBias ? out : 0)};
    }

    NormWeights norm(Index width) const
    {
        return {RowVector(width), RowVector(m_config.normKind == NormKind::LayerNorm ? width : 0)};
    }

    BlockWeights block() const
    {
        const Index width = m_config.width;
        const Index queries = m_config.heads * m_config.headWidth();
        const Index keys = m_config.groups() * m_config.headWidth();
        const Biases& biases = m_config.biases;
        BlockWeights block{.query = linear(width, queries, biases.queryKeyValue),
                           .key = linear(width, keys, biases.queryKeyValue),
                           .value = linear(width, keys, biases.queryKeyValue),
                           .output = linear(queries, width, biases.attentionOutput),
                           .attentionNorm = norm(width),
                           .feedForwardNorm = norm(width),
                           .expand = linear(width, m_config.feedForwardWidth, biases.feedForward),
                           .contract = linear(m_config.feedForwardWidth, width, biases.feedForward)};
        if (m_config.hasQueryKeyNorm) {
            block.queryNorm.gain.resize(m_config.headWidth());
            block.keyNorm.gain.resize(m_config.headWidth());
        }
        if (m_config.feedForward == FeedForwardKind::Gated) {
            block.gate = linear(width, m_config.feedForwardWidth, biases.feedForward);
        }
        return block;
    }

    OutputHeadWeights outputHead() const
    {
        OutputHeadWeights head;
        if (m_config.outputHead == OutputHead::None) {
            return head;
        }
        if (m_config.outputHead == OutputHead::Transformed) {
            head.transform = linear(m_config.width, m_config.width, true);
            head.norm = norm(m_config.width);
        }
        if (m_config.outputEmbedding == OutputEmbedding::Own) {
            head.embedding.resize(m_config.vocabulary, m_config.width);
        }
        if (m_config.hasOutputBias) {
            head.bias.resize(m_config.vocabulary);
        }
        return head;
    }

    const ModelConfig& m_config;
};

}  // namespace

void appendParameters(const std::string& name, LinearWeights& weights, std::vector<Parameter>& list)
{
    append(name + ".weight", weights.weight, list);
    append(name + ".bias", weights.bias, list);
}

std::vector<Parameter> parameters(Weights& weights)
{
    std::vector<Parameter> list;
    append("embedding.token", weights.tokenEmbedding, list);
    append("embedding.position", weights.positionEmbedding, list);
    append("embedding.segment", weights.segmentEmbedding, list);
    append("embedding.norm", weights.embeddingNorm, list);
    for (std::size_t i = 0; i < weights.blocks.size(); ++i) {
        const std::string name = "blocks." + std::to_string(i);
        BlockWeights& block = weights.blocks[i];
        append(name + ".attention.norm", block.attentionNorm, list);
        appendParameters(name + ".attention.query", block.query, list);
        appendParameters(name + ".attention.key", block.key, list);
        appendParameters(name + ".attention.value", block.value, list);
        append(name + ".attention.query_norm", block.queryNorm, list);
        append(name + ".attention.key_norm", block.keyNorm, list);
        appendParameters(name + ".attention.output", block.output, list);
        append(name + ".feed_forward.norm", block.feedForwardNorm, list);
        appendParameters(name + ".feed_forward.expand", block.expand, list);
        appendParameters(name + ".feed_forward.gate", block.gate, list);
        appendParameters(name + ".feed_forward.contract", block.contract, list);
    }
    if (weights.finalNorm) {
        append("final.norm", *weights.finalNorm, list);
    }
    appendParameters("output.transform", weights.outputHead.transform, list);
    append("output.norm", weights.outputHead.norm, list);
    append("output.embedding", weights.outputHead.embedding, list);
    append("output.bias", weights.outputHead.bias, list);
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

Weights unsetWeights(const ModelConfig& config)
{
    return Shapes(config).weights();
}

Weights zeroWeights(const ModelConfig& config)
{
    Weights weights = unsetWeights(config);
    for (Parameter& parameter : parameters(weights)) {
        parameter.values.setZero();
    }
    return weights;
}

}  // namespace headlight
