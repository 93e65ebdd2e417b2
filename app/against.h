// What `render --view compare` sets the run against.
#pragma once

#include "app/options.h"
#include "ui/session/comparison.h"
#include "ui/session/presentation.h"

#include <string>

namespace headlight::app {

/// The options of --against and its like, as they were typed.
struct AgainstOptions
{
    std::string against = "default";
    std::string align = "best-match";
    bool swap = false;
};

void addAgainstOptions(CLI::App& command, AgainstOptions& options);

/// What the window's Compare page would be set to.  @return InvalidArgument; the message lists what is known
Result<ui::CompareOptions> compareOptions(const AgainstOptions& options);

/// Compares a run, as it is presented, as `view.compare` says; runs what it must.
///
/// @param head of the run  @param selected a token of it
Result<std::shared_ptr<const ui::ShownComparison>> compareRun(const AgainstOptions& options, const Run& run,
                                                              const ui::Presentation& presentation, HeadAddress head,
                                                              std::optional<TokenIndex> selected,
                                                              const ui::ViewOptions& view);

}  // namespace headlight::app
