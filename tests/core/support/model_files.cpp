#include "tests/core/support/model_files.h"

#include "tests/core/io/safetensors_bytes.h"
#include "tests/core/support/temporary_folder.h"

#include <stdexcept>

namespace headlight::test {
namespace {

using Json = nlohmann::json;

constexpr std::int64_t kVocabulary = 7;
constexpr std::int64_t kWidth = 8;
constexpr std::int64_t kHidden = 12;
constexpr std::int64_t kTokens = 16;
constexpr std::int64_t kHeadWidth = 4;
constexpr std::int64_t kKeys = kHeadWidth;  // one key-value head

Json bytePairs()
{
    return {{"added_tokens", {{{"id", 6}, {"content", "<s>"}, {"special", true}}}},
            {"pre_tokenizer", {{"type", "ByteLevel"}, {"add_prefix_space", false}}},
            {"model",
             {{"type", "BPE"},
              {"vocab", {{"a", 0}, {"b", 1}, {"c", 2}, {"ab", 3}, {"abc", 4}, {"Ġ", 5}}},
              {"merges", {"a b", "ab c"}}}}};
}

Json wordPieces()
{
    return {{"normalizer", {{"type", "BertNormalizer"}}},
            {"pre_tokenizer", {{"type", "BertPreTokenizer"}}},
            {"post_processor", {{"type", "BertProcessing"}, {"cls", {"[CLS]", 1}}, {"sep", {"[SEP]", 2}}}},
            {"model",
             {{"type", "WordPiece"},
              {"unk_token", "[UNK]"},
              {"vocab", {{"[UNK]", 0}, {"[CLS]", 1}, {"[SEP]", 2}, {"a", 3}, {"##b", 4}, {"c", 5}}}}}};
}

class Builder
{
public:
    ModelFiles files;

    void tensor(const std::string& name, std::vector<std::int64_t> shape)
    {
        files.tensors.push_back({name, std::move(shape)});
    }

    void norm(const std::string& name)
    {
        tensor(name + ".weight", {kWidth});
        tensor(name + ".bias", {kWidth});
    }

