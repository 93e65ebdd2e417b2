// What the window keeps from one start to the next, and the keys that reach its pages.
#pragma once

#include <QString>

namespace headlight::ui {

inline const QString kGeometryKey = QStringLiteral("window/geometry");
inline const QString kThemeKey = QStringLiteral("window/theme");
inline const QString kColourMapKey = QStringLiteral("view/colourMap");
inline const QString kRawPiecesKey = QStringLiteral("view/rawPieces");
inline const QString kWordsKey = QStringLiteral("view/words");

/// What kThemeKey holds.
enum ThemeChoice { kSystem, kLight, kDark };

/// The keys that show a page: Ctrl+1 … Ctrl+9, Ctrl+0 for the tenth, Ctrl+- for the one after it; none for more.
inline QString pageKeys(int page)
{
    constexpr int kDigits = 10;
    return page < kDigits    ? QStringLiteral("Ctrl+%1").arg((page + 1) % kDigits)
           : page == kDigits ? QStringLiteral("Ctrl+-")
                             : QString();
}

/// How long a message stays in the status bar.
inline constexpr int kMessageMs = 5000;

}  // namespace headlight::ui
