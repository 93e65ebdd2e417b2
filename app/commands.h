// The subcommands. Each adds itself to the command line and, if it is called, leaves its exit status in `status`.
#pragma once

#include <CLI/App.hpp>

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

/// Opens the window, with a text file's text if a path is given.  @return the exit status
int runWindow(int argc, char** argv, const std::string& path);

}  // namespace headlight::app
