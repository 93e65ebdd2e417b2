// WordPiece as BERT has it. May use base/ and text/ only.
#pragma once

#include "core/text/subword.h"
#include "core/text/vocabulary.h"

namespace headlight {

struct WordPieceOptions
{
    std::string unknownPiece = "[UNK]";
    std::string continuingPrefix = "##";
    std::size_t maxCharacters = 100;  ///< Of a word that is cut at all.
};

/// Cuts a word into the longest pieces that there are, from its start on; a word that cannot be cut so is one unknown token
/// (Wu et al. 2016; Devlin et al. 2019). Immutable and thread-safe.
class WordPiece
{
public:
    WordPiece(Vocabulary vocabulary, WordPieceOptions options);

    const Vocabulary& vocabulary() const { return m_vocabulary; }

    /// @param word valid UTF-8, not empty
    /// @return Malformed for a word that would be unknown, where the vocabulary has no unknown piece.
    Result<std::vector<Subword>> subwordsOf(std::string_view word) const;

private:
    std::optional<Subword> longestPiece(std::string_view word, std::size_t begin, std::string& spelled) const;
    Result<std::vector<Subword>> unknown(std::string_view word) const;

    Vocabulary m_vocabulary;
    WordPieceOptions m_options;
    std::optional<std::int32_t> m_unknown;
};

}  // namespace headlight
