// A trace's numbers: those that are kept, and those worked out when they are looked at. May use base/, tensor/ and trace/.
#pragma once

#include "core/trace/stage_source.h"

#include <cstddef>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

namespace headlight {

using StageTensors = std::map<StageKey, std::shared_ptr<const Tensor>>;

/// What a trace's numbers may fill, where what must be kept leaves room: an eighth of what the weights of GPT-2's 144 heads would fill at
/// 1,024 tokens.
inline constexpr std::size_t kTraceBytes = 80'000'000;

/// Finds stages, and remembers those worked out last as far as kTraceBytes allows, at least the last one. Thread-safe: what two threads ask
/// for at once may be worked out twice, to the same bits.
class StageStore
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
    using Entry = std::pair<StageKey, std::shared_ptr<const Tensor>>;

    /// @param working what was worked out for the same question, of which nothing is to be worked out twice
    std::shared_ptr<const Tensor> find(const StageKey& key, StageTensors& working) const;

    void remember(const StageKey& key, std::shared_ptr<const Tensor> tensor) const;

    StageTensors m_kept;
    std::shared_ptr<const StageSource> m_source;
    StageShapes m_shapes;
    std::size_t m_room = 0;  ///< Bytes for what is remembered.
    mutable std::mutex m_mutex;
    mutable std::list<Entry> m_remembered;  ///< The one asked for last comes first.
    mutable std::size_t m_rememberedBytes = 0;
};

}  // namespace headlight
