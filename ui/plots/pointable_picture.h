// Pictures whose parts stand for heads and tokens.
#pragma once

#include "ui/plots/picture.h"
#include "ui/session/selection.h"

#include <QPointF>
#include <QRectF>
#include <QString>

#include <optional>

namespace headlight::ui {

/// A picture that can say what is under a point.
class PointablePicture : public Picture
{
public:
    /// What is there when drawn into `area`, with its exact number; empty if nothing.
    virtual QString describeAt(QPointF point, const QRectF& area) const = 0;

    /// What pointing there selects; nothing where that is nothing.
    virtual std::optional<Selection> selectionAt(QPointF point, const QRectF& area) const = 0;
};

}  // namespace headlight::ui
