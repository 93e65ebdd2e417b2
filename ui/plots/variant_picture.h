// One head's softmax attention, a variant of it, and their signed difference.
#pragma once

#include "core/analysis/attention_variants.h"
#include "ui/plots/cell_picture.h"
#include "ui/plots/matrix_painter.h"
#include "ui/session/selection.h"
#include "ui/session/view_options.h"

#include <QStringList>

#include <array>
#include <memory>
#include <optional>

namespace headlight::ui {

/// Its three maps.
enum class VariantPanel { Full, Variant, Change };

inline constexpr std::array kVariantPanels = {VariantPanel::Full, VariantPanel::Variant, VariantPanel::Change};

/// Draws full attention's weights, the variant's and the variant's − full's: the first two in one colour scale, the difference in
/// one whose middle is 0. Under them stands what the difference comes to, and what the variant would save. A wide area has the maps
/// side by side, a narrow one over each other.
class VariantPicture final : public CellPicture
{
public:
    /// @param trace of tokens; what is missing in it is said instead
    VariantPicture(std::shared_ptr<const Trace> trace, const Model& model, const Selection& selection,
                   const VariantOptions& options, const ColourMap& colourMap);

    QString title() const override;
    QSizeF naturalSize() const override;
    void paint(QPainter& painter, const QRectF& area, const Theme& theme) const override;

    /// One row a cell: query, its token, key, its token, full, variant, variant − full.
    CsvTable table() const override;

    std::optional<Hit> hitAt(QPointF point, const QRectF& area) const override;
    Index side() const override { return m_comparison ? m_comparison->change.rows() : 0; }
    QString describe(Cell cell) const override;

    /// Where a panel's cells are when drawn into `area`.
    QRectF mapRect(VariantPanel panel, const QRectF& area) const;

    const ColourScale& colourScale(VariantPanel panel) const;
    QString panelTitle(VariantPanel panel) const;

    /// What the difference comes to and what the variant costs, a sentence each.
    QStringList summary() const;

    /// What was compared; null where it could not be.
    const VariantComparison* comparison() const noexcept { return m_comparison ? &*m_comparison : nullptr; }

private:
    struct Layout
    {
        std::array<QRectF, 3> maps;  ///< In the order of kVariantPanels.
        std::array<qreal, 3> axes;   ///< The width of the row labels left of each; 0 where those of another serve.
        qreal top = 0.0;             ///< Height of the column labels.
        QRectF bar;
        QRectF changeBar;
        QRectF text;
        bool hasNames = true;  ///< Of axes and colour bars.
    };
    enum class Arrangement { Row, Column };
    Layout layout(const QRectF& area) const;
    Layout arranged(const QRectF& area, Arrangement arrangement) const;
    void paintPanel(QPainter& painter, const Layout& placed, VariantPanel panel, const Theme& theme) const;
    QString cellText(VariantPanel panel, Cell cell) const;

    std::shared_ptr<const Trace> m_trace;
    Selection m_selection;
    CostSetting m_setting;
    std::optional<VariantComparison> m_comparison;
    QString m_problem;
    std::array<std::shared_ptr<const AttentionMap>, 3> m_maps;  ///< In the order of kVariantPanels; NaN where hidden.
    ColourScale m_scale;
    ColourScale m_changeScale;
    AxisLabels m_rows;
    AxisLabels m_columns;
};

/// "linear attention", …
QString variantTitle(AttentionVariant variant);

/// What the cost of a head's attention depends on, as the options have it.
///
/// @param own the head's mask, whose direction stays; cells hidden by hand are of one text alone and left out
CostSetting costSetting(const ModelConfig& config, const Mask& own, const VariantOptions& options);

}  // namespace headlight::ui
