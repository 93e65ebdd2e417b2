// Whether there is a screen, and doing without one.
#pragma once

#include <functional>

namespace headlight::app {

/// Whether a window can be opened as the environment stands.
bool hasDisplay();

/// Runs `task` inside a Qt application that needs no screen.
void runWithoutDisplay(const std::function<void()>& task);

/// Lets the application work until that is so.
void waitUntil(const std::function<bool()>& isSo);

/// Gives the application its name and look; before any widget is made.
void setUpApplication();

}  // namespace headlight::app
