// GPT-NeoX (Black et al. 2022) and Pythia (Biderman et al. 2023): attention and feed-forward side by side, a part of each head turned.
#include "core/io/families/family.h"

namespace headlight {
namespace {

using enum Layout;
using enum Fusion;

constexpr std::array<std::string_view, 1> kPrefixes = {"gpt_neox."};

constexpr std::array kWeights = {
    WeightSource{"embedding.token", "embed_in.weight"},
    WeightSource{"embedding.token", "embed_out.weight"},
    WeightSource{"blocks.N.attention.norm.gain", "layers.N.input_layernorm.weight"},
    WeightSource{"blocks.N.attention.norm.bias", "layers.N.input_layernorm.bias"},
    WeightSource{"blocks.N.attention.query.weight", "layers.N.attention.query_key_value.weight", OutIn, PerHead, 0},
    WeightSource{"blocks.N.attention.query.bias", "layers.N.attention.query_key_value.bias", AsIs, PerHead, 0},
    WeightSource{"blocks.N.attention.key.weight", "layers.N.attention.query_key_value.weight", OutIn, PerHead, 1},
    WeightSource{"blocks.N.attention.key.bias", "layers.N.attention.query_key_value.bias", AsIs, PerHead, 1},
    WeightSource{"blocks.N.attention.value.weight", "layers.N.attention.query_key_value.weight", OutIn, PerHead, 2},
    WeightSource{"blocks.N.attention.value.bias", "layers.N.attention.query_key_value.bias", AsIs, PerHead, 2},
    WeightSource{"blocks.N.attention.output.weight", "layers.N.attention.dense.weight", OutIn},
    WeightSource{"blocks.N.attention.output.bias", "layers.N.attention.dense.bias"},
    WeightSource{"blocks.N.feed_forward.norm.gain", "layers.N.post_attention_layernorm.weight"},
    WeightSource{"blocks.N.feed_forward.norm.bias", "layers.N.post_attention_layernorm.bias"},
    WeightSource{"blocks.N.feed_forward.expand.weight", "layers.N.mlp.dense_h_to_4h.weight", OutIn},
    WeightSource{"blocks.N.feed_forward.expand.bias", "layers.N.mlp.dense_h_to_4h.bias"},
    WeightSource{"blocks.N.feed_forward.contract.weight", "layers.N.mlp.dense_4h_to_h.weight", OutIn},
    WeightSource{"blocks.N.feed_forward.contract.bias", "layers.N.mlp.dense_4h_to_h.bias"},
    WeightSource{"final.norm.gain", "final_layer_norm.weight"},
    WeightSource{"final.norm.bias", "final_layer_norm.bias"},
    WeightSource{"output.embedding", "embed_out.weight"},
};

void configure(ConfigReader& reader, const TensorNames& names, ModelConfig& config)
{
    config.vocabulary = reader.size({"vocab_size"});
    config.width = reader.size({"hidden_size"});
    config.layers = reader.size({"num_hidden_layers"});
    config.heads = reader.size({"num_attention_heads"});
    config.feedForwardWidth = reader.size({"intermediate_size"});
    config.maxTokens = reader.sizeOr({"max_position_embeddings"}, 2048);
    config.activation = reader.choiceOr("hidden_act", kActivations, Activation::Gelu);
    config.normEpsilon = reader.epsilonOr("layer_norm_eps", 1e-5);
    config.residualOrder =
        reader.flagOr("use_parallel_residual", true) ? ResidualOrder::Parallel : ResidualOrder::Sequential;
    config.positions = PositionScheme::Rotary;
    if (config.heads > 0) {
        config.rotary = readRotary(reader, reader.has("rotary_emb_base") ? "rotary_emb_base" : "rope_theta",
                                   config.headWidth(), reader.numberOr("rotary_pct", 0.0, 1.0, 0.25));
    }
    config.mask = {.direction = Direction::Causal};
    const bool attentionBias = reader.flagOr("attention_bias", true);
    config.biases = {.queryKeyValue = attentionBias, .attentionOutput = attentionBias, .feedForward = true};
    if (!reader.flagOr("tie_word_embeddings", false)) {
        config.outputEmbedding = OutputEmbedding::Own;
        config.outputHead = names.has("embed_out.weight") ? OutputHead::Linear : OutputHead::None;
    }
}

}  // namespace

const Family kGptNeoXFamily = {.modelType = "gpt_neox",
                               .title = "GPT-NeoX and Pythia",
                               .prefixes = kPrefixes,
                               .weights = kWeights,
                               .tokenizer = TokenizerKind::HuggingFace,
                               .configure = configure};

}  // namespace headlight
