// Values and their names in files. May use the standard library only.
#pragma once

#include <algorithm>
#include <cassert>
#include <iterator>
#include <string_view>
#include <utility>
#include <vector>

namespace headlight {

/// One row of a table in which each name and each value stands once.
template <typename Value>
using Named = std::pair<std::string_view, Value>;

/// The table of values whose names a function knows.
template <typename Value>
[[nodiscard]] std::vector<Named<Value>> tableOf(const auto& values, std::string_view (*name)(Value))
{
    std::vector<Named<Value>> table;
    for (const Value value : values) {
        table.emplace_back(name(value), value);
    }
    return table;
}

/// @param value must be in the table
[[nodiscard]] std::string_view nameOf(const auto& table, const auto& value)
{
    const auto found = std::ranges::find(table, value, [](const auto& row) { return row.second; });
    assert(found != std::end(table));
    return found->first;
}

/// The row with that name, as long as the table lives; null where there is none.
[[nodiscard]] const auto* findNamed(const auto& table, std::string_view name)
{
    const auto found = std::ranges::find(table, name, [](const auto& row) { return row.first; });
    return found == std::end(table) ? nullptr : &*found;
}

}  // namespace headlight
