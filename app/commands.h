// The subcommands. Each adds itself to the command line and, if it is called, leaves its exit status in `status`.
#pragma once

#include <CLI/App.hpp>

#include <cstddef>
#include <optional>
#include <string>

namespace headlight::app {

void addRenderCommand(CLI::App& program, int& status);
void addScreenshotCommand(CLI::App& program, int& status);
void addTraceCommand(CLI::App& program, int& status);
void addExplainCommand(CLI::App& program, int& status);
void addTokensCommand(CLI::App& program, int& status);
void addHeadsCommand(CLI::App& program, int& status);
void addInfoCommand(CLI::App& program, int& status);
void addBenchCommand(CLI::App& program, int& status);
void addTrainCommand(CLI::App& program, int& status);

/// What the window is opened with.
struct WindowRequest
{
    bool isWanted = false;                   ///< By a subcommand.
    std::string path = {};                   ///< Of a text, a trace or a model's folder; empty for none.
    std::optional<std::string> lesson = {};  ///< Its name or file; empty for the map of lessons.
    std::size_t step = 0;
    bool isPresenting = false;
};

void addLessonCommand(CLI::App& program, int& status, WindowRequest& window);

/// Opens the window.  @return the exit status
int runWindow(int argc, char** argv, const WindowRequest& request);

}  // namespace headlight::app
