#include "app/options.h"

#include "core/io/bundled_models.h"
#include "core/io/model_folder.h"
#include "core/io/text_file.h"
#include "core/model/seeded_model.h"
#include "core/tensor/matmul.h"
#include "core/text/word_piece_tokenizer.h"
#include "ui/session/examples.h"

#include <charconv>
#include <iostream>
#include <thread>

namespace headlight::app {
namespace {

std::optional<Index> wholeNumber(std::string_view text)
{
    Index value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return value;
}

Result<std::optional<PositionScheme>> readPositions(const std::string& name)
{
    if (name == "own") {
        return std::optional<PositionScheme>();
    }
    for (const PositionScheme scheme :
         {PositionScheme::None, PositionScheme::Sinusoidal, PositionScheme::Rotary, PositionScheme::Alibi}) {
        if (name == positionSchemeName(scheme)) {
            return std::optional(scheme);
        }
    }
    return failure(ErrorCode::InvalidArgument,
                   "--positions is one of own, none, sinusoidal, rotary, alibi, not \"" + name + "\".");
}

Result<void> readMask(const std::string& text, Experiment& experiment)
{
    const std::size_t colon = text.find(':');
    const std::string name = text.substr(0, colon);
    for (const MaskChoice choice :
         {MaskChoice::Own, MaskChoice::None, MaskChoice::Causal, MaskChoice::Window, MaskChoice::Strided}) {
        const bool hasReach = choice == MaskChoice::Window || choice == MaskChoice::Strided;
        if (name != maskChoiceName(choice) || hasReach != (colon != std::string::npos)) {
            continue;
        }
        experiment.mask = choice;
        if (!hasReach) {
            return {};
        }
        if (const std::optional<Index> reach = wholeNumber(std::string_view(text).substr(colon + 1))) {
            experiment.maskReach = *reach;
            return {};
        }
    }
    return failure(ErrorCode::InvalidArgument,
                   "--mask is one of own, none, causal, window:W, strided:S (W and S in tokens), not \"" + text +
                       "\".");
}

Result<HeadAddress> readHead(const std::string& text)
{
    const std::size_t dot = text.find('.');
    if (dot != std::string::npos) {
        const std::optional<Index> layer = wholeNumber(std::string_view(text).substr(0, dot));
        const std::optional<Index> head = wholeNumber(std::string_view(text).substr(dot + 1));
        if (layer && head) {
            return HeadAddress{LayerIndex(*layer), HeadIndex(*head)};
        }
    }
    return failure(ErrorCode::InvalidArgument,
                   "--ablate takes heads as LAYER.HEAD, counted from 0 and separated by commas, as 0.3,2.1; not \"" +
                       text + "\".");
}

Result<EncodedText> fromIds(const std::vector<std::int32_t>& ids, const Model& model)
{
    EncodedText encoded;
    for (const std::int32_t id : ids) {
        Result<Token> token = model.tokenizer->token(id);
        if (!token) {
            return failure(ErrorCode::InvalidArgument, "--ids: " + token.error().message);
        }
        if (!encoded.text.empty()) {
            encoded.text += ' ';
        }
        token->span = {encoded.text.size(), encoded.text.size() + token->text.size()};
        encoded.text += token->text;
        encoded.tokens.push_back(std::move(*token));
    }
    return encoded;
}

}  // namespace

void addTextOptions(CLI::App& command, CommonOptions& options)
{
    auto* text = command.add_option("--text", options.text, "The text; without it, the window's first example");
    auto* file = command.add_option("--text-file", options.textFile, "A file that holds the text, as it is");
    auto* ids =
        command.add_option("--ids", options.ids, "Token ids separated by commas, used as they are")->delimiter(',');
    text->excludes(file)->excludes(ids);
    file->excludes(ids);
}

void addModelOptions(CLI::App& command, CommonOptions& options)
{
    auto* model = command.add_option("--model", options.model, "A model's folder; without it, the bundled model");
    command.add_option("--seed", options.seed, "An untrained model instead, its weights drawn from this seed")
        ->excludes(model);
    command.add_option("--threads", options.threads, "Threads a product may use; 0 for one a core")
        ->check(CLI::Range(0, 1024))
        ->capture_default_str();
}

void addHeadOptions(CLI::App& command, CommonOptions& options)
{
    command.add_option("--layer", options.layer,
                       "Layer, counted from 0; without both, the head that the window opens on");
    command.add_option("--head", options.head, "Head, counted from 0");
}

void addExperimentOptions(CLI::App& command, CommonOptions& options)
{
    command.add_flag("--no-scaling", options.noScaling, "Do not divide scores by √d");
    command.add_option("--temperature", options.temperature, "Of the attention softmax")->capture_default_str();
    command.add_option("--positions", options.positions, "own, none, sinusoidal, rotary or alibi")
        ->capture_default_str();
    command.add_option("--mask", options.mask, "own, none, causal, window:W or strided:S")->capture_default_str();
    command.add_option("--ablate", options.ablated, "Heads to switch off, as 0.3,2.1")->delimiter(',');
}

HeadAddress shownHead(const CommonOptions& options, const Model& model)
{
    if (!options.layer && !options.head) {
        return ui::firstHead(model);
    }
    return {LayerIndex(options.layer.value_or(0)), HeadIndex(options.head.value_or(0))};
}

Result<std::shared_ptr<const Model>> openModel(const CommonOptions& options)
{
    const int cores = static_cast<int>(std::max(std::thread::hardware_concurrency(), 1U));
    setProductThreads(options.threads > 0 ? options.threads : cores);
    if (options.seed) {
        const std::shared_ptr<const Tokenizer> tokenizer = defaultTokenizer();
        return makeSeededModel(seededModelConfig(*tokenizer), *options.seed, tokenizer);
    }
    return options.model ? readModelFolder(*options.model) : readBundledModel(BundledModel::Small);
}

Result<EncodedText> readText(const CommonOptions& options, const Model& model)
{
    if (!options.ids.empty()) {
        return fromIds(options.ids, model);
    }
    std::string text;
    if (options.textFile) {
        Result<std::string> read = readTextFile(*options.textFile);
        if (!read) {
            return tl::unexpected(read.error());
        }
        text = std::move(*read);
    } else {
        text = options.text.value_or(ui::exampleSentences().front().toStdString());
    }
    Result<EncodedText> encoded = encode(model, text);
    if (encoded && encoded->droppedTokens > 0) {
        std::cerr << "headlight: the text has "
                  << encoded->tokens.size() + static_cast<std::size_t>(encoded->droppedTokens)
                  << " tokens; only the first " << encoded->tokens.size() << " are used: " << model.name
                  << " takes no more.\n";
    }
    return encoded;
}

Result<Experiment> readExperiment(const CommonOptions& options)
{
    Experiment experiment;
    experiment.scaling = options.noScaling ? Scaling::Off : Scaling::On;
    experiment.temperature = options.temperature;
    const Result<std::optional<PositionScheme>> positions = readPositions(options.positions);
    if (!positions) {
        return tl::unexpected(positions.error());
    }
    experiment.positions = *positions;
    if (const Result<void> mask = readMask(options.mask, experiment); !mask) {
        return tl::unexpected(mask.error());
    }
    for (const std::string& text : options.ablated) {
        const Result<HeadAddress> head = readHead(text);
        if (!head) {
            return tl::unexpected(head.error());
        }
        experiment.ablatedHeads.insert(*head);
    }
    return experiment;
}

Result<Run> runModel(const CommonOptions& options)
{
    const Result<Experiment> experiment = readExperiment(options);
    if (!experiment) {
        return tl::unexpected(experiment.error());
    }
    const Result<std::shared_ptr<const Model>> model = openModel(options);
    if (!model) {
        return tl::unexpected(model.error());
    }
    const Result<EncodedText> text = readText(options, **model);
    if (!text) {
        return tl::unexpected(text.error());
    }
    Result<std::shared_ptr<const Trace>> trace = forward(**model, *text, *experiment);
    if (!trace) {
        return tl::unexpected(trace.error());
    }
    return Run{*model, *trace};
}

int report(const Error& error)
{
    std::cerr << "headlight: " << error.message << '\n';
    return error.code == ErrorCode::InvalidArgument ? 2 : 1;
}

}  // namespace headlight::app
