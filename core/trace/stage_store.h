// A trace's numbers: those that are kept, and those worked out when they are looked at. May use base/, tensor/ and trace/.
#pragma once

#include "core/base/lru_cache.h"
#include "core/trace/stage_source.h"

#include <cstddef>
#include <map>
#include <memory>
#include <utility>

namespace headlight {

using StageTensors = std::map<StageKey, std::shared_ptr<const Tensor>>;

/// What a trace's numbers may fill, where what must be kept leaves room: about an eighth of what the weights of GPT-2's 144 heads would fill
/// at 1,024 tokens, and at 256 room for all of these.
inline constexpr std::size_t kTraceBytes = 78'000'000;

/// What the tiles looked at last may fill besides.
inline constexpr std::size_t kTileBytes = 48'000'000;

/// Finds stages, and remembers those worked out last as far as kTraceBytes allows, and tiles as kTileBytes does. Thread-safe: what two threads ask
/// for at once may be worked out twice, to the same bits.
class StageStore : public std::enable_shared_from_this<StageStore>
{
public:
    /// @param source null where there is nothing but what is kept
    StageStore(StageTensors kept, std::shared_ptr<const StageSource> source);

    const StageShapes& shapes() const noexcept { return m_shapes; }
    const StageTensors& kept() const noexcept { return m_kept; }

    /// Null for a stage that is not in shapes().
    std::shared_ptr<const Tensor> find(const StageKey& key) const;

    /// The same, but null where it would have to be worked out.
    std::shared_ptr<const Tensor> findReady(const StageKey& key) const;

    /// One row of a [T,…] stage; empty for a stage that is not in shapes().
    RowVector row(const StageKey& key, TokenIndex token) const;

    /// One slice of a stage; null for one that is not in shapes(). It is worked out with all others where there is room to remember the stage
    /// of every layer; else, if the source can, cell by cell as it is looked at.
    std::shared_ptr<const AttentionMap> map(const StageKey& key, Index slice) const;

private:
    friend class RememberedMap;

    struct Slice
    {
        StageKey key;
        Index index = 0;

        bool operator==(const Slice&) const = default;
    };

    struct TileAddress
    {
        Slice slice;
        IndexRange rows;
        IndexRange cols;
        TileSize size;

        bool operator==(const TileAddress&) const = default;
    };

    /// @param working what was worked out for the same question, of which nothing is to be worked out twice
    std::shared_ptr<const Tensor> find(const StageKey& key, StageTensors& working) const;

    /// What the source makes of a slice that is read cell by cell.
    std::shared_ptr<const AttentionMap> sourceMap(const Slice& slice) const;

    StageTensors m_kept;
    std::shared_ptr<const StageSource> m_source;
    StageShapes m_shapes;
    std::size_t m_room = 0;  ///< Bytes for what is remembered.
    mutable LruCache<StageKey, Tensor> m_remembered;
    mutable LruCache<TileAddress, Matrix> m_tiles;
    mutable LruCache<Slice, AttentionMap> m_sourceMaps;
};

}  // namespace headlight
