// Headlight's own tokenizer: words it knows, pieces for the rest. May use base/ and text/ only.
#pragma once

#include "core/text/tokenizer.h"

#include <functional>
#include <memory>
#include <span>
#include <unordered_map>

namespace headlight {

/// The entry that stands for a hidden word. Written out in a text it is one token.
inline constexpr std::string_view kMaskEntry = "[MASK]";

/// A known word is one token; an unknown one as many as it has pieces, found from its start on, always the longest that the
/// vocabulary has, down to single characters: "blicket" is "b" "##l" "##i" "##c" "##k" "##e" "##t"  (Wu et al. 2016, §4.1;
/// Devlin et al. 2019). Contractions are cut as in the Penn Treebank (Marcus et al. 1993): "didn't" is "did" "n't", "dog's" is
/// "dog" "'s"; a typographic apostrophe counts as a plain one. Every other punctuation mark, symbol or control character is
/// a token; whitespace is none.
///
/// Lookup ignores case, and accents where only the word without them is known; a token's text is the text's own spelling.
/// A character that the vocabulary has in no way is one token with the id kUnknown, its own text and span.
///
/// Immutable and thread-safe. Encoding takes time linear in the text.
class WordPieceTokenizer final : public Tokenizer
{
public:
    /// The id of "[UNK]".
    static constexpr std::int32_t kUnknown = 0;

    /// @param vocabulary in valid UTF-8, in the order of the ids, each entry once; "[UNK]" is the first. "##s" is a piece that
    /// goes on with a word; where a character has none, the plain character stands in.
    explicit WordPieceTokenizer(std::vector<std::string> vocabulary);

    const std::vector<std::string>& vocabulary() const { return m_vocabulary; }
    Index vocabularySize() const override { return static_cast<Index>(m_vocabulary.size()); }
    Result<Encoding> encode(const EncodeRequest& request) const override;
    Result<Token> token(std::int32_t id) const override;
    std::optional<std::int32_t> maskToken() const override;

private:
    /// Lets a map of strings be searched with a string_view.
    struct StringHash
    {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
    };
    using Ids = std::unordered_map<std::string, std::int32_t, StringHash, std::equal_to<>>;

    bool isTooLong(std::string_view spelling) const;
    std::int32_t find(std::string_view spelling) const;
    Token makeToken(std::int32_t id, std::string_view text, ByteSpan span) const;
    Token tokenOf(std::string_view text, ByteSpan span) const;
    void appendWord(std::string_view text, std::span<const ByteSpan> clusters, std::vector<Token>& tokens) const;
    void appendPieces(std::string_view text, std::span<const ByteSpan> clusters, std::vector<Token>& tokens) const;

    std::vector<std::string> m_vocabulary;
    Ids m_ids;
    std::size_t m_longestSpelling = 0;  ///< Of an entry, in bytes.
};

/// The tokenizer of the bundled model's vocabulary, made on first use and shared.
std::shared_ptr<const Tokenizer> defaultTokenizer();

}  // namespace headlight
