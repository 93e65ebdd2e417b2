// How a tokenizer's model cuts a word into pieces of its vocabulary. May use base/ and text/ only.
#pragma once

#include "core/text/bpe.h"
#include "core/text/word_piece.h"

#include <variant>

namespace headlight {

using SubwordModel = std::variant<Bpe, WordPiece>;

/// As long as the model lives.
inline const Vocabulary& vocabularyOf(const SubwordModel& model)
{
    return std::visit([](const auto& kind) -> const Vocabulary& { return kind.vocabulary(); }, model);
}

}  // namespace headlight
