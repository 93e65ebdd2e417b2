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

std::shared_ptr<const Tensor> Trace::find(const StageKey& key) const
{
    const auto found = m_tensors.find(key);
    return found == m_tensors.end() ? nullptr : found->second;
}

Result<std::shared_ptr<const AttentionMap>> Trace::map(StageId stage, HeadAddress head) const
{
    const StageKey key{stage, head.layer};
    std::shared_ptr<const Tensor> tensor = find(key);
    if (!tensor || head.head.value < 0 || head.head.value >= tensor->slices()) {
        return failure(ErrorCode::NotFound,
                       "The trace holds no " + tensorName(key) + " of head " + std::to_string(head.head.value) + ".");
    }
    return std::make_shared<StoredMap>(std::move(tensor), head.head.value);
}

}  // namespace headlight
