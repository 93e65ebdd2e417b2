// JSON that comes from outside. May use base/ and text/utf8.h only.
#pragma once

#include "core/base/result.h"

#include <nlohmann/json.hpp>
#include <string_view>

namespace headlight {

struct JsonLimits
{
    std::size_t bytes = std::size_t{16} << 20U;
    int depth = 16;
    std::size_t values = std::size_t{4} << 20U;  ///< Each costs memory of its own, however few bytes it is written in.
};

/// Parses one JSON value; never throws. No object may have the same key twice.
///
/// @param what the value's name in a message: "config.json", "the metadata entry \"tokens\""
/// @return TooLong beyond the limits; Malformed, which names the offset, where it is no JSON.
Result<nlohmann::json> parseJson(std::string_view text, std::string_view what, const JsonLimits& limits = {});

/// A JSON value's type as people say it: "a number", "a list".
std::string_view jsonTypeName(const nlohmann::json& value);

}  // namespace headlight
