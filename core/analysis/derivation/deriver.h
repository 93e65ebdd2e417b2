// The steps of a derivation, stage by stage; private to this folder.
#pragma once

#include "core/analysis/derivation/derivation.h"
#include "core/trace/trace.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace headlight {

/// A model's linear map, and its names in formulas.
struct NamedLinear
{
    const LinearWeights& weights;
    std::string weight;  ///< "W_Q"
    std::string bias;    ///< "b_Q"
};

struct NamedNorm
{
    const NormWeights& weights;
    std::string gain = "γ";
    std::string bias = "β";
};

/// What a norm works out of a whole vector.
struct NormScale
{
    std::optional<Expression> mean;  ///< That LayerNorm subtracts.
    Expression square;               ///< The mean square, of distances from the mean where that is subtracted.
};

/// One call of `derive`: the traced numbers to start from, and the steps that grow. The trace has the cell and every stage of a pass.
class Deriver
{
public:
    Deriver(const Model& model, const Trace& trace, const CellAddress& cell);

    Derivation run();

private:
    // deriver.cpp
    void nameCell();
    std::string tokenName(Index token) const;
    std::string columnName(char axis) const;
    void addSteps();

    /// A cell of the same layer, and head where the stage has heads.
    CellAddress address(StageId stage, Index row, Index column) const;
    CellAddress address(const StageKey& stage, Index row, Index column) const;

    Expression traced(std::string symbol, const CellAddress& cell) const;

    /// SYMBOL[0], SYMBOL[1], …
    std::vector<Expression> tracedRow(const std::string& symbol, const StageKey& stage, Index row) const;

    /// Adds a step.  @return its result, for those after it
    Expression add(std::string label, std::string symbol, Expression value);
    void copy(const std::string& of, const std::string& symbol, const CellAddress& cell);

    /// Σ x[i]·W[i, column] + b[column]
    static Expression linear(std::vector<Expression> x, const NamedLinear& map, Index column);

    /// What linear gives, without the tree.
    static Rounded linearNumber(const std::vector<Expression>& x, const LinearWeights& weights, Index column);

    /// Adds the steps that lead to what a norm subtracts and divides by.
    NormScale addNormScale(const std::vector<Expression>& x, const std::string& what, NormKind kind);

    /// γ·(x − μ)/√(σ² + ε) + β
    Expression normalised(Expression x, const NormScale& scale, const NamedNorm& norm, Index column) const;

    /// Adds every step of the model's norm of `x`, as seen in this column.
    void addNormalised(const std::vector<Expression>& x, const NamedNorm& norm);

    // embedding_steps.cpp
    void addTokenEmbedding();
    void addPositionEmbedding();
    void addTypeEmbedding();
    void addEmbeddingOutput();

    // attention_steps.cpp
    StageKey attentionInput() const;

    /// The head's or group's slice of the projections, of so many slices.
    Index projectedSlice(Index slices) const;
    void addProjected(const NamedLinear& map, const NormWeights& norm, Index slice, const std::string& symbol);
    void addTurned(Expression first, Expression second, Index pair, const std::string& symbol);
    void addQuery();
    void addKey();
    void addValue();
    Expression addRawScore();
    void addFeatureScore();
    void addScore();
    bool isSeen(Index key) const;
    Expression addHiddenScore();
    void addMaskedScore();
    void addWeight();
    void addHeadOutput();
    void addConcat();
    void addAttentionOutput();

    // layer_steps.cpp
    StageKey feedForwardInput() const;
    StageKey lastLayerOutput() const;
    void addLayerInput();
    void addAttentionNorm();
    void addAttentionResidual();
    void addFeedForwardNorm();
    void addFeedForwardHidden();
    void addFeedForwardGate();
    void addFeedForwardActivation();
    void addFeedForwardOutput();
    void addLayerOutput();
    void addFinalNorm();
    void addLogit();

    /// The stages of OutputHead::Transformed, which the trace does not keep: of their D numbers each, the steps show the one that
    /// adds most to the logit.  @param embedding [D] the logit's  @return [D]
    std::vector<Expression> transformed(const std::vector<Expression>& x, const RowVector& embedding);

    const BlockWeights& block() const
    {
        return m_model.weights.blocks[static_cast<std::size_t>(m_cell.stage.layer.value)];
    }
    bool isNormBefore() const { return m_config.normPlacement == NormPlacement::Before; }
    Index row() const { return m_cell.row; }
    Index column() const { return m_cell.column; }

    const Model& m_model;
    const Trace& m_trace;
    const ModelConfig& m_config;
    const Experiment& m_experiment;
    CellAddress m_cell;
    PositionScheme m_positions;
    Derivation m_derivation;
    mutable StageTensors m_held;  ///< Stages that cells of were looked at.
};

/// A number that is exact.
Rounded given(float value);

/// "x[5]"
std::string indexed(const std::string& symbol, Index index);

/// "W[5, 12]"
std::string indexed(const std::string& symbol, Index row, Index column);

/// An entry of the model's weights, with its name.
Expression parameter(const std::string& name, const Matrix& values, Index row, Index column);
Expression parameter(const std::string& name, const RowVector& values, Index column);

/// act(x); see Activation.
Expression activated(const Expression& x, Activation activation);

}  // namespace headlight
