#include "core/model/transformer.h"

#include "core/attention/heads.h"
#include "core/attention/linear.h"
#include "core/attention/positions.h"
#include "core/base/memory.h"
#include "core/model/attention_options.h"
#include "core/model/requirements.h"
#include "core/tensor/matmul.h"
#include "core/tensor/parallel.h"

#include <algorithm>
#include <cassert>
#include <iterator>

namespace headlight {
namespace {

Matrix norm(const ModelConfig& config, ConstMatrixRef x, const NormWeights& weights)
{
    return config.normKind == NormKind::LayerNorm ? layerNorm(x, weights, config.normEpsilon)
                                                  : rmsNorm(x, weights, config.normEpsilon);
}

bool isOfLayer(const StageKey& key)
{
    return stageInfo(key.id).scope == StageScope::Layer;
}

/// The first layer whose ablated heads differ; `layers` where none do, 0 where the experiments differ in more.
Index firstDifference(const Experiment& a, const Experiment& b, Index layers)
{
    Experiment sameHeads = a;
    sameHeads.ablatedHeads = b.ablatedHeads;
    if (sameHeads != b) {
        return 0;
    }
    std::vector<HeadAddress> differing;
    std::ranges::set_symmetric_difference(a.ablatedHeads, b.ablatedHeads, std::back_inserter(differing));
    return differing.empty() ? layers : differing.front().layer.value;
}

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
        return runBlocks(0, embed(tokens), {StageId::Logits});
    }

    /// See forwardAfter.
    Result<Trace::Tensors> runAfter(const Trace& before, const StageKey& last)
    {
        const Index layers = m_model.config.layers;
        const Index first = firstDifference(before.info().experiment, m_experiment, layers);
        const std::shared_ptr<const Tensor> input = first == layers
                                                        ? before.find({StageId::LayerOutput, LayerIndex(layers - 1)})
                                                        : before.find({StageId::LayerInput, LayerIndex(first)});
        if (first == 0 || !input) {
            return runBlocks(0, embed(before.info().tokens), last);
        }
        for (const auto& [key, tensor] : before.tensors()) {
            if (isOfLayer(key) ? key.layer < LayerIndex(first) : key.id < StageId::LayerInput) {
                m_tensors.emplace(key, tensor);
            }
        }
        return runBlocks(first, input, last);
    }

private:
    using Stage = std::shared_ptr<const Tensor>;

    /// From the input of block `first` to where `last` is.  @param x [T×D]
    Result<Trace::Tensors> runBlocks(Index first, Stage x, const StageKey& last)
    {
        const Index end = isOfLayer(last) ? last.layer.value + 1 : m_model.config.layers;
        for (Index layer = first; layer < end; ++layer) {
            m_tensors.emplace(StageKey{StageId::LayerInput, LayerIndex(layer)}, x);
            Result<Stage> output = runBlock(LayerIndex(layer), x->matrix());
            if (!output) {
                return tl::unexpected(output.error());
            }
            x = std::move(*output);
        }
        if (isOfLayer(last)) {
            return std::move(m_tensors);
        }
        if (m_model.weights.finalNorm) {
            x = keep({StageId::FinalNorm}, norm(x->matrix(), *m_model.weights.finalNorm));
        }
        if (m_model.config.outputHead != OutputHead::None && last.id == StageId::Logits) {
            keep({StageId::Logits}, outputLogits(m_model, x->matrix()));
        }
        return std::move(m_tensors);
    }

    Stage keep(const StageKey& key, Matrix matrix) { return keep(key, Tensor::fromMatrix(std::move(matrix))); }

    Stage keep(const StageKey& key, Tensor tensor)
    {
        return m_tensors.emplace(key, std::make_shared<const Tensor>(std::move(tensor))).first->second;
    }

    Stage embed(const std::vector<Token>& tokens)
    {
        const auto count = static_cast<Index>(tokens.size());
        const Index width = m_model.config.width;
        Matrix x(count, width);
        for (Index i = 0; i < count; ++i) {
            x.row(i) = m_model.weights.tokenEmbedding.row(tokens[static_cast<std::size_t>(i)].id);
        }
        keep({StageId::TokenEmbedding}, x);
        if (m_positions == PositionScheme::Sinusoidal) {
            x += keep({StageId::PositionEmbedding}, sinusoidalEncoding(count, width))->matrix();
        } else if (m_positions == PositionScheme::Learned) {
            x += keep({StageId::PositionEmbedding}, m_model.weights.positionEmbedding.topRows(count))->matrix();
        }
        if (m_model.config.segments > 0) {
            x += keep({StageId::TypeEmbedding}, segments(tokens))->matrix();
        }
        if (m_model.config.hasEmbeddingNorm) {
            x = norm(x, m_model.weights.embeddingNorm);
        }
        return keep({StageId::EmbeddingOutput}, std::move(x));
    }

