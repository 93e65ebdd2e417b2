// The dialogs of the Help menu.
#pragma once

class QWidget;

namespace headlight::ui {

/// What the keys do. Returns when it is closed.
void showShortcuts(QWidget& parent);

/// What the program is. Returns when it is closed.
void showAbout(QWidget& parent);

}  // namespace headlight::ui
