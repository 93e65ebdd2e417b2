// The numbers of a pipeline, made ready to be drawn.
#pragma once

#include "core/analysis/pipeline.h"
#include "core/text/token.h"
#include "ui/plots/matrix_painter.h"

#include <memory>
#include <optional>
#include <vector>

namespace headlight::ui {

/// One stage of a pipeline.
struct PipelineMatrix
{
    PipelineStep step;
    std::shared_ptr<const AttentionMap> map;       ///< All numbers of the stage, or of the head's slice of it.
    std::shared_ptr<const AttentionMap> overview;  ///< The same, pooled to what a small picture can show.
    float low = 0.0F;                              ///< The ends of its colour scale.
    float high = 1.0F;

    Index rows() const { return map->rows(); }
    Index cols() const { return map->cols(); }
};

/// What the axis of a stage counts.
enum class AxisKind { Query, Key, Dimension, Vocabulary };

/// All stages of one layer as one of its heads sees it. Immutable, so pictures share it; making it reads every number once.
class PipelineContent
{
public:
    /// @param trace of tokens, not null  @param model the one that made it, not null
    PipelineContent(std::shared_ptr<const Trace> trace, std::shared_ptr<const Model> model, HeadAddress head);

    const Trace& trace() const noexcept { return *m_trace; }
    const Model& model() const noexcept { return *m_model; }
    HeadAddress head() const noexcept { return m_head; }

    /// In the order in which data flows.
    const std::vector<PipelineMatrix>& matrices() const noexcept { return m_matrices; }

    /// Where a stage stands; nothing where the model has none.
    std::optional<Index> indexOf(StageId stage) const;

    bool isOf(const Trace* trace, const Model* model, HeadAddress head) const noexcept
    {
        return m_trace.get() == trace && m_model.get() == model && m_head == head;
    }

private:
    std::shared_ptr<const Trace> m_trace;
    std::shared_ptr<const Model> m_model;
    HeadAddress m_head;
    std::vector<PipelineMatrix> m_matrices;
};

AxisKind rowKind(StageId stage);
AxisKind columnKind(StageId stage);

/// The colours of a stage's numbers: `sequential` for weights, the diverging ones for signed values.
ColourScale colourScaleOf(const PipelineMatrix& matrix, const ColourMap& sequential);

/// A part of a stage at the resolution at which it is drawn; cells that the mask hides are NaN.
Matrix visibleTile(const PipelineContent& content, const PipelineMatrix& matrix, IndexRange rows, IndexRange cols,
                   TileSize size);

/// "queries", and of keys and values that heads share which: "keys of group 1".
QString stageTitle(const PipelineContent& content, const PipelineMatrix& matrix);

/// "[T×d] 13 × 16".
QString shapeText(const PipelineMatrix& matrix);

/// A number to six digits, with a minus sign as in print; "−∞" where the mask hides.
QString valueText(float value);

/// The token that a column stands for, of keys one of the text, of logits one of the vocabulary; nothing for a dimension.
std::optional<Token> columnToken(const PipelineContent& content, const PipelineMatrix& matrix, Index column);

/// The exact number of a cell and what it is: "it → animal: attention weights 0.8731", "it, dimension 17: queries −0.25".
QString cellText(const PipelineContent& content, const PipelineMatrix& matrix, Index row, Index column);

QString toText(std::string_view text);

}  // namespace headlight::ui
