// A model as loaded: its configuration, weights and tokenizer.
#pragma once

#include "core/attention/experiment.h"
#include "core/model/config.h"
#include "core/model/feed_forward.h"
#include "core/model/layer_norm.h"
#include "core/text/tokenizer.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace headlight {

/// The weights of one block.
struct BlockWeights
{
    LinearWeights query;  ///< [D×D], all heads side by side; so key and value.
    LinearWeights key;
    LinearWeights value;
    LinearWeights output;  ///< W_O [D×D]
    LayerNormWeights attentionNorm;
    LayerNormWeights feedForwardNorm;
    LinearWeights expand;    ///< W_1 [D×F]
    LinearWeights contract;  ///< W_2 [F×D]
};

struct Weights
{
    Matrix tokenEmbedding;     ///< E [V×D]; also gives the logits (Press & Wolf 2017, "tied").
    Matrix positionEmbedding;  ///< [maxTokens×D] with learned positions, else empty.
    std::vector<BlockWeights> blocks;
    std::optional<LayerNormWeights> finalNorm;
};

/// Immutable once made; shared as `shared_ptr<const Model>` between threads.
struct Model
{
    std::string name;
    std::string note;  ///< What every picture must say of it, as "untrained"; may be empty.
    ModelConfig config;
    Weights weights;
    std::vector<AskedHead> askedHeads = {};  ///< Those whose role was given in training.
    std::shared_ptr<const Tokenizer> tokenizer;
};

}  // namespace headlight
