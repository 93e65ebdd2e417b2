// A set of cells (query, key), as a hand paints them on a mask. May use base/ only.
#pragma once

#include "core/base/indices.h"

#include <memory>
#include <span>
#include <vector>

namespace headlight {

/// Neighbouring keys of one query: begin, begin + 1, … end − 1.
struct CellRun
{
    Index query = 0;
    Index begin = 0;
    Index end = 0;

    auto operator<=>(const CellRun&) const = default;
};

/// Cells of a T×S matrix of any size, kept as sorted runs that neither overlap nor touch, so that equal sets are equal values.
/// Immutable and shared: a copy costs a pointer, and so does comparing with one. Thread-safe.
class CellSet
{
public:
    CellSet() = default;

    /// @param runs in any order, overlapping or not; each 0 ≤ begin < end, 0 ≤ query
    explicit CellSet(std::vector<CellRun> runs);

    std::span<const CellRun> runs() const noexcept;
    bool empty() const noexcept { return !m_runs; }

    /// How many cells there are.
    Index size() const noexcept;

    bool contains(TokenIndex query, TokenIndex key) const noexcept;

    /// The cells that are in either, and those that are here but not there.
    CellSet with(const CellSet& more) const;
    CellSet without(const CellSet& fewer) const;

    bool operator==(const CellSet& other) const noexcept;

private:
    std::shared_ptr<const std::vector<CellRun>> m_runs;  ///< Null where there is none.
};

}  // namespace headlight
