// Waiting for what works in the background.
#pragma once

#include <QTest>

namespace headlight::ui::test {

/// Runs the event loop until `done`, at most a minute; whether it was done in time.
template <typename Done>
bool waitFor(Done done)
{
    constexpr int kLongestMs = 60'000;
    return QTest::qWaitFor(done, kLongestMs);
}

}  // namespace headlight::ui::test
