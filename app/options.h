// The options that several subcommands share.
#pragma once

#include "core/attention/experiment.h"
#include "core/base/result.h"
#include "core/model/model.h"
#include "core/model/transformer.h"

#include <CLI/App.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace headlight::app {

/// What the command line says of text, model and experiment, as it was typed.
struct CommonOptions
{
    std::optional<std::string> text;
    std::optional<std::string> textFile;
    std::vector<std::int32_t> ids;
    std::optional<Index> layer;
    std::optional<Index> head;
    bool noScaling = false;
    float temperature = 1.0F;
    std::string positions = "own";
    std::string mask = "own";
    std::vector<std::string> ablated;
    int threads = 0;
    std::optional<std::string> model;
    std::optional<std::uint64_t> seed;  ///< Of an untrained model instead.
};

void addTextOptions(CLI::App& command, CommonOptions& options);
void addModelOptions(CLI::App& command, CommonOptions& options);
void addHeadOptions(CLI::App& command, CommonOptions& options);
void addExperimentOptions(CLI::App& command, CommonOptions& options);

/// The head asked for; without a word about it, the one that the window opens on.
HeadAddress shownHead(const CommonOptions& options, const Model& model);

/// The model in a folder, an untrained one from a seed, or else the bundled one; with the product threads that were asked for.
Result<std::shared_ptr<const Model>> openModel(const CommonOptions& options);

/// The text as given, from a file or as ids; without any, the sentence that the window opens on. A text that is too long
/// for the model is cut, and that is said on standard error.
Result<EncodedText> readText(const CommonOptions& options, const Model& model);

/// InvalidArgument for a value that cannot be read; the message lists those known.
Result<Experiment> readExperiment(const CommonOptions& options);

/// Model, text and experiment to trace.
struct Run
{
    std::shared_ptr<const Model> model;
    std::shared_ptr<const Trace> trace;
};
Result<Run> runModel(const CommonOptions& options);

/// Prints the error as one line on standard error and returns the exit status that goes with it: 2 for wrong usage, else 1.
int report(const Error& error);

}  // namespace headlight::app
