// Which keys a query may look at. May use base/ and tensor/ only.
#pragma once

#include "core/base/result.h"
#include "core/tensor/types.h"

#include <limits>
#include <string>

namespace headlight {

/// Whether a token may look at tokens after it (BERT) or not (GPT).
enum class Direction { Bidirectional, Causal };

/// Which of the keys that the direction allows are computed at all.
enum class MaskPattern {
    Full,    ///< Every key.
    Window,  ///< Sliding window: |i − j| ≤ reach  (Beltagy et al. 2020, "Longformer", §3.1).
    Strided,  ///< Sparse: |i − j| < reach, or (i − j) divisible by reach  (Child et al. 2019, "Sparse Transformers", §4.3).
};

/// The mask of one attention layer: a key is visible where both its direction and its pattern allow it.
struct Mask
{
    Direction direction = Direction::Bidirectional;
    MaskPattern pattern = MaskPattern::Full;
    Index reach = 0;  ///< In tokens. Window: keys to either side, at least 0. Strided: the stride, at least 1.

    bool operator==(const Mask&) const = default;
};

/// What a masked score becomes before the softmax.
inline constexpr float kMasked = -std::numeric_limits<float>::infinity();

/// Whether query `i` may look at key `j`. Every mask lets a token look at itself.
bool isVisible(const Mask& mask, TokenIndex query, TokenIndex key);

/// The scores with −∞ wherever the mask hides the key.
///
/// @param scores [T×S]; query row 0 and key column 0 are the same token.
/// @return [T×S]
Matrix applyMask(ConstMatrixRef scores, const Mask& mask);

/// InvalidArgument where `reach` is out of the pattern's range; the message names the range.
Result<void> validate(const Mask& mask);

/// The share of the T×T cells that the mask leaves visible, from 0 to 1.
double visibleShare(const Mask& mask, Index tokens);

/// For people: "causal, sliding window of 4".
std::string describe(const Mask& mask);

}  // namespace headlight
