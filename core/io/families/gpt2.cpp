// GPT-2  (Radford et al. 2019, "Language Models are Unsupervised Multitask Learners"); its linear maps lie [in×out].
#include "core/io/families/family.h"

namespace headlight {
namespace {

using enum Fusion;

constexpr std::array<std::string_view, 1> kPrefixes = {"transformer."};

constexpr std::array kWeights = {
    WeightSource{"embedding.token", "wte.weight"},
    WeightSource{"embedding.token", "lm_head.weight"},  // where tied tensors are stored once, under the other name
    WeightSource{"embedding.position", "wpe.weight"},
    WeightSource{"blocks.N.attention.norm.gain", "h.N.ln_1.weight"},
    WeightSource{"blocks.N.attention.norm.bias", "h.N.ln_1.bias"},
    WeightSource{"blocks.N.attention.query.weight", "h.N.attn.c_attn.weight", Layout::AsIs, Stacked, 0},
    WeightSource{"blocks.N.attention.query.bias", "h.N.attn.c_attn.bias", Layout::AsIs, Stacked, 0},
    WeightSource{"blocks.N.attention.key.weight", "h.N.attn.c_attn.weight", Layout::AsIs, Stacked, 1},
    WeightSource{"blocks.N.attention.key.bias", "h.N.attn.c_attn.bias", Layout::AsIs, Stacked, 1},
    WeightSource{"blocks.N.attention.value.weight", "h.N.attn.c_attn.weight", Layout::AsIs, Stacked, 2},
    WeightSource{"blocks.N.attention.value.bias", "h.N.attn.c_attn.bias", Layout::AsIs, Stacked, 2},
    WeightSource{"blocks.N.attention.output.weight", "h.N.attn.c_proj.weight"},
    WeightSource{"blocks.N.attention.output.bias", "h.N.attn.c_proj.bias"},
    WeightSource{"blocks.N.feed_forward.norm.gain", "h.N.ln_2.weight"},
    WeightSource{"blocks.N.feed_forward.norm.bias", "h.N.ln_2.bias"},
    WeightSource{"blocks.N.feed_forward.expand.weight", "h.N.mlp.c_fc.weight"},
    WeightSource{"blocks.N.feed_forward.expand.bias", "h.N.mlp.c_fc.bias"},
    WeightSource{"blocks.N.feed_forward.contract.weight", "h.N.mlp.c_proj.weight"},
    WeightSource{"blocks.N.feed_forward.contract.bias", "h.N.mlp.c_proj.bias"},
    WeightSource{"final.norm.gain", "ln_f.weight"},
    WeightSource{"final.norm.bias", "ln_f.bias"},
    WeightSource{"output.embedding", "lm_head.weight"},
};

void configure(ConfigReader& reader, const TensorNames& names, ModelConfig& config)
{
    config.vocabulary = reader.size({"vocab_size"});
    config.width = reader.size({"n_embd", "hidden_size"});
    config.layers = reader.size({"n_layer", "num_hidden_layers"});
    config.heads = reader.size({"n_head", "num_attention_heads"});
    config.maxTokens = reader.size({"n_positions", "n_ctx", "max_position_embeddings"});
    config.feedForwardWidth = reader.sizeOr({"n_inner"}, 4 * config.width);
    config.activation = reader.choiceOr("activation_function", kActivations, Activation::GeluTanh);
    config.normEpsilon = reader.epsilonOr("layer_norm_epsilon", 1e-5);
    config.positions = PositionScheme::Learned;
    config.mask = {.direction = Direction::Causal};
    config.ownScoreScale = reader.flagOr("scale_attn_weights", true) ? 0.0F : 1.0F;
    config.scalesByLayer = reader.flagOr("scale_attn_by_inverse_layer_idx", false);
    if (!reader.flagOr("tie_word_embeddings", true)) {
        config.outputEmbedding = OutputEmbedding::Own;
        config.outputHead = names.has("lm_head.weight") ? OutputHead::Linear : OutputHead::None;
    }
    if (reader.flagOr("add_cross_attention", false)) {
        reader.complain("\"add_cross_attention\" is true, but attention to another text is not supported");
    }
}

}  // namespace

const Family kGpt2Family = {.modelType = "gpt2",
                            .title = "GPT-2",
                            .prefixes = kPrefixes,
                            .weights = kWeights,
                            .tokenizer = TokenizerKind::HuggingFace,
                            .configure = configure};

}  // namespace headlight