    /// Token types that the model does not know count as its last.
    Matrix segments(const std::vector<Token>& tokens) const
    {
        const Matrix& embedding = m_model.weights.segmentEmbedding;
        Matrix rows(static_cast<Index>(tokens.size()), embedding.cols());
        for (Index i = 0; i < rows.rows(); ++i) {
            const auto segment = static_cast<Index>(tokens[static_cast<std::size_t>(i)].segment);
            rows.row(i) = embedding.row(std::clamp<Index>(segment, 0, embedding.rows() - 1));
        }
        return rows;
    }

    Matrix norm(ConstMatrixRef x, const NormWeights& weights) const
    {
        return headlight::norm(m_model.config, x, weights);
    }

    /// One transformer block.  @param x [T×D]  @return [T×D], or Cancelled
    Result<Stage> runBlock(LayerIndex layer, ConstMatrixRef x)
    {
        const BlockWeights& weights = m_model.weights.blocks[static_cast<std::size_t>(layer.value)];
        if (m_model.config.normPlacement == NormPlacement::After) {
            const Result<Stage> attention = attendWithHeads(layer, weights, x);
            if (!attention) {
                return attention;
            }
            const Stage residual = keep({StageId::AttentionResidual, layer}, x + (*attention)->matrix());
            const Stage normed = keep({StageId::AttentionNorm, layer}, norm(residual->matrix(), weights.attentionNorm));
            const Stage output =
                keep({StageId::FeedForwardNorm, layer},
                     norm(normed->matrix() + feedForwardNetwork(layer, weights, normed->matrix())->matrix(),
                          weights.feedForwardNorm));
            m_tensors.emplace(StageKey{StageId::LayerOutput, layer}, output);
            return output;
        }
        const Stage attentionInput = keep({StageId::AttentionNorm, layer}, norm(x, weights.attentionNorm));
        const Result<Stage> attention = attendWithHeads(layer, weights, attentionInput->matrix());
        if (!attention) {
            return attention;
        }
        const Stage residual = keep({StageId::AttentionResidual, layer}, x + (*attention)->matrix());
        const bool parallel = m_model.config.residualOrder == ResidualOrder::Parallel;
        const Stage normed =
            keep({StageId::FeedForwardNorm, layer},
                 parallel ? norm(x, weights.feedForwardNorm) : norm(residual->matrix(), weights.feedForwardNorm));
        return keep({StageId::LayerOutput, layer},
                    residual->matrix() + feedForwardNetwork(layer, weights, normed->matrix())->matrix());
    }

    /// MultiHead(x) = Concat(head_1, …, head_H)·W_O  (Vaswani et al. 2017, §3.2.2). Heads share the keys and values of their group
    /// where there are fewer of those  (Ainslie et al. 2023, "GQA").
    Result<Stage> attendWithHeads(LayerIndex layer, const BlockWeights& weights, ConstMatrixRef x)
    {
        const ModelConfig& config = m_model.config;
        const Index heads = config.heads;
        const Index headsInGroup = heads / config.groups();
        Tensor query = splitHeads(linear(x, weights.query), heads);
        Tensor key = splitHeads(linear(x, weights.key), config.groups());
        Tensor value = splitHeads(linear(x, weights.value), config.groups());
        if (config.hasQueryKeyNorm) {
            normEach(query, weights.queryNorm);
            normEach(key, weights.keyNorm);
        }
        if (m_positions == PositionScheme::Rotary) {
            const Matrix angles = rotaryAngles(x.rows(), config.headWidth(), config.rotary);
            rotateEach(query, angles);
            rotateEach(key, angles);
        }
        if (m_experiment.sharing == HeadSharing::FirstHead) {
            shareFirst(query);
            shareFirst(key);
            shareFirst(value);
        }
        if (m_experiment.values == ValueSource::Keys) {
            value = key;
        }
        zeroValues(value);

        Tensor scores = Tensor::unset({heads, x.rows(), x.rows()});
        Tensor attentionWeights = Tensor::unset({heads, x.rows(), x.rows()});
        Tensor outputs({heads, x.rows(), config.headWidth()});
        std::vector<Result<void>> done(static_cast<std::size_t>(heads));
        const auto cells = static_cast<double>(scores.size());
        forEachInParallel(heads, cells * static_cast<double>(4 * config.headWidth()), [&](Index h) {
            const Index group = h / headsInGroup;
            Result<AttentionStages> head =
                attendWith({layer, HeadIndex(h)}, query.matrix(h), key.matrix(group), value.matrix(group));
            if (!head) {
                done[static_cast<std::size_t>(h)] = tl::unexpected(head.error());
                return;
            }
            scores.matrix(h) = head->scores;
            attentionWeights.matrix(h) = head->weights;
            if (!m_experiment.ablatedHeads.contains({layer, HeadIndex(h)})) {
                outputs.matrix(h) = head->output;
            }
        });
        if (const auto failed = std::ranges::find_if_not(done, &Result<void>::has_value); failed != done.end()) {
            return tl::unexpected(failed->error());
        }

        const Stage concatenated = keep({StageId::Concat, layer}, concatenateHeads(outputs));
        keep({StageId::Query, layer}, std::move(query));
        keep({StageId::Key, layer}, std::move(key));
        keep({StageId::Value, layer}, std::move(value));
        keep({StageId::Scores, layer}, std::move(scores));
        keep({StageId::Weights, layer}, std::move(attentionWeights));
        keep({StageId::Heads, layer}, std::move(outputs));
        return keep({StageId::AttentionOutput, layer}, linear(concatenated->matrix(), weights.output));
    }

