#include "app/commands.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <exception>
#include <iostream>

int main(int argc, char** argv)
{
    using namespace headlight::app;
    CLI::App program("See what every attention head looks at. Without a subcommand the window opens.", "headlight");
    program.set_version_flag("--version", "headlight " HEADLIGHT_VERSION);
    program.require_subcommand(0, 1);
    WindowRequest window;
    program.add_option("PATH", window.path,
                       "A text file, a recorded trace, a lesson or a model's folder to open in the window");
    int status = 0;
    addRenderCommand(program, status);
    addScreenshotCommand(program, status);
    addTraceCommand(program, status);
    addExplainCommand(program, status);
    addTokensCommand(program, status);
    addHeadsCommand(program, status);
    addInfoCommand(program, status);
    addBenchCommand(program, status);
    addTrainCommand(program, status);
    addLessonCommand(program, status, window);
    try {
        program.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) {
            return program.exit(error);
        }
        std::cerr << "headlight: " << error.what() << "; see headlight --help\n";
        constexpr int kWrongUsage = 2;
        return kWrongUsage;
    } catch (const std::exception& error) {
        std::cerr << "headlight: " << error.what() << '\n';
        return 1;
    }
    return program.get_subcommands().empty() || window.isWanted ? runWindow(argc, argv, window) : status;
}
