// The whole computation of a layer and head: a row of matrices in the order in which data flows.
#pragma once

#include "ui/plots/picture.h"
#include "ui/plots/pipeline_content.h"
#include "ui/session/selection.h"
#include "ui/session/view_options.h"

#include <memory>
#include <optional>
#include <vector>

namespace headlight::ui {

/// A place in the pipeline: a matrix, and the cell in it that is drawn there, if it is on one.
struct PipelinePlace
{
    Index matrix = 0;  ///< Counted in the content's order.
    std::optional<Index> row = {};
    std::optional<Index> column = {};

    bool operator==(const PipelinePlace&) const = default;
};

/// The selection that goes with a row and column of a stage: rows of most stages are queries, of keys and values they are keys.
Selection selectionAt(StageId stage, Index row, std::optional<Index> column, const Selection& now);

/// Draws every matrix with its name, formula, shape and colour scale, those of one part on one ground, wrapped into as many lines as
/// its width asks for. All matrices of a line have the same height, so that a token's row runs through all of them at the same place.
/// With a step, the first stages up to that one, whose formula stands large on top.
class PipelinePicture final : public Picture
{
public:
    /// @param selection in tokens
    /// @param pointed the matrix to outline together with what flows into it; with a step it is that step's
    PipelinePicture(std::shared_ptr<const PipelineContent> content, const Selection& selection,
                    const PipelineOptions& options, const ColourMap& colourMap, std::optional<Index> pointed = {});

    QString title() const override;
    QSizeF naturalSize() const override;
    void paint(QPainter& painter, const QRectF& area, const Theme& theme) const override;

    /// What each stage is, its formula, shape and range: the numbers of one are in the table of its own picture.
    CsvTable table() const override;

    /// The least height that an area of that width needs.
    qreal heightAt(qreal width) const;

    /// What does not change with selection and pointer; paint draws it first and the rest over it.
    void paintBackdrop(QPainter& painter, const QRectF& area, const Theme& theme) const;
    void paintFront(QPainter& painter, const QRectF& area, const Theme& theme) const;

    std::optional<PipelinePlace> placeAt(QPointF point, const QRectF& area) const;

    /// The token whose label is under a point, left of a line.
    std::optional<TokenIndex> labelAt(QPointF point, const QRectF& area) const;

    /// Where a matrix' cells are; with name, formula, range and shape; and one row of it.
    QRectF cellsRect(Index matrix, const QRectF& area) const;
    QRectF boxRect(Index matrix, const QRectF& area) const;
    QRectF rowRect(Index matrix, Index row, const QRectF& area) const;

    /// The rows and columns of a matrix that are framed: those of the selected query and key.
    std::vector<Index> markedRows(Index matrix) const;
    std::optional<Index> markedColumn(Index matrix) const;

    /// Whether the step has come to it.
    bool isReached(Index matrix) const { return !m_options.step || matrix <= *m_options.step; }

    /// Several lines: name and shape, formula, what it does, the number there.
    QString describe(const PipelinePlace& place) const;

    const PipelineContent& content() const noexcept { return *m_content; }
    const std::shared_ptr<const PipelineContent>& sharedContent() const noexcept { return m_content; }
    const PipelineOptions& options() const noexcept { return m_options; }
    const ColourMap& colourMap() const noexcept { return m_colourMap; }
    std::optional<Index> pointed() const noexcept { return m_pointed; }

private:
    /// What a box needs, whatever the size.
    struct Needs
    {
        qreal name = 0.0;
        qreal leading = 0.0;  ///< Of the arrow or sign and what happens there.
    };
    struct Box
    {
        int line = 0;
        qreal left = 0.0;   ///< Of the cells.
        qreal width = 0.0;  ///< Of the cells.
        qreal room = 0.0;   ///< Of name and formula.
        qreal arrow = 0.0;  ///< The room left of it for what leads to it.
    };
    struct Layout
    {
        std::vector<Box> boxes;
        qreal top = 0.0;         ///< Of the first line.
        qreal cellHeight = 0.0;  ///< Of every matrix.
        int lines = 0;
    };
    Layout wrapped(qreal width, qreal cellHeight) const;
    Layout layout(const QRectF& area) const;
    QRectF cellsIn(const Layout& placed, Index matrix, const QRectF& area) const;
    qreal lineTop(const Layout& placed, int line, const QRectF& area) const;

    void paintStep(QPainter& painter, const QRectF& area, const Theme& theme) const;
    void paintGround(QPainter& painter, const Layout& placed, const QRectF& area, const Theme& theme) const;
    void paintLeading(QPainter& painter, const Layout& placed, Index matrix, const QRectF& area,
                      const Theme& theme) const;
    void paintMatrix(QPainter& painter, const Layout& placed, Index matrix, const QRectF& area,
                     const Theme& theme) const;
    void paintMarks(QPainter& painter, const QRectF& cells, Index matrix, const Theme& theme) const;

    const PipelineMatrix& at(Index matrix) const { return m_content->matrices()[static_cast<std::size_t>(matrix)]; }
    Index count() const { return static_cast<Index>(m_content->matrices().size()); }

    std::shared_ptr<const PipelineContent> m_content;
    Selection m_selection;
    PipelineOptions m_options;
    const ColourMap& m_colourMap;
    std::optional<Index> m_pointed;
    AxisLabels m_labels;  ///< Left of each line.
    qreal m_labelRoom = 0.0;
    std::vector<Needs> m_needs;  ///< A matrix each.
};

}  // namespace headlight::ui
