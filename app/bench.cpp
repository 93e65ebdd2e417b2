#include "app/commands.h"
#include "app/options.h"
#include "core/base/quantity.h"
#include "core/tensor/matmul.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <memory>
#include <sys/resource.h>

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
    double openMs = 0.0;
    double openBytes = 0.0;  ///< The most memory of the process until the model was open, mapped files included.
    double weightBytes = 0.0;
};

double mostMemory()
{
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) * 1024.0;
}

double msSince(std::chrono::steady_clock::time_point begin)
{
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
}

Result<Timing> bench(const BenchOptions& options)
{
    const Result<Experiment> experiment = readExperiment(options.common);
    if (!experiment) {
        return tl::unexpected(experiment.error());
    }
    const auto begin = std::chrono::steady_clock::now();
    const Result<std::shared_ptr<const Model>> model = openModel(options.common);
    if (!model) {
        return tl::unexpected(model.error());
    }
    Timing timing{.openMs = msSince(begin),
                  .openBytes = mostMemory(),
                  .weightBytes = weightCount((*model)->config) * sizeof(float)};
    const Result<EncodedText> text = readText(options.common, **model);
    if (!text) {
        return tl::unexpected(text.error());
    }
    std::vector<double> times;
    for (int i = 0; i <= options.runs; ++i) {
        const auto runBegin = std::chrono::steady_clock::now();
        const Result<std::shared_ptr<const Trace>> trace = forward(*model, *text, *experiment);
        if (!trace) {
            return tl::unexpected(trace.error());
        }
        // The first run warms caches up.
        if (i > 0) {
            times.push_back(msSince(runBegin));
        }
    }
    std::ranges::sort(times);
    timing.tokens = static_cast<Index>(text->tokens.size());
    timing.medianMs = times[times.size() / 2];
    timing.minMs = times.front();
    timing.maxMs = times.back();
    return timing;
}

}  // namespace

void addBenchCommand(CLI::App& program, int& status)
{
    auto options = std::make_shared<BenchOptions>();
    CLI::App* command = program.add_subcommand(
        "bench", "Time the opening of a model and a forward pass, after which every stage can be looked at");
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
            std::cout
                << nlohmann::ordered_json{{"tokens", timing->tokens},        {"threads", productThreads()},
                                          {"median_ms", timing->medianMs},   {"min_ms", timing->minMs},
                                          {"max_ms", timing->maxMs},         {"open_ms", timing->openMs},
                                          {"open_bytes", timing->openBytes}, {"weight_bytes", timing->weightBytes}}
                << '\n';
        } else {
            std::cout << timing->tokens << " tokens, " << productThreads() << " threads: median " << timing->medianMs
                      << " ms, from " << timing->minMs << " to " << timing->maxMs << " ms\nopened in " << timing->openMs
                      << " ms, with " << byteSize(timing->openBytes) << " of memory at most, "
                      << byteSize(timing->weightBytes) << " of it weights\n";
        }
        status = 0;
    });
}

}  // namespace headlight::app
