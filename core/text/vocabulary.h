// The pieces that a tokenizer knows, and their numbers. May use base/ and text/ only.
#pragma once

#include "core/base/result.h"
#include "core/text/token.h"

#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace headlight {

/// Pieces and their ids, both ways. Ids may have gaps. Moves, but is not copied.
class Vocabulary
{
public:
    struct Entry
    {
        std::string piece;
        std::int32_t id = 0;
    };

    /// Ids are below this: far beyond any vocabulary.
    static constexpr std::int32_t kMaxIds = 1 << 24;

    /// @return Malformed, which names the entry, for an id that is negative, too large or of two pieces; a piece that is there
    /// twice; or none at all.
    static Result<Vocabulary> make(std::vector<Entry> entries);

    Vocabulary(Vocabulary&&) = default;
    Vocabulary& operator=(Vocabulary&&) = default;
    Vocabulary(const Vocabulary&) = delete;
    Vocabulary& operator=(const Vocabulary&) = delete;
    ~Vocabulary() = default;

    /// Of pieces.
    Index size() const { return static_cast<Index>(m_entries.size()); }

    /// One more than the largest id.
    Index idCount() const { return Index{m_ids.back().id} + 1; }

    std::optional<std::int32_t> find(std::string_view piece) const;

    /// The piece of an id, as long as the vocabulary lives; null where there is none.
    const std::string* piece(std::int32_t id) const;

private:
    Vocabulary() = default;

    /// Of a hash table with open addressing: reading a large file asks it a million times.
    struct Slot
    {
        std::uint32_t hash = 0;
        std::int32_t place = kNone;  ///< In m_entries.
    };

    struct Numbered
    {
        std::int32_t id;
        std::int32_t place;  ///< In m_entries.

        auto operator<=>(const Numbered&) const = default;
    };

    static constexpr std::int32_t kNone = -1;

    Slot& slotOf(std::string_view piece, std::uint32_t hash);
    const Slot& slotOf(std::string_view piece, std::uint32_t hash) const;

    std::vector<Entry> m_entries;
    std::vector<Numbered> m_ids;  ///< By id; as many as pieces, however far apart their ids are.
    std::vector<Slot> m_slots;    ///< By the pieces' hashes; their number is a power of two.
};

}  // namespace headlight
