#include "core/trace/stage.h"

#include <array>
#include <cassert>
#include <charconv>

namespace headlight {
namespace {

using enum StageId;
constexpr StageScope kModel = StageScope::Model;
constexpr StageScope kLayer = StageScope::Layer;

constexpr std::array kStages = {
    Stage{TokenEmbedding, kModel, "embedding.token", "token embedding", "E[id]", "TD"},
    Stage{PositionEmbedding, kModel, "embedding.position", "position embedding", "P[position]", "TD"},
    Stage{TypeEmbedding, kModel, "embedding.type", "segment embedding", "S[segment]", "TD"},
    Stage{EmbeddingOutput, kModel, "embedding.output", "embedding", "token + position + segment", "TD"},
    Stage{LayerInput, kLayer, "input", "layer input", "X", "TD"},
    Stage{AttentionNorm, kLayer, "attention.norm", "attention norm", "LayerNorm", "TD"},
    Stage{Query, kLayer, "attention.query", "queries", "Q = X·W_Q", "HTd"},
    Stage{Key, kLayer, "attention.key", "keys", "K = X·W_K", "GSd"},
    Stage{Value, kLayer, "attention.value", "values", "V = X·W_V", "GSd"},
    Stage{Scores, kLayer, "attention.scores", "scaled scores", "Q·Kᵀ/√d", "HTS"},
    Stage{Weights, kLayer, "attention.weights", "attention weights", "softmax(scores + mask)", "HTS"},
    Stage{Heads, kLayer, "attention.heads", "head outputs", "weights·V", "HTd"},
    Stage{Concat, kLayer, "attention.concat", "heads concatenated", "Concat(head_1, …, head_H)", "TC"},
    Stage{AttentionOutput, kLayer, "attention.output", "attention output", "concat·W_O", "TD"},
    Stage{AttentionResidual, kLayer, "attention.residual", "after attention", "X + attention output", "TD"},
    Stage{FeedForwardNorm, kLayer, "feed_forward.norm", "feed-forward norm", "LayerNorm", "TD"},
    Stage{FeedForwardHidden, kLayer, "feed_forward.hidden", "feed-forward hidden", "norm·W_1 + b_1", "TF"},
    Stage{FeedForwardGate, kLayer, "feed_forward.gate", "feed-forward gate", "norm·W_gate", "TF"},
    Stage{FeedForwardActivation, kLayer, "feed_forward.activation", "activation", "act(hidden)", "TF"},
    Stage{FeedForwardOutput, kLayer, "feed_forward.output", "feed-forward output", "activation·W_2 + b_2", "TD"},
    Stage{LayerOutput, kLayer, "output", "layer output", "X + attention + feed-forward", "TD"},
    Stage{FinalNorm, kModel, "final.norm", "final norm", "LayerNorm", "TD"},
    Stage{Logits, kModel, "logits", "logits", "final·Eᵀ", "TV"},
};

constexpr std::string_view kLayerPrefix = "layers.";

}  // namespace

std::span<const Stage> stages()
{
    return kStages;
}

const Stage& stageInfo(StageId id)
{
    const Stage& stage = kStages.at(static_cast<std::size_t>(id));
    assert(stage.id == id);
    return stage;
}

std::string tensorName(const StageKey& key)
{
    const Stage& stage = stageInfo(key.id);
    if (stage.scope == StageScope::Model) {
        return std::string(stage.name);
    }
    return std::string(kLayerPrefix) + std::to_string(key.layer.value) + "." + std::string(stage.name);
}

Result<StageKey> parseTensorName(std::string_view name)
{
    Index layer = 0;
    if (name.starts_with(kLayerPrefix)) {
        // What is no number leaves 0, and then no name below is the same.
        std::from_chars(name.data() + kLayerPrefix.size(), name.data() + name.size(), layer);
    }
    for (const Stage& stage : kStages) {
        const StageKey key{stage.id, LayerIndex(layer)};
        if (layer >= 0 && tensorName(key) == name) {
            return key;
        }
    }
    return failure(ErrorCode::NotFound, "\"" + std::string(name) + "\" is no stage of a trace.");
}

}  // namespace headlight
