#include "core/attention/scoring.h"

#include "core/attention/positions.h"

#include <utility>

namespace headlight {

AttentionOptions attentionOptions(const Scoring& scoring, HeadAddress head, Index heads, float temperature, Mask mask)
{
    AttentionOptions options{.temperature = temperature, .mask = std::move(mask)};
    if (!scoring.scales.empty()) {
        options.scale = scoring.scales.at(static_cast<std::size_t>(head.layer.value));
    }
    if (scoring.hasAlibi) {
        options.alibiSlope = alibiSlopes(heads)[static_cast<std::size_t>(head.head.value)];
    }
    return options;
}

}  // namespace headlight
