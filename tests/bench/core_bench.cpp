// The engine's parts: the machine's own rate of products, the forward pass, what is worked out from it.
#include "core/analysis/head_measures.h"
#include "core/analysis/head_similarity.h"
#include "core/analysis/norm_weighted.h"
#include "core/analysis/rollout.h"
#include "core/attention/attend.h"
#include "core/attention/softmax.h"
#include "core/base/memory.h"
#include "core/model/requirements.h"
#include "core/tensor/matmul.h"
#include "core/trace/computed_map.h"
#include "tests/bench/gpt2_shape.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <fstream>
#include <malloc.h>
#include <string>
#include <thread>

namespace headlight::bench {
namespace {

const std::shared_ptr<const Model>& model()
{
    static const std::shared_ptr<const Model> shape = gpt2Shape();
    return shape;
}

std::shared_ptr<const Trace> traceOf(Index tokens)
{
    return forward(model(), encode(*model(), textOf(tokens)).value()).value();
}

void lookAtEveryHead(const Trace& trace)
{
    for (LayerIndex layer(0); layer.value < trace.info().layers; ++layer.value) {
        for (const auto& weights : trace.maps(StageId::Weights, layer)) {
            benchmark::DoNotOptimize(weights->cells());
        }
    }
}

/// What the weights of all heads would fill.
double bytesOfWeights(const Trace& trace)
{
    const auto tokens = static_cast<double>(trace.tokens());
    return static_cast<double>(trace.info().layers * trace.info().heads) * tokens * tokens * sizeof(float);
}

/// A line of /proc/self/status, in bytes.
double statusBytes(const std::string& name)
{
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with(name + ":")) {
            return 1024.0 * std::stod(line.substr(name.size() + 1));
        }
    }
    return 0.0;
}

double memoryNow()
{
    return statusBytes("VmRSS");
}

double mostMemory()
{
    return statusBytes("VmHWM");
}

/// From now on mostMemory is of what follows.
void forgetMostMemory()
{
    std::ofstream("/proc/self/clear_refs") << 5;
}

void setRate(benchmark::State& state, double operations)
{
    state.counters["operations"] =
        benchmark::Counter(operations, benchmark::Counter::kIsIterationInvariantRate, benchmark::Counter::kIs1000);
}

/// What the machine can do: one product that fills every core.
void largeProduct(benchmark::State& state)
{
    const Index side = state.range(0);
    const Matrix a = Matrix::Constant(side, side, 0.5F);
    const Matrix b = Matrix::Constant(side, side, 0.25F);
    for ([[maybe_unused]] const auto step : state) {
        benchmark::DoNotOptimize(multiply(a, b));
    }
    const auto n = static_cast<double>(side);
    setRate(state, 2.0 * n * n * n);
}
BENCHMARK(largeProduct)->Arg(2048)->UseRealTime()->Unit(benchmark::kMillisecond);

/// Every stage of every head can be looked at.
void forwardPass(benchmark::State& state)
{
    const EncodedText text = encode(*model(), textOf(state.range(0))).value();
    for ([[maybe_unused]] const auto step : state) {
        benchmark::DoNotOptimize(forward(model(), text).value());
    }
    setRate(state, runRequirements(model()->config, state.range(0)).operations);
}
BENCHMARK(forwardPass)->Arg(16)->Arg(64)->Arg(256)->Arg(1024)->UseRealTime()->Unit(benchmark::kMillisecond);

/// The same for texts that GPT-2 itself does not take.
void passOfLength(benchmark::State& state)
{
    static const std::shared_ptr<const Model> model = gpt2Shape(8192);
    const EncodedText text = encode(*model, textOf(state.range(0))).value();
    for ([[maybe_unused]] const auto step : state) {
        benchmark::DoNotOptimize(forward(model, text).value());
    }
    state.counters["work"] = runRequirements(model->config, state.range(0)).operations;
}
BENCHMARK(passOfLength)->RangeMultiplier(2)->Range(16, 8192)->UseRealTime()->Unit(benchmark::kMillisecond);

