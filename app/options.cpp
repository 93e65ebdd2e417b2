#include "app/options.h"

#include "core/io/bundled_models.h"
#include "core/io/model_folder.h"
#include "core/io/text_file.h"
#include "core/model/seeded_model.h"
#include "core/tensor/matmul.h"
#include "core/text/word_piece_tokenizer.h"
#include "ui/session/examples.h"
#include "ui/session/view_names.h"

#include <iostream>
#include <ranges>
#include <thread>

namespace headlight::app {
namespace {

/// NAME, NAME:REACH or, of the block mask, NAME:REACH:GLOBALS.
Result<void> readMask(const std::string& text, Experiment& experiment)
{
    std::vector<std::string_view> parts;
    for (const auto part : std::views::split(std::string_view(text), ':')) {
        parts.emplace_back(part.begin(), part.end());
    }
    const std::string_view name = parts.empty() ? std::string_view() : parts.front();
    for (const MaskChoice choice : kMaskChoices) {
        const std::size_t most = choice == MaskChoice::Block ? 3 : 2;
        const bool fits = hasReach(choice) ? parts.size() >= 2 && parts.size() <= most : parts.size() == 1;
        if (name != maskChoiceName(choice) || !fits || choice == MaskChoice::Painted) {
            continue;
        }
        experiment.mask = choice;
        const std::optional<Index> reach = parts.size() < 2 ? experiment.maskReach : wholeNumber(parts[1]);
        const std::optional<Index> globals = parts.size() < 3 ? experiment.globalTokens : wholeNumber(parts[2]);
        if (reach && globals) {
            experiment.maskReach = *reach;
            experiment.globalTokens = *globals;
            return {};
        }
    }
    return failure(
        ErrorCode::InvalidArgument,
        "--mask is one of own, none, causal, window:W, strided:S, block:B, block:B:G (all in tokens), not \"" + text +
            "\"; --hide paints one.");
}

Result<void> readHiddenCells(const std::vector<std::string>& cells, Experiment& experiment)
{
    if (!cells.empty() && experiment.mask != MaskChoice::Own) {
        return failure(ErrorCode::InvalidArgument,
                       "--hide hides cells besides those of the model's own mask; it goes with "
                       "no other --mask.");
    }
    std::vector<CellRun> runs;
    for (const std::string& cell : cells) {
        const std::size_t dash = cell.find('-');
        const std::optional<Index> query = wholeNumber(std::string_view(cell).substr(0, dash));
        const std::optional<Index> key =
            dash == std::string::npos ? std::nullopt : wholeNumber(std::string_view(cell).substr(dash + 1));
        if (!query || !key || *query < 0 || *key < 0) {
            return failure(ErrorCode::InvalidArgument,
                           "--hide takes cells as QUERY-KEY, tokens counted from 0 and cells separated by commas, as "
                           "3-1,4-2; not \"" +
                               cell + "\".");
        }
        runs.push_back({*query, *key, *key + 1});
    }
    if (!runs.empty()) {
        experiment.mask = MaskChoice::Painted;
        experiment.hiddenCells = CellSet(std::move(runs));
    }
    return {};
}

Result<AttentionKernel> readKernel(const std::string& name)
{
    if (name == "softmax") {
        return AttentionKernel::Softmax;
    }
    if (name == "linear") {
        return AttentionKernel::Linear;
    }
    return failure(ErrorCode::InvalidArgument, "--kernel is one of softmax, linear, not \"" + name + "\".");
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
    addPairOption(command, options);
    auto* text = command.add_option("--text", options.text, "The text; without it, the window's first example");
    auto* file = command.add_option("--text-file", options.textFile, "A file that holds the text, as it is");
    auto* ids =
        command.add_option("--ids", options.ids, "Token ids separated by commas, used as they are")->delimiter(',');
    text->excludes(file)->excludes(ids);
    file->excludes(ids);
    ids->excludes(command.get_option("--text-b"));
}

void addPairOption(CLI::App& command, CommonOptions& options)
{
    command.add_option("--text-b,--pair", options.pair,
                       "A second text, for models that read two together, as BERT's do");
}

void addTokenOptions(CLI::App& command, CommonOptions& options)
{
    command.add_flag("--raw-pieces", options.rawPieces, "Tokens as the vocabulary spells them");
    command.add_flag("--merge-words", options.mergeWords,
                     "Words instead of tokens: weights summed over a word's keys, averaged over its queries");
}

void addPipelineOptions(CLI::App& command, CommonOptions& options)
{
    command.add_option("--stage", options.stage, "pipeline: one matrix alone, as attention.scores");
    command.add_option("--step", options.step, "pipeline: the stages up to this one, counted from 0");
    command.add_option("--first-row", options.firstRow, "pipeline: with --stage and --numbers, where to begin");
    command.add_option("--first-column", options.firstColumn, "pipeline: with --stage and --numbers, where to begin");
}

Result<ui::PipelineOptions> pipelineOptions(const CommonOptions& options)
{
    ui::PipelineOptions pipeline{
        .step = options.step, .firstRow = options.firstRow, .firstColumn = options.firstColumn};
    for (const auto& [name, number] :
         {std::pair{"--step", options.step.value_or(0)}, std::pair{"--first-row", options.firstRow},
          std::pair{"--first-column", options.firstColumn}}) {
        if (number < 0) {
            return failure(ErrorCode::InvalidArgument,
                           std::string(name) + " counts from 0; it is not " + std::to_string(number) + ".");
        }
    }
    if (!options.stage) {
        return pipeline;
    }
    std::string known;
    for (const Stage& stage : stages()) {
        if (stage.name == *options.stage) {
            pipeline.zoomed = stage.id;
            return pipeline;
        }
        known += (known.empty() ? "" : ", ") + std::string(stage.name);
    }
    return failure(ErrorCode::InvalidArgument, "--stage is one of " + known + ", not \"" + *options.stage + "\".");
}

void addVariantOptions(CLI::App& command, CommonOptions& options)
{
    command.add_option("--variant", options.variant, "variants: linear, sparse or tiled")->capture_default_str();
    command
        .add_option("--sparse", options.sparse,
                    "variants: which keys sparse attention computes: window:W, strided:S, block:B or block:B:G")
        ->capture_default_str();
    command.add_option("--tile", options.tile, "variants: tokens along a tile's side")->capture_default_str();
    command.add_option("--tiles", options.tilesDone, "variants: how many tiles are taken in; without it, all");
    command.add_option("--cost", options.cost,
                       "variants: the cost of all instead: operations, memory or time (which render measures)");
}

Result<ui::VariantOptions> variantOptions(const CommonOptions& options)
{
    ui::VariantOptions variants{.tile = options.tile, .tilesDone = options.tilesDone};
    const Result<AttentionVariant> variant = ui::valueNamed("--variant", options.variant, ui::variantNames());
    if (!variant) {
        return tl::unexpected(variant.error());
    }
    variants.variant = *variant;
    Experiment sparse;
    if (!readMask(options.sparse, sparse) || !hasReach(sparse.mask)) {
        return failure(ErrorCode::InvalidArgument,
                       "--sparse is one of window:W, strided:S, block:B, block:B:G (all in tokens), not \"" +
                           options.sparse + "\".");
    }
    variants.sparse = effectiveMask(sparse, {});
    if (const Result<void> valid = validate(variants.sparse); !valid) {
        return tl::unexpected(valid.error());
    }
    if (options.tile < 1 || options.tilesDone.value_or(0) < 0) {
        return failure(ErrorCode::InvalidArgument, "--tile is 1 or more and --tiles 0 or more.");
    }
    if (!options.cost) {
        return variants;
    }
    for (const auto& [name, show] :
         {std::pair{"operations", ui::VariantShow::Operations}, std::pair{"memory", ui::VariantShow::Memory},
          std::pair{"time", ui::VariantShow::Time}}) {
        if (*options.cost == name) {
            variants.show = show;
            return variants;
        }
    }
    return failure(ErrorCode::InvalidArgument,
                   "--cost is one of operations, memory, time, not \"" + *options.cost + "\".");
}

ui::TokenOptions tokenOptions(const CommonOptions& options)
{
    return {.names = options.rawPieces ? ui::TokenNames::RawPieces : ui::TokenNames::Text,
            .unit = options.mergeWords ? TokenUnit::Word : TokenUnit::Token};
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
    command
        .add_option("--mask", options.mask,
                    "own, none, causal, window:W, strided:S, block:B or block:B:G (G global tokens)")
        ->capture_default_str();
    command.add_option("--hide", options.hidden, "Cells to hide besides, QUERY-KEY, as 3-1,4-2")->delimiter(',');
    command.add_option("--kernel", options.kernel, "softmax, or linear: φ(Q)·φ(K)ᵀ over its row's sum, φ = elu + 1")
        ->capture_default_str();
    command.add_flag("--keys-as-values", options.keysAsValues, "The weights sum up the keys");
    command.add_flag("--share-heads", options.sharedHeads, "Every head uses head 0's query, key and value");
    command.add_option("--ablate", options.ablated, "Heads to switch off, as 0.3,2.1")->delimiter(',');
    command.add_option("--zero-values", options.zeroedValues, "Tokens whose value vectors become zero, as 3,8")
        ->delimiter(',');
}

Result<HeadAddress> readHead(const std::string& option, const std::string& text)
{
    if (const std::optional<HeadAddress> head = parseHead(text)) {
        return *head;
    }
    return failure(ErrorCode::InvalidArgument,
                   option + " takes heads as LAYER.HEAD, counted from 0, as 2.1; not \"" + text + "\".");
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

Result<void> checkPair(const CommonOptions& options, const Model& model)
{
    if (options.pair && !model.tokenizer->takesPairs()) {
        return failure(ErrorCode::InvalidArgument,
                       "--text-b: " + model.name + " takes one text, not a pair; leave it out or use another model.");
    }
    return {};
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
    if (const Result<void> taken = checkPair(options, model); !taken) {
        return tl::unexpected(taken.error());
    }
    Result<EncodedText> encoded = encode(model, text, options.pair.value_or(""));
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
    const Result<std::optional<PositionScheme>> positions =
        ui::valueNamed("--positions", options.positions, ui::schemeNames());
    if (!positions) {
        return tl::unexpected(positions.error());
    }
    experiment.positions = *positions;
    if (const Result<void> mask = readMask(options.mask, experiment); !mask) {
        return tl::unexpected(mask.error());
    }
    if (const Result<void> hidden = readHiddenCells(options.hidden, experiment); !hidden) {
        return tl::unexpected(hidden.error());
    }
    const Result<AttentionKernel> kernel = readKernel(options.kernel);
    if (!kernel) {
        return tl::unexpected(kernel.error());
    }
    experiment.kernel = *kernel;
    experiment.values = options.keysAsValues ? ValueSource::Keys : ValueSource::Own;
    experiment.sharing = options.sharedHeads ? HeadSharing::FirstHead : HeadSharing::None;
    for (const Index token : options.zeroedValues) {
        experiment.zeroedValues.insert(TokenIndex(token));
    }
    for (const std::string& text : options.ablated) {
        const Result<HeadAddress> head = readHead("--ablate", text);
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
    Result<std::shared_ptr<const Trace>> trace = forward(*model, *text, *experiment);
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
