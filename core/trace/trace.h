// What a forward pass leaves behind. May use base/, tensor/, text/, attention/experiment.h and attention/scoring.h.
#pragma once

#include "core/attention/experiment.h"
#include "core/attention/scoring.h"
#include "core/base/result.h"
#include "core/tensor/tensor.h"
#include "core/text/token.h"
#include "core/trace/attention_map.h"
#include "core/trace/stage.h"
#include "core/trace/stage_store.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace headlight {

/// What one row of a [T,…] stage stands for.
enum class TokenUnit {
    Token,
    Word,  ///< The tokens of a word taken together; see mergedIntoWords.
};

/// Where a trace comes from.
struct TraceInfo
{
    std::string text;
    std::vector<Token> tokens;  ///< One a row of every [T,…] stage.
    std::string modelName;
    std::string modelNote;  ///< What a picture must say of the model, as "untrained"; may be empty.
    Experiment experiment;
    Mask mask;                          ///< The one in force.
    std::vector<Mask> layerMasks = {};  ///< One a layer where they differ; else empty.
    Index layers = 0;
    Index heads = 0;
    std::vector<AskedHead> askedHeads = {};
    std::string pair = {};  ///< The second text, of those that the model read together; else empty.
    TokenUnit unit = TokenUnit::Token;
    Scoring scoring = {};

    /// The mask in force in that layer.
    const Mask& maskOf(LayerIndex layer) const;

    /// The relation that this head was asked for in training; empty if none.
    std::string_view relationOf(HeadAddress head) const;
};

/// Every stage of one forward pass. Immutable, so views share it as `shared_ptr<const Trace>` across threads and never
/// lock or copy; they do not know which numbers are kept and which are worked out as they look.
class Trace
{
public:
    using Tensors = StageTensors;

    /// @param source what works out the stages that are not kept; null for none
    Trace(TraceInfo info, Tensors kept, std::shared_ptr<const StageSource> source = nullptr)
        : m_info(std::move(info))
        , m_stages(std::make_shared<const StageStore>(std::move(kept), std::move(source)))
    {}

    /// The same numbers, said to be of something else.
    std::shared_ptr<const Trace> withInfo(TraceInfo info) const
    {
        Trace renamed = *this;
        renamed.m_info = std::move(info);
        return std::make_shared<const Trace>(std::move(renamed));
    }

    const TraceInfo& info() const noexcept { return m_info; }
    Index tokens() const noexcept { return static_cast<Index>(m_info.tokens.size()); }

    /// All stages that are there, in the order in which data flows within each layer.
    const StageShapes& shapes() const noexcept { return m_stages->shapes(); }

    bool has(const StageKey& key) const { return shapes().contains(key); }

    /// Those that are in memory as long as the trace is.
    const Tensors& kept() const noexcept { return m_stages->kept(); }

    /// The stage's numbers, or null where this model or file has none.
    std::shared_ptr<const Tensor> find(const StageKey& key) const { return m_stages->find(key); }

    /// One token's row of a [T,…] stage, without the other rows where they are not needed for it; empty where there is no such stage.
    RowVector row(const StageKey& key, TokenIndex token) const { return m_stages->row(key, token); }

    /// One head's weights or scores ([H,T,S] stages); NotFound where the trace does not hold them.
    Result<std::shared_ptr<const AttentionMap>> map(StageId stage, HeadAddress head) const;

    /// Those of all heads of a layer; none where the trace does not hold them.
    std::vector<std::shared_ptr<const AttentionMap>> maps(StageId stage, LayerIndex layer) const;

private:
    TraceInfo m_info;
    std::shared_ptr<const StageStore> m_stages;
};

}  // namespace headlight
