#include "app/commands.h"
#include "app/options.h"
#include "core/base/memory.h"
#include "core/base/quantity.h"
#include "core/io/safetensors.h"
#include "core/io/trace_file.h"
#include "core/model/requirements.h"

#include <filesystem>
#include <iomanip>
#include <iostream>
#include <memory>
#include <utility>

namespace headlight::app {
namespace {

struct InfoOptions
{
    CommonOptions common;
    std::string path;
};

/// What a run of these tokens needs, and whether it fits into the memory that is free.
void describeRun(const Model& model, Index tokens)
{
    const ModelConfig& config = model.config;
    if (tokens > config.maxTokens) {
        std::cout << "this text: " << tokens << " tokens\nit is refused: the model takes at most " << config.maxTokens
                  << " tokens\n";
        return;
    }
    const RunRequirements needs = runRequirements(config, tokens);
    const auto available = static_cast<double>(availableMemory());
    std::cout << "this text: " << tokens << " tokens\na run of it: " << byteSize(needs.peakBytes)
              << " of memory, of which " << byteSize(needs.traceBytes) << " are kept; about "
              << duration(estimatedSeconds(model, tokens))
              << " (estimated from one layer's products and one head, timed here)\n";
    if (const Result<void> fits = checkRunFits(config, tokens, available); !fits) {
        std::cout << "it is refused: " << fits.error().message << '\n';
    }
    std::cout << "longest text: " << config.maxTokens << " tokens; in the " << byteSize(available)
              << " of memory that are free, " << longestRun(config, available) << " tokens\n";
}

Result<void> describeTrace(const std::string& path)
{
    const Result<std::shared_ptr<const Trace>> trace = readTrace(path);
    const Result<SafetensorsFile> file = SafetensorsFile::open(path);
    if (!trace || !file) {
        return tl::unexpected(trace ? file.error() : trace.error());
    }
    const TraceInfo& info = (*trace)->info();
    std::cout << "trace of " << (info.modelName.empty() ? "an unnamed model" : info.modelName)
              << (info.modelNote.empty() ? "" : " (" + info.modelNote + ")") << ": " << info.tokens.size()
              << " tokens, " << info.layers << " layers, " << info.heads << " heads\n";
    if (!info.text.empty()) {
        std::cout << "text: " << info.text << '\n';
    }
    const std::string experiment = describe(info.experiment);
    std::cout << "experiment: " << (experiment.empty() ? "none" : experiment) << '\n';
    for (const auto& [key, shape] : (*trace)->shapes()) {
        const bool isRecorded = file->contents().find(tensorName(key)) != nullptr;
        std::cout << tensorName(key) << ' ' << shapeText(shape) << (isRecorded ? "" : " follows from queries and keys")
                  << '\n';
    }
    return {};
}

Result<void> describeModel(const CommonOptions& options)
{
    const Result<std::shared_ptr<const Model>> model = openModel(options);
    if (!model) {
        return tl::unexpected(model.error());
    }
    const Result<EncodedText> text = readText(options, **model);
    if (!text) {
        return tl::unexpected(text.error());
    }
    const ModelConfig& config = (*model)->config;
    std::cout << (*model)->name << ((*model)->note.empty() ? "" : " (" + (*model)->note + ")") << '\n'
              << "layers: " << config.layers << "\nheads: " << config.heads << "\nwidth: " << config.width
              << "\nkey-value heads: " << config.groups() << "\nhead width: " << config.headWidth()
              << "\nfeed-forward width: " << config.feedForwardWidth << "\nvocabulary: " << config.vocabulary
              << "\nweights: " << byteSize(sizeof(float) * weightCount(config))
              << "\nnorm: " << (config.normPlacement == NormPlacement::Before ? "before" : "after") << " each sublayer"
              << "\npositions: " << positionSchemeName(config.positions) << "\nmask: " << describe(config.mask) << '\n';
    describeRun(**model, static_cast<Index>(text->tokens.size()));
    return {};
}

}  // namespace

void addInfoCommand(CLI::App& program, int& status)
{
    auto options = std::make_shared<InfoOptions>();
    CLI::App* command = program.add_subcommand(
        "info", "Tell what the model is and what a run of the text needs, or what a trace holds");
    command->add_option("PATH", options->path, "A trace file or a model's folder; without it, the bundled model");
    addTextOptions(*command, options->common);
    addModelOptions(*command, options->common);
    command->callback([options, &status] {
        if (std::filesystem::is_directory(options->path)) {
            options->common.model = std::exchange(options->path, {});
        }
        const Result<void> done = options->path.empty() ? describeModel(options->common) : describeTrace(options->path);
        status = done ? 0 : report(done.error());
    });
}

}  // namespace headlight::app
