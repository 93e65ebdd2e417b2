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
    Stage{TokenEmbedding, kModel, "embedding.token", "token embedding", "E[id]", "TD",
          "Each token's id picks its row of the embedding matrix: the same vector wherever the token stands."},
    Stage{PositionEmbedding, kModel, "embedding.position", "position embedding", "P[position]", "TD",
          "Each place in the text has a vector of its own, so that order matters."},
    Stage{TypeEmbedding, kModel, "embedding.type", "segment embedding", "S[segment]", "TD",
          "Each token gets the vector of the text that it belongs to, the first or the second."},
    Stage{EmbeddingOutput, kModel, "embedding.output", "embedding", "token + position + segment", "TD",
          "All that is known of a token before the first layer, added into one vector."},
    Stage{LayerInput, kLayer, "input", "layer input", "X", "TD",
          "One vector a token, as the layers before have left it."},
    Stage{AttentionNorm, kLayer, "attention.norm", "attention norm", "LayerNorm", "TD",
          "Each token's vector is brought to a common size, so that no layer sees numbers that grow without end."},
    Stage{Query, kLayer, "attention.query", "queries", "Q = X·W_Q", "HTd",
          "Each token's vector is projected to what it asks for."},
    Stage{Key, kLayer, "attention.key", "keys", "K = X·W_K", "GSd",
          "Each token's vector is projected to what it can be found by."},
    Stage{Value, kLayer, "attention.value", "values", "V = X·W_V", "GSd",
          "Each token's vector is projected to what it hands on to those that look at it."},
    Stage{RawScores, kLayer, "attention.raw_scores", "raw scores", "Q·Kᵀ", "HTS",
          "The dot product of each query with each key says how well they match.", StageStorage::Derived},
    Stage{Scores, kLayer, "attention.scores", "scaled scores", "Q·Kᵀ/√d", "HTS",
          "Dividing by √d keeps the spread of the scores the same for any head width, so that the softmax does not "
          "saturate."},
    Stage{MaskedScores, kLayer, "attention.masked_scores", "masked scores", "scores + mask", "HTS",
          "Keys that a query may not look at get −∞, so that the softmax gives them exactly nothing.",
          StageStorage::Derived},
    Stage{Weights, kLayer, "attention.weights", "attention weights", "softmax(scores + mask)", "HTS",
          "Each query's scores become shares between 0 and 1 that sum to 1: where it looks."},
    Stage{Heads, kLayer, "attention.heads", "head outputs", "weights·V", "HTd",
          "Each token collects the values of the tokens that it looks at, in proportion to the weights."},
    Stage{Concat, kLayer, "attention.concat", "heads concatenated", "Concat(head_1, …, head_H)", "TC",
          "The outputs of all heads are put side by side."},
    Stage{AttentionOutput, kLayer, "attention.output", "attention output", "concat·W_O", "TD",
          "What the heads found is mixed and brought back to the model's width."},
    Stage{AttentionResidual, kLayer, "attention.residual", "after attention", "X + attention output", "TD",
          "What attention found is added to what each token already knew."},
    Stage{FeedForwardNorm, kLayer, "feed_forward.norm", "feed-forward norm", "LayerNorm", "TD",
          "Each token's vector is brought to a common size once more."},
    Stage{FeedForwardHidden, kLayer, "feed_forward.hidden", "feed-forward hidden", "norm·W_1 + b_1", "TF",
          "Each token, now on its own, is compared with the patterns that the network has learnt."},
    Stage{FeedForwardGate, kLayer, "feed_forward.gate", "feed-forward gate", "norm·W_gate", "TF",
          "A second projection decides how much of each pattern gets through."},
    Stage{FeedForwardActivation, kLayer, "feed_forward.activation", "activation", "act(hidden)", "TF",
          "The non-linearity lets patterns that match through and holds back the others."},
    Stage{FeedForwardOutput, kLayer, "feed_forward.output", "feed-forward output", "activation·W_2 + b_2", "TD",
          "The patterns that got through are turned into what is to be added to each token."},
    Stage{LayerOutput, kLayer, "output", "layer output", "X + attention + feed-forward", "TD",
          "Each token's vector leaves the layer and enters the next one."},
    Stage{FinalNorm, kModel, "final.norm", "final norm", "LayerNorm", "TD",
          "After the last layer each vector is brought to a common size."},
    Stage{Logits, kModel, "logits", "logits", "final·Eᵀ", "TV",
          "Each final vector is compared with every token of the vocabulary: the higher, the likelier."},
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
