#include "core/train/batch_pass.h"

#include "core/attention/positions.h"
#include "core/tensor/matmul.h"
#include "core/train/backward.h"

#include <cassert>

namespace headlight {
namespace {

/// What forward and backward need to know of the attention of one head.
AttentionOptions headOptions(const ModelConfig& config, Scaling scaling, Index head)
{
    AttentionOptions options{.scale = scaling == Scaling::On ? 0.0F : 1.0F, .mask = config.mask};
    if (config.positions == PositionScheme::Alibi) {
        options.alibiSlope = alibiSlopes(config.heads)[static_cast<std::size_t>(head)];
    }
    return options;
}

enum class Turn { Forward, Back };

/// Rotary encoding of every sentence and head in place; back again, its gradient: the inverse of a rotation is its transpose.
void turnAll(const ModelConfig& config, const Batch& batch, Turn turn, Matrix& vectors)
{
    const Index width = config.headWidth();
    for (Index s = 0; s < batch.sentences(); ++s) {
        const Index start = batch.starts[static_cast<std::size_t>(s)];
        const Index tokens = batch.starts[static_cast<std::size_t>(s) + 1] - start;
        const Matrix angles = rotaryAngles(tokens, width) * (turn == Turn::Forward ? 1.0F : -1.0F);
        for (Index h = 0; h < config.heads; ++h) {
            auto part = vectors.block(start, h * width, tokens, width);
            part = rotate(part, angles).eval();
        }
    }
}

class BlockPass
{
public:
    BlockPass(const ModelConfig& config, const BlockWeights& weights, const Batch& batch, Scaling scaling)
        : m_config(config)
        , m_weights(weights)
        , m_batch(batch)
        , m_scaling(scaling)
    {}

    /// @return what leaves the block
    Matrix forward(Matrix input, BlockActivations& kept) const
    {
        kept.input = std::move(input);
        kept.attentionInput = normBefore() ? norm(kept.input, m_weights.attentionNorm) : kept.input;
        kept.query = linear(kept.attentionInput, m_weights.query);
        kept.key = linear(kept.attentionInput, m_weights.key);
        kept.value = linear(kept.attentionInput, m_weights.value);
        if (m_config.positions == PositionScheme::Rotary) {
            turnAll(m_config, m_batch, Turn::Forward, kept.query);
            turnAll(m_config, m_batch, Turn::Forward, kept.key);
        }
        kept.heads.resize(kept.input.rows(), kept.input.cols());
        kept.weights.clear();
        forEachHead([&](Index start, Index tokens, Index column, Index head) {
            const auto part = [&](const Matrix& all) { return all.block(start, column, tokens, m_config.headWidth()); };
            Result<AttentionStages> stages =
                attend(part(kept.query), part(kept.key), part(kept.value), headOptions(m_config, m_scaling, head));
            assert(stages.has_value());
            kept.heads.block(start, column, tokens, m_config.headWidth()) = stages->output;
            kept.weights.push_back(std::move(stages->weights));
        });
        kept.residual = kept.input + linear(kept.heads, m_weights.output);
        kept.feedForwardInput = norm(kept.residual, normBefore() ? m_weights.feedForwardNorm : m_weights.attentionNorm);
        kept.hidden = linear(kept.feedForwardInput, m_weights.expand);
        kept.activation = activate(kept.hidden, m_config.activation);
        kept.sum = (normBefore() ? kept.residual : kept.feedForwardInput) + linear(kept.activation, m_weights.contract);
        return normBefore() ? kept.sum : norm(kept.sum, m_weights.feedForwardNorm);
    }

    /// @param headsGradient that of a loss which reads the heads; may be empty
    /// @return the gradient of the block's input
    Matrix backward(const BlockActivations& kept, Matrix outputGradient, const Matrix& headsGradient,
                    BlockWeights& gradient) const
    {
        const Matrix sumGradient =
            normBefore() ? std::move(outputGradient)
                         : normBackward(kept.sum, m_weights.feedForwardNorm, outputGradient, gradient.feedForwardNorm);
        const Matrix activationGradient =
            linearBackward(kept.activation, m_weights.contract, sumGradient, gradient.contract);
        const Matrix hiddenGradient = activateBackward(kept.hidden, m_config.activation, activationGradient);
        Matrix inner = linearBackward(kept.feedForwardInput, m_weights.expand, hiddenGradient, gradient.expand);
        Matrix residualGradient =
            normBefore()
                ? Matrix(sumGradient +
                         normBackward(kept.residual, m_weights.feedForwardNorm, inner, gradient.feedForwardNorm))
                : normBackward(kept.residual, m_weights.attentionNorm, sumGradient + inner, gradient.attentionNorm);

        Matrix concatenated = linearBackward(kept.heads, m_weights.output, residualGradient, gradient.output);
        if (headsGradient.size() > 0) {
            concatenated += headsGradient;
        }
        const Matrix attentionGradient = attentionBackward(kept, concatenated, gradient);
        if (!normBefore()) {
            return residualGradient + attentionGradient;
        }
        return residualGradient +
               normBackward(kept.input, m_weights.attentionNorm, attentionGradient, gradient.attentionNorm);
    }

private:
    bool normBefore() const { return m_config.normPlacement == NormPlacement::Before; }

