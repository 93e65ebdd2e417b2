#include "core/text/added_tokens.h"

#include "core/text/character_classes.h"

namespace headlight {
namespace {

bool isWordBefore(std::string_view text, std::size_t end)
{
    return end > 0 && isWordCharacter(codePointAt(text, previousCharacter(text, end)).value);
}

bool isWordAfter(std::string_view text, std::size_t begin)
{
    return begin < text.size() && isWordCharacter(codePointAt(text, begin).value);
}

/// Where the white space that ends at `end` begins, but not before `least`.
std::size_t spaceBefore(std::string_view text, std::size_t end, std::size_t least)
{
    while (end > least) {
        const std::size_t begin = previousCharacter(text, end);
        if (begin < least || !isWhitespace(codePointAt(text, begin).value)) {
            break;
        }
        end = begin;
    }
    return end;
}

/// Where the white space that begins at `begin` ends.
std::size_t spaceAfter(std::string_view text, std::size_t begin)
{
    while (begin < text.size()) {
        const auto [codePoint, bytes] = codePointAt(text, begin);
        if (!isWhitespace(codePoint)) {
            break;
        }
        begin += bytes;
    }
    return begin;
}

}  // namespace

AddedTokenFinder::AddedTokenFinder(std::vector<AddedToken> tokens) : m_tokens(std::move(tokens))
{
    for (std::size_t i = 0; i < m_tokens.size(); ++i) {
        if (!m_tokens[i].content.empty()) {
            m_trie.add(m_tokens[i].content, static_cast<std::int32_t>(i));
        }
    }
}

std::vector<AddedTokenMatch> AddedTokenFinder::find(std::string_view text) const
{
    std::vector<AddedTokenMatch> matches;
    if (m_tokens.empty()) {
        return matches;
    }
    std::size_t taken = 0;  // up to where the text belongs to a match
    for (std::size_t at = 0; at < text.size();) {
        const std::optional<ByteTrie::Found> found = m_trie.longestAt(text, at);
        if (!found) {
            ++at;
            continue;
        }
        const AddedToken& token = m_tokens[static_cast<std::size_t>(found->value)];
        ByteSpan range{at, at + found->length};
        at = range.end;
        if (token.singleWord && (isWordBefore(text, range.begin) || isWordAfter(text, range.end))) {
            continue;
        }
        if (token.lstrip) {
            range.begin = range.begin > taken ? spaceBefore(text, range.begin, taken) : taken;
        }
        if (token.rstrip) {
            range.end = spaceAfter(text, range.end);
        }
        if (range.begin < range.end) {
            matches.push_back({token.id, range});
            taken = range.end;
        }
    }
    return matches;
}

}  // namespace headlight
