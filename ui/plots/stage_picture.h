// One stage of the pipeline, large, with its numbers.
#pragma once

#include "ui/plots/picture.h"
#include "ui/plots/pipeline_content.h"
#include "ui/session/selection.h"
#include "ui/session/view_options.h"

#include <memory>
#include <optional>

namespace headlight::ui {

/// A row and a column of a stage.
struct StageCell
{
    Index row = 0;
    Index column = 0;

    bool operator==(const StageCell&) const = default;
};

/// Draws one matrix of a pipeline: all of it, or as much of it from a first row and column on as fits when every cell has room for
/// its number. Rows have the tokens' names, columns their dimension, key or piece of the vocabulary.
class StagePicture final : public Picture
{
public:
    /// @param options its `zoomed` stage is shown; a picture without one that the content has says so
    /// @param framed a cell to frame, as the one that is explained
    StagePicture(std::shared_ptr<const PipelineContent> content, const Selection& selection,
                 const PipelineOptions& options, const ColourMap& colourMap, std::optional<StageCell> framed = {});

    QString title() const override;
    QSizeF naturalSize() const override;
    void paint(QPainter& painter, const QRectF& area, const Theme& theme) const override;

    /// All of its numbers, seen or not.
    CsvTable table() const override;

    /// The formula as this model computes it, and what it does.
    QString caption() const;

    /// Null where the model has not the stage.
    const PipelineMatrix* matrix() const noexcept { return m_matrix; }
    StageId stage() const noexcept { return *m_options.zoomed; }
    ColourScale colourScale() const { return colourScaleOf(*m_matrix, m_colourMap); }

    /// Which rows and columns are seen when drawn into `area`.
    IndexRange rowsIn(const QRectF& area) const { return layout(area).rows; }
    IndexRange columnsIn(const QRectF& area) const { return layout(area).columns; }

    QRectF cellsRect(const QRectF& area) const { return layout(area).cells; }
    QRectF cellRect(StageCell cell, const QRectF& area) const { return cellIn(layout(area), cell); }
    std::optional<StageCell> cellAt(QPointF point, const QRectF& area) const;
    QString describe(StageCell cell) const { return cellText(*m_content, *m_matrix, cell.row, cell.column); }

private:
    struct Layout
    {
        QRectF cells;
        QRectF rowLabels;
        QRectF columnLabels;
        QRectF colourBar;
        IndexRange rows;
        IndexRange columns;
        AxisLabels rowAxis;
        AxisLabels columnAxis;
    };
    Layout layout(const QRectF& area) const;
    static QRectF cellIn(const Layout& placed, StageCell cell);
    AxisLabels rowAxis(IndexRange rows) const;
    AxisLabels columnAxis(IndexRange columns) const;

    std::shared_ptr<const PipelineContent> m_content;
    Selection m_selection;
    PipelineOptions m_options;
    const ColourMap& m_colourMap;
    std::optional<StageCell> m_framed;
    const PipelineMatrix* m_matrix = nullptr;
};

}  // namespace headlight::ui
