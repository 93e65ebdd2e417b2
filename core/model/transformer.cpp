#include "core/model/transformer.h"

#include "core/base/memory.h"
#include "core/model/requirements.h"

#include <algorithm>
#include <iterator>

namespace headlight {
namespace {

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

/// Whether no token changes what those before it are.
bool isCausal(const ModelConfig& config, const Experiment& experiment)
{
    for (LayerIndex layer(0); layer.value < config.layers; ++layer.value) {
        if (effectiveMask(experiment, config.maskOf(layer)).direction != Direction::Causal) {
            return false;
        }
    }
    return experiment.kernel == AttentionKernel::Softmax;
}

/// With how many of the same tokens two texts begin.
Index commonBeginning(const std::vector<Token>& a, const std::vector<Token>& b)
{
    const auto isSame = [](const Token& left, const Token& right) {
        return left.id == right.id && left.segment == right.segment;
    };
    return std::ranges::mismatch(a, b, isSame).in1 - a.begin();
}

/// What an earlier pass has done already.
struct Reuse
{
    const Trace* pass = nullptr;
    Index layers = 0;  ///< The first so many layers are the same, up to `rows`.
    Index rows = 0;    ///< Of the new pass; all of them where the texts are the same.
};

Reuse reuseOf(const Trace& before, const ModelConfig& config, const PassInput& input)
{
    const std::vector<Token>& tokens = input.tokens;
    Reuse reuse{.pass = &before, .layers = firstDifference(before.info().experiment, input.experiment, config.layers)};
    const Index common = commonBeginning(tokens, before.info().tokens);
    const auto count = static_cast<Index>(tokens.size());
    if (common == count && before.tokens() == count) {
        reuse.rows = count;
    } else if (isCausal(config, input.experiment)) {
        reuse.rows = std::min(common, count - 1);
    }
    const auto isKept = [&before](StageId id, Index layer) { return before.kept().contains({id, LayerIndex(layer)}); };
    for (Index layer = 0; layer < reuse.layers; ++layer) {
        const bool isThere = isKept(StageId::LayerInput, layer) && isKept(StageId::Key, layer) &&
                             isKept(StageId::Value, layer) && isKept(StageId::LayerOutput, layer);
        if (!isThere) {
            reuse.layers = layer;
        }
    }
    return reuse.rows == 0 || reuse.layers == 0 ? Reuse{} : reuse;
}

/// The first rows of one tensor, and after them those of another.
std::shared_ptr<const Tensor> joined(const Tensor& above, Index rows, const Tensor& below)
{
    Tensor::Shape shape = below.shape();
    shape[shape.size() - 2] += rows;
    Tensor whole = Tensor::unset(std::move(shape));
    for (Index slice = 0; slice < whole.slices(); ++slice) {
        whole.matrix(slice).topRows(rows) = above.matrix(slice).topRows(rows);
        whole.matrix(slice).bottomRows(below.rows()) = below.matrix(slice);
    }
    return std::make_shared<const Tensor>(std::move(whole));
}

/// One run of `forward`, layer by layer; of a layer's stages only those stay that its trace keeps.
class ForwardPass
{
public:
    ForwardPass(const ModelConfig& config, const ModelStages& stages, const Reuse& reuse, const std::stop_token& stop)
        : m_config(config)
        , m_stages(stages)
        , m_reuse(reuse)
        , m_stop(stop)
    {}

    /// @param last see forwardAfter
    Result<Trace::Tensors> run(const StageKey& last)
    {
        const Index end = isOfLayer(last) ? last.layer.value : m_config.layers;
        const Index tokens = m_stages.shapes().at({StageId::TokenEmbedding}).front();
        m_keepsQueries = runRequirements(m_config, tokens).keepsQueries;
        if (m_reuse.pass != nullptr && m_reuse.rows == tokens) {
            shareLayers(std::min(m_reuse.layers, end));
        }
        for (Index layer = m_shared; layer <= end && layer < m_config.layers; ++layer) {
            if (m_stop.stop_requested()) {
                return failure(ErrorCode::Cancelled, "The computation was cancelled.");
            }
            runLayer(LayerIndex(layer), layer < end ? StageId::LayerOutput : StageId::LayerInput);
        }
        if (m_stop.stop_requested()) {
            return failure(ErrorCode::Cancelled, "The computation was cancelled.");
        }
        return std::move(m_kept);
    }

private:
    using Stage = std::shared_ptr<const Tensor>;

    void shareLayers(Index layers)
    {
        for (const auto& [key, tensor] : m_reuse.pass->kept()) {
            if (isOfLayer(key) ? key.layer.value < layers : key.id == StageId::EmbeddingOutput) {
                m_kept.emplace(key, tensor);
            }
        }
        m_shared = layers;
    }

