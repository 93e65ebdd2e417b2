#include "core/analysis/pipeline.h"

#include "core/attention/positions.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace headlight {
namespace {

using enum StageId;
using enum PipelinePart;

/// The shortest decimal of a factor.
std::string number(float value)
{
    std::array<char, 32> text{};
    const auto written = std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::general, 4);
    return {text.data(), written.ptr};
}

/// "layer 2", "layers 0–2".
std::string layersFrom(Index first, Index last)
{
    return first == last ? "layer " + std::to_string(first)
                         : "layers " + std::to_string(first) + "–" + std::to_string(last);
}

/// What a weight matrix and its bias do to `input`: "input·W + b".
std::string linearFormula(const std::string& input, const std::string& weight, const std::string& bias, bool hasBias)
{
    return input + "·" + weight + (hasBias ? " + " + bias : "");
}

/// Follows a pass of the model (core/model/transformer.cpp) and writes down its steps.
class Flow
{
public:
    Flow(const Model& model, const Trace& trace, HeadAddress head)
        : m_config(model.config)
        , m_trace(trace)
        , m_experiment(trace.info().experiment)
        , m_positions(m_experiment.positions.value_or(m_config.positions))
        , m_head(head)
        , m_norm(m_config.normKind == NormKind::LayerNorm ? "LayerNorm" : "RMSNorm")
        , m_normFirst(m_config.normPlacement == NormPlacement::Before)
    {}

    std::vector<PipelineStep> run() &&
    {
        embed();
        attend();
        joinHeads();
        feedForward();
        finish();
        return std::move(m_steps);
    }

private:
    void embed()
    {
        add(TokenEmbedding, Embedding, {}, "");
        add(PositionEmbedding, Embedding, {}, "+",
            m_positions == PositionScheme::Sinusoidal ? "sin, cos(position/10000^(2i/D))" : "");
        add(TypeEmbedding, Embedding, {}, "+");
        std::string sum = "token";
        sum += has(PositionEmbedding) ? " + position" : "";
        sum += has(TypeEmbedding) ? " + segment" : "";
        const bool isNormed = m_config.hasEmbeddingNorm;
        add(EmbeddingOutput, Embedding, {TokenEmbedding, PositionEmbedding, TypeEmbedding}, isNormed ? "norm" : "=",
            isNormed ? normOf(sum) : sum);
        const Index layer = m_head.layer.value;
        add(LayerInput, Embedding, {EmbeddingOutput}, layer == 0 ? "=" : layersFrom(0, layer - 1),
            layer == 0 ? "X = embedding" : "X = output of layer " + std::to_string(layer - 1));
    }

    void attend()
    {
        if (m_normFirst) {
            add(AttentionNorm, Attention, {LayerInput}, "norm", normOf("X"));
        }
        const StageId source = m_normFirst ? AttentionNorm : LayerInput;
        add(Query, Attention, {source}, "·W_Q", "Q = " + shared(positioned(projection("W_Q", "b_Q"))));
        add(Key, Attention, {source}, "·W_K", "K = " + shared(positioned(projection("W_K", "b_K"))));
        addValues(source);
        m_experiment.kernel == AttentionKernel::Linear ? weighLinearly() : weighBySoftmax();
        const bool isOff = m_experiment.ablatedHeads.contains(m_head);
        add(Heads, Attention, {Weights, Value}, isOff ? "off" : "·V", isOff ? "0: the head is switched off" : "");
    }

    void addValues(StageId source)
    {
        const bool areKeys = m_experiment.values == ValueSource::Keys;
        std::string formula = areKeys ? "V = K" : "V = " + shared(projection("W_V", "b_V"));
        std::string zeroed;
        for (const TokenIndex token : m_experiment.zeroedValues) {
            if (token.value < m_trace.tokens()) {
                zeroed += (zeroed.empty() ? "" : ", ") + std::to_string(token.value);
            }
        }
        formula += zeroed.empty() ? "" : ", 0 for token " + zeroed;
        add(Value, Attention, {areKeys ? Key : source}, areKeys ? "=" : "·W_V", formula);
    }

