#include "core/trace/trace.h"

#include <algorithm>

namespace headlight {

const Mask& TraceInfo::maskOf(LayerIndex layer) const
{
    return layerMasks.empty() ? mask : layerMasks.at(static_cast<std::size_t>(layer.value));
}

std::string_view TraceInfo::relationOf(HeadAddress head) const
{
    const auto found = std::ranges::find(askedHeads, head, &AskedHead::head);
    return found == askedHeads.end() ? std::string_view() : std::string_view(found->relation);
}

Result<std::shared_ptr<const AttentionMap>> Trace::map(StageId stage, HeadAddress head) const
{
    const StageKey key{stage, head.layer};
    const auto shape = shapes().find(key);
    const Index slices = shape == shapes().end() ? 0 : shape->second.size() == 3 ? shape->second.front() : 1;
    if (head.head.value < 0 || head.head.value >= slices) {
        return failure(ErrorCode::NotFound,
                       "The trace holds no " + tensorName(key) + " of head " + std::to_string(head.head.value) + ".");
    }
    return m_stages->map(key, head.head.value);
}

std::vector<std::shared_ptr<const AttentionMap>> Trace::maps(StageId stage, LayerIndex layer) const
{
    std::vector<std::shared_ptr<const AttentionMap>> maps;
    while (auto map = this->map(stage, {layer, HeadIndex(static_cast<Index>(maps.size()))})) {
        maps.push_back(std::move(*map));
    }
    return maps;
}

}  // namespace headlight
