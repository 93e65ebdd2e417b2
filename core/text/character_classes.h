// What the parts of a tokenizer take a character for. May use base/ and text/ only.
#pragma once

#include "core/text/utf8.h"

#include <string_view>

namespace headlight {

/// Unicode's White_Space.
bool isWhitespace(char32_t codePoint);

/// Unicode's general category P, and ASCII's symbols, as $ or ^.
bool isPunctuation(char32_t codePoint);

/// Unicode's general category N: digits, numerals, fractions.
bool isNumeric(char32_t codePoint);

/// Unicode's general category M.
bool isMark(char32_t codePoint);

/// Unicode's general category Mn.
bool isNonspacingMark(char32_t codePoint);

/// What \w is in a pattern  (Unicode Technical Standard 18, annex C): letters, marks, decimal digits, connectors, joiners.
bool isWordCharacter(char32_t codePoint);

/// Unicode's general categories Cc, Cf and Co, but for tab, line feed and carriage return: what BERT's tokenizer leaves out.
bool isBertControl(char32_t codePoint);

/// An ideograph, as BERT's tokenizer counts them.
bool isBertIdeograph(char32_t codePoint);

/// Where the character before byte `end` begins.  @param text valid UTF-8  @param end where one ends, after the start
std::size_t previousCharacter(std::string_view text, std::size_t end);

/// Calls `use` with each code point of a text and the bytes that it fills, in order.  @param text valid UTF-8
template <typename Use>
void forEachCodePoint(std::string_view text, Use use)
{
    for (std::size_t offset = 0; offset < text.size();) {
        const auto byte = static_cast<unsigned char>(text[offset]);
        const CodePoint codePoint = byte < 0x80 ? CodePoint{byte, 1} : codePointAt(text, offset);
        use(codePoint.value, ByteSpan{offset, offset + codePoint.bytes});
        offset += codePoint.bytes;
    }
}

}  // namespace headlight
