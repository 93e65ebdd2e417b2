#include "core/model/transformer.h"

#include "core/attention/attend.h"
#include "core/attention/heads.h"
#include "core/attention/positions.h"
#include "core/tensor/matmul.h"

namespace headlight {
namespace {

/// One run of `forward`: the model and experiment that stay, and the stages that grow.
class ForwardPass
{
public:
    ForwardPass(const Model& model, const Experiment& experiment, const std::stop_token& stop)
        : m_model(model)
        , m_experiment(experiment)
        , m_stop(stop)
        , m_positions(experiment.positions.value_or(model.config.positions))
    {}

    Result<Trace::Tensors> run(const std::vector<Token>& tokens)
    {
        Matrix x = embed(tokens);
        for (Index layer = 0; layer < m_model.config.layers; ++layer) {
            Result<Matrix> output = runBlock(LayerIndex(layer), x);
            if (!output) {
                return tl::unexpected(output.error());
            }
            x = std::move(*output);
        }
        if (m_model.weights.finalNorm) {
            x = layerNorm(x, *m_model.weights.finalNorm, m_model.config.normEpsilon);
            keep({StageId::FinalNorm}, x);
        }
        keep({StageId::Logits}, multiplyTransposed(x, m_model.weights.tokenEmbedding));
        return std::move(m_tensors);
    }

private:
    const Matrix& keep(const StageKey& key, const Matrix& matrix)
    {
        keep(key, Tensor::fromMatrix(matrix));
        return matrix;
    }

    void keep(const StageKey& key, Tensor tensor)
    {
        m_tensors.emplace(key, std::make_shared<const Tensor>(std::move(tensor)));
    }

    Matrix embed(const std::vector<Token>& tokens)
    {
        const auto count = static_cast<Index>(tokens.size());
        const Index width = m_model.config.width;
        Matrix x(count, width);
        for (Index i = 0; i < count; ++i) {
            x.row(i) = m_model.weights.tokenEmbedding.row(tokens[static_cast<std::size_t>(i)].id);
        }
        keep({StageId::TokenEmbedding}, x);
        if (m_positions == PositionScheme::Sinusoidal) {
            x += keep({StageId::PositionEmbedding}, sinusoidalEncoding(count, width));
        } else if (m_positions == PositionScheme::Learned) {
            x += keep({StageId::PositionEmbedding}, m_model.weights.positionEmbedding.topRows(count));
        }
        return keep({StageId::EmbeddingOutput}, x);
    }

    /// One transformer block.  @param x [T×D]  @return [T×D], or Cancelled
    Result<Matrix> runBlock(LayerIndex layer, const Matrix& x)
    {
        const BlockWeights& weights = m_model.weights.blocks[static_cast<std::size_t>(layer.value)];
        const bool normBefore = m_model.config.normPlacement == NormPlacement::Before;
        const float epsilon = m_model.config.normEpsilon;
        keep({StageId::LayerInput, layer}, x);

        Matrix attentionInput = x;
        if (normBefore) {
            attentionInput = keep({StageId::AttentionNorm, layer}, layerNorm(x, weights.attentionNorm, epsilon));
        }
        Result<Matrix> attention = attendWithHeads(layer, weights, attentionInput);
        if (!attention) {
            return attention;
        }
        const Matrix residual = keep({StageId::AttentionResidual, layer}, x + *attention);

        const Matrix norm =
            normBefore ? keep({StageId::FeedForwardNorm, layer}, layerNorm(residual, weights.feedForwardNorm, epsilon))
                       : keep({StageId::AttentionNorm, layer}, layerNorm(residual, weights.attentionNorm, epsilon));
        const Matrix feedForward = feedForwardNetwork(layer, weights, norm);
        if (normBefore) {
            return keep({StageId::LayerOutput, layer}, residual + feedForward);
        }
        const Matrix output = layerNorm(norm + feedForward, weights.feedForwardNorm, epsilon);
        keep({StageId::FeedForwardNorm, layer}, output);
        return keep({StageId::LayerOutput, layer}, output);
    }

