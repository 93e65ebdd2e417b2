// Llama (Touvron et al. 2023; Dubey et al. 2024) and its close relatives Mistral (Jiang et al. 2023), Qwen2 (Yang et al. 2024) and
// Qwen3 (Yang et al. 2025), which share its names; SmolLM is a Llama.
#include "core/io/families/family.h"
#include "core/text/utf8.h"

namespace headlight {
namespace {

using enum Layout;

constexpr std::array<std::string_view, 1> kPrefixes = {"model."};

constexpr std::array kWeights = {
    WeightSource{"embedding.token", "embed_tokens.weight"},
    WeightSource{"embedding.token", "lm_head.weight"},
    WeightSource{"blocks.N.attention.norm.gain", "layers.N.input_layernorm.weight"},
    WeightSource{"blocks.N.attention.query.weight", "layers.N.self_attn.q_proj.weight", OutIn},
    WeightSource{"blocks.N.attention.query.bias", "layers.N.self_attn.q_proj.bias"},
    WeightSource{"blocks.N.attention.key.weight", "layers.N.self_attn.k_proj.weight", OutIn},
    WeightSource{"blocks.N.attention.key.bias", "layers.N.self_attn.k_proj.bias"},
    WeightSource{"blocks.N.attention.value.weight", "layers.N.self_attn.v_proj.weight", OutIn},
    WeightSource{"blocks.N.attention.value.bias", "layers.N.self_attn.v_proj.bias"},
    WeightSource{"blocks.N.attention.query_norm.gain", "layers.N.self_attn.q_norm.weight"},
    WeightSource{"blocks.N.attention.key_norm.gain", "layers.N.self_attn.k_norm.weight"},
    WeightSource{"blocks.N.attention.output.weight", "layers.N.self_attn.o_proj.weight", OutIn},
    WeightSource{"blocks.N.attention.output.bias", "layers.N.self_attn.o_proj.bias"},
    WeightSource{"blocks.N.feed_forward.norm.gain", "layers.N.post_attention_layernorm.weight"},
    WeightSource{"blocks.N.feed_forward.expand.weight", "layers.N.mlp.up_proj.weight", OutIn},
    WeightSource{"blocks.N.feed_forward.expand.bias", "layers.N.mlp.up_proj.bias"},
    WeightSource{"blocks.N.feed_forward.gate.weight", "layers.N.mlp.gate_proj.weight", OutIn},
    WeightSource{"blocks.N.feed_forward.gate.bias", "layers.N.mlp.gate_proj.bias"},
    WeightSource{"blocks.N.feed_forward.contract.weight", "layers.N.mlp.down_proj.weight", OutIn},
    WeightSource{"blocks.N.feed_forward.contract.bias", "layers.N.mlp.down_proj.bias"},
    WeightSource{"final.norm.gain", "norm.weight"},
    WeightSource{"output.embedding", "lm_head.weight"},
};

/// A query sees itself and the `window` − 1 tokens before it.
Mask slidingWindow(Index window)
{
    return {.direction = Direction::Causal, .pattern = MaskPattern::Window, .reach = window - 1};
}

/// "layer_types", where a configuration has it; else the window is in force from layer `first` on.
void slideIn(ConfigReader& reader, Index window, Index first, ModelConfig& config)
{
    if (window < 1) {
        reader.complain("\"sliding_window\" is 0; expected at least 1");
        return;
    }
    if (config.layers < 1 || config.layers > kMaxLayers) {
        return;  // which validate says
    }
    const nlohmann::json* const types = reader.find("layer_types");
    if (types != nullptr && (!types->is_array() || types->size() != static_cast<std::size_t>(config.layers))) {
        const std::string found = types->is_array() ? "has " + std::to_string(types->size()) + " entries"
                                                    : "is " + std::string(jsonTypeName(*types));
        reader.complain("\"layer_types\" " + found + "; expected a list of " + std::to_string(config.layers) +
                        ", as \"num_hidden_layers\" says");
        return;
    }
    for (Index layer = 0; layer < config.layers; ++layer) {
        bool slides = layer >= first;
        if (types != nullptr) {
            const auto* const type = (*types)[static_cast<std::size_t>(layer)].get_ptr<const std::string*>();
            slides = type != nullptr && *type == "sliding_attention";
            if (!slides && (type == nullptr || *type != "full_attention")) {
                reader.complain("\"layer_types\" has " + excerpt((*types)[static_cast<std::size_t>(layer)].dump()) +
                                "; expected \"full_attention\" or \"sliding_attention\"");
                return;
            }
        }
        config.layerMasks.push_back(slides ? slidingWindow(window) : config.mask);
    }
    if (std::ranges::count(config.layerMasks, config.layerMasks.front()) == config.layers) {
        config.mask = config.layerMasks.front();
        config.layerMasks.clear();
    }
}

/// What all of them have in common.
void configureDecoder(ConfigReader& reader, const TensorNames& names, ModelConfig& config)
{
    config.vocabulary = reader.size({"vocab_size"});
    config.width = reader.size({"hidden_size"});
    config.layers = reader.size({"num_hidden_layers"});
    config.heads = reader.size({"num_attention_heads"});
    config.keyValueHeads = reader.sizeOr({"num_key_value_heads"}, config.heads);
    config.ownHeadWidth = reader.sizeOr({"head_dim"}, 0);
    config.feedForwardWidth = reader.size({"intermediate_size"});
    config.maxTokens = reader.sizeOr({"max_position_embeddings"}, 2048);
    config.normKind = NormKind::RmsNorm;
    config.normEpsilon = reader.epsilonOr("rms_norm_eps", 1e-6);
    config.feedForward = FeedForwardKind::Gated;
    config.activation = reader.choiceOr("hidden_act", kActivations, Activation::Silu);
    config.positions = PositionScheme::Rotary;
    if (config.heads > 0) {
        config.rotary = readRotary(reader, "rope_theta", config.headWidth(), 1.0);
    }
    config.mask = {.direction = Direction::Causal};
    const bool attentionBias = reader.flagOr("attention_bias", false);
    config.biases = {
        .queryKeyValue = attentionBias || names.has("layers.0.self_attn.q_proj.bias"),
        .attentionOutput = attentionBias || names.has("layers.0.self_attn.o_proj.bias"),
        .feedForward = reader.flagOr("mlp_bias", false) || names.has("layers.0.mlp.up_proj.bias"),
    };
    if (!reader.flagOr("tie_word_embeddings", false)) {
        config.outputEmbedding = OutputEmbedding::Own;
        config.outputHead = names.has("lm_head.weight") ? OutputHead::Linear : OutputHead::None;
    }
}

void configureMistral(ConfigReader& reader, const TensorNames& names, ModelConfig& config)
{
    configureDecoder(reader, names, config);
    if (reader.has("sliding_window")) {
        slideIn(reader, reader.size({"sliding_window"}), 0, config);
    }
}

void configureQwen2(ConfigReader& reader, const TensorNames& names, ModelConfig& config)
{
    configureDecoder(reader, names, config);
    if (reader.flagOr("use_sliding_window", false) && reader.has("sliding_window")) {
        slideIn(reader, reader.size({"sliding_window"}), reader.sizeOr({"max_window_layers"}, 28), config);
    }
}

void configureQwen3(ConfigReader& reader, const TensorNames& names, ModelConfig& config)
{
    configureQwen2(reader, names, config);
    config.ownHeadWidth = reader.sizeOr({"head_dim"}, 128);
    config.hasQueryKeyNorm = true;
}

constexpr Family family(std::string_view modelType, std::string_view title,
                        void (*configure)(ConfigReader&, const TensorNames&, ModelConfig&))
{
    return {.modelType = modelType,
            .title = title,
            .prefixes = kPrefixes,
            .weights = kWeights,
            .tokenizer = TokenizerKind::HuggingFace,
            .configure = configure};
}

}  // namespace

const Family kLlamaFamily = family("llama", "Llama", configureDecoder);
const Family kMistralFamily = family("mistral", "Mistral", configureMistral);
const Family kQwen2Family = family("qwen2", "Qwen2", configureQwen2);
const Family kQwen3Family = family("qwen3", "Qwen3", configureQwen3);

}  // namespace headlight
