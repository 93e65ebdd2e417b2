// How a token is written in a picture.
#pragma once

#include "core/text/token.h"

#include <QFontMetricsF>
#include <QString>

namespace headlight::ui {

/// `text` with its control and formatting characters written as code points (U+0001), so that they are seen and do
/// nothing: a right-to-left override turns nothing around.
QString withVisibleControls(const QString& text);

/// The token's text with spaces, line breaks and tabs as marks (·, ↵, ⇥) and visible controls, so that it is never
/// invisible or breaks a line, and isolated so that right-to-left text does not turn its surroundings around.
QString tokenLabel(const Token& token);

/// tokenLabel, shortened in the middle to at most `width` pixels.
QString elidedTokenLabel(const Token& token, const QFontMetricsF& metrics, qreal width);

/// Every how many labels one may be drawn so that none overlap: 1 if labels `extent` wide fit into steps of `pitch`.
int labelStep(qreal extent, qreal pitch);

}  // namespace headlight::ui
