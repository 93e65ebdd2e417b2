#include "app/ablation_target.h"
#include "app/commands.h"
#include "app/options.h"
#include "core/analysis/head_measures.h"
#include "core/analysis/words.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>
#include <iostream>
#include <memory>
#include <utility>

namespace headlight::app {
namespace {

struct HeadsOptions
{
    CommonOptions common;
    bool json = false;
    std::string effectOn;  ///< What heads are ranked by; empty for nothing.
};

/// What is known of one head: its JSON and its cells of the table. A further figure is one more of each.
struct HeadReport
{
    nlohmann::ordered_json json;
    std::vector<std::string> cells;
};

/// Titles over the cells of every HeadReport.
std::vector<std::string> columnNames(const HeadsOptions& options)
{
    std::vector<std::string> names{"head"};
    for (const Measure& measure : measures()) {
        names.emplace_back(measure.name);
    }
    if (!options.effectOn.empty()) {
        names.push_back("effect on " + options.effectOn);
    }
    names.emplace_back("badges");
    return names;
}

std::string twoDecimals(const std::optional<double>& value)
{
    if (!value) {
        return "–";
    }
    std::array<char, 32> text{};
    const auto [end, error] =
        std::to_chars(text.data(), text.data() + text.size(), *value, std::chars_format::fixed, 2);
    return {text.data(), end};
}

HeadReport reportOf(const MeasuredHead& head, std::string_view relation)
{
    HeadReport report{.json = {{"layer", head.head.layer.value}, {"head", head.head.head.value}},
                      .cells = {std::to_string(head.head.layer.value) + "." + std::to_string(head.head.head.value)}};
    nlohmann::ordered_json values = nlohmann::ordered_json::object();
    for (const Measure& measure : measures()) {
        const std::optional<double>& value = head.measures[measure.id];
        values[measure.name] = value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json();
        report.cells.push_back(twoDecimals(value));
    }
    nlohmann::ordered_json badges = nlohmann::ordered_json::array();
    std::string names;
    for (const Badge& badge : head.badges) {
        const BadgeKind& kind = badgeInfo(badge.id);
        if (kind.measure) {
            badges.push_back({{"name", kind.name}, {"value", badge.value}, {"threshold", kind.threshold}});
        }
        names += (names.empty() ? "" : ", ") +
                 (kind.measure ? std::string(kind.name) : "asked for: " + std::string(relation));
    }
    report.json["measures"] = std::move(values);
    report.json["badges"] = std::move(badges);
    report.json["asked"] = relation.empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(relation);
    report.cells.push_back(std::move(names));
    return report;
}

/// What switching the head off does; null where it is off already.
nlohmann::ordered_json effectJson(const HeadEffect& effect)
{
    if (!effect.change) {
        return nullptr;
    }
    const TargetChange& change = *effect.change;
    nlohmann::ordered_json json{{"effect", change.effect}, {"before", change.before}, {"after", change.after}};
    if (change.prediction) {
        json["logProbabilityBits"] = change.prediction->logProbability;
        json["divergenceBits"] = change.prediction->divergence;
    }
    return json;
}

/// Its cell stands before the badges, which are the last.
void addEffect(HeadReport& report, const HeadEffect& effect)
{
    report.json["ablation"] = effectJson(effect);
    std::string text = "off";
    if (effect.change) {
        std::array<char, 32> digits{};
        constexpr int kDigits = 3;
        const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), effect.change->effect,
                                                std::chars_format::general, kDigits);
        text.assign(digits.data(), end);
    }
    report.cells.insert(report.cells.end() - 1, std::move(text));
}

/// Characters, not bytes: "–" is three of these.
std::size_t widthOf(const std::string& text)
{
    constexpr unsigned kMask = 0xC0;
    constexpr unsigned kContinuation = 0x80;
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char byte) { return (static_cast<unsigned char>(byte) & kMask) != kContinuation; }));
}

void printTable(std::vector<std::string> names, const std::vector<HeadReport>& reports)
{
    std::vector<std::vector<std::string>> lines{std::move(names)};
    std::ranges::transform(reports, std::back_inserter(lines), &HeadReport::cells);
    std::vector<std::size_t> widths(lines.front().size(), 0);
    for (const std::vector<std::string>& line : lines) {
        for (std::size_t i = 0; i < line.size(); ++i) {
            widths[i] = std::max(widths[i], widthOf(line[i]));
        }
    }
    for (const std::vector<std::string>& line : lines) {
        std::string text;
        for (std::size_t i = 0; i + 1 < line.size(); ++i) {
            text += line[i] + std::string(widths[i] - widthOf(line[i]) + 2, ' ');
        }
        std::cout << text + line.back() << '\n';
    }
}

Result<void> printHeads(const HeadsOptions& options)
{
    const Result<Run> run = runModel(options.common);
    if (!run) {
        return tl::unexpected(run.error());
    }
    const std::shared_ptr<const Trace> trace = options.common.mergeWords ? mergedIntoWords(*run->trace) : run->trace;
    const Result<MeasuredHeads> measured = measureHeads(*trace);
    if (!measured) {
        return tl::unexpected(measured.error());
    }
    std::vector<HeadReport> reports;
    for (const MeasuredHead& head : measured->all) {
        reports.push_back(reportOf(head, trace->info().relationOf(head.head)));
    }
    if (!options.effectOn.empty()) {
        const auto answer =
            answerTo(options.effectOn, run->model, *run->trace, {.head = shownHead(options.common, *run->model)});
        if (!answer) {
            return tl::unexpected(answer.error());
        }
        for (std::size_t i = 0; i < reports.size(); ++i) {
            addEffect(reports[i], (*answer)->study.effects[i]);  // both layer by layer
        }
    }
    if (!options.json) {
        printTable(columnNames(options), reports);
        return {};
    }
    for (const HeadReport& report : reports) {
        std::cout << report.json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
    }
    return {};
}

}  // namespace

void addHeadsCommand(CLI::App& program, int& status)
{
    auto options = std::make_shared<HeadsOptions>();
    CLI::App* command = program.add_subcommand("heads", "Show what every head does: its measures and badges");
    command->add_flag("--json", options->json, "One JSON object a head, each on a line of its own");
    command->add_flag("--merge-words", options->common.mergeWords, "Of words instead of tokens");
    command->add_option("--effect-on", options->effectOn, kTargetHelp);
    addHeadOptions(*command, options->common);
    addTextOptions(*command, options->common);
    addExperimentOptions(*command, options->common);
    addModelOptions(*command, options->common);
    command->callback([options, &status] {
        const Result<void> done = printHeads(*options);
        status = done ? 0 : report(done.error());
    });
}

}  // namespace headlight::app
