// Byte-pair encoding. May use base/ and text/ only.
#pragma once

#include "core/text/merge_table.h"
#include "core/text/subword.h"
#include "core/text/vocabulary.h"

#include <span>

namespace headlight {

/// Two pieces that may stand side by side and become one.
struct MergeRule
{
    std::string left;
    std::string right;
};

/// What a character becomes that the vocabulary lacks.
enum class ByteFallback {
    Off,
    On,  ///< Its bytes, as <0xE2>, where the vocabulary has them.
};

/// What becomes of unknown characters side by side.
enum class UnknownRun { Separate, Fused };

/// Whether a word that is itself a piece is looked up before anything is merged.
enum class WholeWords { Merged, LookedUp };

struct BpeOptions
{
    std::string unknownPiece = {};      ///< Empty: unknown characters are left out.
    std::string continuingPrefix = {};  ///< Before every character of a word but the first.
    std::string endOfWordSuffix = {};   ///< After the last character of a word.
    ByteFallback byteFallback = ByteFallback::Off;
    UnknownRun unknownRun = UnknownRun::Separate;
    WholeWords wholeWords = WholeWords::Merged;
};

/// Takes a word apart into characters, then joins the pair of neighbours that comes first in the list of merges, the leftmost
/// of those, again and again  (Gage 1994; Sennrich et al. 2016). Immutable and thread-safe.
class Bpe
{
public:
    /// @param merges the most important first
    /// @return Malformed, which names the merge, for one of which the vocabulary lacks a part or the whole.
    static Result<Bpe> make(Vocabulary vocabulary, std::span<const MergeRule> merges, BpeOptions options);

    const Vocabulary& vocabulary() const { return m_vocabulary; }

    /// @param word valid UTF-8, not empty, below 2 GiB. Cost O(n·log n).
    /// @return Malformed for an unknown character where the vocabulary has no unknown piece, but should.
    Result<std::vector<Subword>> subwordsOf(std::string_view word) const;

private:
    Bpe(Vocabulary vocabulary, BpeOptions options);

    Result<std::vector<Subword>> charactersOf(std::string_view word) const;
    bool appendBytes(std::string_view spelled, ByteSpan range, std::vector<Subword>& characters) const;

    Vocabulary m_vocabulary;
    MergeTable m_merges;
    BpeOptions m_options;
    std::optional<std::int32_t> m_unknown;
    std::vector<std::optional<std::int32_t>> m_byteIds;  ///< Of <0x00> to <0xFF>.
};

}  // namespace headlight
