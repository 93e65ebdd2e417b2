// The built-in example sentences.
#pragma once

#include <QStringList>

namespace headlight::ui {

/// From resources/examples.txt; the first is the one that the window opens on.
QStringList exampleSentences();

}  // namespace headlight::ui
