// A piece of a word. May use base/ and text/ only.
#pragma once

#include "core/text/token.h"

namespace headlight {

/// A token that a model has found in a word: its id, and its bytes of the word.
struct Subword
{
    std::int32_t id = 0;
    ByteSpan range;

    bool operator==(const Subword&) const = default;
};

}  // namespace headlight
