#include "core/text/byte_trie.h"

namespace headlight {

std::uint64_t ByteTrie::edge(std::uint64_t node, char byte)
{
    return (node << 8U) | static_cast<unsigned char>(byte);
}

void ByteTrie::add(std::string_view word, std::int32_t value)
{
    m_isFirst[static_cast<unsigned char>(word.front())] = true;
    std::uint32_t node = 0;
    for (const char byte : word) {
        const auto [child, isNew] = m_edges.emplace(edge(node, byte), static_cast<std::uint32_t>(m_values.size()));
        if (isNew) {
            m_values.push_back(kNone);
        }
        node = child->second;
    }
    if (m_values[node] == kNone) {
        m_values[node] = value;
    }
}

std::optional<ByteTrie::Found> ByteTrie::longestAt(std::string_view text, std::size_t at) const
{
    if (!m_isFirst[static_cast<unsigned char>(text[at])]) {
        return std::nullopt;
    }
    std::optional<Found> longest;
    std::uint32_t node = 0;
    for (std::size_t end = at; end < text.size(); ++end) {
        const auto child = m_edges.find(edge(node, text[end]));
        if (child == m_edges.end()) {
            break;
        }
        node = child->second;
        if (m_values[node] != kNone) {
            longest = Found{m_values[node], end + 1 - at};
        }
    }
    return longest;
}

}  // namespace headlight
