// Several sentences in one pass. May use base/ and tensor/ only.
#pragma once

#include "core/base/indices.h"

#include <cstdint>
#include <span>
#include <vector>

namespace headlight {

/// Sentences side by side without padding: the rows of every [N×…] matrix of the pass. No token sees another sentence.
struct Batch
{
    std::vector<std::int32_t> ids;    ///< N token ids.
    std::vector<Index> starts = {0};  ///< Where each sentence starts, and N at the end.

    Index tokens() const { return static_cast<Index>(ids.size()); }
    Index sentences() const { return static_cast<Index>(starts.size()) - 1; }

    void append(std::span<const std::int32_t> sentence)
    {
        ids.insert(ids.end(), sentence.begin(), sentence.end());
        starts.push_back(tokens());
    }
};

}  // namespace headlight
