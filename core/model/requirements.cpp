#include "core/model/requirements.h"

#include "core/attention/rows.h"
#include "core/base/quantity.h"
#include "core/model/model_stages.h"
#include "core/tensor/matmul.h"
#include "core/tensor/tensor.h"
#include "core/trace/stage_store.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <vector>

namespace headlight {
namespace {

/// Of all layers.
double headsOf(const ModelConfig& config)
{
    return static_cast<double>(config.layers) * static_cast<double>(config.heads);
}

struct Kept
{
    double bytes = 0.0;
    double bytesLater = 0.0;  ///< And what is remembered beside it once it was looked at.
    bool hasKeys = false;
    bool hasValues = false;
    bool hasQueries = false;
};

/// Each layer's input and the last one's output; keys, values and queries where there is room.
Kept keptOf(const ModelConfig& config, double tokens)
{
    const auto layers = static_cast<double>(config.layers);
    const auto headWidth = static_cast<double>(config.headWidth());
    const double bytes = tokens * layers * sizeof(float);
    const double keys = bytes * static_cast<double>(config.groups()) * headWidth;
    const double queries = bytes * static_cast<double>(config.heads) * headWidth;
    Kept kept{.bytes = (bytes + tokens * sizeof(float)) * static_cast<double>(config.width)};
    const double all = kept.bytes + 2.0 * keys + queries;
    const auto hasRoomFor = [&kept](double more) { return kept.bytes + more <= static_cast<double>(kTraceBytes); };
    kept.hasKeys = hasRoomFor(keys);
    kept.bytes += kept.hasKeys ? keys : 0.0;
    kept.hasValues = kept.hasKeys && hasRoomFor(keys);
    kept.bytes += kept.hasValues ? keys : 0.0;
    kept.hasQueries = kept.hasValues && hasRoomFor(queries);
    kept.bytes += kept.hasQueries ? queries : 0.0;
    kept.bytesLater = std::max(kept.bytes, std::min(all, static_cast<double>(kTraceBytes)));
    return kept;
}

/// The stages of one layer, and what its heads work with.
double bytesBetween(const ModelConfig& config, double tokens)
{
    constexpr double kMatricesAHead = 3.0;
    const auto width = static_cast<double>(config.width);
    const double heads = static_cast<double>(config.heads * config.headWidth());
    const double hiddenParts = config.feedForward == FeedForwardKind::Gated ? 3.0 : 2.0;
    const double perToken = 7.0 * width + 4.0 * heads + hiddenParts * static_cast<double>(config.feedForwardWidth) +
                            kMatricesAHead * static_cast<double>(kRowsTogether * productThreads());
    const double values = 2.0 * static_cast<double>(config.groups() * config.headWidth());
    return (std::min(tokens, static_cast<double>(kRowsAtOnce)) * perToken + tokens * values) * sizeof(float);
}

/// What looking at heads takes: measures want one whole on each core, and a second beside it.
double bytesOfLooking(double tokens)
{
    return 2.0 * static_cast<double>(productThreads()) * tokens * tokens * sizeof(float);
}

/// The numbers of the matrices that every token is multiplied by, of all layers.
double multipliedWeights(const ModelConfig& config)
{
    const auto width = static_cast<double>(config.width);
    const auto headWidth = static_cast<double>(config.headWidth());
    const double projections = static_cast<double>(2 * config.heads + 2 * config.groups()) * headWidth;
    const double feedForwardParts = config.feedForward == FeedForwardKind::Gated ? 3.0 : 2.0;
    return static_cast<double>(config.layers) * width *
           (projections + feedForwardParts * static_cast<double>(config.feedForwardWidth));
}

/// Cells of scores that the heads of all layers work out.
double computedCells(const ModelConfig& config, Index tokens)
{
    double cells = 0.0;
    for (LayerIndex layer(0); layer.value < config.layers; ++layer.value) {
        for (Index begin = 0; begin < tokens; begin += kRowsTogether) {
            const Index rows = std::min(kRowsTogether, tokens - begin);
            const KeyRange keys = keysInReach(config.maskOf(layer), TokenIndex(begin), rows, tokens);
            cells += static_cast<double>(rows * keys.size());
        }
    }
    return cells * static_cast<double>(config.heads);
}

template <typename Task>
double seconds(const Task& task)
{
    const auto begin = std::chrono::steady_clock::now();
    task();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

std::array<const LinearWeights*, 7> linearMaps(const BlockWeights& block)
{
    return {&block.query, &block.key, &block.value, &block.output, &block.expand, &block.gate, &block.contract};
}

/// All of a block's linear maps, of so many tokens.
void multiplyByAll(const BlockWeights& block, Index tokens)
{
    for (const LinearWeights* map : linearMaps(block)) {
        if (map->weight.size() > 0) {
            static_cast<void>(multiply(Matrix::Ones(tokens, map->weight.rows()), map->weight));
        }
    }
}

double weightsOf(const BlockWeights& block)
{
    double count = 0.0;
    for (const LinearWeights* map : linearMaps(block)) {
        count += static_cast<double>(map->weight.size());
    }
    return count;
}

/// Of the products by weights. The last block's weights are as far from the processor as every block's are when their turn comes.
double secondsOfProducts(const Model& model, Index tokens)
{
    constexpr Index kMostTokens = 64;
    const Index some = std::min(tokens, kMostTokens);
    const std::vector<BlockWeights>& blocks = model.weights.blocks;
    multiplyByAll(blocks.front(), some);  // the library prepares itself for these shapes
    const double block = seconds([&] { multiplyByAll(blocks.back(), some); });
    const double share = multipliedWeights(model.config) / weightsOf(blocks.back());
    return block * share * static_cast<double>(tokens) / static_cast<double>(some);
}

double secondsOfHeads(const ModelConfig& config, Index tokens)
{
    constexpr Index kMostTokens = 512;
    const Index some = std::min(tokens, kMostTokens);
    const Matrix vectors = Matrix::Ones(some, config.headWidth());
    const AttentionOptions options{.mask = config.maskOf(LayerIndex(0))};
    const auto head = [&] { static_cast<void>(outputOfRows(vectors, TokenIndex(0), vectors, vectors, options)); };
    head();
    const double share = static_cast<double>(tokens) / static_cast<double>(some);
    return seconds(head) * share * share * headsOf(config);
}

/// Of what is allocated and copied for the trace.
double secondsOfKeeping(double bytes)
{
    constexpr double kMostBytes = 40e6;  // More than an allocator keeps of what was freed.
    const double some = std::min(bytes, kMostBytes);
    const Matrix numbers = Matrix::Ones(1, static_cast<Index>(some / sizeof(float)));
    return seconds([&] { static_cast<void>(Tensor::fromMatrix(numbers)); }) * bytes / some;
}

}  // namespace

RunRequirements runRequirements(const ModelConfig& config, Index tokens)
{
    const auto count = static_cast<double>(tokens);
    const Kept kept = keptOf(config, count);
    const double attention = 4.0 * computedCells(config, tokens) * static_cast<double>(config.headWidth());
    return {.tokens = tokens,
            .traceBytes = kept.bytes,
            .keepsKeys = kept.hasKeys,
            .keepsValues = kept.hasValues,
            .keepsQueries = kept.hasQueries,
            .peakBytes = kept.bytesLater + std::max(bytesBetween(config, count), bytesOfLooking(count)),
            .operations = 2.0 * count * multipliedWeights(config) + attention};
}

Index longestRun(const ModelConfig& config, double bytes)
{
    const auto fitsFor = [&](Index tokens) { return runRequirements(config, tokens).peakBytes <= bytes; };
    if (fitsFor(config.maxTokens)) {
        return config.maxTokens;
    }
    Index fits = 0;
    Index beyond = config.maxTokens;
    while (beyond - fits > 1) {
        const Index middle = fits + (beyond - fits) / 2;
        (fitsFor(middle) ? fits : beyond) = middle;
    }
    return fits;
}

Result<void> checkRunFits(const ModelConfig& config, Index tokens, double available)
{
    const double needed = runRequirements(config, tokens).peakBytes;
    if (needed <= available) {
        return {};
    }
    const Index longest = longestRun(config, available);
    return failure(ErrorCode::TooLong,
                   "A run of " + std::to_string(tokens) + " tokens needs " + byteSize(needed) + " of memory, and " +
                       byteSize(available) + " are free; " +
                       (longest == 0 ? "not even one token fits."
                                     : "a text of at most " + std::to_string(longest) + " tokens fits."));
}

double estimatedSeconds(const Model& model, Index tokens)
{
    return secondsOfProducts(model, tokens) + secondsOfHeads(model.config, tokens) +
           secondsOfKeeping(keptOf(model.config, static_cast<double>(tokens)).bytes);
}

}  // namespace headlight
