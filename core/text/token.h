// What a text becomes before the model sees it. May use base/ only.
#pragma once

#include "core/base/indices.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace headlight {

/// A half-open range of bytes [begin, end) of a UTF-8 text.
struct ByteSpan
{
    std::size_t begin = 0;
    std::size_t end = 0;

    bool operator==(const ByteSpan&) const = default;
};

/// One token: its number in the vocabulary, its text as people read it, and where it stands.
struct Token
{
    std::int32_t id = 0;
    std::string text;
    ByteSpan span;

    bool operator==(const Token&) const = default;
};

}  // namespace headlight
