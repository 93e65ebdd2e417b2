#include "core/text/word_piece.h"

#include "core/text/character_classes.h"

namespace headlight {

WordPiece::WordPiece(Vocabulary vocabulary, WordPieceOptions options)
    : m_vocabulary(std::move(vocabulary))
    , m_options(std::move(options))
    , m_unknown(m_vocabulary.find(m_options.unknownPiece))
{}

Result<std::vector<Subword>> WordPiece::subwordsOf(std::string_view word) const
{
    std::size_t characters = 0;
    forEachCodePoint(word, [&](char32_t, ByteSpan) { ++characters; });
    if (characters > m_options.maxCharacters) {
        return unknown(word);
    }
    std::vector<Subword> subwords;
    std::string spelled;
    for (std::size_t begin = 0; begin < word.size(); begin = subwords.back().range.end) {
        const std::optional<Subword> piece = longestPiece(word, begin, spelled);
        if (!piece) {
            return unknown(word);
        }
        subwords.push_back(*piece);
    }
    return subwords;
}

std::optional<Subword> WordPiece::longestPiece(std::string_view word, std::size_t begin, std::string& spelled) const
{
    const std::string_view prefix = begin > 0 ? std::string_view(m_options.continuingPrefix) : std::string_view();
    spelled.assign(prefix).append(word.substr(begin));
    for (std::size_t end = word.size(); end > begin; end = previousCharacter(word, end)) {
        spelled.resize(prefix.size() + end - begin);
        if (const std::optional<std::int32_t> id = m_vocabulary.find(spelled)) {
            return Subword{*id, {begin, end}};
        }
    }
    return std::nullopt;
}

Result<std::vector<Subword>> WordPiece::unknown(std::string_view word) const
{
    if (!m_unknown) {
        return failure(ErrorCode::Malformed, "The tokenizer knows no pieces of " + excerpt(word) +
                                                 ", and its vocabulary has no unknown token " +
                                                 excerpt(m_options.unknownPiece) + ".");
    }
    return std::vector<Subword>{{*m_unknown, {0, word.size()}}};
}

}  // namespace headlight
