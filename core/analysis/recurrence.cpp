#include "core/analysis/recurrence.h"

#include "core/attention/rows.h"
#include "core/base/random.h"
#include "core/recurrent/elman.h"
#include "core/tensor/matmul.h"

#include <algorithm>
#include <chrono>
#include <limits>

namespace headlight {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kReadingSeed = 1;

double secondsSince(Clock::time_point begin)
{
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// The projections of one layer.
struct AttentionLayer
{
    Matrix query;  ///< [D×D], so all.
    Matrix key;
    Matrix value;
    Matrix output;
};

/// Every head of the layer as a pass computes them, and what comes out of it [T×D].
Matrix attentionLayer(ConstMatrixRef inputs, const AttentionLayer& layer, Index heads)
{
    const Matrix query = multiply(inputs, layer.query);
    const Matrix key = multiply(inputs, layer.key);
    const Matrix value = multiply(inputs, layer.value);
    const Index width = inputs.cols() / heads;
    Matrix concat(inputs.rows(), inputs.cols());
    for (Index head = 0; head < heads; ++head) {
        const auto part = [&](const Matrix& all) { return all.middleCols(head * width, width); };
        concat.middleCols(head * width, width) = outputOfRows(part(query), TokenIndex(0), part(key), part(value), {});
    }
    return multiply(concat, layer.output);
}

/// The quickest of several runs; fewer where time is short.
template <typename Run>
double quickest(const Run& run, const MeasurementOptions& options, Clock::time_point begin, const Progress& progress)
{
    double best = std::numeric_limits<double>::infinity();
    for (int repeat = 0; repeat < options.repeats; ++repeat) {
        const Clock::time_point start = Clock::now();
        run();
        best = std::min(best, secondsSince(start));
        if (progress.stop.stop_requested() || secondsSince(begin) + best > options.limitSeconds) {
            break;
        }
    }
    return best;
}

}  // namespace

Result<RecurrentReading> readRecurrently(const Trace& trace, Index most)
{
    const std::shared_ptr<const Tensor> embedding = trace.find({StageId::EmbeddingOutput});
    if (!embedding) {
        return failure(ErrorCode::NotFound, "The trace holds no embeddings for the recurrent network to read.");
    }
    const OneProductThread oneThread;
    const Index width = embedding->cols();
    const ElmanWeights weights = randomElman(width, std::min(width, kWidestReading), kReadingSeed);
    RecurrentReading reading{
        .states = elmanStates(embedding->matrix().topRows(std::min({trace.tokens(), most, kLongestReading})), weights),
        .influence = {}};
    reading.influence = elmanInfluence(reading.states, weights);
    return reading;
}

LayerCost recurrentLayerCost(Index tokens, Index width)
{
    const auto d = static_cast<double>(width);
    return {.multiplyAdds = 2.0 * static_cast<double>(tokens) * d * d, .steps = tokens};
}

LayerCost attentionLayerCost(Index tokens, Index width)
{
    const auto t = static_cast<double>(tokens);
    const auto d = static_cast<double>(width);
    return {.multiplyAdds = 4.0 * t * d * d + 2.0 * t * t * d, .steps = 1};
}

LayerSetting layerSetting(const ModelConfig& config)
{
    return {.width = config.width, .heads = config.width % config.heads == 0 ? config.heads : 1};
}

Result<std::vector<LayerTime>> measureLayers(const LayerSetting& setting, const MeasurementOptions& options,
                                             const Progress& progress)
{
    const OneProductThread oneThread;
    const Index width = setting.width;
    const ElmanWeights elman = randomElman(width, width, 1);
    const auto square = [width](std::uint64_t seed) { return randomElman(width, width, seed).recurrent; };
    const AttentionLayer layer{.query = square(2), .key = square(3), .value = square(4), .output = square(5)};
    const Clock::time_point begin = Clock::now();
    std::vector<LayerTime> measured;
    double pace = 0.0;  // seconds a token, of the length before
    float done = 0.0F;
    for (const Index tokens : options.lengths) {
        if (progress.stop.stop_requested()) {
            return failure(ErrorCode::Cancelled, "The measurement was cancelled.");
        }
        progress.at(done / static_cast<float>(options.lengths.size()));
        done += 1.0F;
        if (secondsSince(begin) + pace * static_cast<double>(tokens) > options.limitSeconds) {
            continue;
        }
        Random random(static_cast<std::uint64_t>(tokens));
        const Matrix inputs = Matrix::NullaryExpr(tokens, width, [&random] { return random.normal(); });
        LayerTime time{.tokens = tokens};
        time.recurrentSeconds = quickest([&] { (void)elmanStates(inputs, elman); }, options, begin, progress);
        time.attentionSeconds =
            quickest([&] { (void)attentionLayer(inputs, layer, setting.heads); }, options, begin, progress);
        pace = (time.recurrentSeconds + time.attentionSeconds) / static_cast<double>(tokens);
        measured.push_back(time);
    }
    progress.at(1.0F);
    return measured;
}

}  // namespace headlight
