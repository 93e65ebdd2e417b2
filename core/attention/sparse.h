// Softmax attention that computes visible cells alone. May use base/ and tensor/ only.
#pragma once

#include "core/attention/attend.h"

#include <cstdint>
#include <span>
#include <vector>

namespace headlight {

/// Which keys each query sees, as lists: the compressed rows of a mask. Made once for a text, then good for every head and
/// layer under that mask.
struct SparsePattern
{
    std::vector<Index> rowStarts;    ///< [T+1] where each query's keys begin in `keys`, and the end of the last.
    std::vector<std::int32_t> keys;  ///< [visible cells] each query's keys, ascending.

    std::span<const std::int32_t> keysOf(TokenIndex query) const
    {
        const auto row = static_cast<std::size_t>(query.value);
        return std::span(keys).subspan(static_cast<std::size_t>(rowStarts[row]),
                                       static_cast<std::size_t>(rowStarts[row + 1] - rowStarts[row]));
    }
};

/// @param mask that `validate` finds right  @param queries T  @param keys S. Cost O(T·S).
SparsePattern sparsePattern(const Mask& mask, Index queries, Index keys);

/// softmax(scale·Q·Kᵀ/temperature)·V over the pattern's cells; the others are neither computed nor stored  (Child et al.
/// 2019, "Sparse Transformers", equation 2).
///
/// @param query [T×d]   @param key [S×d]   @param value [S×d]
/// @param pattern of T queries and S keys; it stands for the options' mask, which is not read
/// @return [T×d], the output of `attend` under that mask to rounding; InvalidArgument where a query sees no key, or what
/// `validate` finds wrong.
/// Pure and thread-safe. Cost O(visible cells·d); allocates the output and one row.
Result<Matrix> sparseAttention(ConstMatrixRef query, ConstMatrixRef key, ConstMatrixRef value,
                               const SparsePattern& pattern, const AttentionOptions& options = {});

}  // namespace headlight
