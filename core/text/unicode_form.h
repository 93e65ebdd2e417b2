// Unicode's normalisation forms. May use base/ and text/ only.
#pragma once

#include "core/text/aligned_text.h"

namespace headlight {

/// How accents and look-alikes are spelled: composed or taken apart, and (K) with look-alikes made one.
enum class UnicodeForm { C, D, KC, KD };

/// The text in a normalisation form  (Unicode Standard Annex 15). A letter and its marks change as one.
///
/// @param text valid UTF-8. Cost O(n·log n), for long runs of marks too.
AlignedText toUnicodeForm(const AlignedText& text, UnicodeForm form);

}  // namespace headlight