/// The same, and every head's weights looked at.
void passAndEveryHead(benchmark::State& state)
{
    const EncodedText text = encode(*model(), textOf(state.range(0))).value();
    for ([[maybe_unused]] const auto step : state) {
        lookAtEveryHead(*forward(model(), text).value());
    }
}
BENCHMARK(passAndEveryHead)->Arg(16)->Arg(64)->Arg(256)->Arg(1024)->UseRealTime()->Unit(benchmark::kMillisecond);

/// A pass whose text is an earlier one's but for the token `changed`, or has that one more.
void passAfter(benchmark::State& state, Index changed, Index earlierTokens)
{
    const EncodedText text = encode(*model(), textOf(state.range(0))).value();
    EncodedText earlier = text;
    earlier.tokens.resize(static_cast<std::size_t>(earlierTokens));
    if (changed < earlierTokens) {
        Token& token = earlier.tokens[static_cast<std::size_t>(changed)];
        token = text.tokens[static_cast<std::size_t>(changed - 1)];  // another one: textOf takes its words in turn
    }
    const std::shared_ptr<const Trace> before = forward(model(), earlier).value();
    for ([[maybe_unused]] const auto step : state) {
        benchmark::DoNotOptimize(forwardAfter(model(), *before, text, {}).value());
    }
}
void tokenAppended(benchmark::State& state)
{
    passAfter(state, state.range(0) - 1, state.range(0) - 1);
}
void lastTokenChanged(benchmark::State& state)
{
    passAfter(state, state.range(0) - 1, state.range(0));
}
void middleTokenChanged(benchmark::State& state)
{
    passAfter(state, state.range(0) / 2, state.range(0));
}
BENCHMARK(tokenAppended)->Arg(16)->Arg(256)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(lastTokenChanged)->Arg(16)->Arg(256)->UseRealTime()->Unit(benchmark::kMillisecond);
BENCHMARK(middleTokenChanged)->Arg(16)->Arg(256)->UseRealTime()->Unit(benchmark::kMillisecond);

/// How many bytes of memory a pass and a look at every head take beyond the model, at their most.
void memoryOfAPass(benchmark::State& state)
{
    const EncodedText text = encode(*model(), textOf(state.range(0))).value();
    for ([[maybe_unused]] const auto step : state) {
        malloc_trim(0);  // what earlier ones have freed is no memory of this one
        const double before = memoryNow();
        forgetMostMemory();
        const std::shared_ptr<const Trace> trace = forward(model(), text).value();
        lookAtEveryHead(*trace);
        state.counters["bytes"] = mostMemory() - before;
        state.counters["share"] = state.counters["bytes"] / bytesOfWeights(*trace);
    }
}
BENCHMARK(memoryOfAPass)->Arg(16)->Arg(1024)->Iterations(1);

void geluOfALayer(benchmark::State& state)
{
    const Matrix hidden = Matrix::Random(state.range(0), model()->config.feedForwardWidth);
    for ([[maybe_unused]] const auto step : state) {
        benchmark::DoNotOptimize(activate(hidden, Activation::Gelu));
    }
}
BENCHMARK(geluOfALayer)->Arg(256)->UseRealTime()->Unit(benchmark::kMillisecond);

void normOfALayer(benchmark::State& state)
{
    const Matrix x = Matrix::Random(state.range(0), model()->config.width);
    for ([[maybe_unused]] const auto step : state) {
        benchmark::DoNotOptimize(layerNorm(x, model()->weights.blocks[0].attentionNorm, 1e-5F));
    }
}
BENCHMARK(normOfALayer)->Arg(256)->UseRealTime()->Unit(benchmark::kMillisecond);

void expansionOfALayer(benchmark::State& state)
{
    const Matrix x = Matrix::Random(state.range(0), model()->config.width);
    for ([[maybe_unused]] const auto step : state) {
        benchmark::DoNotOptimize(linear(x, model()->weights.blocks[0].expand));
    }
}
BENCHMARK(expansionOfALayer)->Arg(256)->UseRealTime()->Unit(benchmark::kMillisecond);

void attentionOfAHead(benchmark::State& state)
{
    const Index width = model()->config.headWidth();
    const Matrix query = Matrix::Random(state.range(0), width);
    const Matrix key = Matrix::Random(state.range(0), width);
    const AttentionOptions options{.mask = {.direction = Direction::Causal}};
    for ([[maybe_unused]] const auto step : state) {
        benchmark::DoNotOptimize(attend(query, key, key, options).value());
    }
}
BENCHMARK(attentionOfAHead)->Arg(256)->UseRealTime()->Unit(benchmark::kMillisecond);

