// What attention costs as texts grow: counted as lines, measured as points.
#pragma once

#include "core/analysis/cost_measurement.h"
#include "ui/plots/picture.h"
#include "ui/plots/titled_chart.h"
#include "ui/session/view_options.h"

#include <optional>
#include <vector>

namespace headlight::ui {

/// Draws multiply-adds, bytes or seconds of one head's attention against the number of tokens, both axes logarithmic, one colour a
/// variant. Operations and memory are counted; times are measured, and the lines among them are the counted operations scaled to
/// each variant's longest measured point.
class CostPicture final : public Picture
{
public:
    /// @param show Operations, Memory or Time
    /// @param measured under that setting; none before it was measured
    /// @param tokens of the text in use, which is marked
    CostPicture(const CostSetting& setting, VariantShow show, std::vector<MeasuredTime> measured, Index tokens);

    QString title() const override;
    QSizeF naturalSize() const override;
    void paint(QPainter& painter, const QRectF& area, const Theme& theme) const override;

    /// One row a length and variant: tokens, variant, multiply-adds, bytes, seconds (empty where not measured).
    CsvTable table() const override;

    /// A line for each variant, then the points of each.
    TitledChart chart(const Theme& theme) const;

    /// What lines and points are, and what was not counted.
    QString note() const;

private:
    /// Seconds a multiply-add at the longest measured length; nothing where none was measured.
    std::optional<double> pace(AttentionVariant variant) const;

    struct Counted
    {
        AttentionVariant variant;
        Index tokens;
        Cost cost;
    };

    CostSetting m_setting;
    std::vector<Counted> m_counted;  ///< By length, each with its variants in the order of kAttentionVariants.
    VariantShow m_show;
    std::vector<MeasuredTime> m_measured;
    Index m_tokens;
};

/// Its line and points.
QColor variantColour(AttentionVariant variant, const Theme& theme);

}  // namespace headlight::ui
