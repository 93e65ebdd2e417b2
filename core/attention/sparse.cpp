#include "core/attention/sparse.h"

#include "core/attention/positions.h"
#include "core/attention/scores.h"
#include "core/attention/softmax.h"

#include <algorithm>
#include <cassert>
#include <cstdlib>
#include <string>

namespace headlight {

SparsePattern sparsePattern(const Mask& mask, Index queries, Index keys)
{
    SparsePattern pattern{.rowStarts = {0}, .keys = {}};
    for (Index i = 0; i < queries; ++i) {
        for (Index j = 0; j < keys; ++j) {
            if (isVisible(mask, TokenIndex(i), TokenIndex(j))) {
                pattern.keys.push_back(static_cast<std::int32_t>(j));
            }
        }
        pattern.rowStarts.push_back(static_cast<Index>(pattern.keys.size()));
    }
    return pattern;
}

Result<Matrix> sparseAttention(ConstMatrixRef query, ConstMatrixRef key, ConstMatrixRef value,
                               const SparsePattern& pattern, const AttentionOptions& options)
{
    AttentionOptions unmasked = options;
    unmasked.mask = {};
    if (const Result<void> valid = validate(query, key, value, unmasked); !valid) {
        return tl::unexpected(valid.error());
    }
    assert(static_cast<Index>(pattern.rowStarts.size()) == query.rows() + 1);
    const float scale = options.scale == 0.0F ? scoreScale(query.cols()) : options.scale;
    const Matrix ofDistance = alibiBias(options.alibiSlope, 1, std::max(query.rows(), key.rows()));
    Matrix output = Matrix::Zero(query.rows(), value.cols());
    for (Index i = 0; i < query.rows(); ++i) {
        const std::span<const std::int32_t> seen = pattern.keysOf(TokenIndex(i));
        if (seen.empty()) {
            return failure(ErrorCode::InvalidArgument, "The pattern hides every key from query " + std::to_string(i) +
                                                           "; every query must see a key.");
        }
        Matrix scores(1, static_cast<Index>(seen.size()));
        for (Index n = 0; n < scores.cols(); ++n) {
            const Index j = seen[static_cast<std::size_t>(n)];
            scores(0, n) = scale * query.row(i).dot(key.row(j)) + ofDistance(0, std::abs(i - j));
        }
        const Matrix weights = softmaxRows(std::move(scores), options.temperature);
        for (Index n = 0; n < weights.cols(); ++n) {
            output.row(i) += weights(0, n) * value.row(seen[static_cast<std::size_t>(n)]);
        }
    }
    return output;
}

}  // namespace headlight
