// What a tokenizer does to a text before it cuts it. May use base/ and text/ only.
#pragma once

#include "core/text/aligned_text.h"
#include "core/text/pattern.h"
#include "core/text/unicode_form.h"

#include <optional>
#include <span>
#include <variant>

namespace headlight {

/// BERT's: plain spaces, spaces around ideographs, no accents, lower case  (Devlin et al. 2019, their published code).
struct BertNormalizer
{
    bool cleanText = true;  ///< Control characters are left out, every white space is a space.
    bool handleChineseChars = true;
    std::optional<bool> stripAccents = {};  ///< As `lowercase` where it is not said.
    bool lowercase = true;
};

/// Letter by letter, without regard to what stands around it.
struct Lowercase
{};

/// Leaves out every mark that is a character of its own; é is one only after UnicodeForm::D or KD.
struct StripAccents
{};

/// Leaves white space at the ends out.
struct StripSpace
{
    bool left = true;
    bool right = true;
};

struct Replace
{
    Pattern pattern;
    std::string content;
};

/// Puts a text in front, unless there is none to put it in front of.
struct Prepend
{
    std::string content;
};

/// SentencePiece's "nmt": some control characters are left out, some are spaces.
struct NmtCleaning
{};

/// Bytes as characters; see byte_level.h.
struct ByteLevelNormalizer
{};

using Normalizer = std::variant<BertNormalizer, UnicodeForm, Lowercase, StripAccents, StripSpace, Replace, Prepend,
                                NmtCleaning, ByteLevelNormalizer>;

/// The text after one normalizer after the other.
/// @return what Pattern::matches may fail with; TooLong for a text that grows beyond kMaxRewrittenBytes
Result<AlignedText> normalize(std::span<const Normalizer> normalizers, AlignedText text, Patience& patience);

}  // namespace headlight
