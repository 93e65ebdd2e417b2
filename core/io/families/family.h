// The families of models that can be opened: one row a family, each a reader of its config.json and a map of its weights' names.
#pragma once

#include "core/io/checkpoint.h"
#include "core/io/config_reader.h"
#include "core/model/model.h"

#include <span>
#include <string_view>

namespace headlight {

/// How a parameter's numbers lie in a checkpoint's tensor.
enum class Layout {
    AsIs,      ///< In the parameter's own shape; a linear map [in×out].
    OutIn,     ///< A linear map [out×in], as PyTorch's Linear has it.
    LastRows,  ///< The last rows of a taller matrix.
};

/// Queries, keys and values in one tensor.
enum class Fusion {
    None,
    Stacked,  ///< All queries, then all keys, then all values.
    PerHead,  ///< Query, key and value of head 0, then those of head 1, …
};

/// Where a parameter's numbers are.
struct WeightSource
{
    std::string_view parameter;  ///< As `parameters` names it, the layer written N: "blocks.N.attention.query.weight".
    std::string_view tensor;     ///< The checkpoint's name, without a prefix: "h.N.attn.c_attn.weight".
    Layout layout = Layout::AsIs;
    Fusion fusion = Fusion::None;
    Index part = 0;  ///< Of a fused tensor: 0 query, 1 key, 2 value.
};

enum class TokenizerKind {
    Headlight,    ///< vocab.txt of core/text/word_piece_tokenizer.h.
    HuggingFace,  ///< See core/io/tokenizer_files.h.
};

struct Family
{
    std::string_view modelType;                  ///< config.json's "model_type".
    std::string_view title;                      ///< For people.
    std::span<const std::string_view> prefixes;  ///< Which a tensor's name may have or lack.
    std::span<const WeightSource> weights;       ///< Of several rows for one parameter, the first that is there counts.
    TokenizerKind tokenizer;

    /// Fills in the configuration; what cannot be is the reader's problem.
    void (*configure)(ConfigReader& reader, const TensorNames& names, ModelConfig& config);
};

/// All of them.
std::span<const Family> families();

/// The family of that "model_type", or null.
const Family* findFamily(std::string_view modelType);

/// The family of a class of Hugging Face's library, as "BertForMaskedLM", or null: what older configurations have instead of a
/// "model_type".
const Family* findFamilyOfArchitecture(std::string_view architecture);

/// "GPT-2 (gpt2), BERT (bert), …": what a message lists.
std::string familyList();

/// The activations' names in configurations of Hugging Face's library.
inline constexpr std::array kActivations = {
    Named<Activation>{"gelu", Activation::Gelu},
    Named<Activation>{"gelu_python", Activation::Gelu},
    Named<Activation>{"gelu_new", Activation::GeluTanh},
    Named<Activation>{"gelu_fast", Activation::GeluTanh},
    Named<Activation>{"gelu_pytorch_tanh", Activation::GeluTanh},
    Named<Activation>{"quick_gelu", Activation::QuickGelu},
    Named<Activation>{"relu", Activation::Relu},
    Named<Activation>{"silu", Activation::Silu},
    Named<Activation>{"swish", Activation::Silu},
};

/// Reads "rope_theta" and "rope_scaling", or the newer "rope_parameters" that holds both.
///
/// @param baseKey the base's name outside "rope_parameters"
RotaryOptions readRotary(ConfigReader& reader, const char* baseKey, Index headWidth, double turnedShare);

extern const Family kHeadlightFamily;
extern const Family kGpt2Family;
extern const Family kBertFamily;
extern const Family kDistilBertFamily;
extern const Family kRobertaFamily;
extern const Family kLlamaFamily;
extern const Family kMistralFamily;
extern const Family kQwen2Family;
extern const Family kQwen3Family;
extern const Family kGptNeoXFamily;

}  // namespace headlight
