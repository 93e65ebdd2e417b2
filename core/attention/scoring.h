// What a pass makes scores of beside queries and keys. May use base/ and attention/attend.h only.
#pragma once

#include "core/attention/attend.h"
#include "core/base/indices.h"

#include <vector>

namespace headlight {

/// Of all layers, as a trace keeps it that holds queries and keys alone.
struct Scoring
{
    std::vector<float> scales = {};  ///< Factor on Q·Kᵀ, one a layer; empty for 1/√d.
    bool hasAlibi = false;

    bool operator==(const Scoring&) const = default;
};

/// What one head attends with.
///
/// @param head of a layer that `scoring` has a scale for  @param heads of each layer
AttentionOptions attentionOptions(const Scoring& scoring, HeadAddress head, Index heads, float temperature, Mask mask);

}  // namespace headlight
