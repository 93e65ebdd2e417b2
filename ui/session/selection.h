// What the person looks at; one object that all views share.
#pragma once

#include "core/base/indices.h"

#include <optional>

namespace headlight::ui {

/// A head, and within its map a query row, a key column, both or neither.
struct Selection
{
    HeadAddress head;
    std::optional<TokenIndex> query = {};
    std::optional<TokenIndex> key = {};

    bool operator==(const Selection&) const = default;
};

}  // namespace headlight::ui
