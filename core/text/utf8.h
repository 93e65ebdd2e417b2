// Unicode as the tokenizers need it. May use base/ and text/token.h only.
#pragma once

#include "core/base/result.h"
#include "core/text/token.h"

namespace headlight {

/// What a code point is to a tokenizer.
enum class CharacterKind {
    Whitespace,  ///< Unicode's White_Space.
    Word,        ///< Letters, marks and numbers.
    Other,       ///< Punctuation, symbols, control characters and everything unassigned.
};

/// InvalidUtf8 unless the text is UTF-8 throughout; the message names the first byte at fault, its offset and a remedy.
Result<void> validateUtf8(std::string_view text);

/// The code point that starts at byte `offset`, and how many bytes it fills.
struct CodePoint
{
    char32_t value = 0;
    std::size_t bytes = 1;
};

/// @param text valid UTF-8  @param offset where a code point starts, before the end
CodePoint codePointAt(std::string_view text, std::size_t offset);

/// Appends one code point as UTF-8.
void appendUtf8(std::string& text, char32_t codePoint);

CharacterKind characterKind(char32_t codePoint);

/// Whether the code point is a letter in upper or lower case, or of a script without cases; modifier letters are none.
bool isLetter(char32_t codePoint);

/// A foreign text for a message: in quotation marks, and cut short, between two characters, if it is long.
std::string excerpt(std::string_view text);

/// What people take for one character: a letter with its combining marks, an emoji with its skin tone or a whole family of
/// joined ones, a flag  (Unicode Standard Annex 29, extended grapheme clusters).
///
/// @param text valid UTF-8  @return the clusters in order; together they cover the text. O(text).
std::vector<ByteSpan> graphemeClusters(std::string_view text);

/// The spelling under which a text is looked up, whatever its case and however its accents are encoded: every letter in
/// lower case, then normalisation form C  (Unicode Standard Annex 15).
///
/// @param text valid UTF-8. Cost up to O(text²) for long runs of combining marks, so bound what is passed in.
std::string lookupForm(std::string_view text);

/// The text with its letters' accents and other marks left out: é is e.  @param text valid UTF-8
std::string withoutAccents(std::string_view text);

}  // namespace headlight
