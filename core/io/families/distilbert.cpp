// DistilBERT  (Sanh et al. 2019): BERT's block under other names, without token types.
#include "core/io/families/family.h"

namespace headlight {
namespace {

using enum Layout;

constexpr std::array<std::string_view, 1> kPrefixes = {"distilbert."};

constexpr std::array kWeights = {
    WeightSource{"embedding.token", "embeddings.word_embeddings.weight"},
    WeightSource{"embedding.position", "embeddings.position_embeddings.weight"},
    WeightSource{"embedding.norm.gain", "embeddings.LayerNorm.weight"},
    WeightSource{"embedding.norm.bias", "embeddings.LayerNorm.bias"},
    WeightSource{"blocks.N.attention.query.weight", "transformer.layer.N.attention.q_lin.weight", OutIn},
    WeightSource{"blocks.N.attention.query.bias", "transformer.layer.N.attention.q_lin.bias"},
    WeightSource{"blocks.N.attention.key.weight", "transformer.layer.N.attention.k_lin.weight", OutIn},
    WeightSource{"blocks.N.attention.key.bias", "transformer.layer.N.attention.k_lin.bias"},
    WeightSource{"blocks.N.attention.value.weight", "transformer.layer.N.attention.v_lin.weight", OutIn},
    WeightSource{"blocks.N.attention.value.bias", "transformer.layer.N.attention.v_lin.bias"},
    WeightSource{"blocks.N.attention.output.weight", "transformer.layer.N.attention.out_lin.weight", OutIn},
    WeightSource{"blocks.N.attention.output.bias", "transformer.layer.N.attention.out_lin.bias"},
    WeightSource{"blocks.N.attention.norm.gain", "transformer.layer.N.sa_layer_norm.weight"},
    WeightSource{"blocks.N.attention.norm.bias", "transformer.layer.N.sa_layer_norm.bias"},
    WeightSource{"blocks.N.feed_forward.expand.weight", "transformer.layer.N.ffn.lin1.weight", OutIn},
    WeightSource{"blocks.N.feed_forward.expand.bias", "transformer.layer.N.ffn.lin1.bias"},
    WeightSource{"blocks.N.feed_forward.contract.weight", "transformer.layer.N.ffn.lin2.weight", OutIn},
    WeightSource{"blocks.N.feed_forward.contract.bias", "transformer.layer.N.ffn.lin2.bias"},
    WeightSource{"blocks.N.feed_forward.norm.gain", "transformer.layer.N.output_layer_norm.weight"},
    WeightSource{"blocks.N.feed_forward.norm.bias", "transformer.layer.N.output_layer_norm.bias"},
    WeightSource{"output.transform.weight", "vocab_transform.weight", OutIn},
    WeightSource{"output.transform.bias", "vocab_transform.bias"},
    WeightSource{"output.norm.gain", "vocab_layer_norm.weight"},
    WeightSource{"output.norm.bias", "vocab_layer_norm.bias"},
    WeightSource{"output.embedding", "vocab_projector.weight"},
    WeightSource{"output.bias", "vocab_projector.bias"},
    WeightSource{"embedding.token", "vocab_projector.weight"},
};

void configure(ConfigReader& reader, const TensorNames& names, ModelConfig& config)
{
    config.vocabulary = reader.size({"vocab_size"});
    config.width = reader.size({"dim", "hidden_size"});
    config.layers = reader.size({"n_layers", "num_hidden_layers"});
    config.heads = reader.size({"n_heads", "num_attention_heads"});
    config.feedForwardWidth = reader.size({"hidden_dim"});
    config.maxTokens = reader.size({"max_position_embeddings"});
    config.normPlacement = NormPlacement::After;
    config.activation = reader.choiceOr("activation", kActivations, Activation::Gelu);
    config.normEpsilon = 1e-12F;
    config.positions = PositionScheme::Learned;  // Stored even where they were made of sines.
    config.hasEmbeddingNorm = true;
    config.outputHead = names.has("vocab_transform.weight") ? OutputHead::Transformed : OutputHead::None;
    config.hasOutputBias = config.outputHead != OutputHead::None;
    if (config.outputHead != OutputHead::None && !reader.flagOr("tie_word_embeddings", true)) {
        config.outputEmbedding = OutputEmbedding::Own;
    }
}

}  // namespace

const Family kDistilBertFamily = {.modelType = "distilbert",
                                  .title = "DistilBERT",
                                  .prefixes = kPrefixes,
                                  .weights = kWeights,
                                  .tokenizer = TokenizerKind::HuggingFace,
                                  .configure = configure};

}  // namespace headlight
