// The program's own models, as `headlight train` writes them; their tensors have the parameters' own names.
#include "core/io/families/headlight.h"

#include "core/io/experiment_json.h"
#include "core/io/families/family.h"

namespace headlight {
namespace {

constexpr std::array kNormPlacements = {Named<NormPlacement>{"before", NormPlacement::Before},
                                        Named<NormPlacement>{"after", NormPlacement::After}};

std::vector<Named<PositionScheme>> positionSchemes()
{
    return tableOf(kPositionSchemes, positionSchemeName);
}

/// The sizes of a configuration and their keys, as in the configurations of Hugging Face's BERT.
constexpr std::array kSizes = {std::pair{"vocab_size", &ModelConfig::vocabulary},
                               std::pair{"hidden_size", &ModelConfig::width},
                               std::pair{"num_hidden_layers", &ModelConfig::layers},
                               std::pair{"num_attention_heads", &ModelConfig::heads},
                               std::pair{"intermediate_size", &ModelConfig::feedForwardWidth},
                               std::pair{"max_position_embeddings", &ModelConfig::maxTokens}};

void configure(ConfigReader& reader, const TensorNames& /*names*/, ModelConfig& config)
{
    for (const auto& [key, member] : kSizes) {
        config.*member = reader.size({key});
    }
    config.normPlacement = reader.choiceOr("norm_placement", kNormPlacements, NormPlacement::Before);
    config.activation = reader.choiceOr("hidden_act", kActivations, Activation::Gelu);
    config.positions = reader.choiceOr("positions", positionSchemes(), PositionScheme::Sinusoidal);
    config.normEpsilon = reader.epsilon("layer_norm_eps");
    if (const nlohmann::json* const mask = reader.find("mask")) {
        const Result<Mask> own = maskFromJson(mask->dump());
        if (own) {
            config.mask = *own;
        } else {
            std::string problem = own.error().message;
            problem.pop_back();  // the sentence goes on
            reader.complain(problem);
        }
    }
}

}  // namespace

const Family kHeadlightFamily = {.modelType = "headlight",
                                 .title = "Headlight",
                                 .prefixes = {},
                                 .weights = {},
                                 .tokenizer = TokenizerKind::Headlight,
                                 .configure = configure};

nlohmann::ordered_json headlightConfig(const ModelConfig& config)
{
    nlohmann::ordered_json json = {{"model_type", kHeadlightFamily.modelType}};
    for (const auto& [key, member] : kSizes) {
        json[key] = config.*member;
    }
    json["norm_placement"] = nameOf(kNormPlacements, config.normPlacement);
    json["hidden_act"] = nameOf(kActivations, config.activation);
    json["positions"] = nameOf(positionSchemes(), config.positions);
    json["layer_norm_eps"] = config.normEpsilon;
    json["mask"] = nlohmann::ordered_json::parse(toJson(config.mask));
    return json;
}

}  // namespace headlight
