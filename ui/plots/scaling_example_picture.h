// Four random tokens of width 8, with every number.
#pragma once

#include "core/analysis/scaling.h"
#include "ui/plots/matrix_painter.h"
#include "ui/plots/pointable_picture.h"

#include <vector>

namespace headlight::ui {

/// Q and K, their products with and without ÷√d, and the weights of both: each as a matrix with its numbers.
class ScalingExamplePicture final : public PointablePicture
{
public:
    ScalingExamplePicture(std::uint64_t seed, const ColourMap& weights);

    QString title() const override;
    QSizeF naturalSize() const override;
    void paint(QPainter& painter, const QRectF& area, const Theme& theme) const override;

    /// The matrices one below the other, a row a line.
    CsvTable table() const override;

    QString describeAt(QPointF point, const QRectF& area) const override;
    std::optional<Selection> selectionAt(QPointF /*point*/, const QRectF& /*area*/) const override { return {}; }

    const ScalingExample& example() const noexcept { return m_example; }

    /// Where the cells of a matrix are when drawn into `area`; in the order Q, K, raw and scaled scores, their weights.
    QRectF cellsRect(std::size_t matrix, const QRectF& area) const;
    const ColourScale& colourScale(std::size_t matrix) const { return m_panels[matrix].scale; }

private:
    struct Panel
    {
        QString name;  ///< "Q·Kᵀ"
        QString what;  ///< What a row and a column of it are.
        Matrix values;
        ColourScale scale;
        QString note = {};  ///< Under the cells.
    };

    static QRectF panelRect(std::size_t matrix, const QRectF& area);

    std::uint64_t m_seed;
    ScalingExample m_example;
    std::vector<Panel> m_panels;
};

}  // namespace headlight::ui