    /// @param until the stage to end with: the layer's output or its input
    void runLayer(LayerIndex layer, StageId until)
    {
        const bool isReused = m_reuse.pass != nullptr && layer.value < m_reuse.layers && m_shared <= layer.value &&
                              m_reuse.rows < m_stages.shapes().at({StageId::TokenEmbedding}).front();
        m_first = TokenIndex(isReused ? m_reuse.rows : 0);
        m_rows.clear();
        if (layer.value == 0) {
            keepWhole({StageId::EmbeddingOutput}, find({StageId::EmbeddingOutput}),
                      isReused ? m_reuse.pass->find({StageId::EmbeddingOutput}) : nullptr);
        }
        const Stage whole = layer.value == 0 ? m_kept.at({StageId::EmbeddingOutput})
                                             : m_kept.at({StageId::LayerOutput, LayerIndex(layer.value - 1)});
        m_kept.emplace(StageKey{StageId::LayerInput, layer}, whole);
        if (until == StageId::LayerInput) {
            return;
        }
        m_rows[{StageId::LayerInput, layer}] =
            m_first.value == 0 ? whole
                               : std::make_shared<const Tensor>(Tensor::fromMatrix(
                                     whole->matrix().bottomRows(whole->rows() - m_first.value)));
        const auto before = [&](StageId id) {
            return isReused && m_reuse.pass->kept().contains({id, layer}) ? m_reuse.pass->find({id, layer}) : nullptr;
        };
        const Stage query = find({StageId::Query, layer});
        const Stage key = find({StageId::Key, layer});
        const Stage value = find({StageId::Value, layer});
        m_rows[{StageId::Key, layer}] = keepWhole({StageId::Key, layer}, key, before(StageId::Key));
        m_rows[{StageId::Value, layer}] = keepWhole({StageId::Value, layer}, value, before(StageId::Value));
        if (const Stage earlier = before(StageId::Query); m_keepsQueries && (!isReused || earlier)) {
            keepWhole({StageId::Query, layer}, query, earlier);
        }
        keepWhole({StageId::LayerOutput, layer}, find({StageId::LayerOutput, layer}), before(StageId::LayerOutput));
    }

    /// @param earlier what has the rows before m_first; null where there are none
    Stage keepWhole(const StageKey& key, const Stage& rows, const Stage& earlier)
    {
        return m_kept.emplace(key, earlier ? joined(*earlier, m_first.value, *rows) : rows).first->second;
    }

    Stage find(const StageKey& key)
    {
        if (const auto found = m_rows.find(key); found != m_rows.end()) {
            return found->second;
        }
        Stage stage =
            m_stages.computeRows(key, m_first, [this](const StageKey& needed) { return find(needed); }, m_stop);
        m_rows.emplace(key, stage);
        return stage;
    }

    const ModelConfig& m_config;
    const ModelStages& m_stages;
    const Reuse& m_reuse;
    const std::stop_token& m_stop;
    bool m_keepsQueries = false;
    Index m_shared = 0;     ///< The first so many layers are the earlier pass's.
    TokenIndex m_first;     ///< The first row that the layer in progress works out.
    Trace::Tensors m_rows;  ///< The stages of the layer in progress from that row on; keys and values once they are whole.
    Trace::Tensors m_kept;
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

Result<std::shared_ptr<const Trace>> pass(PassInput input, const EncodedText& text, const Trace* before,
                                          const StageKey& last, const std::stop_token& stop)
{
    const Model& model = *input.model;
    if (const Result<void> valid = validateRequest(model, text, input.experiment); !valid) {
        return tl::unexpected(valid.error());
    }
    TraceInfo info{.text = text.text,
                   .tokens = text.tokens,
                   .modelName = model.name,
                   .modelNote = model.note,
                   .experiment = input.experiment,
                   .mask = effectiveMask(input.experiment, model.config.mask),
                   .layerMasks = {},
                   .layers = model.config.layers,
                   .heads = model.config.heads,
                   .askedHeads = model.askedHeads,
                   .pair = text.pair};
    for (const Mask& own : model.config.layerMasks) {
        info.layerMasks.push_back(effectiveMask(input.experiment, own));
    }
    const Reuse reuse = before == nullptr ? Reuse{} : reuseOf(*before, model.config, input);
    const auto stages = std::make_shared<const ModelStages>(std::move(input), last);
    Result<Trace::Tensors> kept = ForwardPass(model.config, *stages, reuse, stop).run(last);
    if (!kept) {
        return tl::unexpected(kept.error());
    }
    return std::make_shared<const Trace>(std::move(info), std::move(*kept), stages);
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

Result<std::shared_ptr<const Trace>> forward(const std::shared_ptr<const Model>& model, const EncodedText& text,
                                             const Experiment& experiment, const std::stop_token& stop)
{
    return pass({model, text.tokens, experiment}, text, nullptr, {StageId::Logits}, stop);
}

Result<std::shared_ptr<const Trace>> forwardAfter(const std::shared_ptr<const Model>& model, const Trace& before,
                                                  const EncodedText& text, const Experiment& experiment,
                                                  const StageKey& last, const std::stop_token& stop)
{
    return pass({model, text.tokens, experiment}, text, &before, last, stop);
}

}  // namespace headlight
