#include "app/commands.h"
#include "app/options.h"
#include "core/tensor/matmul.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>

namespace headlight::app {
namespace {

struct BenchOptions
{
    CommonOptions common;
    bool json = false;
    int runs = 20;
};

struct Timing
{
    Index tokens = 0;
    double medianMs = 0.0;
    double minMs = 0.0;
    double maxMs = 0.0;
};

Result<Timing> bench(const BenchOptions& options)
{
    const Result<Experiment> experiment = readExperiment(options.common);
    if (!experiment) {
        return tl::unexpected(experiment.error());
    }
    const Result<std::shared_ptr<const Model>> model = openModel(options.common);
    if (!model) {
        return tl::unexpected(model.error());
    }
    const Result<EncodedText> text = readText(options.common, **model);
    if (!text) {
        return tl::unexpected(text.error());
    }
    std::vector<double> times;
    for (int i = 0; i <= options.runs; ++i) {
        const auto begin = std::chrono::steady_clock::now();
        const Result<std::shared_ptr<const Trace>> trace = forward(**model, *text, *experiment);
        if (!trace) {
            return tl::unexpected(trace.error());
        }
        const auto elapsed = std::chrono::steady_clock::now() - begin;
        // The first run warms caches up.
        if (i > 0) {
            times.push_back(std::chrono::duration<double, std::milli>(elapsed).count());
        }
    }
    std::ranges::sort(times);
    return Timing{static_cast<Index>(text->tokens.size()), times[times.size() / 2], times.front(), times.back()};
}

}  // namespace

void addBenchCommand(CLI::App& program, int& status)
{
    auto options = std::make_shared<BenchOptions>();
    CLI::App* command = program.add_subcommand("bench", "Time a forward pass that keeps every stage");
    command->add_flag("--json", options->json, "One JSON object");
    command->add_option("--runs", options->runs, "How many are timed, after one to warm up")
        ->check(CLI::Range(1, 100'000))
        ->capture_default_str();
    addTextOptions(*command, options->common);
    addExperimentOptions(*command, options->common);
    addModelOptions(*command, options->common);
    command->callback([options, &status] {
        const Result<Timing> timing = bench(*options);
        if (!timing) {
            status = report(timing.error());
            return;
        }
        if (options->json) {
            std::cout << nlohmann::ordered_json{{"tokens", timing->tokens},
                                                {"threads", productThreads()},
                                                {"median_ms", timing->medianMs},
                                                {"min_ms", timing->minMs},
                                                {"max_ms", timing->maxMs}}
                      << '\n';
        } else {
            std::cout << timing->tokens << " tokens, " << productThreads() << " threads: median " << timing->medianMs
                      << " ms, from " << timing->minMs << " to " << timing->maxMs << " ms\n";
        }
        status = 0;
    });
}

}  // namespace headlight::app
