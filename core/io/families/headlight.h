// Writing what the Headlight family reads.
#pragma once

#include "core/model/config.h"

#include <nlohmann/json.hpp>

namespace headlight {

/// The configuration as config.json of the program's own models has it, from which its family reads it back.
///
/// @param config of what such a model can be: plain blocks with biases and a tied head
nlohmann::ordered_json headlightConfig(const ModelConfig& config);

}  // namespace headlight
