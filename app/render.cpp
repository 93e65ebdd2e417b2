#include "app/ablation_target.h"
#include "app/against.h"
#include "app/commands.h"
#include "app/display.h"
#include "app/options.h"
#include "core/analysis/head_measures.h"
#include "core/analysis/scaling.h"
#include "ui/export/view.h"
#include "ui/plots/colour_map.h"
#include "ui/plots/variant_picture.h"
#include "ui/session/presentation.h"
#include "ui/session/view_names.h"

#include <memory>
#include <span>

namespace headlight::app {
namespace {

struct RenderOptions
{
    CommonOptions common;
    std::string view = "heatmap";
    std::string output;
    double scale = 2.0;
    bool dark = false;
    std::string quantity = "weights";
    std::optional<std::string> sort;
    std::optional<std::string> similarTo;
    bool lowestFirst = false;
    std::optional<std::string> badge;
    std::string group = "none";
    bool numbers = false;
    bool fit = false;
    std::string colourMap = "viridis";
    std::optional<Index> query;
    std::optional<Index> key;
    float threshold = ui::FlowOptions{}.threshold;
    std::vector<Index> heads;
    std::string scheme = "own";
    std::optional<Index> width;
    std::optional<Index> length;
    std::vector<Index> dimensions;
    AgainstOptions against;
    std::string show;
    Index shift = ui::PositionOptions{}.shift;
    std::uint64_t drawSeed = ui::ScalingOptions{}.seed;
    std::string target;
};

Result<void> checkHead(HeadAddress address, const ModelConfig& config)
{
    const Index layer = address.layer.value;
    const Index head = address.head.value;
    if (layer < 0 || layer >= config.layers || head < 0 || head >= config.heads) {
        return failure(ErrorCode::InvalidArgument, "There is no layer " + std::to_string(layer) + " head " +
                                                       std::to_string(head) + ": the model has layers 0 to " +
                                                       std::to_string(config.layers - 1) + " and heads 0 to " +
                                                       std::to_string(config.heads - 1) + ".");
    }
    return {};
}

Result<std::optional<TokenIndex>> tokenOption(const char* name, const std::optional<Index>& given, Index tokens)
{
    if (given && (*given < 0 || *given >= tokens)) {
        return failure(ErrorCode::InvalidArgument, std::string(name) + " is a token from 0 to " +
                                                       std::to_string(tokens - 1) + ", not " + std::to_string(*given) +
                                                       ".");
    }
    return given ? std::optional(TokenIndex(*given)) : std::nullopt;
}

/// The id of the entry with that name in a table; nothing where none is asked for.
template <typename Id, typename Entry>
Result<std::optional<Id>> namedEntry(const std::string& option, const std::optional<std::string>& name,
                                     std::span<const Entry> table)
{
    std::vector<std::pair<std::string, Id>> choices;
    for (const Entry& entry : table) {
        choices.emplace_back(entry.name, entry.id);
    }
    if (!name) {
        return std::optional<Id>();
    }
    const Result<Id> id = ui::valueNamed(option, *name, choices);
    if (!id) {
        return tl::unexpected(id.error());
    }
    return std::optional(*id);
}

Result<ui::GalleryOptions> galleryOptions(const RenderOptions& options, const ModelConfig& config)
{
    const auto measure = namedEntry<MeasureId>("--sort", options.sort, measures());
    const auto badge = namedEntry<BadgeId>("--badge", options.badge, badgeKinds());
    const auto grouping = ui::valueNamed<ui::HeadGrouping>(
        "--group", options.group,
        {{"none", ui::HeadGrouping::None}, {"layer", ui::HeadGrouping::Layer}, {"badge", ui::HeadGrouping::Badge}});
    for (const Error* error : {measure ? nullptr : &measure.error(), badge ? nullptr : &badge.error(),
                               grouping ? nullptr : &grouping.error()}) {
        if (error != nullptr) {
            return tl::unexpected(*error);
        }
    }
    ui::GalleryOptions gallery{.direction = options.lowestFirst ? ui::OrderDirection::LowestFirst
                                                                : ui::OrderDirection::HighestFirst,
                               .badge = *badge,
                               .grouping = *grouping};
    if (*measure) {
        gallery.order = **measure;
    }
    if (options.similarTo) {
        const Result<HeadAddress> head = readHead("--similar-to", *options.similarTo);
        if (!head) {
            return tl::unexpected(head.error());
        }
        if (const Result<void> there = checkHead(*head, config); !there) {
            return tl::unexpected(there.error());
        }
        gallery.order = *head;
    }
    return gallery;
}

/// The side that --show chooses of a view, or its first one where it is not said or not of this view.
template <typename Side>
Result<Side> sideNamed(const RenderOptions& options, bool isShown, const ui::ValueNames<Side>& names)
{
    return isShown && !options.show.empty() ? ui::valueNamed("--show", options.show, names)
                                            : Result<Side>(names.front().second);
}

/// What --show and the numbers that go with it say of positions, scaling and recurrence.
Result<void> readSides(const RenderOptions& options, ui::View shown, ui::ViewOptions& view)
{
    const auto position = sideNamed(options, shown == ui::View::Positions, ui::positionShowNames());
    const auto scaling = sideNamed(options, shown == ui::View::Scaling, ui::scalingShowNames());
    const auto recurrence = sideNamed(options, shown == ui::View::Recurrence, ui::recurrenceShowNames());
    for (const Error* error : {position ? nullptr : &position.error(), scaling ? nullptr : &scaling.error(),
                               recurrence ? nullptr : &recurrence.error()}) {
        if (error != nullptr) {
            return tl::unexpected(*error);
        }
    }
    if (options.shift < 0 || options.shift > ui::kMostShift) {
        return failure(ErrorCode::InvalidArgument, "--shift is from 0 to " + std::to_string(ui::kMostShift) + ", not " +
                                                       std::to_string(options.shift) + ".");
    }
    view.positions.show = *position;
    view.positions.shift = options.shift;
    view.scaling.show = *scaling;
    view.recurrence = {.show = *recurrence, .step = options.common.step};
    view.scaling.seed = options.drawSeed;
    if (shown == ui::View::Scaling) {
        view.scaling.headWidth = options.width.value_or(view.scaling.headWidth);
        if (view.scaling.headWidth < 1 || view.scaling.headWidth > kMostHeadWidth) {
            return failure(ErrorCode::InvalidArgument, "--width is from 1 to " + std::to_string(kMostHeadWidth) +
                                                           ", not " + std::to_string(view.scaling.headWidth) + ".");
        }
    }
    return {};
}

Result<ui::ViewOptions> viewOptions(const RenderOptions& options, ui::View shown, const ModelConfig& config)
{
    ui::ViewOptions view;
    const auto quantity = ui::valueNamed("--quantity", options.quantity, ui::quantityNames());
    if (!quantity) {
        return tl::unexpected(quantity.error());
    }
    view.heatmap = {.quantity = *quantity,
                    .range = options.fit ? ui::RangeMode::Fit : ui::RangeMode::Fixed,
                    .numbers = options.numbers ? ui::CellNumbers::Shown : ui::CellNumbers::Hidden};
    view.colourMap = QString::fromStdString(options.colourMap);
    if (!ui::ColourMap::names().contains(view.colourMap)) {
        return failure(ErrorCode::InvalidArgument, "--colours is one of " +
                                                       ui::ColourMap::names().join(QStringLiteral(", ")).toStdString() +
                                                       ", not \"" + options.colourMap + "\".");
    }
    const Result<ui::GalleryOptions> gallery = galleryOptions(options, config);
    if (!gallery) {
        return tl::unexpected(gallery.error());
    }
    view.gallery = *gallery;
    view.tokens = tokenOptions(options.common);
    view.flow.threshold = options.threshold;
    for (const Index head : options.heads) {
        if (head < 0 || head >= config.heads) {
            return failure(ErrorCode::InvalidArgument, "--heads takes heads from 0 to " +
                                                           std::to_string(config.heads - 1) + ", not " +
                                                           std::to_string(head) + ".");
        }
        view.flow.heads.insert(HeadIndex(head));
    }
    const Result<ui::CompareOptions> compare = compareOptions(options.against);
    if (!compare) {
        return tl::unexpected(compare.error());
    }
    view.compare = *compare;
    if (options.view == ui::viewName(ui::View::Compare).toStdString()) {
        const auto stage = ui::valueNamed<StageId>(
            "--quantity of compare", options.quantity,
            {{"weights", StageId::Weights}, {"scores", StageId::Scores}, {"raw-scores", StageId::RawScores}});
        if (!stage) {
            return tl::unexpected(stage.error());
        }
        view.compare.numbers.stage = *stage;
    }
    view.compare.range = view.heatmap.range;
    view.compare.cellNumbers = view.heatmap.numbers;
    const auto scheme = ui::valueNamed("--scheme", options.scheme, ui::schemeNames());
    if (!scheme) {
        return tl::unexpected(scheme.error());
    }
    const Result<ui::PipelineOptions> pipeline = pipelineOptions(options.common);
    if (!pipeline) {
        return tl::unexpected(pipeline.error());
    }
    view.pipeline = *pipeline;
    const Result<ui::VariantOptions> variants = variantOptions(options.common);
    if (!variants) {
        return tl::unexpected(variants.error());
    }
    view.variants = *variants;
    view.pipeline.cellSize = options.numbers ? ui::CellSize::Readable : ui::CellSize::Whole;
    view.positions = {
        .scheme = *scheme, .width = options.width, .length = options.length, .dimensions = options.dimensions};
    if (const Result<void> sides = readSides(options, shown, view); !sides) {
        return tl::unexpected(sides.error());
    }
    return view;
}

ui::Presentation present(const std::shared_ptr<const Trace>& trace, ui::View view, const ui::ViewOptions& options)
{
    ui::TokenOptions tokens = options.tokens;
    tokens.unit = ui::unitOf(view).value_or(tokens.unit);
    return *ui::presentAnalysed(trace, tokens, ui::analysisFor(options));
}

Result<void> render(const RenderOptions& options)
{
    const std::optional<ui::View> view = ui::viewNamed(QString::fromStdString(options.view));
    if (!view) {
        return failure(ErrorCode::InvalidArgument, "--view is one of " +
                                                       ui::viewNames().join(QStringLiteral(", ")).toStdString() +
                                                       ", not \"" + options.view + "\".");
    }
    const Result<Run> run = runModel(options.common);
    if (!run) {
        return tl::unexpected(run.error());
    }
    const ModelConfig& config = run->model->config;
    const HeadAddress shownAt = shownHead(options.common, *run->model);
    if (const Result<void> there = checkHead(shownAt, config); !there) {
        return there;
    }
    const auto query = tokenOption("--query", options.query, run->trace->tokens());
    const auto key = tokenOption("--key", options.key, run->trace->tokens());
    const Result<ui::ViewOptions> shown = viewOptions(options, *view, config);
    for (const Error* error :
         {query ? nullptr : &query.error(), key ? nullptr : &key.error(), shown ? nullptr : &shown.error()}) {
        if (error != nullptr) {
            return tl::unexpected(*error);
        }
    }
    const ui::Presentation presentation = present(run->trace, *view, *shown);
    const auto row = [&presentation](const std::optional<TokenIndex>& token) {
        return token ? std::optional(presentation.rowOf(*token)) : std::nullopt;
    };
    ui::ViewContent content{.view = *view,
                            .trace = presentation.shown,
                            .model = run->model,
                            .selection = {.head = shownAt, .query = row(*query), .key = row(*key)},
                            .options = *shown,
                            .analysis = presentation.analysis};
    if (*view == ui::View::Compare) {
        Result<std::shared_ptr<const ui::ShownComparison>> compared =
            compareRun(options.against, *run, presentation, shownAt, *query, *shown);
        if (!compared) {
            return tl::unexpected(compared.error());
        }
        content.comparison = std::move(*compared);
    }
    if (*view == ui::View::Ablation) {
        Result<std::shared_ptr<const ui::AblationAnswer>> study =
            answerTo(options.target, run->model, *run->trace, content.selection);
        if (!study) {
            return tl::unexpected(study.error());
        }
        content.ablation = std::move(*study);
    }
    if (*view == ui::View::Variants && shown->variants.show == ui::VariantShow::Time) {
        const Mask& own = run->trace->info().maskOf(shownAt.layer);
        Result<std::vector<MeasuredTime>> times = measureTimes(ui::costSetting(config, own, shown->variants));
        if (!times) {
            return tl::unexpected(times.error());
        }
        content.measured = std::move(*times);
    }
    if (*view == ui::View::Recurrence && shown->recurrence.show == ui::RecurrenceShow::Time) {
        Result<std::vector<LayerTime>> times = measureLayers(layerSetting(config));
        if (!times) {
            return tl::unexpected(times.error());
        }
        content.layerTimes = std::move(*times);
    }
    const ui::FigureStyle style{.scale = options.scale,
                                .brightness = options.dark ? ui::Brightness::Dark : ui::Brightness::Light};
    return ui::exportFigure(toFigure(content), QString::fromStdString(options.output), style);
}

}  // namespace

void addRenderCommand(CLI::App& program, int& status)
{
    auto options = std::make_shared<RenderOptions>();
    CLI::App* command = program.add_subcommand("render", "Draw a figure into a .png, .svg, .pdf or .csv file");
    command->add_option("--view", options->view, ui::viewNames().join(QStringLiteral(", ")).toStdString())
        ->capture_default_str();
    command->add_option("-o,--output", options->output, "The file; its ending decides the format")->required();
    command->add_option("--scale", options->scale, "Size of the figure; 1 is 96 pixels an inch")->capture_default_str();
    command->add_flag("--dark", options->dark, "Light on dark");
    command
        ->add_option("--quantity", options->quantity,
                     "heatmap, compare: weights, scores or raw-scores; heatmap: norm-weighted or rollout")
        ->capture_default_str();
    command->add_flag("--numbers", options->numbers,
                      "heatmap, compare, pipeline with --stage: write each value into its cell");
    command->add_flag("--fit", options->fit,
                      "heatmap, compare: colours span 0 to the largest weight instead of 0 to 1");
    command->add_option("--colours", options->colourMap, "viridis, cividis, magma or greys")->capture_default_str();
    command->add_option("--query", options->query,
                        "Mark this token, or the word that it is in, as the query; counted from 0");
    command->add_option("--key", options->key,
                        "Mark this token, or the word that it is in, as the key; counted from 0");
    auto* sort = command->add_option("--sort", options->sort, "heads: by a measure, as entropy; see headlight heads");
    command
        ->add_option("--similar-to", options->similarTo,
                     "heads: by how similar their weights are to those of this head, as 1.3")
        ->excludes(sort);
    command->add_flag("--lowest-first", options->lowestFirst, "heads: the lowest values first");
    command->add_option("--badge", options->badge,
                        "heads: only those with this badge, as previous; see headlight heads");
    command->add_option("--group", options->group, "heads: none, layer or badge")->capture_default_str();
    command->add_option("--threshold", options->threshold, "flow: leave out smaller weights")->capture_default_str();
    command->add_option("--heads", options->heads, "flow: heads of the layer, as 0,3")->delimiter(',');
    command->add_option("--scheme", options->scheme, "positions: own, none, sinusoidal, rotary or alibi")
        ->capture_default_str();
    command->add_option(
        "--show", options->show,
        "positions: encoding, distance, wavelengths or shift; scaling: random, example or heads; recurrence: "
        "steps, distance or time");
    command->add_option("--width", options->width, "positions: dimensions; scaling: of random vectors, 1 to 1024");
    command->add_option("--length", options->length, "positions: how many");
    command->add_option("--dimensions", options->dimensions, "positions: whose waves to draw, as 0,1,8")
        ->delimiter(',');
    addAgainstOptions(*command, options->against);
    command->add_option("--shift", options->shift, "positions: k of PE(p + k)")->capture_default_str();
    command->add_option("--draw-seed", options->drawSeed, "scaling: of the random vectors")->capture_default_str();
    command->add_option("--target", options->target, std::string("ablation: ") + kTargetHelp);
    addTextOptions(*command, options->common);
    addTokenOptions(*command, options->common);
    addPipelineOptions(*command, options->common);
    addVariantOptions(*command, options->common);
    addHeadOptions(*command, options->common);
    addExperimentOptions(*command, options->common);
    addModelOptions(*command, options->common);
    command->callback([options, &status] {
        runWithoutDisplay([&] {
            const Result<void> done = render(*options);
            status = done ? 0 : report(done.error());
        });
    });
}

}  // namespace headlight::app