    void weighBySoftmax()
    {
        add(RawScores, Attention, {Query, Key}, "Q·Kᵀ");
        const auto [operation, formula] = scaling();
        add(Scores, Attention, {RawScores}, operation, formula);
        addMaskedScores();
        const float temperature = m_experiment.temperature;
        add(Weights, Attention, {MaskedScores}, "softmax",
            temperature == 1.0F ? "" : "softmax((scores + mask)/" + number(temperature) + ")");
    }

    void weighLinearly()
    {
        add(Scores, Attention, {Query, Key}, "φ(Q)·φ(K)ᵀ", "φ(Q)·φ(K)ᵀ, φ(x) = elu(x) + 1");
        addMaskedScores();
        add(Weights, Attention, {MaskedScores}, "÷ row sum", "scores ÷ sum of the row's visible scores");
    }

    void addMaskedScores()
    {
        add(MaskedScores, Attention, {Scores}, "mask",
            "scores + mask: " + describe(m_trace.info().maskOf(m_head.layer)));
    }

    void joinHeads()
    {
        add(Concat, JoiningHeads, {Heads}, "concat");
        add(AttentionOutput, JoiningHeads, {Concat}, "·W_O",
            linearFormula("concat", "W_O", "b_O", m_config.biases.attentionOutput));
        add(AttentionResidual, JoiningHeads, {LayerInput, AttentionOutput}, "+ X");
        if (!m_normFirst) {
            add(AttentionNorm, JoiningHeads, {AttentionResidual}, "norm", normOf("after attention"));
        }
    }

    void feedForward()
    {
        const bool isParallel = m_config.residualOrder == ResidualOrder::Parallel;
        if (m_normFirst) {
            add(FeedForwardNorm, FeedForward, {isParallel ? LayerInput : AttentionResidual},
                isParallel ? "norm of X" : "norm", normOf(isParallel ? "X" : "after attention"));
        }
        const StageId source = m_normFirst ? FeedForwardNorm : AttentionNorm;
        const bool hasBiases = m_config.biases.feedForward;
        add(FeedForwardHidden, FeedForward, {source}, "·W_1", linearFormula("norm", "W_1", "b_1", hasBiases));
        add(FeedForwardGate, FeedForward, {source}, "·W_gate", linearFormula("norm", "W_gate", "b_gate", hasBiases));
        const std::string activation = activationName(m_config.activation);
        const bool isGated = m_config.feedForward == FeedForwardKind::Gated;
        add(FeedForwardActivation, FeedForward, {FeedForwardHidden, FeedForwardGate}, activation,
            isGated ? activation + "(gate) ⊙ hidden" : activation + "(hidden)");
        add(FeedForwardOutput, FeedForward, {FeedForwardActivation}, "·W_2",
            linearFormula("activation", "W_2", "b_2", hasBiases));
        if (m_normFirst) {
            add(LayerOutput, FeedForward, {AttentionResidual, FeedForwardOutput}, "+ residual",
                "after attention + feed-forward output");
        } else {
            add(FeedForwardNorm, FeedForward, {AttentionNorm, FeedForwardOutput}, "+ residual, norm",
                normOf("attention norm + feed-forward output"));
            add(LayerOutput, FeedForward, {FeedForwardNorm}, "=", "feed-forward norm");
        }
    }

    void finish()
    {
        const Index last = m_trace.info().layers - 1;
        const Index layer = m_head.layer.value;
        const std::string between = layer == last ? "" : layersFrom(layer + 1, last) + ", ";
        const std::string output = "output of layer " + std::to_string(last);
        add(FinalNorm, Output, {LayerOutput}, between + "norm", normOf(output));
        const bool isNormed = has(FinalNorm);
        const bool isTied = m_config.outputEmbedding == OutputEmbedding::Tied;
        const std::string embedding = isTied ? "Eᵀ" : "Uᵀ";
        std::string final = isNormed ? "final norm" : output;
        if (m_config.outputHead == OutputHead::Transformed) {
            final = normOf(activationName(m_config.headActivation()) +
                           (isNormed ? "(final norm·W + b)" : "(" + output + "·W + b)"));
        }
        add(Logits, Output, {isNormed ? FinalNorm : LayerOutput}, (isNormed ? "" : between) + "·" + embedding,
            linearFormula(final, embedding, "b", m_config.hasOutputBias));
    }

