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
    std::string text;  ///< Valid UTF-8, with the spaces that belong to it: " cat", "ing"; a lone byte as "<0xE2>".
    ByteSpan span;     ///< Empty for a token that is not in the text, as one that the tokenizer adds.
    std::string piece = {};    ///< As the vocabulary spells it: "Ġcat", "##ing"; empty where there is none.
    Index source = 0;          ///< Which text of a pair the span is in: 0 or 1.
    std::int32_t segment = 0;  ///< The token type that the model is given: 0 or 1  (Devlin et al. 2019, §3).
    bool isSpecial = false;    ///< A mark, as [CLS] or <s>, and no text.

    bool operator==(const Token&) const = default;
};

}  // namespace headlight
