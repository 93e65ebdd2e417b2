// That a shift of the position is a rotation of its encoding.
#pragma once

#include "core/analysis/position_effects.h"
#include "ui/plots/matrix_painter.h"
#include "ui/plots/pointable_picture.h"
#include "ui/plots/positions_picture.h"

#include <optional>
#include <vector>

namespace headlight::ui {

/// PE(p), M_k·PE(p) and PE(p + k) one below the other, how far the last two differ at most, and for a few pairs of dimensions the
/// 2×2 rotation with its numbers and what it turns. Schemes that are no waves have no such M_k, and it says so.
class PositionShiftPicture final : public PointablePicture
{
public:
    /// @param shown whose query is p; without one p is 0
    PositionShiftPicture(const PositionsInUse& inUse, const PositionOptions& options, const Selection& shown);

    QString title() const override;
    QSizeF naturalSize() const override;
    void paint(QPainter& painter, const QRectF& area, const Theme& theme) const override;

    /// A row a dimension.
    CsvTable table() const override;

    QString describeAt(QPointF point, const QRectF& area) const override;

    /// Of PE(p + k), the token at p + k as the key.
    std::optional<Selection> selectionAt(QPointF point, const QRectF& area) const override;

    /// Null where there is no such identity.
    const ShiftIdentity* identity() const noexcept { return m_identity ? &*m_identity : nullptr; }
    Index position() const noexcept { return m_position; }

    /// The pairs whose rotations are drawn, as places in identity()->pairs.
    const std::vector<std::size_t>& pairs() const noexcept { return m_pairs; }

    /// Where the three rows of cells are when drawn into `area`.
    QRectF cellsRect(const QRectF& area) const;
    const ColourScale& colourScale() const noexcept { return m_scale; }

private:
    struct Place
    {
        Index row = 0;  ///< 0 PE(p), 1 M_k·PE(p), 2 PE(p + k)
        Index column = 0;
    };
    std::optional<Place> placeAt(QPointF point, const QRectF& area) const;
    QString rowName(Index row) const;
    void paintPair(QPainter& painter, const QRectF& area, std::size_t pair, const Theme& theme) const;

    PositionRequest m_request;
    QString m_origin;
    QString m_message;
    HeadAddress m_head;
    Index m_tokens = 0;
    Index m_shift = 0;
    Index m_position = 0;
    std::optional<ShiftIdentity> m_identity;
    Matrix m_rows;  ///< [3×W]
    ColourScale m_scale;
    std::vector<std::size_t> m_pairs;
};

}  // namespace headlight::ui
