// One head's attention computed in another way than the model's. Pure functions. May use base/, tensor/, attention/, trace/ and
// model/.
#pragma once

#include "core/analysis/difference.h"
#include "core/attention/cost.h"
#include "core/base/result.h"
#include "core/model/model.h"
#include "core/trace/trace.h"

#include <vector>

namespace headlight {

/// What one head attends with.
struct HeadInputs
{
    Matrix query;              ///< [T×d]
    Matrix key;                ///< [T×d]
    Matrix value;              ///< [T×d]
    AttentionOptions options;  ///< As the model and the trace's experiment have them, softmax presumed.
};

/// @return NotFound where the trace does not keep queries, keys and values.
Result<HeadInputs> headInputs(const Model& model, const Trace& trace, HeadAddress head);

/// How far the numbers of one matrix are from another's.
struct Deviation
{
    float largest = 0.0F;  ///< max |a − b|
    double mean = 0.0;     ///< mean |a − b|
};

/// Softmax attention over all that the model lets a query see, and a variant of it.
struct VariantComparison
{
    AttentionVariant variant = AttentionVariant::Linear;
    Mask mask;                ///< Of the variant.
    AttentionStages full;     ///< As `attend` gives it under the head's own options.
    AttentionStages changed;  ///< The variant's.
    Matrix change;            ///< [T×T] its weights − full's.
    MapDifference weights;    ///< From full's weights to the variant's.
    Deviation output;         ///< Of the outputs.
};

/// Compares linear or sparse attention with full.
///
/// @param variant Linear: φ(Q)·φ(K)ᵀ under the head's mask. Sparse: the softmax under `sparse`, which hides besides what the
/// head's own mask does. Full: compared with itself.
/// @return what `attend` refuses, as a mask that leaves a query nothing to see
Result<VariantComparison> compareVariant(AttentionVariant variant, const HeadInputs& inputs, const Mask& sparse);

/// More tiles than this along one side are too small to be told apart, and too many to step through.
inline constexpr Index kMostTilesPerSide = 32;

/// The square block nearest to `wanted` tokens of which a text of T tokens has 1 to kMostTilesPerSide along a side.
BlockSize fittingBlock(Index wanted, Index tokens);

/// The tiled computation after some of its tiles, beside what it must end in.
struct TiledFrame
{
    std::vector<Tile> tiles;  ///< All of them, in order.
    Index done = 0;           ///< How many of them are taken in.
    TiledState state;
    Matrix output;  ///< [T×d] softmax attention to the keys seen so far.
    Matrix
        weights;  ///< [T×T] exp((s − m)/τ)/ℓ under the maximum and sum so far; NaN in tiles not seen yet. It is never
                  ///< held by the computation.
    Deviation fromPlain;  ///< Of the output from the plain softmax's.
    float lowestMaximum =
        0.0F;  ///< Over all rows and tiles, those to come too; so that a scale can hold for all frames.
    float highestMaximum = 0.0F;
    double highestSum = 0.0;
    float largestOutput = 0.0F;  ///< max |entry|, likewise.

    bool isDone() const noexcept { return done == static_cast<Index>(tiles.size()); }
};

/// @param done how many tiles to take in; more than there are means all
/// @return what `tiledAttention` refuses. O(T²·d).
Result<TiledFrame> tiledFrame(const HeadInputs& inputs, const BlockSize& size, Index done);

}  // namespace headlight
