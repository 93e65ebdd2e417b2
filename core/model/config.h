// What kind of transformer a model is. One block, configured; never a subclass per family.
#pragma once

#include "core/attention/mask.h"
#include "core/attention/positions.h"
#include "core/base/indices.h"
#include "core/base/result.h"
#include "core/tensor/types.h"

#include <optional>
#include <vector>

namespace headlight {

/// Where a block's norms stand: before each sublayer (GPT-2; Xiong et al. 2020) or after each residual (Vaswani et al.
/// 2017; BERT).
enum class NormPlacement { Before, After };

/// How a token's vector is normalised: see core/model/norm.h.
enum class NormKind { LayerNorm, RmsNorm };

/// What the feed-forward network reads: the attention's result, or, side by side with attention, the layer's input (Wang &
/// Komatsuzaki 2021, "GPT-J-6B"; GPT-NeoX).
enum class ResidualOrder { Sequential, Parallel };

/// The feed-forward network's non-linearity.
enum class Activation {
    Relu,       ///< max(0, x)
    Gelu,       ///< x·Φ(x)  (Hendrycks & Gimpel 2016)
    GeluTanh,   ///< Its tanh approximation, as in GPT-2.
    QuickGelu,  ///< Its sigmoid approximation x·σ(1.702·x).
    Silu,       ///< x·σ(x)  (Elfwing et al. 2018; "swish" of Ramachandran et al. 2017)
};

/// act(x·W_1)·W_2 (Vaswani et al. 2017, equation 2), or (act(x·W_gate) ⊙ x·W_1)·W_2 (Shazeer 2020, "GLU Variants Improve
/// Transformer", equation 6).
enum class FeedForwardKind { Plain, Gated };

/// How logits come from the final vectors.
enum class OutputHead {
    None,         ///< Not at all: an encoder without a head.
    Linear,       ///< x·Eᵀ + b
    Transformed,  ///< norm(act(x·W + b))·Eᵀ + b: masked words, as in BERT  (Devlin et al. 2019).
};

/// Whether the output head multiplies by the token embedding (Press & Wolf 2017, "Using the Output Embedding to Improve Language
/// Models") or by a matrix of its own.
enum class OutputEmbedding { Tied, Own };

/// Which linear maps of a block have a bias.
struct Biases
{
    bool queryKeyValue = true;
    bool attentionOutput = true;
    bool feedForward = true;

    bool operator==(const Biases&) const = default;
};

/// Every size and switch of a model. A value.
struct ModelConfig
{
    Index vocabulary = 0;        ///< V
    Index width = 0;             ///< D
    Index layers = 0;            ///< L
    Index heads = 0;             ///< H, 1 to kMaxHeads.
    Index feedForwardWidth = 0;  ///< F
    Index maxTokens = 0;         ///< The longest text, in tokens.
    Index keyValueHeads = 0;     ///< G, a divisor of the heads; 0 for as many as heads  (Ainslie et al. 2023, "GQA").
    Index ownHeadWidth = 0;      ///< d; 0 for D/H.
    Index segments = 0;          ///< Token types that have an embedding; 0 for none.
    NormPlacement normPlacement = NormPlacement::Before;
    NormKind normKind = NormKind::LayerNorm;
    ResidualOrder residualOrder = ResidualOrder::Sequential;
    FeedForwardKind feedForward = FeedForwardKind::Plain;
    Activation activation = Activation::Gelu;
    Biases biases = {};
    PositionScheme positions = PositionScheme::Sinusoidal;
    RotaryOptions rotary = {};
    Mask mask = {};                     ///< The model's own.
    std::vector<Mask> layerMasks = {};  ///< One a layer where they differ; else empty.
    float normEpsilon = 1e-5F;
    bool hasEmbeddingNorm = false;  ///< After the embeddings are added up, as in BERT.
    bool hasQueryKeyNorm = false;   ///< RMSNorm of each head's queries and keys before they are turned, as in Qwen3.
    bool scalesByLayer = false;     ///< Scores of layer n are also divided by n + 1, as GPT-2 may.
    float ownScoreScale = 0.0F;     ///< Factor on Q·Kᵀ; 0 for 1/√d.
    OutputHead outputHead = OutputHead::Linear;
    std::optional<Activation> ownHeadActivation = {};  ///< Of OutputHead::Transformed; nothing for the blocks'.
    OutputEmbedding outputEmbedding = OutputEmbedding::Tied;
    bool hasOutputBias = false;

    Index groups() const noexcept { return keyValueHeads == 0 ? heads : keyValueHeads; }           ///< G
    Index headWidth() const noexcept { return ownHeadWidth == 0 ? width / heads : ownHeadWidth; }  ///< d
    Activation headActivation() const noexcept { return ownHeadActivation.value_or(activation); }
    const Mask& maskOf(LayerIndex layer) const;

    /// The factor on Q·Kᵀ in that layer.
    float scoreScaleOf(LayerIndex layer) const;

    bool operator==(const ModelConfig&) const = default;
};

/// The most heads a layer may have.
inline constexpr Index kMaxHeads = 128;

/// InvalidArgument where a size is not positive or sizes do not fit each other; the message names both.
Result<void> validate(const ModelConfig& config);

/// How many numbers the weights of such a model are; as many as a double counts exactly, or more than memory holds.
double weightCount(const ModelConfig& config);

}  // namespace headlight
