// Keeps the mouse wheel from changing what it merely passes over.
#pragma once

class QWidget;

namespace headlight::ui {

/// Boxes inside `parent` take the wheel only while they have the focus; else it goes on to what they stand in.
void guardWheel(QWidget& parent);

}  // namespace headlight::ui