    std::string normOf(const std::string& input) const { return m_norm + "(" + input + ")"; }

    std::string projection(const std::string& weight, const std::string& bias) const
    {
        return linearFormula(m_normFirst ? "norm" : "X", weight, bias, m_config.biases.queryKeyValue);
    }

    /// What else happens to queries and keys.
    std::string positioned(std::string projected) const
    {
        if (m_config.hasQueryKeyNorm) {
            projected = "RMSNorm(" + projected + ")";
        }
        return m_positions == PositionScheme::Rotary ? "rotate(" + projected + ", position)" : projected;
    }

    std::string shared(const std::string& projected) const
    {
        return m_experiment.sharing == HeadSharing::FirstHead ? projected + " of head 0" : projected;
    }

    /// From raw to scaled scores: operation and formula.
    std::pair<std::string, std::string> scaling() const
    {
        std::string operation = "not scaled";
        if (m_experiment.scaling == Scaling::On) {
            const bool isOwn = m_config.ownScoreScale != 0.0F;
            const std::string layer = std::to_string(m_head.layer.value + 1);
            if (!isOwn) {
                operation = m_config.scalesByLayer ? "/(√d·" + layer + ")" : "/√d";
            } else if (m_config.scoreScaleOf(m_head.layer) != 1.0F) {
                operation = "·" + number(m_config.ownScoreScale) + (m_config.scalesByLayer ? "/" + layer : "");
            }
        }
        std::string formula = operation == "not scaled" ? "Q·Kᵀ" : "Q·Kᵀ" + operation;
        if (m_positions == PositionScheme::Alibi) {
            const float slope = alibiSlopes(m_config.heads)[static_cast<std::size_t>(m_head.head.value)];
            operation += ", − distance";
            formula += " − " + number(slope) + "·|i − j|";
        }
        return {operation, formula};
    }

    bool has(StageId id) const
    {
        return std::ranges::any_of(m_steps, [id](const PipelineStep& step) { return step.key.id == id; });
    }

    /// Adds a step if the trace has the stage. Without a formula of its own it has the table's.
    void add(StageId id, PipelinePart part, std::vector<StageId> inputs, std::string operation,
             std::string formula = {})
    {
        const Stage& stage = stageInfo(id);
        const StageKey key{id, stage.scope == StageScope::Layer ? m_head.layer : LayerIndex(0)};
        const bool followsFromOthers = stage.storage == StageStorage::Derived &&
                                       std::ranges::all_of(inputs, [this](StageId input) { return has(input); });
        if (!m_trace.has(key) && !followsFromOthers) {
            return;
        }
        std::erase_if(inputs, [this](StageId input) { return !has(input); });
        m_steps.push_back({.key = key,
                           .part = part,
                           .formula = formula.empty() ? std::string(stage.formula) : std::move(formula),
                           .operation = std::move(operation),
                           .inputs = std::move(inputs)});
    }

    const ModelConfig& m_config;
    const Trace& m_trace;
    const Experiment& m_experiment;
    PositionScheme m_positions;
    HeadAddress m_head;
    std::string m_norm;
    bool m_normFirst;
    std::vector<PipelineStep> m_steps;
};

}  // namespace

std::string activationName(Activation activation)
{
    switch (activation) {
    case Activation::Relu:
        return "ReLU";
    case Activation::Gelu:
    case Activation::GeluTanh:
        return "GELU";
    case Activation::QuickGelu:
        return "QuickGELU";
    case Activation::Silu:
        return "SiLU";
    }
    return {};
}

std::string_view pipelinePartTitle(PipelinePart part)
{
    switch (part) {
    case Embedding:
        return "embedding";
    case Attention:
        return "attention of the head";
    case JoiningHeads:
        return "heads joined";
    case FeedForward:
        return "feed-forward";
    case Output:
        return "output";
    }
    return {};
}

std::vector<PipelineStep> pipelineOf(const Model& model, const Trace& trace, HeadAddress head)
{
    return Flow(model, trace, head).run();
}

}  // namespace headlight
