// The words in a picture, by where they are painted.
#pragma once

#include "ui/plots/picture.h"

#include <QPointF>
#include <QRectF>
#include <QString>

namespace headlight::ui {

/// The text that a picture has at a point; empty where it has none.
///
/// @param area where it is painted
QString paintedTextAt(const Picture& picture, const QRectF& area, QPointF point);

}  // namespace headlight::ui
