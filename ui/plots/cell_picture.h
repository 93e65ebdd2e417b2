// What pictures of queries × keys have in common.
#pragma once

#include "core/base/indices.h"
#include "ui/plots/picture.h"

#include <algorithm>
#include <optional>

namespace headlight::ui {

/// A cell of a map.
struct Cell
{
    TokenIndex query;
    TokenIndex key;

    bool operator==(const Cell&) const = default;
};

/// A picture whose cells answer the mouse; see CellView.
class CellPicture : public Picture
{
public:
    /// A cell and where it is drawn.
    struct Hit
    {
        Cell cell;
        QRectF rect;
    };

    /// The cell under a point of a map with `side` rows and columns; nothing beside it.
    static std::optional<Hit> hitIn(const QRectF& map, Index side, QPointF point)
    {
        if (side == 0 || !map.contains(point)) {
            return std::nullopt;
        }
        const qreal pitch = map.width() / static_cast<qreal>(side);
        const auto index = [pitch, side](qreal offset) {
            return std::min(static_cast<Index>(offset / pitch), side - 1);
        };
        const Index row = index(point.y() - map.top());
        const Index column = index(point.x() - map.left());
        return Hit{{TokenIndex(row), TokenIndex(column)},
                   QRectF(map.left() + static_cast<qreal>(column) * pitch, map.top() + static_cast<qreal>(row) * pitch,
                          pitch, pitch)};
    }

    /// What is under a point when drawn into `area`.
    virtual std::optional<Hit> hitAt(QPointF point, const QRectF& area) const = 0;

    /// How many rows there are, and as many columns; 0 while there are no cells.
    virtual Index side() const = 0;

    /// The cell's exact numbers and what they are, as "it → animal: weight 0.8731".
    virtual QString describe(Cell cell) const = 0;
};

}  // namespace headlight::ui