    /// MultiHead(x) = Concat(head_1, …, head_H)·W_O  (Vaswani et al. 2017, §3.2.2).
    Result<Matrix> attendWithHeads(LayerIndex layer, const BlockWeights& weights, const Matrix& x)
    {
        const Index heads = m_model.config.heads;
        Tensor query = splitHeads(linear(x, weights.query), heads);
        Tensor key = splitHeads(linear(x, weights.key), heads);
        Tensor value = splitHeads(linear(x, weights.value), heads);
        if (m_positions == PositionScheme::Rotary) {
            const Matrix angles = rotaryAngles(x.rows(), m_model.config.headWidth());
            for (Index h = 0; h < heads; ++h) {
                query.matrix(h) = rotate(query.matrix(h), angles);
                key.matrix(h) = rotate(key.matrix(h), angles);
            }
        }

        Tensor scores({heads, x.rows(), x.rows()});
        Tensor attentionWeights({heads, x.rows(), x.rows()});
        Tensor outputs({heads, x.rows(), m_model.config.headWidth()});
        AttentionOptions options{.scale = m_experiment.scaling == Scaling::On ? 0.0F : 1.0F,
                                 .temperature = m_experiment.temperature,
                                 .mask = effectiveMask(m_experiment, m_model.config.mask)};
        const std::vector<float> slopes = alibiSlopes(heads);
        for (Index h = 0; h < heads; ++h) {
            if (m_stop.stop_requested()) {
                return failure(ErrorCode::Cancelled, "The computation was cancelled.");
            }
            if (m_positions == PositionScheme::Alibi) {
                options.alibiSlope = slopes[static_cast<std::size_t>(h)];
            }
            Result<AttentionStages> head = attend(query.matrix(h), key.matrix(h), value.matrix(h), options);
            if (!head) {
                return tl::unexpected(head.error());
            }
            scores.matrix(h) = head->scores;
            attentionWeights.matrix(h) = head->weights;
            if (!m_experiment.ablatedHeads.contains({layer, HeadIndex(h)})) {
                outputs.matrix(h) = head->output;
            }
        }

        const Matrix concatenated = keep({StageId::Concat, layer}, concatenateHeads(outputs));
        keep({StageId::Query, layer}, std::move(query));
        keep({StageId::Key, layer}, std::move(key));
        keep({StageId::Value, layer}, std::move(value));
        keep({StageId::Scores, layer}, std::move(scores));
        keep({StageId::Weights, layer}, std::move(attentionWeights));
        keep({StageId::Heads, layer}, std::move(outputs));
        return keep({StageId::AttentionOutput, layer}, linear(concatenated, weights.output));
    }

    /// FFN(x) = act(x·W_1 + b_1)·W_2 + b_2  (Vaswani et al. 2017, equation 2).
    Matrix feedForwardNetwork(LayerIndex layer, const BlockWeights& weights, const Matrix& x)
    {
        const Matrix hidden = keep({StageId::FeedForwardHidden, layer}, linear(x, weights.expand));
        const Matrix activation =
            keep({StageId::FeedForwardActivation, layer}, activate(hidden, m_model.config.activation));
        return keep({StageId::FeedForwardOutput, layer}, linear(activation, weights.contract));
    }

    const Model& m_model;
    const Experiment& m_experiment;
    const std::stop_token& m_stop;
    PositionScheme m_positions;
    Trace::Tensors m_tensors;
};

Result<void> validateRequest(const Model& model, const EncodedText& text, const Experiment& experiment)
{
    const auto tokens = static_cast<Index>(text.tokens.size());
    if (tokens == 0) {
        return failure(ErrorCode::EmptyInput, "The text has no token; type at least one word.");
    }
    if (tokens > model.config.maxTokens) {
        return failure(ErrorCode::TooLong, "The text has " + std::to_string(tokens) + " tokens; " + model.name +
                                               " takes at most " + std::to_string(model.config.maxTokens) + ".");
    }
    for (const Token& token : text.tokens) {
        if (token.id < 0 || token.id >= model.config.vocabulary) {
            return failure(ErrorCode::InvalidArgument, "There is no token " + std::to_string(token.id) +
                                                           ": the vocabulary of " + model.name + " has ids 0 to " +
                                                           std::to_string(model.config.vocabulary - 1) + ".");
        }
    }
    const PositionScheme positions = experiment.positions.value_or(model.config.positions);
    if (positions == PositionScheme::Learned && model.weights.positionEmbedding.rows() < tokens) {
        return failure(ErrorCode::InvalidArgument, model.name + " has no learned positions.");
    }
    if (positions == PositionScheme::Rotary && model.config.headWidth() % 2 != 0) {
        return failure(ErrorCode::InvalidArgument, "Rotary positions turn pairs of dimensions, and the head width " +
                                                       std::to_string(model.config.headWidth()) + " is odd.");
    }
    return validate(experiment, model.config.layers, model.config.heads);
}

}  // namespace

Result<EncodedText> encode(const Model& model, std::string_view text)
{
    Result<std::vector<Token>> tokens = model.tokenizer->encode(text);
    if (!tokens) {
        return tl::unexpected(tokens.error());
    }
    if (tokens->empty()) {
        return failure(ErrorCode::EmptyInput, "The text has no token; type at least one word.");
    }
    EncodedText encoded{.text = std::string(text), .tokens = std::move(*tokens)};
    const auto limit = static_cast<std::size_t>(model.config.maxTokens);
    if (encoded.tokens.size() > limit) {
        encoded.droppedTokens = static_cast<Index>(encoded.tokens.size() - limit);
        encoded.tokens.resize(limit);
    }
    return encoded;
}

Result<std::shared_ptr<const Trace>> forward(const Model& model, const EncodedText& text, const Experiment& experiment,
                                             const std::stop_token& stop)
{
    if (const Result<void> valid = validateRequest(model, text, experiment); !valid) {
        return tl::unexpected(valid.error());
    }
    Result<Trace::Tensors> tensors = ForwardPass(model, experiment, stop).run(text.tokens);
    if (!tensors) {
        return tl::unexpected(tensors.error());
    }
    TraceInfo info{.text = text.text,
                   .tokens = text.tokens,
                   .modelName = model.name,
                   .modelNote = model.note,
                   .experiment = experiment,
                   .mask = effectiveMask(experiment, model.config.mask),
                   .layers = model.config.layers,
                   .heads = model.config.heads,
                   .askedHeads = model.askedHeads};
    return std::make_shared<const Trace>(std::move(info), std::move(*tensors));
}

}  // namespace headlight
