// What a forward pass leaves behind. May use base/, tensor/, text/ and attention/experiment.h.
#pragma once

#include "core/attention/experiment.h"
#include "core/base/result.h"
#include "core/tensor/tensor.h"
#include "core/text/token.h"
#include "core/trace/attention_map.h"
#include "core/trace/stage.h"

#include <map>
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

    /// The mask in force in that layer.
    const Mask& maskOf(LayerIndex layer) const;

    /// The relation that this head was asked for in training; empty if none.
    std::string_view relationOf(HeadAddress head) const;
};

/// Every stage of one forward pass. Immutable, so views share it as `shared_ptr<const Trace>` across threads and never
/// lock or copy.
class Trace
{
public:
    using Tensors = std::map<StageKey, std::shared_ptr<const Tensor>>;

    Trace(TraceInfo info, Tensors tensors) : m_info(std::move(info)), m_tensors(std::move(tensors)) {}

    const TraceInfo& info() const noexcept { return m_info; }
    Index tokens() const noexcept { return static_cast<Index>(m_info.tokens.size()); }

    /// All stages that are there, in the order in which data flows within each layer.
    const Tensors& tensors() const noexcept { return m_tensors; }

    /// The stage's numbers, or null where this model or file has none.
    std::shared_ptr<const Tensor> find(const StageKey& key) const;

    /// One head's weights or scores ([H,T,S] stages); NotFound where the trace does not hold them.
    Result<std::shared_ptr<const AttentionMap>> map(StageId stage, HeadAddress head) const;

private:
    TraceInfo m_info;
    Tensors m_tensors;
};

}  // namespace headlight
