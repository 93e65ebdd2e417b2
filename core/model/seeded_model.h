// A model with seeded random weights, for when no trained one is at hand.
#pragma once

#include "core/base/result.h"
#include "core/model/model.h"

#include <cstdint>

namespace headlight {

/// 4 layers × 8 heads, D = 128, F = 512, pre-norm, sinusoidal, bidirectional; V is the tokenizer's.
ModelConfig seededModelConfig(const Tokenizer& tokenizer);

/// Weights drawn uniformly with variance 1/fan-in (LeCun et al. 1998, "Efficient BackProp", §4.6), queries and keys 1.5
/// times wider so that an untrained head has a visible pattern at all; token embeddings with variance 1. The same
/// configuration and seed give the same bits on every machine.
///
/// @return the model, with the note "untrained"; InvalidArgument for a configuration that does not fit together.
Result<std::shared_ptr<const Model>> makeSeededModel(const ModelConfig& config, std::uint64_t seed,
                                                     std::shared_ptr<const Tokenizer> tokenizer);

}  // namespace headlight
