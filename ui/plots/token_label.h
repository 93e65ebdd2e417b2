// How a token is written in a picture.
#pragma once

#include "core/text/token.h"

#include <QFontMetricsF>
#include <QString>

namespace headlight::ui {

/// The token's text with spaces, line breaks and control characters as faint marks (·, ↵, ␀ …), so that it is never
/// invisible or breaks a line, and isolated so that right-to-left text does not turn its surroundings around.
QString tokenLabel(const Token& token);

/// tokenLabel, shortened in the middle to at most `width` pixels.
QString elidedTokenLabel(const Token& token, const QFontMetricsF& metrics, qreal width);

/// Every how many labels one may be drawn so that none overlap: 1 if labels `extent` wide fit into steps of `pitch`.
int labelStep(qreal extent, qreal pitch);

}  // namespace headlight::ui
