// The engine's parts: the machine's own rate of products, the forward pass, what is worked out from it.
#include "core/analysis/head_measures.h"
#include "core/analysis/head_similarity.h"
#include "core/analysis/norm_weighted.h"
#include "core/analysis/rollout.h"
#include "core/attention/attend.h"
#include "core/attention/softmax.h"
#include "core/base/memory.h"
#include "core/tensor/matmul.h"
#include "tests/bench/gpt2_shape.h"

#include <benchmark/benchmark.h>

#include <algorithm>
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

/// Every stage of every head kept.
void forwardPass(benchmark::State& state)
{
    const EncodedText text = encode(*model(), textOf(state.range(0))).value();
    for ([[maybe_unused]] const auto step : state) {
        benchmark::DoNotOptimize(forward(model(), text).value());
    }
    setRate(state, blockOperations(model()->config, state.range(0)));
}
BENCHMARK(forwardPass)->Arg(16)->Arg(64)->Arg(256)->Arg(1024)->UseRealTime()->Unit(benchmark::kMillisecond);

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
