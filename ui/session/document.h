// What a person makes: the text, what they changed about the mechanism, and what they look at.
#pragma once

#include "core/attention/experiment.h"
#include "ui/session/selection.h"

#include <QString>

namespace headlight::ui {

/// The state that undo goes back to. A value.
struct Document
{
    QString text;
    QString pair;  ///< The second text; used by models that read two together.
    Experiment experiment;
    Selection selection;

    bool operator==(const Document&) const = default;
};

}  // namespace headlight::ui
