#include "core/attention/cost.h"

#include <algorithm>
#include <cassert>
#include <string>

namespace headlight {

std::string_view attentionVariantName(AttentionVariant variant)
{
    switch (variant) {
    case AttentionVariant::Full:
        return "full";
    case AttentionVariant::Sparse:
        return "sparse";
    case AttentionVariant::Linear:
        return "linear";
    case AttentionVariant::Tiled:
        return "tiled";
    }
    return "";
}

Result<void> validate(const CostSetting& setting)
{
    if (setting.headWidth < 1) {
        return failure(ErrorCode::InvalidArgument,
                       "A head is 1 or more wide, not " + std::to_string(setting.headWidth) + ".");
    }
    if (Result<void> mask = validate(setting.mask); !mask) {
        return mask;
    }
    return validate(setting.block);
}

Mask maskOf(AttentionVariant variant, const CostSetting& setting)
{
    return variant == AttentionVariant::Sparse ? setting.mask : Mask{.direction = setting.mask.direction};
}

Cost costOf(AttentionVariant variant, Index tokens, const CostSetting& setting)
{
    assert(tokens >= 1 && validate(setting));
    constexpr double kNumber = sizeof(float);
    const auto t = static_cast<double>(tokens);
    const auto d = static_cast<double>(setting.headWidth);
    const Mask mask = maskOf(variant, setting);
    switch (variant) {
    case AttentionVariant::Full:
        return {.multiplyAdds = 2.0 * t * t * d, .bytes = kNumber * (2.0 * t * t + t * d)};
    case AttentionVariant::Sparse: {
        const double visible = visibleShare(mask, tokens) * t * t;
        return {.multiplyAdds = 2.0 * visible * d,
                .bytes = kNumber * (visible + t * d) + static_cast<double>(sizeof(Index)) * (t + 1.0)};
    }
    case AttentionVariant::Linear:
        return {.multiplyAdds = 2.0 * t * d * d + 2.0 * t * d, .bytes = kNumber * (3.0 * t * d + d * d + d)};
    case AttentionVariant::Tiled: {
        double cells = 0.0;
        double rescaled = 0.0;
        for (const Tile& tile : visibleTiles(tokens, tokens, mask, setting.block)) {
            cells += static_cast<double>(tile.queries) * static_cast<double>(tile.keys);
            rescaled += static_cast<double>(tile.queries);
        }
        const auto blockQueries = static_cast<double>(std::min(setting.block.queries, tokens));
        const auto blockKeys = static_cast<double>(std::min(setting.block.keys, tokens));
        return {.multiplyAdds = (2.0 * cells + rescaled) * d,
                .bytes = kNumber * (t * d + 3.0 * t + blockQueries * (blockKeys + std::max(blockKeys, d)))};
    }
    }
    return {};
}

}  // namespace headlight
