#include "app/commands.h"
#include "app/options.h"
#include "core/io/trace_file.h"

#include <memory>

namespace headlight::app {
namespace {

struct TraceOptions
{
    CommonOptions common;
    TraceFileOptions file;
    std::string output;
};

Result<void> trace(const TraceOptions& options)
{
    const Result<Run> run = runModel(options.common);
    if (!run) {
        return tl::unexpected(run.error());
    }
    Result<void> written = writeTrace(options.output, *run->trace, options.file);
    if (!written && written.error().code == ErrorCode::NotFound) {
        return failure(ErrorCode::InvalidArgument, "--stages: " + written.error().message);
    }
    return written;
}

}  // namespace

void addTraceCommand(CLI::App& program, int& status)
{
    auto options = std::make_shared<TraceOptions>();
    CLI::App* command = program.add_subcommand("trace", "Write every stage of the computation as a safetensors file");
    command->add_option("-o,--output", options->output, "The file")->required();
    command->add_option("--stages", options->file.stages, "Only these, as attention.weights,logits")->delimiter(',');
    addTextOptions(*command, options->common);
    addExperimentOptions(*command, options->common);
    addModelOptions(*command, options->common);
    command->callback([options, &status] {
        const Result<void> done = trace(*options);
        status = done ? 0 : report(done.error());
    });
}

}  // namespace headlight::app
