// What threads do for which nobody waits.
#pragma once

namespace headlight::ui {

/// Lets everything else go first: the calling thread and those that it will start have a lower priority, and its products use one
/// thread each.
void yieldToTheWindow();

}  // namespace headlight::ui
