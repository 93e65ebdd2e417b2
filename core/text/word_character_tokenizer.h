// Headlight's own tokenizer: words it knows, characters for the rest. May use base/ and text/ only.
#pragma once

#include "core/text/tokenizer.h"

#include <functional>
#include <memory>
#include <span>
#include <unordered_map>

namespace headlight {

/// A known word is one token, an unknown one as many tokens as it has characters. Contractions are cut as in the Penn
/// Treebank (Marcus et al. 1993): "didn't" is "did" "n't", "dog's" is "dog" "'s"; a typographic apostrophe counts as a
/// plain one. Every other punctuation mark, symbol or control character is a token; whitespace is none.
///
/// Lookup ignores case, yet a token's text is the text's own spelling. The vocabulary is "[UNK]", then single characters
/// (printable ASCII and the letters of Latin-1, Latin Extended-A, Greek and Cyrillic), then the words. A character outside
/// it is one token with the id kUnknown, its own text and span.
///
/// Immutable and thread-safe. Encoding takes time linear in the text.
class WordCharacterTokenizer final : public Tokenizer
{
public:
    /// The id of "[UNK]".
    static constexpr std::int32_t kUnknown = 0;

    /// @param words in valid UTF-8; a word that the vocabulary already has is passed over.
    explicit WordCharacterTokenizer(const std::vector<std::string>& words);

    Index vocabularySize() const override { return static_cast<Index>(m_vocabulary.size()); }
    Result<std::vector<Token>> encode(std::string_view text) const override;
    Result<Token> token(std::int32_t id) const override;

private:
    /// Lets a map of strings be searched with a string_view.
    struct StringHash
    {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
    };
    using Ids = std::unordered_map<std::string, std::int32_t, StringHash, std::equal_to<>>;

    void add(std::string entry);
    std::int32_t find(std::string_view spelling) const;
    Token makeToken(std::string_view text, ByteSpan span) const;
    void appendWord(std::string_view text, std::span<const ByteSpan> clusters, std::vector<Token>& tokens) const;
    void appendPiece(std::string_view text, std::span<const ByteSpan> clusters, std::vector<Token>& tokens) const;

    std::vector<std::string> m_vocabulary;
    Ids m_ids;
    std::size_t m_longestSpelling = 0;
};

/// The words in resources/vocabulary/words.txt, as they were when the program was built.
std::vector<std::string> bundledWords();

/// The tokenizer of the bundled words, made on first use and shared.
std::shared_ptr<const Tokenizer> defaultTokenizer();

}  // namespace headlight
