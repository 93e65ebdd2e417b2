// The files that the scripts of tests/golden write. Trusts them: a damaged one throws.
#pragma once

#include "core/tensor/tensor.h"

#include <map>
#include <nlohmann/json.hpp>
#include <string>

namespace headlight::test {

struct GoldenFile
{
    std::map<std::string, Tensor> tensors;
    std::map<std::string, nlohmann::json> metadata;

    /// A rank-1 or rank-2 tensor as a matrix.
    Matrix matrix(const std::string& name) const { return tensors.at(name).matrix(); }
};

/// Reads tests/golden/NAME.safetensors.
GoldenFile readGolden(const std::string& name);

}  // namespace headlight::test
