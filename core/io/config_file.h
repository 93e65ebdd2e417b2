// What a model's config.json says. May use base/, text/utf8.h, model/ and io/ only.
#pragma once

#include "core/base/result.h"
#include "core/io/checkpoint.h"
#include "core/io/families/family.h"
#include "core/model/model.h"

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string_view>

namespace headlight {

/// The text of a config.json as an object.
///
/// @param path for messages
/// @return what parseJson may fail with; Malformed where it is no object
Result<nlohmann::json> parseConfig(std::string_view text, const std::filesystem::path& path);

/// The family that it names.
/// @return Malformed, with the list of those that are supported, where there is none
Result<const Family*> familyOf(const nlohmann::json& config, const std::filesystem::path& path);

/// The model that it describes, still without weights and tokenizer.
///
/// @param names what its weights hold, on which some switches depend
/// @param path of config.json, for messages; the folder gives the name of a model that has none of its own
/// @return Malformed, which names the entry that is missing, of another type, or contradicts the others
Result<Model> describedModel(const nlohmann::json& config, const Family& family, const TensorNames& names,
                             const std::filesystem::path& path);

}  // namespace headlight
