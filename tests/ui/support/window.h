// Waiting for the whole window.
#pragma once

#include "tests/ui/support/wait.h"
#include "ui/main_window.h"
#include "ui/session/session.h"

namespace headlight::ui::test {

/// Whether the model is read, the text computed and the page shown in time.
inline bool settles(const MainWindow& window, const Session& session)
{
    return waitFor([&] { return !window.isOpening() && session.isUpToDate() && window.isUpToDate(); });
}

}  // namespace headlight::ui::test
