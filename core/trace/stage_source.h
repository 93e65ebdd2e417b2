// What works out the stages that a trace does not keep. May use base/, tensor/ and trace/.
#pragma once

#include "core/tensor/tensor.h"
#include "core/trace/attention_map.h"
#include "core/trace/stage.h"

#include <functional>
#include <map>
#include <memory>

namespace headlight {

/// Stages and their shapes, in the order of StageKey.
using StageShapes = std::map<StageKey, Tensor::Shape>;

/// Works out stages from others. Immutable and thread-safe.
class StageSource
{
public:
    /// How a source comes to the stages that it needs: those kept, those worked out before, or by asking it again.
    using Find = std::function<std::shared_ptr<const Tensor>(const StageKey&)>;

    virtual ~StageSource() = default;

    /// The stages that it can work out, and those kept that they follow from.
    virtual const StageShapes& shapes() const = 0;

    /// One of them.  @return never null
    virtual std::shared_ptr<const Tensor> compute(const StageKey& key, const Find& find) const = 0;

    /// One row of a stage of the whole model, where that takes less than all of it; else empty.
    virtual RowVector row(const StageKey& /*key*/, TokenIndex /*token*/, const Find& /*find*/) const { return {}; }

    /// Whether slices of this stage can be read cell by cell, in less memory than all of them.
    virtual bool hasMap(StageId /*stage*/) const { return false; }

    /// One slice of such a stage: a head's, where it has heads; null for any other.
    virtual std::shared_ptr<const AttentionMap> map(StageId /*stage*/, HeadAddress /*head*/, const Find& /*find*/) const
    {
        return nullptr;
    }
};

}  // namespace headlight
