// Any bytes as a config.json, beside weights that have what families look for and beside weights that have nothing: a model that is
// described is one whose size can be told and whose every layer can be asked.
#include "core/io/config_file.h"
#include "core/model/requirements.h"
#include "tests/core/io/safetensors_bytes.h"
#include "tests/core/support/temporary_folder.h"
#include "tests/fuzz/require.h"

#include <cmath>

namespace {

using namespace headlight;
using fuzz::require;

/// Weights that are empty tensors of these names.
Checkpoint weightsNamed(const std::vector<std::string>& names)
{
    std::string header;
    for (const std::string& name : names) {
        header += (header.empty() ? "{\"" : ",\"") + name + R"(":{"dtype":"F32","shape":[0],"data_offsets":[0,0]})";
    }
    const test::TemporaryFolder folder;
    test::writeBytes(folder / "model.safetensors", test::safetensorsBytes(header + "}"));
    Result<Checkpoint> checkpoint = Checkpoint::open(folder.path());
    require(checkpoint.has_value());
    return std::move(*checkpoint);
}

void ask(const Model& model)
{
    const ModelConfig& config = model.config;
    require(validate(config).has_value());
    const double count = weightCount(config);
    require(std::isfinite(count) && count >= static_cast<double>(config.vocabulary * config.width));
    require(runRequirements(config, 1).peakBytes <= runRequirements(config, config.maxTokens).peakBytes);
    for (LayerIndex layer; layer.value < config.layers; ++layer.value) {
        require(validate(config.maskOf(layer)).has_value());
        require(std::isfinite(config.scoreScaleOf(layer)));
    }
    if (config.positions == PositionScheme::Rotary) {
        const Index turned = config.rotary.dimensions == 0 ? config.headWidth() : config.rotary.dimensions;
        for (Index pair = 0; pair < std::min<Index>(turned / 2, 64); ++pair) {
            require(std::isfinite(rotaryFrequency(pair, config.headWidth(), config.rotary)));
        }
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const Checkpoint kWithHeads =
        weightsNamed({"cls.predictions.transform.dense.weight", "embed_out.weight", "layers.0.mlp.up_proj.bias",
                      "layers.0.self_attn.o_proj.bias", "layers.0.self_attn.q_proj.bias", "lm_head.dense.weight",
                      "lm_head.weight", "vocab_transform.weight"});
    static const Checkpoint kWithout = weightsNamed({"wte.weight"});
    const std::filesystem::path path = "folder/config.json";
    const auto config = parseConfig({reinterpret_cast<const char*>(data), size}, path);
    if (!config) {
        require(config.error().message.starts_with("\"folder/config.json\""));
        return 0;
    }
    const auto family = familyOf(*config, path);
    if (!family) {
        require(family.error().message.starts_with("\"folder/config.json\""));
        return 0;
    }
    for (const Checkpoint* weights : {&kWithHeads, &kWithout}) {
        const auto model = describedModel(*config, **family, TensorNames(*weights, (*family)->prefixes), path);
        if (model) {
            ask(*model);
        } else {
            require(model.error().message.starts_with("\"folder/config.json\""));
        }
    }
    return 0;
}
