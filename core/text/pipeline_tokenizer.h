// A tokenizer put together from parts, as tokenizer.json describes them. May use base/ and text/ only.
#pragma once

#include "core/text/added_tokens.h"
#include "core/text/normalizer.h"
#include "core/text/pre_tokenizer.h"
#include "core/text/special_template.h"
#include "core/text/spelling.h"
#include "core/text/subword_model.h"
#include "core/text/tokenizer.h"

#include <array>
#include <memory>

namespace headlight {

/// What a text passes through, in this order; added tokens are found before and after normalizing.
struct TokenizerParts
{
    std::vector<AddedToken> addedTokens = {};  ///< The id of one that the model's vocabulary has is the vocabulary's.
    std::vector<Normalizer> normalizers = {};
    std::vector<PreTokenizer> preTokenizers = {};
    SubwordModel model;
    SpecialTemplates templates = {};
    Spelling spelling = {};  ///< Of the model's vocabulary.
    std::string mask =
        {};  ///< The piece that stands for a hidden word; empty, or not in the vocabulary: there is none.
};

/// Gives the same ids as the library that tokenizer.json belongs to. Immutable and thread-safe.
///
/// A token's span is what it came from: bytes of its own for a byte of a character, the whole character for what a normalizer
/// made of it, nothing for what was put in. A special token that is written out in the text has its span; its text is its content.
class PipelineTokenizer final : public Tokenizer
{
public:
    /// @return Malformed, which names the entry, for an added token with an id of another piece or out of range, or a template
    /// whose id the vocabulary lacks.
    static Result<std::shared_ptr<const PipelineTokenizer>> make(TokenizerParts parts);

    Index vocabularySize() const override { return m_idCount; }
    Result<Encoding> encode(const EncodeRequest& request) const override;
    Result<Token> token(std::int32_t id) const override;
    std::optional<std::int32_t> maskToken() const override { return m_mask; }
    bool takesPairs() const override { return m_parts.templates.pair.has_value(); }

private:
    /// A token of a text, before it is known whether it stays.
    struct Found
    {
        std::int32_t id = 0;
        ByteSpan span;
        bool isAdded = false;  ///< Found as an added token, not by the model.
    };
    using FoundPair = std::array<std::vector<Found>, 2>;  ///< Of each text; none of a second that there is not.
    class WordCache;
    struct Work;

    explicit PipelineTokenizer(TokenizerParts parts);

    Result<void> resolveAddedTokens();
    Result<void> checkTemplates() const;
    Result<void> makeFinders();
    const Vocabulary& vocabulary() const;
    const std::string* piece(std::int32_t id) const;
    std::optional<std::int32_t> find(std::string_view piece) const;
    const AddedToken* addedToken(std::int32_t id) const;

    Result<FoundPair> tokensIn(const EncodeRequest& request) const;
    Result<std::vector<Found>> tokensIn(std::string_view text, Patience& patience) const;
    Result<void> appendSection(std::string_view text, ByteSpan section, Work& work) const;
    Token tokenOf(const Found& found, std::string_view text) const;
    Token specialToken(const TemplatePart& part) const;

    TokenizerParts m_parts;
    std::unordered_map<std::int32_t, AddedToken> m_addedTokens;
    AddedTokenFinder m_raw;         ///< Of tokens that are looked for in the text as it is.
    AddedTokenFinder m_normalized;  ///< Of those that are looked for in the normalized text.
    Index m_idCount = 0;
    std::optional<std::int32_t> m_mask;
};

}  // namespace headlight
