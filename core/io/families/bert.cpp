// BERT (Devlin et al. 2019), whose blocks MiniLM and other encoders share, and RoBERTa (Liu et al. 2019), which has another head and
// counts positions from two.
#include "core/io/families/family.h"

namespace headlight {
namespace {

using enum Layout;

constexpr std::array<std::string_view, 1> kBertPrefixes = {"bert."};
constexpr std::array<std::string_view, 1> kRobertaPrefixes = {"roberta."};

/// What both have, then the head's rows.
template <std::size_t Rows>
constexpr auto withHead(const std::array<WeightSource, Rows>& head)
{
    constexpr std::array kBlocks = {
        WeightSource{"embedding.token", "embeddings.word_embeddings.weight"},
        WeightSource{"embedding.position", "embeddings.position_embeddings.weight", LastRows},
        WeightSource{"embedding.segment", "embeddings.token_type_embeddings.weight"},
        WeightSource{"embedding.norm.gain", "embeddings.LayerNorm.weight"},
        WeightSource{"embedding.norm.bias", "embeddings.LayerNorm.bias"},
        WeightSource{"blocks.N.attention.query.weight", "encoder.layer.N.attention.self.query.weight", OutIn},
        WeightSource{"blocks.N.attention.query.bias", "encoder.layer.N.attention.self.query.bias"},
        WeightSource{"blocks.N.attention.key.weight", "encoder.layer.N.attention.self.key.weight", OutIn},
        WeightSource{"blocks.N.attention.key.bias", "encoder.layer.N.attention.self.key.bias"},
        WeightSource{"blocks.N.attention.value.weight", "encoder.layer.N.attention.self.value.weight", OutIn},
        WeightSource{"blocks.N.attention.value.bias", "encoder.layer.N.attention.self.value.bias"},
        WeightSource{"blocks.N.attention.output.weight", "encoder.layer.N.attention.output.dense.weight", OutIn},
        WeightSource{"blocks.N.attention.output.bias", "encoder.layer.N.attention.output.dense.bias"},
        WeightSource{"blocks.N.attention.norm.gain", "encoder.layer.N.attention.output.LayerNorm.weight"},
        WeightSource{"blocks.N.attention.norm.bias", "encoder.layer.N.attention.output.LayerNorm.bias"},
        WeightSource{"blocks.N.feed_forward.expand.weight", "encoder.layer.N.intermediate.dense.weight", OutIn},
        WeightSource{"blocks.N.feed_forward.expand.bias", "encoder.layer.N.intermediate.dense.bias"},
        WeightSource{"blocks.N.feed_forward.contract.weight", "encoder.layer.N.output.dense.weight", OutIn},
        WeightSource{"blocks.N.feed_forward.contract.bias", "encoder.layer.N.output.dense.bias"},
        WeightSource{"blocks.N.feed_forward.norm.gain", "encoder.layer.N.output.LayerNorm.weight"},
        WeightSource{"blocks.N.feed_forward.norm.bias", "encoder.layer.N.output.LayerNorm.bias"},
    };
    std::array<WeightSource, kBlocks.size() + Rows> all;
    std::copy(kBlocks.begin(), kBlocks.end(), all.begin());
    std::copy(head.begin(), head.end(), all.begin() + kBlocks.size());
    return all;
}

constexpr auto kBertWeights = withHead(std::array{
    WeightSource{"output.transform.weight", "cls.predictions.transform.dense.weight", OutIn},
    WeightSource{"output.transform.bias", "cls.predictions.transform.dense.bias"},
    WeightSource{"output.norm.gain", "cls.predictions.transform.LayerNorm.weight"},
    WeightSource{"output.norm.bias", "cls.predictions.transform.LayerNorm.bias"},
    WeightSource{"output.embedding", "cls.predictions.decoder.weight"},
    WeightSource{"output.bias", "cls.predictions.bias"},
    WeightSource{"output.bias", "cls.predictions.decoder.bias"},
    WeightSource{"embedding.token", "cls.predictions.decoder.weight"},
});

constexpr auto kRobertaWeights = withHead(std::array{
    WeightSource{"output.transform.weight", "lm_head.dense.weight", OutIn},
    WeightSource{"output.transform.bias", "lm_head.dense.bias"},
    WeightSource{"output.norm.gain", "lm_head.layer_norm.weight"},
    WeightSource{"output.norm.bias", "lm_head.layer_norm.bias"},
    WeightSource{"output.embedding", "lm_head.decoder.weight"},
    WeightSource{"output.bias", "lm_head.bias"},
    WeightSource{"output.bias", "lm_head.decoder.bias"},
    WeightSource{"embedding.token", "lm_head.decoder.weight"},
});

/// @param transform the tensor that a head for masked words has
void configureEncoder(ConfigReader& reader, const TensorNames& names, ModelConfig& config, const char* transform)
{
    config.vocabulary = reader.size({"vocab_size"});
    config.width = reader.size({"hidden_size"});
    config.layers = reader.size({"num_hidden_layers"});
    config.heads = reader.size({"num_attention_heads"});
    config.feedForwardWidth = reader.size({"intermediate_size"});
    config.maxTokens = reader.size({"max_position_embeddings"});
    config.segments = reader.sizeOr({"type_vocab_size"}, 2);
    config.normPlacement = NormPlacement::After;
    config.activation = reader.choiceOr("hidden_act", kActivations, Activation::Gelu);
    config.normEpsilon = reader.epsilonOr("layer_norm_eps", 1e-12);
    config.positions = PositionScheme::Learned;
    config.hasEmbeddingNorm = true;
    if (reader.flagOr("is_decoder", false)) {
        config.mask = {.direction = Direction::Causal};
    }
    if (const std::string scheme = reader.textOr("position_embedding_type", "absolute"); scheme != "absolute") {
        reader.complain("\"position_embedding_type\" is " + excerpt(scheme) + "; only \"absolute\" is supported");
    }
    if (reader.flagOr("add_cross_attention", false)) {
        reader.complain("\"add_cross_attention\" is true, but attention to another text is not supported");
    }
    config.outputHead = names.has(transform) ? OutputHead::Transformed : OutputHead::None;
    config.hasOutputBias = config.outputHead != OutputHead::None;
    if (config.outputHead != OutputHead::None && !reader.flagOr("tie_word_embeddings", true)) {
        config.outputEmbedding = OutputEmbedding::Own;
    }
}

void configureBert(ConfigReader& reader, const TensorNames& names, ModelConfig& config)
{
    configureEncoder(reader, names, config, "cls.predictions.transform.dense.weight");
}

/// Its positions begin after that of the padding token, which is 1; its head has an activation of its own.
void configureRoberta(ConfigReader& reader, const TensorNames& names, ModelConfig& config)
{
    configureEncoder(reader, names, config, "lm_head.dense.weight");
    config.maxTokens -= reader.sizeOr({"pad_token_id"}, 1) + 1;
    config.ownHeadActivation = Activation::Gelu;
}

}  // namespace

const Family kBertFamily = {.modelType = "bert",
                            .title = "BERT",
                            .prefixes = kBertPrefixes,
                            .weights = kBertWeights,
                            .tokenizer = TokenizerKind::HuggingFace,
                            .configure = configureBert};

const Family kRobertaFamily = {.modelType = "roberta",
                               .title = "RoBERTa",
                               .prefixes = kRobertaPrefixes,
                               .weights = kRobertaWeights,
                               .tokenizer = TokenizerKind::HuggingFace,
                               .configure = configureRoberta};

}  // namespace headlight
