// A dictionary that finds the longest of its words at a place in a text. May use base/ and text/ only.
#pragma once

#include "core/text/token.h"

#include <array>
#include <optional>
#include <unordered_map>

namespace headlight {

/// Words by their bytes.
class ByteTrie
{
public:
    struct Found
    {
        std::int32_t value = 0;
        std::size_t length = 0;
    };

    /// A word that is there already keeps its value.  @param word not empty
    void add(std::string_view word, std::int32_t value);

    /// The longest word that the text has at byte `at`; nothing where there is none. Cost O(the longest word).
    std::optional<Found> longestAt(std::string_view text, std::size_t at) const;

private:
    static constexpr std::int32_t kNone = -1;

    static std::uint64_t edge(std::uint64_t node, char byte);

    std::array<bool, 256> m_isFirst{};  ///< Whether a word begins so: most places are passed over at once.
    std::unordered_map<std::uint64_t, std::uint32_t> m_edges;
    std::vector<std::int32_t> m_values = {kNone};  ///< Of each node; the first is the root.
};

}  // namespace headlight
