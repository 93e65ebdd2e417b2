#include "core/model/transformer.h"

#include "core/base/memory.h"
#include "core/model/attention_options.h"
#include "core/model/requirements.h"

#include <algorithm>
#include <iterator>
#include <optional>

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
    for (Index layer = 0; layer < reuse.layers; ++layer) {
        if (!before.has({StageId::LayerInput, LayerIndex(layer)}) ||
            !before.has({StageId::LayerOutput, LayerIndex(layer)})) {
            reuse.layers = layer;
        }
    }
    return reuse.rows == 0 || reuse.layers == 0 ? Reuse{} : reuse;
}

/// A stage of a pass that grows block of rows by block of rows.
class GrowingStage
{
public:
    /// @param earlier what its first rows are; null for none
    GrowingStage(Tensor::Shape shape, std::shared_ptr<const Tensor> earlier, Index rows)
        : m_shape(std::move(shape))
        , m_earlier(std::move(earlier))
        , m_rows(rows)
    {}

    /// The next ones; where they are all, they are shared and not copied.
    void append(const std::shared_ptr<const Tensor>& rows)
    {
        if (rows->shape() == m_shape) {
            m_whole = rows;
            return;
        }
        if (!m_grown) {
            m_grown = std::make_shared<Tensor>(Tensor::unset(m_shape));
            m_whole = m_grown;
            setRows(0, m_earlier ? *m_earlier : Tensor(), m_rows);
        }
        setRows(m_rows, *rows, rows->rows());
        m_rows += rows->rows();
    }

    const std::shared_ptr<const Tensor>& whole() const { return m_whole; }

private:
    void setRows(Index begin, const Tensor& from, Index count)
    {
        for (Index slice = 0; slice < m_grown->slices() && count > 0; ++slice) {
            m_grown->matrix(slice).middleRows(begin, count) = from.matrix(slice).topRows(count);
        }
    }

    Tensor::Shape m_shape;
    std::shared_ptr<const Tensor> m_earlier;
    Index m_rows;  ///< How many are there.
    std::shared_ptr<Tensor> m_grown;
    std::shared_ptr<const Tensor> m_whole;
};

/// One run of `forward`, layer by layer; of a layer's stages only those stay that its trace keeps.
class ForwardPass
{
public:
    ForwardPass(const ModelConfig& config, const ModelStages& stages, const Reuse& reuse, const std::stop_token& stop)
        : m_config(config)
        , m_stages(stages)
        , m_tokens(stages.tokens())
        , m_reuse(reuse)
        , m_needs(runRequirements(config, m_tokens))
        , m_stop(stop)
    {}

    /// @param last see forwardAfter
    Result<Trace::Tensors> run(const StageKey& last)
    {
        const Index end = isOfLayer(last) ? last.layer.value : m_config.layers;
        const Index shared = m_reuse.rows == m_tokens ? std::min(m_reuse.layers, end) : 0;
        if (shared > 0) {
            shareLayers(shared);
        } else {
            embed();
        }
        for (Index layer = shared; layer < end; ++layer) {
            runLayer(LayerIndex(layer));
            if (m_stop.stop_requested()) {
                return failure(ErrorCode::Cancelled, "The computation was cancelled.");
            }
        }
        if (end < m_config.layers) {
            m_kept.emplace(StageKey{StageId::LayerInput, LayerIndex(end)}, inputOf(LayerIndex(end)));
        }
        return std::move(m_kept);
    }

private:
    using Stage = std::shared_ptr<const Tensor>;

    /// Of the first layers, all of whose rows are the earlier pass's.
    void shareLayers(Index layers)
    {
        for (const auto& [key, tensor] : m_reuse.pass->kept()) {
            if (isOfLayer(key) ? key.layer.value < layers : key.id == StageId::EmbeddingOutput) {
                m_kept.emplace(key, tensor);
            }
        }
    }

    void embed()
    {
        m_range = {0, m_tokens};
        m_kept.emplace(StageKey{StageId::EmbeddingOutput}, find({StageId::EmbeddingOutput}));
    }

    Stage inputOf(LayerIndex layer) const
    {
        return layer.value == 0 ? m_kept.at({StageId::EmbeddingOutput})
                                : m_kept.at({StageId::LayerOutput, LayerIndex(layer.value - 1)});
    }

    void runLayer(LayerIndex layer)
    {
        const Index known = layer.value < m_reuse.layers && m_reuse.rows < m_tokens ? m_reuse.rows : 0;
        const Stage input = inputOf(layer);
        m_kept.emplace(StageKey{StageId::LayerInput, layer}, input);
        const auto growing = [&](StageId id) {
            const StageKey key{id, layer};
            return GrowingStage(m_stages.shapes().at(key), known > 0 ? m_reuse.pass->find(key) : nullptr, known);
        };
        const auto forEachPart = [&](const auto& work) {
            for (Index row = known; row < m_tokens && !m_stop.stop_requested(); row += m_stages.rowsAtOnce()) {
                begin(layer, input, {row, std::min(row + m_stages.rowsAtOnce(), m_tokens)});
                work();
            }
        };
        GrowingStage keys = growing(StageId::Key);
        GrowingStage values = growing(StageId::Value);
        forEachPart([&] {
            keys.append(find({StageId::Key, layer}));
            values.append(find({StageId::Value, layer}));
        });
        std::optional<GrowingStage> queries;
        if (m_needs.keepsQueries) {
            queries.emplace(growing(StageId::Query));
        }
        GrowingStage output = growing(StageId::LayerOutput);
        forEachPart([&] {
            m_rows[{StageId::Key, layer}] = keys.whole();
            m_rows[{StageId::Value, layer}] = values.whole();
            if (queries) {
                queries->append(find({StageId::Query, layer}));
            }
            output.append(find({StageId::LayerOutput, layer}));
        });
        m_rows.clear();
        if (m_needs.keepsKeys) {
            m_kept.emplace(StageKey{StageId::Key, layer}, keys.whole());
        }
        if (m_needs.keepsValues) {
            m_kept.emplace(StageKey{StageId::Value, layer}, values.whole());
        }
        if (queries) {
            m_kept.emplace(StageKey{StageId::Query, layer}, queries->whole());
        }
        m_kept.emplace(StageKey{StageId::LayerOutput, layer}, output.whole());
    }

    /// Turns to some rows of a layer, if it is not at them.  @param input of all rows
    void begin(LayerIndex layer, const Stage& input, IndexRange rows)
    {
        const StageKey key{StageId::LayerInput, layer};
        if (m_range == rows && m_rows.contains(key)) {
            return;
        }
        m_range = rows;
        m_rows.clear();
        m_rows[key] = rows.size() == m_tokens ? input
                                              : std::make_shared<const Tensor>(Tensor::fromMatrix(
                                                    input->matrix().middleRows(rows.begin, rows.size())));
    }

    Stage find(const StageKey& key)
    {
        if (const auto found = m_rows.find(key); found != m_rows.end()) {
            return found->second;
        }
        Stage stage = m_stages.computeRows(
            key, m_range, [this](const StageKey& needed) { return find(needed); }, m_stop);
        m_rows.emplace(key, stage);
        return stage;
    }

    const ModelConfig& m_config;
    const ModelStages& m_stages;
    Index m_tokens;
    const Reuse& m_reuse;
    RunRequirements m_needs;
    const std::stop_token& m_stop;
    IndexRange m_range;     ///< The rows that are worked out.
    Trace::Tensors m_rows;  ///< The layer's stages of those rows; of all rows its keys and values, once they are there.
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
    info.scoring = scoringOf(model.config, input.experiment);
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
