#include "core/trace/stage_store.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <set>

namespace headlight {
namespace {

std::size_t byteCount(const Tensor& tensor)
{
    return static_cast<std::size_t>(tensor.size()) * sizeof(float);
}

/// A tensor that has two names is there once.
std::size_t bytesOf(const StageTensors& tensors)
{
    std::set<const Tensor*> counted;
    std::size_t bytes = 0;
    for (const auto& [key, tensor] : tensors) {
        bytes += counted.insert(tensor.get()).second ? byteCount(*tensor) : 0;
    }
    return bytes;
}

/// What a stage fills, of every layer.
std::size_t bytesOfAllLayers(const StageShapes& shapes, StageId id)
{
    std::size_t bytes = 0;
    for (auto stage = shapes.lower_bound({id}); stage != shapes.end() && stage->first.id == id; ++stage) {
        bytes += sizeof(float) * static_cast<std::size_t>(std::accumulate(stage->second.begin(), stage->second.end(),
                                                                          Index{1}, std::multiplies<>()));
    }
    return bytes;
}

}  // namespace

StageStore::StageStore(StageTensors kept, std::shared_ptr<const StageSource> source)
    : m_kept(std::move(kept))
    , m_source(std::move(source))
{
    if (m_source) {
        m_shapes = m_source->shapes();
        m_room = kTraceBytes - std::min(bytesOf(m_kept), kTraceBytes);
    } else {
        for (const auto& [key, tensor] : m_kept) {
            m_shapes.emplace(key, tensor->shape());
        }
    }
}

std::shared_ptr<const Tensor> StageStore::findReady(const StageKey& key) const
{
    if (const auto kept = m_kept.find(key); kept != m_kept.end()) {
        return kept->second;
    }
    const std::lock_guard lock(m_mutex);
    const auto entry = std::ranges::find(m_remembered, key, &Entry::first);
    if (entry == m_remembered.end()) {
        return nullptr;
    }
    m_remembered.splice(m_remembered.begin(), m_remembered, entry);
    return entry->second;
}

std::shared_ptr<const Tensor> StageStore::find(const StageKey& key) const
{
    StageTensors working;
    return find(key, working);
}

std::shared_ptr<const Tensor> StageStore::find(const StageKey& key, StageTensors& working) const
{
    if (const auto found = working.find(key); found != working.end()) {
        return found->second;
    }
    std::shared_ptr<const Tensor> tensor = findReady(key);
    if (tensor || !m_source || !m_shapes.contains(key)) {
        return tensor;
    }
    tensor = m_source->compute(key, [&](const StageKey& needed) { return find(needed, working); });
    working.emplace(key, tensor);
    remember(key, tensor);
    return tensor;
}

void StageStore::remember(const StageKey& key, std::shared_ptr<const Tensor> tensor) const
{
    const std::lock_guard lock(m_mutex);
    if (std::ranges::find(m_remembered, key, &Entry::first) != m_remembered.end()) {
        return;
    }
    m_rememberedBytes += byteCount(*tensor);
    m_remembered.emplace_front(key, std::move(tensor));
    while (m_rememberedBytes > m_room && m_remembered.size() > 1) {
        m_rememberedBytes -= byteCount(*m_remembered.back().second);
        m_remembered.pop_back();
    }
}

RowVector StageStore::row(const StageKey& key, TokenIndex token) const
{
    if (!m_shapes.contains(key)) {
        return {};
    }
    if (m_source && !findReady(key)) {
        RowVector row = m_source->row(key, token, [this](const StageKey& needed) { return find(needed); });
        if (row.size() > 0) {
            return row;
        }
    }
    return find(key)->matrix().row(token.value);
}

std::shared_ptr<const AttentionMap> StageStore::map(const StageKey& key, Index slice) const
{
    if (!m_shapes.contains(key)) {
        return nullptr;
    }
    if (m_source && bytesOfAllLayers(m_shapes, key.id) > m_room && !findReady(key)) {
        if (auto map = m_source->map(key.id, {key.layer, HeadIndex(slice)},
                                     [this](const StageKey& needed) { return find(needed); })) {
            return map;
        }
    }
    return std::make_shared<StoredMap>(find(key), slice);
}

}  // namespace headlight
