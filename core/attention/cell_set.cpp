#include "core/attention/cell_set.h"

#include <algorithm>
#include <cassert>

namespace headlight {

CellSet::CellSet(std::vector<CellRun> runs)
{
    std::ranges::sort(runs);
    std::vector<CellRun> merged;
    for (const CellRun& run : runs) {
        assert(run.query >= 0 && run.begin >= 0 && run.begin < run.end);
        if (!merged.empty() && merged.back().query == run.query && merged.back().end >= run.begin) {
            merged.back().end = std::max(merged.back().end, run.end);
        } else {
            merged.push_back(run);
        }
    }
    if (!merged.empty()) {
        m_runs = std::make_shared<const std::vector<CellRun>>(std::move(merged));
    }
}

std::span<const CellRun> CellSet::runs() const noexcept
{
    return m_runs ? std::span<const CellRun>(*m_runs) : std::span<const CellRun>();
}

Index CellSet::size() const noexcept
{
    Index cells = 0;
    for (const CellRun& run : runs()) {
        cells += run.end - run.begin;
    }
    return cells;
}

bool CellSet::contains(TokenIndex query, TokenIndex key) const noexcept
{
    const std::span<const CellRun> all = runs();
    const auto startsLater = [](const CellRun& cell, const CellRun& run) {
        return cell.query < run.query || (cell.query == run.query && cell.begin < run.begin);
    };
    const auto later = std::upper_bound(all.begin(), all.end(), CellRun{query.value, key.value, 0}, startsLater);
    return later != all.begin() && (later - 1)->query == query.value && key.value < (later - 1)->end;
}

CellSet CellSet::with(const CellSet& more) const
{
    std::vector<CellRun> both(runs().begin(), runs().end());
    both.insert(both.end(), more.runs().begin(), more.runs().end());
    return CellSet(std::move(both));
}

CellSet CellSet::without(const CellSet& fewer) const
{
    std::vector<CellRun> rest;
    const auto end = fewer.runs().end();
    auto cut = fewer.runs().begin();
    for (CellRun run : runs()) {
        while (cut != end && (cut->query < run.query || (cut->query == run.query && cut->end <= run.begin))) {
            ++cut;
        }
        for (auto inside = cut; inside != end && inside->query == run.query && inside->begin < run.end; ++inside) {
            if (run.begin < inside->begin) {
                rest.push_back({run.query, run.begin, inside->begin});
            }
            run.begin = std::max(run.begin, inside->end);
        }
        if (run.begin < run.end) {
            rest.push_back(run);
        }
    }
    return CellSet(std::move(rest));
}

bool CellSet::operator==(const CellSet& other) const noexcept
{
    return m_runs == other.m_runs || std::ranges::equal(runs(), other.runs());
}

}  // namespace headlight
