// From text to tokens. May use base/ only.
#pragma once

#include "core/base/result.h"
#include "core/text/token.h"

namespace headlight {

/// Cuts a text into tokens of a fixed vocabulary. Immutable and thread-safe.
class Tokenizer
{
public:
    virtual ~Tokenizer() = default;

    /// The number of tokens in the vocabulary, V; every id is below it.
    virtual Index vocabularySize() const = 0;

    /// @return the tokens in order, none for a text of spaces alone; InvalidUtf8 (the message names the offset).
    virtual Result<std::vector<Token>> encode(std::string_view text) const = 0;

    /// The token with this id, with an empty span; NotFound if the vocabulary has no such id.
    virtual Result<Token> token(std::int32_t id) const = 0;
};

}  // namespace headlight
