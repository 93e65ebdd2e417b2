// What kind of transformer a model is. One block, configured; never a subclass per family.
#pragma once

#include "core/attention/mask.h"
#include "core/attention/positions.h"
#include "core/base/result.h"
#include "core/tensor/types.h"

namespace headlight {

/// Where a block's norms stand: before each sublayer (GPT-2; Xiong et al. 2020) or after each residual (Vaswani et al.
/// 2017; BERT).
enum class NormPlacement { Before, After };

/// The feed-forward network's non-linearity.
enum class Activation {
    Relu,      ///< max(0, x)
    Gelu,      ///< x·Φ(x)  (Hendrycks & Gimpel 2016)
    GeluTanh,  ///< Its tanh approximation, as in GPT-2.
};

/// Every size and switch of a model. A value.
struct ModelConfig
{
    Index vocabulary = 0;        ///< V
    Index width = 0;             ///< D, a multiple of heads.
    Index layers = 0;            ///< L
    Index heads = 0;             ///< H, 1 to 64.
    Index feedForwardWidth = 0;  ///< F
    Index maxTokens = 0;         ///< The longest text, in tokens.
    NormPlacement normPlacement = NormPlacement::Before;
    Activation activation = Activation::Gelu;
    PositionScheme positions = PositionScheme::Sinusoidal;
    Mask mask = {};  ///< The model's own.
    float normEpsilon = 1e-5F;

    Index headWidth() const noexcept { return width / heads; }  ///< d
    bool operator==(const ModelConfig&) const = default;
};

/// The most heads a layer may have.
inline constexpr Index kMaxHeads = 64;

/// InvalidArgument where a size is not positive or sizes do not fit each other; the message names both.
Result<void> validate(const ModelConfig& config);

/// The bytes that a trace of `tokens` tokens with every stage fills.
std::size_t traceBytes(const ModelConfig& config, Index tokens);

}  // namespace headlight
