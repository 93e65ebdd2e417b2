// Which pairs of pieces become one. May use base/ only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace headlight {

/// What a pair of pieces becomes, and how early: the lowest rank goes first.
struct Merge
{
    std::int32_t rank = 0;
    std::int32_t id = 0;
};

/// A hash table from pairs of ids to merges; open addressing, since a long text asks it millions of times.
class MergeTable
{
public:
    /// @param capacity how many pairs will be added at most
    explicit MergeTable(std::size_t capacity = 0);

    /// A pair that is there already gets the new merge.
    void set(std::int32_t left, std::int32_t right, Merge merge);

    /// As long as the table lives; null for a pair that does not merge.
    const Merge* find(std::int32_t left, std::int32_t right) const;

private:
    struct Slot
    {
        std::uint64_t pair = 0;
        Merge merge;
    };

    std::size_t placeOf(std::uint64_t pair) const;

    std::vector<Slot> m_slots;
};

}  // namespace headlight
