// What a person sees first.
#pragma once

#include "core/model/model.h"

#include <QStringList>

namespace headlight::ui {

/// From resources/examples.txt; the first is the one that the window opens on.
QStringList exampleSentences();

/// The head that the window opens on: the one that was asked for antecedents, else layer 0 head 0.
HeadAddress firstHead(const Model& model);

}  // namespace headlight::ui
