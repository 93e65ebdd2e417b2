#include "app/commands.h"
#include "app/display.h"
#include "app/options.h"
#include "ui/export/view.h"
#include "ui/plots/colour_map.h"

#include <memory>

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
};

template <typename Value>
Result<Value> chosen(const std::string& option, const std::string& name,
                     const std::vector<std::pair<std::string, Value>>& choices)
{
    std::string known;
    for (const auto& [choice, value] : choices) {
        if (choice == name) {
            return value;
        }
        known += (known.empty() ? "" : ", ") + choice;
    }
    return failure(ErrorCode::InvalidArgument, option + " is one of " + known + ", not \"" + name + "\".");
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

Result<ui::ViewOptions> viewOptions(const RenderOptions& options, Index heads)
{
    ui::ViewOptions view;
    const auto quantity = chosen<ui::Quantity>("--quantity", options.quantity,
                                               {{"weights", ui::Quantity::Weights},
                                                {"scores", ui::Quantity::ScaledScores},
                                                {"raw-scores", ui::Quantity::RawScores}});
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
    view.flow.threshold = options.threshold;
    for (const Index head : options.heads) {
        if (head < 0 || head >= heads) {
            return failure(ErrorCode::InvalidArgument, "--heads takes heads from 0 to " + std::to_string(heads - 1) +
                                                           ", not " + std::to_string(head) + ".");
        }
        view.flow.heads.insert(HeadIndex(head));
    }
    const auto scheme = chosen<std::optional<PositionScheme>>("--scheme", options.scheme,
                                                              {{"own", std::nullopt},
                                                               {"none", PositionScheme::None},
                                                               {"sinusoidal", PositionScheme::Sinusoidal},
                                                               {"rotary", PositionScheme::Rotary},
                                                               {"alibi", PositionScheme::Alibi}});
    if (!scheme) {
        return tl::unexpected(scheme.error());
    }
    view.positions = {
        .scheme = *scheme, .width = options.width, .length = options.length, .dimensions = options.dimensions};
    return view;
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
    const Index layer = shownAt.layer.value;
    const Index head = shownAt.head.value;
    if (layer < 0 || layer >= config.layers || head < 0 || head >= config.heads) {
        return failure(ErrorCode::InvalidArgument, "There is no layer " + std::to_string(layer) + " head " +
                                                       std::to_string(head) + ": the model has layers 0 to " +
                                                       std::to_string(config.layers - 1) + " and heads 0 to " +
                                                       std::to_string(config.heads - 1) + ".");
    }
    const auto query = tokenOption("--query", options.query, run->trace->tokens());
    const auto key = tokenOption("--key", options.key, run->trace->tokens());
    const Result<ui::ViewOptions> shown = viewOptions(options, config.heads);
    for (const Error* error :
         {query ? nullptr : &query.error(), key ? nullptr : &key.error(), shown ? nullptr : &shown.error()}) {
        if (error != nullptr) {
            return tl::unexpected(*error);
        }
    }
    const ui::ViewContent content{.view = *view,
                                  .trace = run->trace,
                                  .model = run->model,
                                  .selection = {.head = shownAt, .query = *query, .key = *key},
                                  .options = *shown};
    const ui::FigureStyle style{.scale = options.scale,
                                .brightness = options.dark ? ui::Brightness::Dark : ui::Brightness::Light};
    return ui::exportFigure(toFigure(content), QString::fromStdString(options.output), style);
}

}  // namespace

void addRenderCommand(CLI::App& program, int& status)
{
    auto options = std::make_shared<RenderOptions>();
    CLI::App* command = program.add_subcommand("render", "Draw a figure into a .png, .svg, .pdf or .csv file");
    command->add_option("--view", options->view, "heatmap, heads, flow or positions")->capture_default_str();
    command->add_option("-o,--output", options->output, "The file; its ending decides the format")->required();
    command->add_option("--scale", options->scale, "Size of the figure; 1 is 96 pixels an inch")->capture_default_str();
    command->add_flag("--dark", options->dark, "Light on dark");
    command->add_option("--quantity", options->quantity, "heatmap: weights, scores or raw-scores")
        ->capture_default_str();
    command->add_flag("--numbers", options->numbers, "heatmap: write each value into its cell");
    command->add_flag("--fit", options->fit, "heatmap: colours span 0 to the largest weight instead of 0 to 1");
    command->add_option("--colours", options->colourMap, "viridis, cividis, magma or greys")->capture_default_str();
    command->add_option("--query", options->query, "Mark this token as the query, counted from 0");
    command->add_option("--key", options->key, "Mark this token as the key, counted from 0");
    command->add_option("--threshold", options->threshold, "flow: leave out smaller weights")->capture_default_str();
    command->add_option("--heads", options->heads, "flow: heads of the layer, as 0,3")->delimiter(',');
    command->add_option("--scheme", options->scheme, "positions: own, none, sinusoidal, rotary or alibi")
        ->capture_default_str();
    command->add_option("--width", options->width, "positions: dimensions");
    command->add_option("--length", options->length, "positions: how many");
    command->add_option("--dimensions", options->dimensions, "positions: whose waves to draw, as 0,1,8")
        ->delimiter(',');
    addTextOptions(*command, options->common);
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
