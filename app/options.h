// The options that several subcommands share.
#pragma once

#include "core/attention/experiment.h"
#include "core/base/parse.h"
#include "core/base/result.h"
#include "core/model/model.h"
#include "core/model/transformer.h"
#include "ui/session/view_options.h"

#include <CLI/App.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace headlight::app {

/// What the command line says of text, model and experiment, as it was typed.
struct CommonOptions
{
    std::optional<std::string> text;
    std::optional<std::string> textFile;
    std::optional<std::string> pair;
    std::vector<std::int32_t> ids;
    std::optional<Index> layer;
    std::optional<Index> head;
    bool noScaling = false;
    float temperature = 1.0F;
    std::string positions = "own";
    std::string mask = "own";
    std::vector<std::string> hidden;  ///< Cells, as "3-1".
    std::string kernel = "softmax";
    bool keysAsValues = false;
    bool sharedHeads = false;
    std::vector<std::string> ablated;
    std::vector<Index> zeroedValues;
    int threads = 0;
    std::optional<std::string> model;
    std::optional<std::uint64_t> seed;  ///< Of an untrained model instead.
    bool rawPieces = false;
    bool mergeWords = false;
    std::optional<std::string> stage;  ///< Of the pipeline: the one matrix to show.
    std::optional<Index> step;
    Index firstRow = 0;
    Index firstColumn = 0;
    std::string variant = "linear";
    std::string sparse = "window:4";
    Index tile = ui::VariantOptions{}.tile;
    std::optional<Index> tilesDone;
    std::optional<std::string> cost;  ///< Of all variants: what of it to chart.
};

void addTextOptions(CLI::App& command, CommonOptions& options);
void addModelOptions(CLI::App& command, CommonOptions& options);
void addHeadOptions(CLI::App& command, CommonOptions& options);
void addExperimentOptions(CLI::App& command, CommonOptions& options);
void addTokenOptions(CLI::App& command, CommonOptions& options);
void addPairOption(CLI::App& command, CommonOptions& options);

void addPipelineOptions(CLI::App& command, CommonOptions& options);

/// InvalidArgument for a stage that is not in the table, or a step, row or column below 0.
Result<ui::PipelineOptions> pipelineOptions(const CommonOptions& options);

void addVariantOptions(CLI::App& command, CommonOptions& options);

/// InvalidArgument for a name that is not known or a number out of range.
Result<ui::VariantOptions> variantOptions(const CommonOptions& options);

/// What the rows and columns of pictures stand for.
ui::TokenOptions tokenOptions(const CommonOptions& options);

/// "LAYER.HEAD", counted from 0, as 1.3; InvalidArgument, with the option's name in the message.
Result<HeadAddress> readHead(const std::string& option, const std::string& text);

/// The head asked for; without a word about it, the one that the window opens on.
HeadAddress shownHead(const CommonOptions& options, const Model& model);

/// The model in a folder, an untrained one from a seed, or else the bundled one; with the product threads that were asked for.
Result<std::shared_ptr<const Model>> openModel(const CommonOptions& options);

/// InvalidArgument for a second text that the model does not take.
Result<void> checkPair(const CommonOptions& options, const Model& model);

/// The text as given, from a file or as ids; without any, the sentence that the window opens on. A text that is too long
/// for the model is cut, and that is said on standard error. InvalidArgument for a second text that the model does not take.
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
