// Bytes written as visible characters, as GPT-2's vocabulary has them. May use base/ and text/ only.
#pragma once

#include "core/text/aligned_text.h"

#include <optional>

namespace headlight {

/// The character that stands for a byte: printable Latin-1 for itself, the rest from U+0100 on, so a space is Ġ and a line feed
/// Ċ  (Radford et al. 2019).
std::string_view byteCharacter(unsigned char byte);

/// The byte that a character stands for; nothing for one that stands for none.
std::optional<unsigned char> byteOf(char32_t character);

/// Each byte as its character.
AlignedText toByteCharacters(const AlignedText& text);

}  // namespace headlight