    /// [out×in], with a bias.
    void linear(const std::string& name, std::int64_t out, std::int64_t in)
    {
        tensor(name + ".weight", {out, in});
        tensor(name + ".bias", {out});
    }
};

ModelFiles gpt2()
{
    Builder made;
    made.files.config = {{"model_type", "gpt2"},
                         {"vocab_size", kVocabulary},
                         {"n_embd", kWidth},
                         {"n_layer", 1},
                         {"n_head", 2},
                         {"n_positions", kTokens},
                         {"n_inner", kHidden},
                         {"activation_function", "gelu_new"},
                         {"layer_norm_epsilon", 1e-5},
                         {"scale_attn_weights", true},
                         {"scale_attn_by_inverse_layer_idx", false},
                         {"add_cross_attention", false},
                         {"tie_word_embeddings", true}};
    made.files.tokenizer = bytePairs();
    made.tensor("wte.weight", {kVocabulary, kWidth});
    made.tensor("wpe.weight", {kTokens, kWidth});
    made.norm("h.0.ln_1");
    made.tensor("h.0.attn.c_attn.weight", {kWidth, 3 * kWidth});
    made.tensor("h.0.attn.c_attn.bias", {3 * kWidth});
    made.tensor("h.0.attn.c_proj.weight", {kWidth, kWidth});
    made.tensor("h.0.attn.c_proj.bias", {kWidth});
    made.norm("h.0.ln_2");
    made.tensor("h.0.mlp.c_fc.weight", {kWidth, kHidden});
    made.tensor("h.0.mlp.c_fc.bias", {kHidden});
    made.tensor("h.0.mlp.c_proj.weight", {kHidden, kWidth});
    made.tensor("h.0.mlp.c_proj.bias", {kWidth});
    made.norm("ln_f");
    return made.files;
}

ModelFiles encoder(bool isRoberta)
{
    Builder made;
    made.files.config = {{"model_type", isRoberta ? "roberta" : "bert"},
                         {"vocab_size", kVocabulary},
                         {"hidden_size", kWidth},
                         {"num_hidden_layers", 1},
                         {"num_attention_heads", 2},
                         {"intermediate_size", kHidden},
                         {"max_position_embeddings", kTokens},
                         {"type_vocab_size", 2},
                         {"hidden_act", "gelu"},
                         {"layer_norm_eps", 1e-12},
                         {"is_decoder", false},
                         {"add_cross_attention", false},
                         {"position_embedding_type", "absolute"},
                         {"tie_word_embeddings", true}};
    if (isRoberta) {
        made.files.config["pad_token_id"] = 1;
    }
    made.files.tokenizer = wordPieces();
    made.tensor("embeddings.word_embeddings.weight", {kVocabulary, kWidth});
    made.tensor("embeddings.position_embeddings.weight", {kTokens, kWidth});
    made.tensor("embeddings.token_type_embeddings.weight", {2, kWidth});
    made.norm("embeddings.LayerNorm");
    const std::string layer = "encoder.layer.0.";
    for (const char* name :
         {"attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"}) {
        made.linear(layer + name, kWidth, kWidth);
    }
    made.norm(layer + "attention.output.LayerNorm");
    made.linear(layer + "intermediate.dense", kHidden, kWidth);
    made.linear(layer + "output.dense", kWidth, kHidden);
    made.norm(layer + "output.LayerNorm");
    return made.files;
}

ModelFiles distilBert()
{
    Builder made;
    made.files.config = {{"model_type", "distilbert"},
                         {"vocab_size", kVocabulary},
                         {"dim", kWidth},
                         {"n_layers", 1},
                         {"n_heads", 2},
                         {"hidden_dim", kHidden},
                         {"activation", "gelu"},
                         {"max_position_embeddings", kTokens},
                         {"tie_word_embeddings", true}};
    made.files.tokenizer = wordPieces();
    made.tensor("embeddings.word_embeddings.weight", {kVocabulary, kWidth});
    made.tensor("embeddings.position_embeddings.weight", {kTokens, kWidth});
    made.norm("embeddings.LayerNorm");
    const std::string layer = "transformer.layer.0.";
    for (const char* name : {"attention.q_lin", "attention.k_lin", "attention.v_lin", "attention.out_lin"}) {
        made.linear(layer + name, kWidth, kWidth);
    }
    made.norm(layer + "sa_layer_norm");
    made.linear(layer + "ffn.lin1", kHidden, kWidth);
    made.linear(layer + "ffn.lin2", kWidth, kHidden);
    made.norm(layer + "output_layer_norm");
    return made.files;
}

ModelFiles decoder(const std::string& type)
{
    Builder made;
    made.files.config = {{"model_type", type},
                         {"vocab_size", kVocabulary},
                         {"hidden_size", kWidth},
                         {"num_hidden_layers", 1},
                         {"num_attention_heads", 2},
                         {"num_key_value_heads", 1},
                         {"head_dim", kHeadWidth},
                         {"intermediate_size", kHidden},
                         {"max_position_embeddings", kTokens},
                         {"rms_norm_eps", 1e-5},
                         {"hidden_act", "silu"},
                         {"rope_theta", 10000.0},
                         {"attention_bias", false},
                         {"mlp_bias", false},
                         {"tie_word_embeddings", true}};
    if (type == "llama") {
        made.files.config["rope_scaling"] = {{"rope_type", "llama3"},
                                             {"factor", 8.0},
                                             {"low_freq_factor", 1.0},
                                             {"high_freq_factor", 4.0},
                                             {"original_max_position_embeddings", 8}};
    } else {
        made.files.config["sliding_window"] = 4;
    }
    if (type.starts_with("qwen")) {
        made.files.config["use_sliding_window"] = true;
        made.files.config["max_window_layers"] = 0;
    }
    made.files.tokenizer = bytePairs();
    made.tensor("embed_tokens.weight", {kVocabulary, kWidth});
    const std::string layer = "layers.0.";
    made.tensor(layer + "input_layernorm.weight", {kWidth});
    made.tensor(layer + "self_attn.q_proj.weight", {2 * kHeadWidth, kWidth});
    made.tensor(layer + "self_attn.k_proj.weight", {kKeys, kWidth});
    made.tensor(layer + "self_attn.v_proj.weight", {kKeys, kWidth});
    made.tensor(layer + "self_attn.o_proj.weight", {kWidth, 2 * kHeadWidth});
    if (type == "qwen3") {
        made.tensor(layer + "self_attn.q_norm.weight", {kHeadWidth});
        made.tensor(layer + "self_attn.k_norm.weight", {kHeadWidth});
    }
    made.tensor(layer + "post_attention_layernorm.weight", {kWidth});
    made.tensor(layer + "mlp.up_proj.weight", {kHidden, kWidth});
    made.tensor(layer + "mlp.gate_proj.weight", {kHidden, kWidth});
    made.tensor(layer + "mlp.down_proj.weight", {kWidth, kHidden});
    made.tensor("norm.weight", {kWidth});
    return made.files;
}

ModelFiles gptNeoX()
{
    Builder made;
    made.files.config = {{"model_type", "gpt_neox"},
                         {"vocab_size", kVocabulary},
                         {"hidden_size", kWidth},
                         {"num_hidden_layers", 1},
                         {"num_attention_heads", 2},
                         {"intermediate_size", kHidden},
                         {"max_position_embeddings", kTokens},
                         {"rotary_pct", 0.5},
                         {"rotary_emb_base", 10000},
                         {"layer_norm_eps", 1e-5},
                         {"hidden_act", "gelu"},
                         {"use_parallel_residual", true},
                         {"attention_bias", true},
                         {"tie_word_embeddings", true}};
    made.files.tokenizer = bytePairs();
    made.tensor("embed_in.weight", {kVocabulary, kWidth});
    const std::string layer = "layers.0.";
    made.norm(layer + "input_layernorm");
    made.linear(layer + "attention.query_key_value", 3 * kWidth, kWidth);
    made.linear(layer + "attention.dense", kWidth, kWidth);
    made.norm(layer + "post_attention_layernorm");
    made.linear(layer + "mlp.dense_h_to_4h", kHidden, kWidth);
    made.linear(layer + "mlp.dense_4h_to_h", kWidth, kHidden);
    made.norm("final_layer_norm");
    return made.files;
}

ModelFiles own()
{
    Builder made;
    made.files.config = {{"model_type", "headlight"},
                         {"vocab_size", 4},
                         {"hidden_size", kWidth},
                         {"num_hidden_layers", 1},
                         {"num_attention_heads", 2},
                         {"intermediate_size", kHidden},
                         {"max_position_embeddings", kTokens},
                         {"norm_placement", "before"},
                         {"hidden_act", "gelu"},
                         {"positions", "sinusoidal"},
                         {"layer_norm_eps", 1e-5},
                         {"mask", {{"direction", "causal"}, {"pattern", "window"}, {"reach", 3}}},
                         {"name", "own"},
                         {"note", "of a test"},
                         {"asked_heads", {{"subject", {0, 1}}}}};
    made.tensor("embedding.token", {4, kWidth});
    const auto gained = [&](const std::string& name) {
        made.tensor(name + ".gain", {kWidth});
        made.tensor(name + ".bias", {kWidth});
    };
    const auto linear = [&](const std::string& name, std::int64_t in, std::int64_t out) {
        made.tensor(name + ".weight", {in, out});
        made.tensor(name + ".bias", {out});
    };
    gained("blocks.0.attention.norm");
    for (const char* name : {"query", "key", "value", "output"}) {
        linear("blocks.0.attention." + std::string(name), kWidth, kWidth);
    }
    gained("blocks.0.feed_forward.norm");
    linear("blocks.0.feed_forward.expand", kWidth, kHidden);
    linear("blocks.0.feed_forward.contract", kHidden, kWidth);
    gained("final.norm");
    return made.files;
}

}  // namespace

ModelFiles modelFiles(std::string_view family)
{
    if (family == "gpt2") {
        return gpt2();
    }
    if (family == "bert" || family == "roberta") {
        return encoder(family == "roberta");
    }
    if (family == "distilbert") {
        return distilBert();
    }
    if (family == "gpt_neox") {
        return gptNeoX();
    }
    if (family == "headlight") {
        return own();
    }
    return decoder(std::string(family));
}

std::string weightsBytes(const std::vector<FileTensor>& tensors)
{
    Json header = Json::object();
    std::vector<float> numbers;
    for (const FileTensor& tensor : tensors) {
        std::int64_t count = 1;
        for (const std::int64_t extent : tensor.shape) {
            count *= extent;
        }
        const std::size_t begin = numbers.size() * sizeof(float);
        for (std::int64_t i = 0; i < count; ++i) {
            numbers.push_back(0.001F * static_cast<float>(numbers.size() % 1000 + 1));
        }
        header[tensor.name] = {
            {"dtype", "F32"}, {"shape", tensor.shape}, {"data_offsets", {begin, numbers.size() * sizeof(float)}}};
    }
    const auto* const data = reinterpret_cast<const char*>(numbers.data());
    return safetensorsBytes(header.dump(), {data, numbers.size() * sizeof(float)});
}

void ModelFiles::write(const std::filesystem::path& folder) const
{
    writeBytes(folder / "config.json", config.dump());
    if (tokenizer.is_null()) {
        writeBytes(folder / "vocab.txt", "[UNK]\na\nb\nc\n");
    } else {
        writeBytes(folder / "tokenizer.json", tokenizer.dump());
    }
    writeBytes(folder / "model.safetensors", weightsBytes(tensors));
}

}  // namespace headlight::test
