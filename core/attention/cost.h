// What attention costs: multiply-adds and memory, counted. May use base/ and tensor/ only.
#pragma once

#include "core/attention/mask.h"
#include "core/attention/tiled.h"

#include <array>
#include <string_view>

namespace headlight {

/// The ways of computing one head's attention that the program has: `attend`, `sparseAttention`, `linearAttention` and
/// `tiledAttention`.
enum class AttentionVariant { Full, Sparse, Linear, Tiled };

inline constexpr std::array kAttentionVariants = {AttentionVariant::Full, AttentionVariant::Sparse,
                                                  AttentionVariant::Linear, AttentionVariant::Tiled};

/// For people and for files: "full", "sparse", "linear", "tiled".
std::string_view attentionVariantName(AttentionVariant variant);

/// What, besides the number of tokens, the cost depends on.
struct CostSetting
{
    Index headWidth = 64;  ///< d, of queries, keys and values.
    Mask mask = {};        ///< Sparse computes its visible cells. The others use its direction alone.
    BlockSize block = {};  ///< Of tiled.

    bool operator==(const CostSetting&) const = default;
};

/// The mask under which that variant is computed: the setting's for sparse, its direction alone for the others.
Mask maskOf(AttentionVariant variant, const CostSetting& setting);

/// InvalidArgument for a head without width, or a mask or block out of range.
Result<void> validate(const CostSetting& setting);

/// Of one head over one text.
struct Cost
{
    double multiplyAdds = 0.0;  ///< Of products; exponentials, maxima and divisions are not counted.
    double bytes =
        0.0;  ///< The most that is held at a time beside Q, K and V, the output included; numbers are float32.
};

/// Counted from what the four functions do, with n the visible cells and c those of visible tiles:
///
/// | variant | multiply-adds                                                | numbers held, the output's T·d among them            |
/// | ------- | ------------------------------------------------------------ | ---------------------------------------------------- |
/// | full    | 2·T²·d: Q·Kᵀ, weights·V                                      | 2·T² + T·d: scores, weights                          |
/// | sparse  | 2·n·d                                                        | n + T·d, and 8·(T + 1) bytes: the pattern            |
/// | linear  | 2·T·d² + 2·T·d: φ(K)ᵀ·V, φ(Q)·(…), the sum of keys, q·sum    | 3·T·d + d² + d: both features, sums                  |
/// | tiled   | 2·c·d + T·d for each block of keys: Q·Kᵀ, weights·V, rescale | T·d + 3·T + B_q·(B_k + max(B_k, d)): m and ℓ, a tile |
///
/// The T² terms are those of Vaswani et al. 2017, table 1; linear's of Katharopoulos et al. 2020, §3.2.1; tiled's memory of Dao
/// et al. 2022, theorem 1.
/// @param tokens T, at least 1  @param setting that `validate` finds right
Cost costOf(AttentionVariant variant, Index tokens, const CostSetting& setting);

}  // namespace headlight
