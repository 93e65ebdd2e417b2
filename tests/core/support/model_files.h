// The files of small models of every family, to be changed before they are written.
#pragma once

#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace headlight::test {

/// A tensor of a checkpoint; its numbers are small and all different.
struct FileTensor
{
    std::string name;
    std::vector<std::int64_t> shape;
};

/// What a folder of a model holds: one layer, a few dozen numbers wide.
struct ModelFiles
{
    nlohmann::json config;
    nlohmann::json tokenizer;
    std::vector<FileTensor> tensors;

    /// Writes config.json, tokenizer.json (a vocab.txt for the program's own family) and model.safetensors.
    void write(const std::filesystem::path& folder) const;
};

/// Of one of `families()`, by its "model_type". Its config.json has every entry that the family reads.
ModelFiles modelFiles(std::string_view family);

/// The tensors as a safetensors file of F32.
std::string weightsBytes(const std::vector<FileTensor>& tensors);

}  // namespace headlight::test