    /// One head.  @param query [T×d]  @param key [T×d]  @param value [T×d]
    Result<AttentionStages> attendWith(HeadAddress head, ConstMatrixRef query, ConstMatrixRef key,
                                       ConstMatrixRef value) const
    {
        if (m_stop.stop_requested()) {
            return failure(ErrorCode::Cancelled, "The computation was cancelled.");
        }
        const AttentionOptions options = attentionOptions(m_model.config, m_experiment, head);
        return m_experiment.kernel == AttentionKernel::Linear ? attendLinear(query, key, value, {.mask = options.mask})
                                                              : attend(query, key, value, options);
    }

    void normEach(Tensor& heads, const NormWeights& weights) const
    {
        for (Index h = 0; h < heads.slices(); ++h) {
            heads.matrix(h) = rmsNorm(heads.matrix(h), weights, m_model.config.normEpsilon);
        }
    }

    static void rotateEach(Tensor& heads, const Matrix& angles)
    {
        for (Index h = 0; h < heads.slices(); ++h) {
            heads.matrix(h) = rotate(heads.matrix(h), angles);
        }
    }

    static void shareFirst(Tensor& heads)
    {
        for (Index h = 1; h < heads.slices(); ++h) {
            heads.matrix(h) = heads.matrix(0);
        }
    }

    /// @param value [G,S,d]
    void zeroValues(Tensor& value) const
    {
        for (const TokenIndex token : m_experiment.zeroedValues) {
            for (Index g = 0; g < value.slices() && token.value < value.rows(); ++g) {
                value.matrix(g).row(token.value).setZero();
            }
        }
    }

    /// See FeedForwardKind.  @param x [T×D]  @return [T×D]
    Stage feedForwardNetwork(LayerIndex layer, const BlockWeights& weights, ConstMatrixRef x)
    {
        const Activation activation = m_model.config.activation;
        const Stage hidden = keep({StageId::FeedForwardHidden, layer}, linear(x, weights.expand));
        Matrix activated;
        if (m_model.config.feedForward == FeedForwardKind::Gated) {
            const Stage gate = keep({StageId::FeedForwardGate, layer}, linear(x, weights.gate));
            activated = activate(gate->matrix(), activation).cwiseProduct(hidden->matrix());
        } else {
            activated = activate(hidden->matrix(), activation);
        }
        const Stage kept = keep({StageId::FeedForwardActivation, layer}, std::move(activated));
        return keep({StageId::FeedForwardOutput, layer}, linear(kept->matrix(), weights.contract));
    }

    const Model& m_model;
    const Experiment& m_experiment;
    const std::stop_token& m_stop;
    PositionScheme m_positions;
    Trace::Tensors m_tensors;
};

/// Small runs are not worth asking the system.
Result<void> checkMemory(const ModelConfig& config, Index tokens)
{
    constexpr double kAlwaysFits = 32e6;
    const bool isSmall = runRequirements(config, tokens).peakBytes < kAlwaysFits;
    return isSmall ? Result<void>() : checkRunFits(config, tokens, static_cast<double>(availableMemory()));
}

