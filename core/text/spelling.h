// A vocabulary's pieces as people read them. May use base/ and text/ only.
#pragma once

#include <string>
#include <string_view>

namespace headlight {

/// What is unlike plain text in the pieces of a vocabulary.
struct Spelling
{
    enum class Bytes {
        Plain,
        Characters,  ///< Each byte is a character: Ġ is a space; see byte_level.h.
        Numbers,     ///< Some are written as <0xE2>.
    };

    Bytes bytes = Bytes::Plain;
    std::string space = {};             ///< What stands for a space, as "▁".
    std::string continuingPrefix = {};  ///< What says that a piece goes on with a word, as "##".
    std::string endOfWordSuffix = {};   ///< What says that a piece ends a word, as "</w>".
};

/// " cat" for "Ġcat" or "▁cat", "ing" for "##ing"; what is no whole character as in `readableBytes`.
std::string readable(std::string_view piece, const Spelling& spelling);

/// The bytes as valid UTF-8: those that belong to no whole character are each written as "<0xE2>".
std::string readableBytes(std::string_view bytes);

}  // namespace headlight
