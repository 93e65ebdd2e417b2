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

/// What is left of kTraceBytes beside what is kept.
std::size_t roomBeside(const StageTensors& kept)
{
    return kTraceBytes - std::min(bytesOf(kept), kTraceBytes);
}

/// Maps whose source's own memory, as two numbers a query, is held at once.
constexpr std::size_t kSourceMaps = 4;

}  // namespace

/// A slice that is not in memory, and of which the store remembers what was looked at.
class RememberedMap final : public AttentionMap
{
public:
    RememberedMap(std::shared_ptr<const StageStore> store, StageStore::Slice slice)
        : m_store(std::move(store))
        , m_slice(slice)
    {
        const Tensor::Shape& shape = m_store->shapes().at(slice.key);
        m_rows = shape[shape.size() - 2];
        m_cols = shape.back();
    }

    Index rows() const override { return m_rows; }
    Index cols() const override { return m_cols; }
    float at(TokenIndex query, TokenIndex key) const override { return source()->at(query, key); }
    RowVector row(TokenIndex query) const override { return source()->row(query); }

    Matrix tile(IndexRange rows, IndexRange cols, TileSize size) const override
    {
        const StageStore::TileAddress address{m_slice, rows, cols, size};
        if (const auto remembered = m_store->m_tiles.find(address)) {
            return *remembered;
        }
        Matrix tile = source()->tile(rows, cols, size);
        if (tile.size() < rows.size() * cols.size() || rows.size() * m_cols > kQuickCells) {
            m_store->m_tiles.insert(address, std::make_shared<const Matrix>(tile),
                                    static_cast<std::size_t>(tile.size()) * sizeof(float));
        }
        return tile;
    }

    bool isQuick(IndexRange rows, IndexRange cols, TileSize size) const override
    {
        if (m_store->m_tiles.find({m_slice, rows, cols, size}) != nullptr) {
            return true;
        }
        const std::shared_ptr<const AttentionMap> open = m_store->m_sourceMaps.find(m_slice);
        return open ? open->isQuick(rows, cols, size) : rows.size() * m_cols <= kQuickCells;
    }

private:
    std::shared_ptr<const AttentionMap> source() const { return m_store->sourceMap(m_slice); }

    std::shared_ptr<const StageStore> m_store;
    StageStore::Slice m_slice;
    Index m_rows = 0;
    Index m_cols = 0;
};

StageStore::StageStore(StageTensors kept, std::shared_ptr<const StageSource> source)
    : m_kept(std::move(kept))
    , m_source(std::move(source))
    , m_room(m_source ? roomBeside(m_kept) : 0)
    , m_remembered(m_room)
    , m_tiles(kTileBytes)
    , m_sourceMaps(kSourceMaps)
{
    if (m_source) {
        m_shapes = m_source->shapes();
    } else {
        for (const auto& [key, tensor] : m_kept) {
            m_shapes.emplace(key, tensor->shape());
        }
    }
}

std::shared_ptr<const Tensor> StageStore::findReady(const StageKey& key) const
{
    const auto kept = m_kept.find(key);
    return kept != m_kept.end() ? kept->second : m_remembered.find(key);
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
    m_remembered.insert(key, tensor, byteCount(*tensor));
    return tensor;
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

std::shared_ptr<const AttentionMap> StageStore::sourceMap(const Slice& slice) const
{
    std::shared_ptr<const AttentionMap> map = m_sourceMaps.find(slice);
    if (!map) {
        map = m_source->map(slice.key.id, {slice.key.layer, HeadIndex(slice.index)},
                            [this](const StageKey& needed) { return find(needed); });
        m_sourceMaps.insert(slice, map, 1);
    }
    return map;
}

std::shared_ptr<const AttentionMap> StageStore::map(const StageKey& key, Index slice) const
{
    if (!m_shapes.contains(key)) {
        return nullptr;
    }
    if (m_source && m_source->hasMap(key.id) && bytesOfAllLayers(m_shapes, key.id) > m_room && !findReady(key)) {
        return std::make_shared<RememberedMap>(shared_from_this(), Slice{key, slice});
    }
    return std::make_shared<StoredMap>(find(key), slice);
}

}  // namespace headlight
