// A model as loaded: its configuration, weights and tokenizer.
#pragma once

#include "core/attention/experiment.h"
#include "core/model/config.h"
#include "core/model/feed_forward.h"
#include "core/model/norm.h"
#include "core/text/tokenizer.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace headlight {

/// The weights of one block; what a configuration has not is empty.
struct BlockWeights
{
    LinearWeights query;  ///< [D×H·d], all heads side by side.
    LinearWeights key;    ///< [D×G·d]; so value.
    LinearWeights value;
    LinearWeights output;        ///< W_O [H·d×D]
    NormWeights queryNorm = {};  ///< [d], of each head; so keyNorm.
    NormWeights keyNorm = {};
    NormWeights attentionNorm;
    NormWeights feedForwardNorm;
    LinearWeights expand;     ///< W_1 [D×F]
    LinearWeights gate = {};  ///< W_gate [D×F]
    LinearWeights contract;   ///< W_2 [F×D]
};

/// From final vectors to logits: what OutputHead has beside the embedding.
struct OutputHeadWeights
{
    LinearWeights transform = {};  ///< [D×D] of OutputHead::Transformed.
    NormWeights norm = {};         ///< [D] of OutputHead::Transformed.
    Matrix embedding = {};         ///< [V×D] where it is not the token embedding.
    RowVector bias = {};           ///< [V]
};

struct Weights
{
    Matrix tokenEmbedding;         ///< E [V×D]
    Matrix positionEmbedding;      ///< [maxTokens×D] with learned positions, else empty.
    Matrix segmentEmbedding = {};  ///< [segments×D]
    NormWeights embeddingNorm = {};
    std::vector<BlockWeights> blocks;
    std::optional<NormWeights> finalNorm;
    OutputHeadWeights outputHead = {};
};

/// Immutable once made; shared as `shared_ptr<const Model>` between threads.
struct Model
{
    std::string name;
    std::string note;          ///< What every picture must say of it, as "untrained"; may be empty.
    std::string warning = {};  ///< What is wrong with it, as weights that are no numbers; may be empty.
    ModelConfig config;
    Weights weights;
    std::vector<AskedHead> askedHeads = {};  ///< Those whose role was given in training.
    std::shared_ptr<const Tokenizer> tokenizer;
};

}  // namespace headlight