/// A mask painted by hand may leave a query nothing to see.
Result<void> checkMasks(const ModelConfig& config, const Experiment& experiment, Index tokens)
{
    Result<void> seen = checkEveryQuerySees(effectiveMask(experiment, config.mask), tokens, tokens);
    for (auto own = config.layerMasks.begin(); seen && own != config.layerMasks.end(); ++own) {
        seen = checkEveryQuerySees(effectiveMask(experiment, *own), tokens, tokens);
    }
    return seen;
}

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
    if (positions == PositionScheme::Rotary && model.config.rotary.dimensions == 0 &&
        model.config.headWidth() % 2 != 0) {
        return failure(ErrorCode::InvalidArgument, "Rotary positions turn pairs of dimensions, and the head width " +
                                                       std::to_string(model.config.headWidth()) + " is odd.");
    }
    if (positions == PositionScheme::Alibi && experiment.kernel == AttentionKernel::Linear) {
        return failure(ErrorCode::InvalidArgument, "Linear attention has no scores that ALiBi could add its bias to; "
                                                   "choose other positions.");
    }
    if (const Result<void> valid = validate(experiment, model.config.layers, model.config.heads); !valid) {
        return valid;
    }
    if (const Result<void> seen = checkMasks(model.config, experiment, tokens); !seen) {
        return seen;
    }
    return checkMemory(model.config, tokens);
}

Result<std::shared_ptr<const Trace>> toTrace(const Model& model, const EncodedText& text, const Experiment& experiment,
                                             Result<Trace::Tensors> tensors)
{
    if (!tensors) {
        return tl::unexpected(tensors.error());
    }
    TraceInfo info{.text = text.text,
                   .tokens = text.tokens,
                   .modelName = model.name,
                   .modelNote = model.note,
                   .experiment = experiment,
                   .mask = effectiveMask(experiment, model.config.mask),
                   .layerMasks = {},
                   .layers = model.config.layers,
                   .heads = model.config.heads,
                   .askedHeads = model.askedHeads,
                   .pair = text.pair};
    for (const Mask& own : model.config.layerMasks) {
        info.layerMasks.push_back(effectiveMask(experiment, own));
    }
    return std::make_shared<const Trace>(std::move(info), std::move(*tensors));
}

}  // namespace

Result<EncodedText> encode(const Model& model, std::string_view text, std::string_view pair)
{
    EncodeRequest request{.text = text, .maxTokens = model.config.maxTokens};
    if (!pair.empty()) {
        request.pair = pair;
    }
    Result<Encoding> encoding = model.tokenizer->encode(request);
    if (!encoding) {
        return tl::unexpected(encoding.error());
    }
    if (text.empty() || encoding->tokens.empty()) {
        return failure(ErrorCode::EmptyInput, "The text has no token; type at least one word.");
    }
    return EncodedText{.text = std::string(text),
                       .tokens = std::move(encoding->tokens),
                       .droppedTokens = encoding->droppedTokens,
                       .pair = std::string(pair)};
}

Result<std::shared_ptr<const Trace>> forward(const Model& model, const EncodedText& text, const Experiment& experiment,
                                             const std::stop_token& stop)
{
    if (const Result<void> valid = validateRequest(model, text, experiment); !valid) {
        return tl::unexpected(valid.error());
    }
    return toTrace(model, text, experiment, ForwardPass(model, experiment, stop).run(text.tokens));
}

Result<std::shared_ptr<const Trace>> forwardAfter(const Model& model, const Trace& before, const Experiment& experiment,
                                                  const StageKey& last, const std::stop_token& stop)
{
    const EncodedText text{.text = before.info().text, .tokens = before.info().tokens, .pair = before.info().pair};
    if (const Result<void> valid = validateRequest(model, text, experiment); !valid) {
        return tl::unexpected(valid.error());
    }
    return toTrace(model, text, experiment, ForwardPass(model, experiment, stop).runAfter(before, last));
}

Matrix outputLogits(const Model& model, ConstMatrixRef x)
{
    const ModelConfig& config = model.config;
    assert(config.outputHead != OutputHead::None);
    const OutputHeadWeights& head = model.weights.outputHead;
    const Matrix& embedding =
        config.outputEmbedding == OutputEmbedding::Tied ? model.weights.tokenEmbedding : head.embedding;
    Matrix result =
        config.outputHead == OutputHead::Transformed
            ? multiplyTransposed(norm(config, activate(linear(x, head.transform), config.headActivation()), head.norm),
                                 embedding)
            : multiplyTransposed(x, embedding);
    if (config.hasOutputBias) {
        result.rowwise() += head.bias;
    }
    return result;
}

}  // namespace headlight
