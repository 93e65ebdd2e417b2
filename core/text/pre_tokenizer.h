// Where a tokenizer cuts a text before its model cuts on: mostly into words. May use base/ and text/ only.
#pragma once

#include "core/text/aligned_text.h"
#include "core/text/pattern.h"

#include <optional>
#include <span>
#include <variant>

namespace headlight {

/// GPT-2's: words with the space before them; then bytes as characters (byte_level.h)  (Radford et al. 2019).
struct ByteLevel
{
    bool addPrefixSpace = true;  ///< A space in front of each part that has none.
    bool useRegex = true;        ///< False where another pre-tokenizer has found the words.
};

/// Words and single punctuation marks; no white space  (Devlin et al. 2019).
struct BertPreTokenizer
{};

/// Words, and runs of what is neither word nor white space.
struct WhitespaceWords
{};

/// What stands between white space.
struct WhitespaceSplit
{};

/// What becomes of the matches when a text is cut at them.
enum class SplitBehavior { Removed, Isolated, MergedWithPrevious, MergedWithNext, Contiguous };

enum class SplitAt { Matches, BetweenMatches };

struct Split
{
    Pattern pattern;
    SplitBehavior behavior = SplitBehavior::Isolated;
    SplitAt at = SplitAt::Matches;
};

struct Digits
{
    bool individualDigits = false;
};

struct Punctuation
{
    SplitBehavior behavior = SplitBehavior::Isolated;
};

/// Where a stand-in for the space is put in front  (Kudo and Richardson 2018).
enum class PrependScheme {
    Always,
    First,  ///< Only at the start of the whole text.
    Never,
};

/// SentencePiece's: spaces are characters, ▁.
struct Metaspace
{
    std::string replacement = "▁";
    PrependScheme prependScheme = PrependScheme::Always;
    bool split = true;  ///< Into words, each with its ▁.
};

using PreTokenizer =
    std::variant<ByteLevel, BertPreTokenizer, WhitespaceWords, WhitespaceSplit, Split, Digits, Punctuation, Metaspace>;

/// One part of a text.
struct Cut
{
    ByteSpan range;                          ///< Never empty.
    std::optional<std::int32_t> token = {};  ///< Where the part is a token already, and is cut no more.
};

/// A text in parts, in order. Parts may leave out some of the text.
struct CutText
{
    AlignedText text;
    std::vector<Cut> cuts;
};

/// The text after one pre-tokenizer after the other.
/// @return what Pattern::matches may fail with; TooLong for a text that grows beyond kMaxRewrittenBytes
Result<CutText> preTokenize(std::span<const PreTokenizer> preTokenizers, CutText text, Patience& patience);

}  // namespace headlight
