// Softmax attention tile by tile, without the matrix of scores. May use base/ and tensor/ only.
#pragma once

#include "core/attention/attend.h"

#include <vector>

namespace headlight {

/// How many queries and how many keys are looked at together.
struct BlockSize
{
    Index queries = 64;
    Index keys = 64;

    bool operator==(const BlockSize&) const = default;
};

/// A rectangle of the T×S cells.
struct Tile
{
    Index firstQuery = 0;
    Index queries = 0;
    Index firstKey = 0;
    Index keys = 0;

    bool operator==(const Tile&) const = default;
};

/// InvalidArgument unless both extents are at least 1.
Result<void> validate(const BlockSize& size);

/// What must be known of the keys seen so far to go on to the next: no score among it.
struct TiledState
{
    std::vector<float> maximum;  ///< [T] m, the greatest score so far; −∞ before any.
    std::vector<double> sum;     ///< [T] ℓ = Σ exp((s − m)/temperature) over the keys so far.
    Matrix accumulated;          ///< [T×d] Σ exp((s − m)/temperature)·v over the keys so far.
};

/// Before the first tile.
TiledState emptyTiledState(Index queries, Index valueWidth);

/// accumulated/ℓ, softmax attention to the keys seen so far; zeros in a row that has seen none.  @return [T×d]
Matrix outputSoFar(TiledState state);

/// The tiles that show at least one cell, in the order of FlashAttention's loops: for each block of keys, every block of
/// queries  (Dao et al. 2022, "FlashAttention", Algorithm 1). Those at the far edges may be smaller.
///
/// @param mask and  @param size that `validate` finds right
std::vector<Tile> visibleTiles(Index queries, Index keys, const Mask& mask, const BlockSize& size);

/// Takes one tile into the state by the online softmax: where a row's maximum grows, what was summed before is scaled by
/// exp((m_before − m_after)/temperature)  (Milakov & Gimelshein 2018, "Online normalizer calculation for softmax", Algorithm
/// 3; Dao et al. 2022, Algorithm 1, lines 9 to 13). The division by ℓ is left to the end, as in Dao 2023, "FlashAttention-2",
/// §3.1.1.
///
/// @param query [T×d]  @param key [S×d]  @param value [S×d]; `validate` finds them and the options right
void absorb(TiledState& state, const Tile& tile, ConstMatrixRef query, ConstMatrixRef key, ConstMatrixRef value,
            const AttentionOptions& options);

/// softmax((scale·Q·Kᵀ + mask)/temperature)·V, the output of `attend`, holding the scores of one tile at a time.
///
/// Exact, no approximation: what differs from `attend` is float32's rounding, that of the scores above all, which a product of
/// tiles may sum in another order. With u = 2⁻²⁴, B blocks of keys and r = scale·max‖q‖·max‖k‖/temperature (plus ALiBi's largest
/// bias), which no score exceeds, entries differ by at most u·max|V|·(2·S + 9·B + 20 + 4·(d + B + 5)·r) to first order. What is
/// measured is less: at most u·max|V|·(8 + 3·max|score|/temperature), half an ulp of the largest value for each unit of the
/// parenthesis.
/// @return [T×d], or what `validate` finds wrong.
/// Pure and thread-safe. Cost O(T·S·d); allocates O(T·d) and one tile.
Result<Matrix> tiledAttention(ConstMatrixRef query, ConstMatrixRef key, ConstMatrixRef value,
                              const AttentionOptions& options = {}, const BlockSize& size = {});

}  // namespace headlight
