// Softmax attention tile by tile: what is known after some of the tiles.
#pragma once

#include "core/analysis/attention_variants.h"
#include "ui/plots/cell_picture.h"
#include "ui/plots/matrix_painter.h"
#include "ui/session/selection.h"
#include "ui/session/view_options.h"

#include <memory>
#include <optional>

namespace headlight::ui {

/// Draws the cells seen so far with the tile last taken in framed; beside each row its running maximum and running sum as bars and
/// its output so far; under them what the computation ends in, measured against the plain softmax. Scales hold for all frames, so
/// that what grows is seen to grow.
class TiledPicture final : public CellPicture
{
public:
    /// @param trace of tokens; what is missing in it is said instead
    TiledPicture(std::shared_ptr<const Trace> trace, const Model& model, const Selection& selection,
                 const VariantOptions& options, const ColourMap& colourMap);

    QString title() const override;
    QSizeF naturalSize() const override;
    void paint(QPainter& painter, const QRectF& area, const Theme& theme) const override;

    /// One row a query: its token, running maximum, running sum and output so far.
    CsvTable table() const override;

    std::optional<Hit> hitAt(QPointF point, const QRectF& area) const override;
    Index side() const override { return m_frame ? m_frame->weights.rows() : 0; }
    QString describe(Cell cell) const override;

    /// Where the cells and the bars of a row are when drawn into `area`.
    QRectF mapRect(const QRectF& area) const { return layout(area).map; }
    QRectF maximumBar(TokenIndex query, const QRectF& area) const;
    QRectF sumBar(TokenIndex query, const QRectF& area) const;

    /// How far it is and, in the end, how far from the plain softmax.
    QString status() const;

    /// What is shown; null where there is nothing to show.
    const TiledFrame* frame() const noexcept { return m_frame ? &*m_frame : nullptr; }

private:
    struct Layout
    {
        QRectF map;
        QRectF weightsBar;
        QRectF maxima;
        QRectF sums;
        QRectF output;
        QRectF outputBar;
        QRectF text;
        qreal left = 0.0;  ///< Width of the row labels.
        qreal top = 0.0;   ///< Height of the column labels.
        bool hasNames = true;
    };
    Layout layout(const QRectF& area) const;
    void paintMap(QPainter& painter, const Layout& placed, const Theme& theme) const;
    void paintBars(QPainter& painter, const Layout& placed, const Theme& theme) const;
    void paintOutput(QPainter& painter, const Layout& placed, const Theme& theme) const;
    QRectF maximumBar(Index row, const QRectF& column) const;
    QRectF sumBar(Index row, const QRectF& column) const;

    std::shared_ptr<const Trace> m_trace;
    Selection m_selection;
    std::optional<TiledFrame> m_frame;
    QString m_problem;
    ColourScale m_scale;
    ColourScale m_outputScale;
    AxisLabels m_rows;
    AxisLabels m_columns;
};

}  // namespace headlight::ui
