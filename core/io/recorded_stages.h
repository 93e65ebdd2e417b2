// The stages of a trace file, read from it as they are looked at. May use base/, tensor/, attention/, trace/ and io/safetensors.h.
#pragma once

#include "core/io/safetensors.h"
#include "core/trace/trace.h"

#include <map>
#include <memory>

namespace headlight {

/// What a trace file holds, and the scores and weights that follow from its queries and keys where it holds none: softmax attention under
/// the trace's masks and temperature. Nothing is read before it is looked at, and of a head's map no more than that.
class RecordedStages final : public StageSource
{
public:
    /// @param tensors by stage, each of its stage's rank and of a type that `isFloat`
    /// @param info what the trace is of
    /// @param file whose bytes they are; null for bytes that outlive this
    RecordedStages(std::map<StageKey, StoredTensor> tensors, const TraceInfo& info,
                   std::shared_ptr<const SafetensorsFile> file);

    const StageShapes& shapes() const override { return m_shapes; }
    std::shared_ptr<const Tensor> compute(const StageKey& key, const Find& find) const override;
    RowVector row(const StageKey& key, TokenIndex token, const Find& find) const override;
    bool hasMap(StageId stage) const override;
    std::shared_ptr<const AttentionMap> map(StageId stage, HeadAddress head, const Find& find) const override;

private:
    const StoredTensor* stored(const StageKey& key) const;
    std::shared_ptr<const AttentionMap> mapFromVectors(StageId stage, HeadAddress head) const;
    std::shared_ptr<const Tensor> slice(const StageKey& key, Index index) const;

    std::map<StageKey, StoredTensor> m_tensors;
    TraceInfo m_info;  ///< Without its tokens.
    std::shared_ptr<const SafetensorsFile> m_file;
    StageShapes m_shapes;
};

}  // namespace headlight