void softmaxOfAHead(benchmark::State& state)
{
    const Matrix scores = Matrix::Random(state.range(0), state.range(0));
    for ([[maybe_unused]] const auto step : state) {
        benchmark::DoNotOptimize(softmaxRows(applyMask(scores, {.direction = Direction::Causal})));
    }
}
BENCHMARK(softmaxOfAHead)->Arg(256)->UseRealTime()->Unit(benchmark::kMillisecond);

/// A head of a long text, of GPT-2's width and causal.
HeadVectors longHead(Index tokens)
{
    const auto vectors = [tokens] {
        return std::make_shared<const Tensor>(Tensor::fromMatrix(Matrix::Random(tokens, 64)));
    };
    return {.query = vectors(), .key = vectors(), .options = {.mask = {.direction = Direction::Causal}}};
}

/// The row normalisers of a whole head and, of the same products, its picture of so many blocks a side.
void wholeOfALongHead(benchmark::State& state)
{
    const Index tokens = state.range(0);
    const Index blocks = state.range(1);
    const HeadVectors head = longHead(tokens);
    for ([[maybe_unused]] const auto step : state) {
        benchmark::DoNotOptimize(
            ComputedMap(head, ComputedStage::Weights).tile({0, tokens}, {0, tokens}, {blocks, blocks}));
    }
    const auto n = static_cast<double>(tokens);
    setRate(state, 2.0 * 64.0 * n * (n + 1.0) / 2.0);
}
BENCHMARK(wholeOfALongHead)
    ->Args({1024, 1})
    ->Args({32768, 1})
    ->Args({32768, 1000})
    ->UseRealTime()
    ->Unit(benchmark::kMillisecond);

/// 1,000 × 1,000 cells of it, of which the normalisers are known.
void cellsOfALongHead(benchmark::State& state)
{
    const Index tokens = state.range(0);
    const ComputedMap map(longHead(tokens), ComputedStage::Weights);
    const IndexRange part{tokens - 1000, tokens};
    for ([[maybe_unused]] const auto step : state) {
        benchmark::DoNotOptimize(map.tile(part, part, {1000, 1000}));
    }
}
BENCHMARK(cellsOfALongHead)->Arg(1024)->Arg(32768)->UseRealTime()->Unit(benchmark::kMillisecond);

void measuresOfAllHeads(benchmark::State& state)
{
    const std::shared_ptr<const Trace> trace = traceOf(state.range(0));
    for ([[maybe_unused]] const auto step : state) {
        benchmark::DoNotOptimize(measureHeads(*trace).value());
    }
}
BENCHMARK(measuresOfAllHeads)->Arg(64)->Arg(256)->UseRealTime()->Unit(benchmark::kMillisecond);

void similarityOfAllHeads(benchmark::State& state)
{
    const std::shared_ptr<const Trace> trace = traceOf(state.range(0));
    for ([[maybe_unused]] const auto step : state) {
        benchmark::DoNotOptimize(similarHeads(*trace, {}).value());
    }
}
BENCHMARK(similarityOfAllHeads)->Arg(256)->UseRealTime()->Unit(benchmark::kMillisecond);

void rollout(benchmark::State& state)
{
    const std::shared_ptr<const Trace> trace = traceOf(state.range(0));
    for ([[maybe_unused]] const auto step : state) {
        benchmark::DoNotOptimize(attentionRollout(*trace).value());
    }
}
BENCHMARK(rollout)->Arg(256)->UseRealTime()->Unit(benchmark::kMillisecond);

void normWeightedHead(benchmark::State& state)
{
    const std::shared_ptr<const Trace> trace = traceOf(state.range(0));
    for ([[maybe_unused]] const auto step : state) {
        benchmark::DoNotOptimize(normWeightedAttention(*trace, *model(), {}).value());
    }
}
BENCHMARK(normWeightedHead)->Arg(256)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace headlight::bench

int main(int argc, char** argv)
{
    headlight::keepFreedMemory();
    headlight::setProductThreads(static_cast<int>(std::max(std::thread::hardware_concurrency(), 1U)));
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
        return 2;
    }
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
