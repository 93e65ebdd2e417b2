// Waiting for the whole window.
#pragma once

#include "ui/main_window.h"
#include "ui/session/session.h"

#include <QTest>

namespace headlight::ui::test {

/// Whether the model is read, the text computed and the page shown in time.
inline bool settles(const MainWindow& window, const Session& session)
{
    constexpr int kLongestMs = 60'000;
    return QTest::qWaitFor([&] { return !window.isOpening() && session.isUpToDate() && window.isUpToDate(); },
                           kLongestMs);
}

}  // namespace headlight::ui::test
