#include "core/attention/tiled.h"

#include "core/attention/rows.h"
#include "core/tensor/matmul.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>
#include <utility>

namespace headlight {
namespace {

bool showsACell(const Mask& mask, const Tile& tile)
{
    if (mask.direction == Direction::Causal && tile.firstKey >= tile.firstQuery + tile.queries) {
        return false;
    }
    for (Index i = tile.firstQuery; i < tile.firstQuery + tile.queries; ++i) {
        for (Index j = tile.firstKey; j < tile.firstKey + tile.keys; ++j) {
            if (isVisible(mask, TokenIndex(i), TokenIndex(j))) {
                return true;
            }
        }
    }
    return false;
}

/// Calls `use` with each tile that shows a cell, in the order of visibleTiles.
template <typename Use>
void forEachVisibleTile(Index queries, Index keys, const Mask& mask, const BlockSize& size, const Use& use)
{
    for (Index j = 0; j < keys; j += size.keys) {
        for (Index i = 0; i < queries; i += size.queries) {
            const Tile tile{.firstQuery = i,
                            .queries = std::min(size.queries, queries - i),
                            .firstKey = j,
                            .keys = std::min(size.keys, keys - j)};
            if (showsACell(mask, tile)) {
                use(tile);
            }
        }
    }
}

/// [queries×keys] as `attend` has them, with −∞ where the mask hides the key.
Matrix maskedScores(const Tile& tile, ConstMatrixRef query, ConstMatrixRef key, const AttentionOptions& options)
{
    const TokenIndex firstQuery(tile.firstQuery);
    const TokenIndex firstKey(tile.firstKey);
    Matrix scores = scoresOfRows(query.middleRows(tile.firstQuery, tile.queries), firstQuery,
                                 key.middleRows(tile.firstKey, tile.keys), firstKey, options);
    maskScores(scores, options.mask, firstQuery, firstKey);
    return scores;
}

}  // namespace

Result<void> validate(const BlockSize& size)
{
    if (size.queries < 1 || size.keys < 1) {
        return failure(ErrorCode::InvalidArgument, "A tile has 1 or more queries and keys, not " +
                                                       std::to_string(size.queries) + " and " +
                                                       std::to_string(size.keys) + ".");
    }
    return {};
}

TiledState emptyTiledState(Index queries, Index valueWidth)
{
    const auto rows = static_cast<std::size_t>(queries);
    return {.maximum = std::vector<float>(rows, kMasked),
            .sum = std::vector<double>(rows, 0.0),
            .accumulated = Matrix::Zero(queries, valueWidth)};
}

Matrix outputSoFar(TiledState state)
{
    Matrix output = std::move(state.accumulated);
    for (Index i = 0; i < output.rows(); ++i) {
        if (const double sum = state.sum[static_cast<std::size_t>(i)]; sum > 0.0) {
            output.row(i) /= static_cast<float>(sum);
        }
    }
    return output;
}

std::vector<Tile> visibleTiles(Index queries, Index keys, const Mask& mask, const BlockSize& size)
{
    std::vector<Tile> tiles;
    forEachVisibleTile(queries, keys, mask, size, [&tiles](const Tile& tile) { tiles.push_back(tile); });
    return tiles;
}

void absorb(TiledState& state, const Tile& tile, ConstMatrixRef query, ConstMatrixRef key, ConstMatrixRef value,
            const AttentionOptions& options)
{
    Matrix exponentials = maskedScores(tile, query, key, options);
    for (Index i = 0; i < tile.queries; ++i) {
        const auto row = static_cast<std::size_t>(tile.firstQuery + i);
        const float before = state.maximum[row];
        const float after = std::max(before, exponentials.row(i).maxCoeff());
        if (after == kMasked) {
            exponentials.row(i).setZero();
            continue;
        }
        const auto shifted = (exponentials.row(i).array() - after) / options.temperature;
        exponentials.row(i) = exponentials.row(i).array().isInf().select(0.0F, shifted.exp()).matrix();
        const float rescale = before == kMasked ? 0.0F : std::exp((before - after) / options.temperature);
        state.maximum[row] = after;
        state.sum[row] = static_cast<double>(rescale) * state.sum[row] + exponentials.row(i).cast<double>().sum();
        state.accumulated.row(tile.firstQuery + i) *= rescale;
    }
    state.accumulated.middleRows(tile.firstQuery, tile.queries) +=
        multiply(exponentials, value.middleRows(tile.firstKey, tile.keys));
}

Result<Matrix> tiledAttention(ConstMatrixRef query, ConstMatrixRef key, ConstMatrixRef value,
                              const AttentionOptions& options, const BlockSize& size)
{
    if (const Result<void> valid = validate(query, key, value, options); !valid) {
        return tl::unexpected(valid.error());
    }
    if (const Result<void> valid = validate(size); !valid) {
        return tl::unexpected(valid.error());
    }
    TiledState state = emptyTiledState(query.rows(), value.cols());
    forEachVisibleTile(query.rows(), key.rows(), options.mask, size,
                       [&](const Tile& tile) { absorb(state, tile, query, key, value, options); });
    return outputSoFar(std::move(state));
}

}  // namespace headlight