    Matrix norm(const Matrix& x, const NormWeights& weights) const
    {
        return layerNorm(x, weights, m_config.normEpsilon);
    }

    Matrix normBackward(const Matrix& x, const NormWeights& weights, const Matrix& outputGradient,
                        NormWeights& gradient) const
    {
        return layerNormBackward(x, weights, m_config.normEpsilon, outputGradient, gradient);
    }

    Matrix attentionBackward(const BlockActivations& kept, const Matrix& headsGradient, BlockWeights& gradient) const
    {
        const Index width = m_config.headWidth();
        Matrix query(kept.query.rows(), kept.query.cols());
        Matrix key(query.rows(), query.cols());
        Matrix value(query.rows(), query.cols());
        std::size_t map = 0;
        forEachHead([&](Index start, Index tokens, Index column, Index head) {
            const auto part = [&](const Matrix& all) { return all.block(start, column, tokens, width); };
            const AttentionGradients gradients =
                attendBackward(part(kept.query), part(kept.key), part(kept.value),
                               headOptions(m_config, m_scaling, head), kept.weights[map++], part(headsGradient));
            query.block(start, column, tokens, width) = gradients.query;
            key.block(start, column, tokens, width) = gradients.key;
            value.block(start, column, tokens, width) = gradients.value;
        });
        if (m_config.positions == PositionScheme::Rotary) {
            turnAll(m_config, m_batch, Turn::Back, query);
            turnAll(m_config, m_batch, Turn::Back, key);
        }
        Matrix input = linearBackward(kept.attentionInput, m_weights.query, query, gradient.query);
        input += linearBackward(kept.attentionInput, m_weights.key, key, gradient.key);
        input += linearBackward(kept.attentionInput, m_weights.value, value, gradient.value);
        return input;
    }

    template <typename Visit>
    void forEachHead(const Visit& visit) const
    {
        for (Index s = 0; s < m_batch.sentences(); ++s) {
            const Index start = m_batch.starts[static_cast<std::size_t>(s)];
            const Index tokens = m_batch.starts[static_cast<std::size_t>(s) + 1] - start;
            for (Index h = 0; h < m_config.heads; ++h) {
                visit(start, tokens, h * m_config.headWidth(), h);
            }
        }
    }

    const ModelConfig& m_config;
    const BlockWeights& m_weights;
    const Batch& m_batch;
    Scaling m_scaling;
};

/// Visits every token with its place in its sentence.
template <typename Visit>
void forEachToken(const Batch& batch, const Visit& visit)
{
    for (Index s = 0; s < batch.sentences(); ++s) {
        const Index start = batch.starts[static_cast<std::size_t>(s)];
        for (Index row = start; row < batch.starts[static_cast<std::size_t>(s) + 1]; ++row) {
            visit(row, row - start);
        }
    }
}

Matrix embed(const ModelConfig& config, const Weights& weights, const Batch& batch)
{
    Index longest = 0;
    forEachToken(batch, [&](Index, Index position) { longest = std::max(longest, position + 1); });
    Matrix positions;
    if (config.positions == PositionScheme::Sinusoidal) {
        positions = sinusoidalEncoding(longest, config.width);
    } else if (config.positions == PositionScheme::Learned) {
        positions = weights.positionEmbedding.topRows(longest);
    }
    Matrix x(batch.tokens(), config.width);
    forEachToken(batch, [&](Index row, Index position) {
        x.row(row) = weights.tokenEmbedding.row(batch.ids[static_cast<std::size_t>(row)]);
        if (positions.size() > 0) {
            x.row(row) += positions.row(position);
        }
    });
    return x;
}

}  // namespace

Activations forwardBatch(const ModelConfig& config, const Weights& weights, const Batch& batch, Scaling scaling)
{
    Activations activations;
    activations.blocks.resize(weights.blocks.size());
    Matrix x = embed(config, weights, batch);
    for (std::size_t layer = 0; layer < weights.blocks.size(); ++layer) {
        x = BlockPass(config, weights.blocks[layer], batch, scaling).forward(std::move(x), activations.blocks[layer]);
    }
    activations.final = weights.finalNorm ? layerNorm(x, *weights.finalNorm, config.normEpsilon) : x;
    activations.blocksOutput = std::move(x);
    return activations;
}

void backwardBatch(const ModelConfig& config, const Weights& weights, const Batch& batch, Scaling scaling,
                   const Activations& activations, const OutputGradients& outputGradients, Weights& gradient)
{
    static const Matrix kNone;
    Matrix x = outputGradients.final;
    if (weights.finalNorm) {
        x = layerNormBackward(activations.blocksOutput, *weights.finalNorm, config.normEpsilon, x, *gradient.finalNorm);
    }
    for (std::size_t layer = weights.blocks.size(); layer-- > 0;) {
        const Matrix& heads = layer < outputGradients.heads.size() ? outputGradients.heads[layer] : kNone;
        x = BlockPass(config, weights.blocks[layer], batch, scaling)
                .backward(activations.blocks[layer], std::move(x), heads, gradient.blocks[layer]);
    }
    forEachToken(batch, [&](Index row, Index position) {
        gradient.tokenEmbedding.row(batch.ids[static_cast<std::size_t>(row)]) += x.row(row);
        if (config.positions == PositionScheme::Learned) {
            gradient.positionEmbedding.row(position) += x.row(row);
        }
    });
}

}  // namespace headlight
