// Numbers and heads as people write them. May use indices.h only.
#pragma once

#include "core/base/indices.h"

#include <optional>
#include <string_view>

namespace headlight {

/// A number of which nothing is left over: "12"; nothing for anything else.
std::optional<Index> wholeNumber(std::string_view text);

/// A head written as LAYER.HEAD, both counted from 0: "2.1"; nothing for anything else.
std::optional<HeadAddress> parseHead(std::string_view text);

}  // namespace headlight
