#include "app/commands.h"
#include "app/options.h"
#include "core/io/trace_file.h"

#include <chrono>
#include <filesystem>
#include <iomanip>
#include <iostream>
#include <memory>

namespace headlight::app {
namespace {

struct InfoOptions
{
    CommonOptions common;
    std::string path;
};

std::string megabytes(std::size_t bytes)
{
    std::ostringstream text;
    text << std::fixed << std::setprecision(1) << static_cast<double>(bytes) / 1e6 << " MB";
    return text.str();
}

Result<void> describeTrace(const std::string& path)
{
    if (std::filesystem::is_directory(path)) {
        return failure(ErrorCode::InvalidArgument, "\"" + path +
                                                       "\" is a folder; this version reads trace files "
                                                       "(safetensors) and has its own model built in.");
    }
    const Result<std::shared_ptr<const Trace>> trace = readTrace(path);
    if (!trace) {
        return tl::unexpected(trace.error());
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
    for (const auto& [key, tensor] : (*trace)->tensors()) {
        std::cout << tensorName(key) << " [";
        for (std::size_t axis = 0; axis < tensor->shape().size(); ++axis) {
            std::cout << (axis == 0 ? "" : "×") << tensor->shape()[axis];
        }
        std::cout << "]\n";
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
    const auto tokens = static_cast<Index>(text->tokens.size());
    const auto begin = std::chrono::steady_clock::now();
    const Result<std::shared_ptr<const Trace>> trace = forward(**model, *text);
    if (!trace) {
        return tl::unexpected(trace.error());
    }
    const std::chrono::duration<double, std::milli> elapsed = std::chrono::steady_clock::now() - begin;
    std::cout << (*model)->name << ((*model)->note.empty() ? "" : " (" + (*model)->note + ")") << '\n'
              << "layers: " << config.layers << "\nheads: " << config.heads << "\nwidth: " << config.width
              << "\nhead width: " << config.headWidth() << "\nfeed-forward width: " << config.feedForwardWidth
              << "\nvocabulary: " << config.vocabulary << "\nlongest text: " << config.maxTokens << " tokens"
              << "\nnorm: " << (config.normPlacement == NormPlacement::Before ? "before" : "after") << " each sublayer"
              << "\npositions: " << positionSchemeName(config.positions) << "\nmask: " << describe(config.mask)
              << "\nthis text: " << tokens << " tokens, a trace of " << megabytes(traceBytes(config, tokens)) << ", "
              << std::fixed << std::setprecision(1) << elapsed.count() << " ms (measured, one run)"
              << "\nlongest text's trace: " << megabytes(traceBytes(config, config.maxTokens)) << '\n';
    return {};
}

}  // namespace

void addInfoCommand(CLI::App& program, int& status)
{
    auto options = std::make_shared<InfoOptions>();
    CLI::App* command = program.add_subcommand(
        "info", "Tell what the model is and what a run of the text needs, or what a trace holds");
    command->add_option("PATH", options->path, "A trace file; without it, the built-in model");
    addTextOptions(*command, options->common);
    addModelOptions(*command, options->common);
    command->callback([options, &status] {
        const Result<void> done = options->path.empty() ? describeModel(options->common) : describeTrace(options->path);
        status = done ? 0 : report(done.error());
    });
}

}  // namespace headlight::app
