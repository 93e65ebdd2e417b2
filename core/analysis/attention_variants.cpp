#include "core/analysis/attention_variants.h"

#include "core/analysis/stage_matrix.h"
#include "core/attention/linear.h"
#include "core/model/attention_options.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace headlight {
namespace {

Deviation deviation(const Matrix& a, const Matrix& b)
{
    return {.largest = (a - b).cwiseAbs().maxCoeff(), .mean = (a - b).cwiseAbs().cast<double>().mean()};
}

Result<MapDifference> weightsDifference(const Matrix& before, const Matrix& after)
{
    const auto map = [](const Matrix& weights) {
        return StoredMap(std::make_shared<const Tensor>(Tensor::fromMatrix(weights)), 0);
    };
    return difference(map(before), map(after));
}

/// Widens the frame's ranges to what the rows of that tile hold.
void include(TiledFrame& frame, const TiledState& state, const Tile& tile)
{
    const Matrix output = outputSoFar(state).middleRows(tile.firstQuery, tile.queries);
    frame.largestOutput = std::max(frame.largestOutput, output.cwiseAbs().maxCoeff());
    for (Index i = tile.firstQuery; i < tile.firstQuery + tile.queries; ++i) {
        const auto row = static_cast<std::size_t>(i);
        if (state.maximum[row] != kMasked) {
            frame.lowestMaximum = std::min(frame.lowestMaximum, state.maximum[row]);
            frame.highestMaximum = std::max(frame.highestMaximum, state.maximum[row]);
            frame.highestSum = std::max(frame.highestSum, state.sum[row]);
        }
    }
}

/// `sparse` and all that `own` hides.
Mask combined(Mask sparse, const Mask& own, Index tokens)
{
    sparse.direction = own.direction;
    sparse.hidden = hiddenCells(own, tokens);
    return sparse;
}

}  // namespace

Result<HeadInputs> headInputs(const Model& model, const Trace& trace, HeadAddress head)
{
    const auto matrix = [&](StageId stage) { return stageMatrix(trace, {stage, head.layer}, head.head); };
    const auto query = matrix(StageId::Query);
    const auto key = matrix(StageId::Key);
    const auto value = matrix(StageId::Value);
    for (const auto* stage : {&query, &key, &value}) {
        if (!*stage) {
            return tl::unexpected(stage->error());
        }
    }
    return HeadInputs{.query = (*query)->cells(),
                      .key = (*key)->cells(),
                      .value = (*value)->cells(),
                      .options = attentionOptions(model.config, trace.info().experiment, head)};
}

Result<VariantComparison> compareVariant(AttentionVariant variant, const HeadInputs& inputs, const Mask& sparse)
{
    const auto& [query, key, value, options] = inputs;
    AttentionOptions changedOptions = options;
    if (variant == AttentionVariant::Sparse) {
        changedOptions.mask = combined(sparse, options.mask, query.rows());
    }
    Result<AttentionStages> full = attend(query, key, value, options);
    Result<AttentionStages> changed = variant == AttentionVariant::Linear ? attendLinear(query, key, value, options)
                                                                          : attend(query, key, value, changedOptions);
    if (!full || !changed) {
        return tl::unexpected(full ? changed.error() : full.error());
    }
    Result<MapDifference> weights = weightsDifference(full->weights, changed->weights);
    if (!weights) {
        return tl::unexpected(weights.error());
    }
    return VariantComparison{.variant = variant,
                             .mask = changedOptions.mask,
                             .full = *full,
                             .changed = *changed,
                             .change = changed->weights - full->weights,
                             .weights = *weights,
                             .output = deviation(changed->output, full->output)};
}

BlockSize fittingBlock(Index wanted, Index tokens)
{
    const Index smallest = (tokens + kMostTilesPerSide - 1) / kMostTilesPerSide;
    const Index side = std::clamp<Index>(wanted, std::max<Index>(smallest, 1), std::max<Index>(tokens, 1));
    return {.queries = side, .keys = side};
}

Result<TiledFrame> tiledFrame(const HeadInputs& inputs, const BlockSize& size, Index done)
{
    const auto& [query, key, value, options] = inputs;
    const Result<AttentionStages> plain = attend(query, key, value, options);
    if (!plain) {
        return tl::unexpected(plain.error());
    }
    if (const Result<void> valid = validate(size); !valid) {
        return tl::unexpected(valid.error());
    }
    TiledFrame frame;
    frame.tiles = visibleTiles(query.rows(), key.rows(), options.mask, size);
    frame.state = emptyTiledState(query.rows(), value.cols());
    frame.done = std::clamp<Index>(done, 0, static_cast<Index>(frame.tiles.size()));
    frame.weights = Matrix::Constant(query.rows(), key.rows(), std::numeric_limits<float>::quiet_NaN());
    TiledState state = frame.state;
    frame.lowestMaximum = std::numeric_limits<float>::infinity();
    frame.highestMaximum = -frame.lowestMaximum;
    for (Index n = 0; n < static_cast<Index>(frame.tiles.size()); ++n) {
        if (n == frame.done) {
            frame.state = state;
        }
        const Tile& tile = frame.tiles[static_cast<std::size_t>(n)];
        absorb(state, tile, query, key, value, options);
        include(frame, state, tile);
    }
    if (frame.isDone()) {
        frame.state = std::move(state);
    }
    const Matrix masked = applyMask(plain->scores, options.mask);
    for (Index n = 0; n < frame.done; ++n) {
        const Tile& tile = frame.tiles[static_cast<std::size_t>(n)];
        for (Index i = tile.firstQuery; i < tile.firstQuery + tile.queries; ++i) {
            const auto row = static_cast<std::size_t>(i);
            for (Index j = tile.firstKey; j < tile.firstKey + tile.keys; ++j) {
                const float exponential = std::exp((masked(i, j) - frame.state.maximum[row]) / options.temperature);
                frame.weights(i, j) =
                    masked(i, j) == kMasked ? 0.0F : exponential / static_cast<float>(frame.state.sum[row]);
            }
        }
    }
    frame.output = outputSoFar(frame.state);
    frame.fromPlain = deviation(frame.output, plain->output);
    return frame;
}

}  // namespace headlight
