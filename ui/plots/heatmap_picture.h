// One head's map: queries down, keys across.
#pragma once

#include "core/model/model.h"
#include "core/trace/trace.h"
#include "ui/plots/cell_picture.h"
#include "ui/plots/matrix_painter.h"
#include "ui/session/analysis.h"
#include "ui/session/selection.h"
#include "ui/session/view_options.h"

#include <memory>
#include <optional>

namespace headlight::ui {

/// What the layers are made from that a trace does not hold. Without them the picture says that they are not there.
struct HeatmapSources
{
    const Model* model = nullptr;                   ///< For norm-weighted attention; used while the picture is made.
    std::shared_ptr<const Analysis> analysis = {};  ///< For rollout.
};

/// Draws weights, scores, rollout or norm-weighted attention of the selected head, with token labels, the selected row, column and cell
/// marked, a colour bar, and numbers in the cells where asked for and where they fit.
class HeatmapPicture final : public CellPicture
{
public:
    /// @param trace must hold the stage that `options` ask for; else the picture says so instead. Of words there are weights
    /// alone, so these are shown.
    HeatmapPicture(std::shared_ptr<const Trace> trace, const Selection& selection, const HeatmapOptions& options,
                   const ColourMap& colourMap, const HeatmapSources& sources = {});

    QString title() const override;
    QSizeF naturalSize() const override;
    void paint(QPainter& painter, const QRectF& area, const Theme& theme) const override;
    CsvTable table() const override;
    std::optional<Hit> hitAt(QPointF point, const QRectF& area) const override;
    std::vector<std::function<void()>> slowParts(const QRectF& area, qreal pixelRatio) const override;
    void paintQuickly(QPainter& painter, const QRectF& area, const Theme& theme) const override;
    Index side() const override { return m_map ? m_map->rows() : 0; }

    /// The rows and columns that are seen.
    const CellWindow& window() const noexcept { return m_window; }
    QString describe(Cell cell) const override;

    /// The cell under a point when drawn into `area`.
    std::optional<Cell> cellAt(QPointF point, const QRectF& area) const;

    /// Where a cell is drawn, whether it is within the window or not.
    QRectF cellRect(Cell cell, const QRectF& area) const;

    /// Where the cells are when drawn into `area`.
    QRectF mapRect(const QRectF& area) const;

    HeadAddress head() const noexcept { return m_selection.head; }
    const ColourScale& colourScale() const noexcept { return m_scale; }
    const AttentionMap* map() const noexcept { return m_map.get(); }
    bool isMasked(Cell cell) const;

    /// The mask in force in the head's layer.
    const Mask& mask() const { return m_trace->info().maskOf(m_selection.head.layer); }

private:
    struct Layout
    {
        QRectF cells;
        QRectF rowLabels;
        QRectF columnLabels;
        QRectF colourBar;
        AxisLabels rows;
        AxisLabels columns;
        ColourScale scale;
    };
    /// Rows that are worked out and drawn together.
    struct Band
    {
        IndexRange rows;
        IndexRange cols;
        TileSize size;
        QRectF rect;
    };
    Layout layout(const QRectF& area) const;
    IndexRange rows() const { return {m_window.firstRow, m_window.firstRow + m_window.side}; }
    IndexRange columns() const { return {m_window.firstColumn, m_window.firstColumn + m_window.side}; }
    void paintMap(QPainter& painter, const QRectF& area, const Theme& theme, Parts parts) const;
    std::vector<Band> bandsOf(IndexRange rows, IndexRange cols, const QRectF& area, QSize pixels) const;
    Matrix tile(const Band& band) const;
    void paintBands(QPainter& painter, const std::vector<Band>& bands, const Theme& theme, Parts parts) const;
    bool isOfWeights() const;

    std::shared_ptr<const Trace> m_trace;
    Selection m_selection;
    HeatmapOptions m_options;
    CellWindow m_window;
    std::shared_ptr<const AttentionMap> m_map;
    QString m_problem;
    QString m_note;  ///< Why it shows weights where something else was asked for.
    ColourScale m_scale;
    AxisLabels m_rows;
    AxisLabels m_columns;
};

/// "layer 1 · head 3", counted from 0 as everywhere; with the relation that the head was asked for in training, if any:
/// "layer 3 · head 0 · asked for the antecedent".
QString headTitle(HeadAddress head, std::string_view relation = {});

/// "weight", "scaled score", "raw score", "rollout", "norm-weighted attention".
QString quantityName(Quantity quantity);

}  // namespace headlight::ui
