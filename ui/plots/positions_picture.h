// What a position scheme tells the model: waves, encoding, and how alike two positions are.
#pragma once

#include "core/analysis/position_encoding.h"
#include "core/attention/experiment.h"
#include "core/model/model.h"
#include "core/trace/trace.h"
#include "ui/plots/line_chart.h"
#include "ui/plots/matrix_painter.h"
#include "ui/plots/picture.h"
#include "ui/session/selection.h"
#include "ui/session/view_options.h"

#include <optional>
#include <vector>

namespace headlight::ui {

/// What the pictures of positions start from. Refers to what it is made of.
struct PositionsInUse
{
    const Model& model;
    const Experiment& experiment;
    Index tokens = 0;              ///< Of the text.
    const Trace* trace = nullptr;  ///< Of the text; null where there is none.

    PositionScheme scheme() const { return experiment.positions.value_or(model.config.positions); }
};

/// What is to be encoded: what a person set, and for the rest what is in use.
PositionRequest positionRequest(const PositionsInUse& inUse, const PositionOptions& options, HeadIndex head);

/// For people: "rotary", "ALiBi".
QString positionSchemeTitle(PositionScheme scheme);

/// Whose positions these are: "in use by Headlight small", "set by you".
QString positionOrigin(const PositionsInUse& inUse, const PositionRequest& request);

/// The most positions that can be encoded: of learned ones, as many as there are.
Index longestRequest(const PositionsInUse& inUse, PositionScheme scheme);

/// The most waves that are drawn at once: as many as there are hues.
inline constexpr std::size_t kMostWaves = 12;

/// The columns whose waves are drawn: those set, without any that do not exist; else a few that show what the scheme does.
std::vector<Index> waveColumns(const PositionRequest& request, const PositionOptions& options);

enum class PositionPanel { Waves, Encoding, Similarity };

/// One number of the picture.
struct PositionCell
{
    PositionPanel panel = PositionPanel::Encoding;
    Index position = 0;
    Index other = 0;  ///< The column, or in Similarity the other position.

    bool operator==(const PositionCell&) const = default;
};

/// What pointing at a number selects: its positions, where the text has tokens at them.
Selection selectionAt(const PositionCell& cell, const PositionRequest& request, HeadAddress head, Index tokens);

/// Three panels over one scheme: the waves of some columns, the whole encoding, and the similarity of every two positions.
/// Positions run from left to right in all of them. Without positions, or where they cannot be encoded, it says so instead.
class PositionsPicture final : public Picture
{
public:
    /// @param shown its query and key are marked at their positions; ALiBi's similarity is its head's.
    PositionsPicture(const PositionsInUse& inUse, const PositionOptions& options, const Selection& shown);

    QString title() const override;
    QSizeF naturalSize() const override;
    void paint(QPainter& painter, const QRectF& area, const Theme& theme) const override;
    CsvTable table() const override;

    const PositionRequest& request() const noexcept { return m_request; }
    const std::vector<Index>& columns() const noexcept { return m_columns; }

    /// Null where there is nothing to draw.
    const PositionEncoding* encoding() const noexcept { return m_encoding ? &*m_encoding : nullptr; }

    /// What is said in place of the panels; empty if there are any.
    const QString& message() const noexcept { return m_message; }

    /// Of Encoding or Similarity.
    const ColourScale& colourScale(PositionPanel panel) const;

    /// Where a panel's lines or cells are when drawn into `area`.
    QRectF panelRect(PositionPanel panel, const QRectF& area) const;

    /// The number under a point when drawn into `area`; in Waves the nearest line's.
    std::optional<PositionCell> cellAt(QPointF point, const QRectF& area) const;

    /// "position 5, dimension 6: 0.479426 = sin(5 / 10000^(6/128))".
    QString describe(const PositionCell& cell) const;

private:
    struct MatrixPanel
    {
        QRectF title;
        QRectF cells;
        QRectF rowLabels;
        QRectF columnLabels;
        QRectF colourBar;
    };
    struct Layout
    {
        QRectF wavesTitle;
        QRectF waves;
        QRectF legend;
        MatrixPanel encoding;
        MatrixPanel similarity;
        QRectF notes;
    };
    static MatrixPanel matrixPanel(const QRectF& area, const AxisLabels& rows, const AxisLabels& columns);
    Layout layout(const QRectF& area) const;
    LineChart waves(qreal pixels, const Theme& theme) const;
    AxisRange waveRange() const;
    QColor waveColour(std::size_t wave, const Theme& theme) const;
    QString columnLabel(Index column) const;
    QString notes() const;
    float value(const PositionCell& cell) const;

    void paintMatrix(QPainter& painter, const MatrixPanel& panel, const Matrix& values, const ColourScale& scale,
                     const AxisLabels& rows, const AxisLabels& columns, const Theme& theme) const;
    void paintLegend(QPainter& painter, const QRectF& area, const Theme& theme) const;
    void paintMarks(QPainter& painter, const Layout& placed, const Theme& theme) const;

    PositionRequest m_request;
    std::vector<Index> m_columns;
    std::optional<PositionEncoding> m_encoding;
    QString m_message;
    QString m_origin;              ///< Whose positions these are.
    std::optional<Index> m_query;  ///< Marked, if among the positions.
    std::optional<Index> m_key;
    ColourScale m_valueScale;
    ColourScale m_similarityScale;
    AxisLabels m_columnAxis;
    AxisLabels m_positionAxis;  ///< Across waves and encoding: positions, or ALiBi's distances.
    AxisLabels m_queryAxis;     ///< Across the similarity.
    AxisLabels m_keyAxis;       ///< Down the similarity.
};

}  // namespace headlight::ui
