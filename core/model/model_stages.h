// Every stage of a forward pass, each worked out from those before it. May use base/, tensor/, attention/, trace/ and model/.
#pragma once

#include "core/attention/attend.h"
#include "core/attention/experiment.h"
#include "core/model/model.h"
#include "core/text/token.h"
#include "core/trace/stage_source.h"

#include <memory>
#include <stop_token>
#include <vector>

namespace headlight {

/// See ModelStages::rowsAtOnce.
inline constexpr Index kRowsAtOnce = 256;

/// What to work stages out of.
struct PassInput
{
    std::shared_ptr<const Model> model;
    std::vector<Token> tokens;
    Experiment experiment;
};

/// The transformer's equations, one a stage  (Vaswani et al. 2017, §3, encoder stack; before-norm as Xiong et al. 2020, "On Layer
/// Normalization in the Transformer Architecture"). A forward pass asks for them layer by layer; a trace, for those that it did not
/// keep. Shares the model; thread-safe.
///
/// A head that the experiment ablates still has weights, but its output is exactly zero.
class ModelStages final : public StageSource
{
public:
    /// @param input that `forward` finds right
    /// @param last the stages of later layers, and those of the whole model that come after it, are left out
    explicit ModelStages(PassInput input, const StageKey& last = {StageId::Logits});

    const StageShapes& shapes() const override { return m_shapes; }

    std::shared_ptr<const Tensor> compute(const StageKey& key, const Find& find) const override
    {
        return computeRows(key, {0, tokens()}, find, {});
    }

    /// Some tokens' rows of a stage, which is not one of scores or weights.
    ///
    /// @param find gives the same rows of the other stages, but all rows of keys and values for the stage Heads
    /// @param stop once it is asked for, what is returned may be unset
    std::shared_ptr<const Tensor> computeRows(const StageKey& key, IndexRange rows, const Find& find,
                                              const std::stop_token& stop) const;

    /// How many rows to work out together, so that products are fast and the stages between take little memory. All with linear
    /// attention, whose sums run along the queries.
    Index rowsAtOnce() const;

    Index tokens() const noexcept { return static_cast<Index>(m_input.tokens.size()); }

    RowVector row(const StageKey& key, TokenIndex token, const Find& find) const override;
    bool hasMap(StageId stage) const override;
    std::shared_ptr<const AttentionMap> map(StageId stage, HeadAddress head, const Find& find) const override;

private:
    class Step;

    bool has(StageId stage) const;
    AttentionOptions optionsOf(HeadAddress head) const;

    PassInput m_input;
    PositionScheme m_positions;
    StageShapes m_shapes;
};

/// What the model expects after final vectors, as those of the stage final.norm, or of the last layer's output where it has no final
/// norm.
///
/// @param x [T×D]  @return [T×V]; the model's output head must not be OutputHead::None
Matrix outputLogits(const Model& model, ConstMatrixRef x);

}  // namespace headlight
