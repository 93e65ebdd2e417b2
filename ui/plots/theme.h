// The colours and fonts of pictures, light and dark.
#pragma once

#include "core/base/indices.h"

#include <QColor>
#include <QFont>
#include <QPalette>

namespace headlight::ui {

enum class Brightness { Light, Dark };

/// Every colour of a picture that does not stand for a number.
struct Theme
{
    Brightness brightness;
    QColor paper;  ///< Behind everything.
    QColor panel;  ///< Behind controls.
    QColor text;
    QColor mutedText;  ///< Axis names, captions, labels of what is not selected.
    QColor line;       ///< Frames and grids.
    QColor accent;     ///< Selection and cursor.
    QColor hidden;     ///< Cells that a mask hides, heads that are off.

    static const Theme& of(Brightness brightness);
};

/// The widget palette that goes with a theme.
QPalette widgetPalette(const Theme& theme);

/// That of check boxes and radio buttons. Fusion outlines them in a darker Window, which on a dark page is not seen.
QPalette indicatorPalette(const Theme& theme);

/// The font of all pictures: one family and pixel sizes, so that a figure is the same on every screen.
QFont figureFont(qreal pixels, QFont::Weight weight = QFont::Normal);

/// The sizes in use, in pixels.
inline constexpr qreal kTitlePixels = 15.0;
inline constexpr qreal kLabelPixels = 12.0;
inline constexpr qreal kSmallPixels = 10.0;

/// One of twelve hues that can be told apart, also by colour-blind readers, on either theme; head 12 has head 0's again.
QColor headColour(HeadIndex head, const Theme& theme);

}  // namespace headlight::ui
