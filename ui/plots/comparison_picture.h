// Two heads and their signed difference, in common rows.
#pragma once

#include "ui/plots/cell_picture.h"
#include "ui/plots/matrix_painter.h"
#include "ui/session/comparison.h"
#include "ui/session/selection.h"

#include <QStringList>

#include <array>
#include <memory>
#include <optional>
#include <vector>

namespace headlight::ui {

/// Its three maps.
enum class ComparisonPanel { A, B, Change };

inline constexpr std::array kComparisonPanels = {ComparisonPanel::A, ComparisonPanel::B, ComparisonPanel::Change};

/// Draws A, B and B − A: A and B in one colour scale, the difference in one whose middle is 0; the same row and column marked in all
/// three. Beside or below stands what the difference comes to, and what each side predicts. A wide area has the maps side by side, a
/// narrow one over each other.
class ComparisonPicture final : public CellPicture
{
public:
    /// @param marked rows of the comparison
    ComparisonPicture(std::shared_ptr<const ShownComparison> comparison, const MarkedLines& marked,
                      const CompareOptions& options, const ColourMap& colourMap);

    QString title() const override;
    QSizeF naturalSize() const override;
    void paint(QPainter& painter, const QRectF& area, const Theme& theme) const override;

    /// One row a cell: query, its token, key, its token, A, B, B − A; what a side has not is empty.
    CsvTable table() const override;

    std::optional<Hit> hitAt(QPointF point, const QRectF& area) const override;
    Index side() const override { return numbers().change.rows(); }
    QString describe(Cell cell) const override;

    /// Where a panel's cells are when drawn into `area`, and one of them.
    QRectF mapRect(ComparisonPanel panel, const QRectF& area) const;
    QRectF cellRect(ComparisonPanel panel, Cell cell, const QRectF& area) const;

    const ColourScale& colourScale(ComparisonPanel panel) const;

    /// "A · layer 1 · head 3"
    QString panelTitle(ComparisonPanel panel) const;

    /// What the difference comes to, a sentence each.
    QStringList summary() const;

    const Comparison& numbers() const noexcept { return *m_comparison->numbers; }

private:
    struct Layout
    {
        std::array<QRectF, 3> maps;  ///< In the order of kComparisonPanels.
        std::array<qreal, 3> axes;   ///< Left of each: the width of its row labels, 0 where those of another serve.
        qreal top = 0.0;             ///< Height of the column labels.
        QRectF bar;                  ///< Of A and B.
        QRectF changeBar;
        QRectF text;
        bool hasNames = true;  ///< Of axes and colour bars.
    };

    /// How many maps stand side by side.
    enum class Arrangement { Row, Square, Column };
    Layout layout(const QRectF& area) const;
    Layout arranged(const QRectF& area, Arrangement arrangement) const;

    /// What distinguishes a side from the other: “Dog bites man”, "layer 1 · head 3", "scaling off".
    QString sideName(const ComparisonSide& side) const;

    bool isHidden(ComparisonPanel panel, Index query, Index key) const;
    Matrix tile(ComparisonPanel panel, QSize pixels) const;
    void paintPanel(QPainter& painter, const Layout& placed, ComparisonPanel panel, const Theme& theme) const;

    /// The sentences, and beside them where the width allows, else under them, the predictions.
    struct TextLayout
    {
        qreal pixels = 0.0;  ///< Of the font.
        qreal width = 0.0;   ///< Of a sentence.
        bool isBeside = false;
        qreal height = 0.0;  ///< Of all.
    };
    TextLayout textLayout(qreal width, qreal pixels) const;
    void paintText(QPainter& painter, const QRectF& area, const Theme& theme) const;
    void paintPredictions(QPainter& painter, const QRectF& area, const Theme& theme) const;
    qreal predictionsHeight() const;

    std::shared_ptr<const ShownComparison> m_comparison;
    MarkedLines m_marked;
    CompareOptions m_options;
    ColourScale m_scale;
    ColourScale m_changeScale;
    AxisLabels m_rows;
    AxisLabels m_columns;
};

/// "Before and after", "Two texts", …
QString comparisonName(ComparisonKind kind);

/// "weight", "scaled score", "raw score".
QString stageName(StageId stage);

/// Where a selection of a trace's rows is in the comparison, as far as one of its sides is that trace.
MarkedLines marksOf(const Comparison& comparison, const std::shared_ptr<const Trace>& shown, const Selection& rows);

/// Of A's and B's bars.
QColor sideColour(ComparisonPanel panel, const Theme& theme);

}  // namespace headlight::ui
