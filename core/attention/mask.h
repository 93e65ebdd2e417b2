// Which keys a query may look at. May use base/, tensor/ and attention/cell_set.h only.
#pragma once

#include "core/attention/cell_set.h"
#include "core/base/result.h"
#include "core/tensor/types.h"

#include <limits>
#include <optional>
#include <string>

namespace headlight {

/// Whether a token may look at tokens after it (BERT) or not (GPT).
enum class Direction { Bidirectional, Causal };

/// Which of the keys that the direction allows are computed at all.
enum class MaskPattern {
    Full,    ///< Every key.
    Window,  ///< Sliding window: |i − j| ≤ reach  (Beltagy et al. 2020, "Longformer", §3.1).
    Strided,  ///< Sparse: |i − j| < reach, or (i − j) divisible by reach  (Child et al. 2019, "Sparse Transformers", §4.3).
    BlockSparse,  ///< Blocks of `reach` tokens: one's own and both neighbours, and every global token, which sees all and is seen
                  ///< by all  (Zaheer et al. 2020, "Big Bird", §2; global tokens also Beltagy et al. 2020, §3.1).
};

/// The mask of one attention layer: a key is visible where its direction, its pattern and the hand that painted it allow it.
struct Mask
{
    Direction direction = Direction::Bidirectional;
    MaskPattern pattern = MaskPattern::Full;
    Index reach =
        0;  ///< In tokens. Window: keys to either side, at least 0. Strided, BlockSparse: stride, block, at least 1.
    Index globalTokens = 0;  ///< Of BlockSparse: the first so many tokens are global.
    CellSet hidden = {};     ///< Hidden besides; cells beyond the text change nothing.

    bool operator==(const Mask&) const = default;
};

/// What a masked score becomes before the softmax.
inline constexpr float kMasked = -std::numeric_limits<float>::infinity();

/// Whether query `i` may look at key `j`. Every mask lets a token look at itself, but where a hand hid that.
bool isVisible(const Mask& mask, TokenIndex query, TokenIndex key);

/// The scores with −∞ wherever the mask hides the key.
///
/// @param scores [T×S]; query row 0 and key column 0 are the same token.
/// @return [T×S]
Matrix applyMask(Matrix scores, const Mask& mask);

/// The same in place, of a part of the scores.
///
/// @param firstQuery the token of row 0  @param firstKey the token of column 0
void maskScores(MatrixRef scores, const Mask& mask, TokenIndex firstQuery, TokenIndex firstKey);

/// A half-open range of keys [begin, end).
struct KeyRange
{
    Index begin = 0;
    Index end = 0;

    Index size() const noexcept { return end - begin; }
    bool operator==(const KeyRange&) const = default;
};

/// A range outside of which the mask hides every key from these queries.
///
/// @param queries at least 1, which begin with `firstQuery`  @param keys S
KeyRange keysInReach(const Mask& mask, TokenIndex firstQuery, Index queries, Index keys);

/// InvalidArgument where `reach` or `globalTokens` is out of the pattern's range; the message names the range.
Result<void> validate(const Mask& mask);

/// The first query that sees none of the keys; nothing where every query sees one. Query 0 and key 0 are the same token.
std::optional<TokenIndex> blindQuery(const Mask& mask, Index queries, Index keys);

/// InvalidArgument, which names the query, where some query sees none of the keys.
Result<void> checkEveryQuerySees(const Mask& mask, Index queries, Index keys);

/// The cells of T×T that the mask hides.
CellSet hiddenCells(const Mask& mask, Index tokens);

/// How many of the T×T cells the mask leaves visible.
Index visibleCells(const Mask& mask, Index tokens);

/// The share of the T×T cells that the mask leaves visible, from 0 to 1.
double visibleShare(const Mask& mask, Index tokens);

/// For people: "causal, sliding window of 4, 2 cells hidden by hand".
std::string describe(const Mask& mask);

}  // namespace headlight
