#include "core/attention/rows.h"

#include "core/attention/positions.h"
#include "core/attention/scores.h"
#include "core/attention/softmax.h"
#include "core/tensor/matmul.h"

#include <algorithm>

namespace headlight {
namespace {

/// The columns of weightsOfRows within `keys`; all others are 0.
Matrix weightsInReach(ConstMatrixRef query, TokenIndex firstQuery, ConstMatrixRef key, KeyRange keys,
                      const AttentionOptions& options)
{
    const TokenIndex firstKey(keys.begin);
    Matrix scores = scoresOfRows(query, firstQuery, key.middleRows(keys.begin, keys.size()), firstKey, options);
    maskScores(scores, options.mask, firstQuery, firstKey);
    return softmaxRows(scores, options.temperature);
}

}  // namespace

Matrix scoresOfRows(ConstMatrixRef query, TokenIndex firstQuery, ConstMatrixRef key, TokenIndex firstKey,
                    const AttentionOptions& options)
{
    const float scale = options.scale == 0.0F ? scoreScale(query.cols()) : options.scale;
    Matrix scores = scaledScores(query, key, scale);
    if (options.alibiSlope != 0.0F) {
        scores += alibiBias(options.alibiSlope, query.rows(), key.rows(), firstQuery.value, firstKey.value);
    }
    return scores;
}

Matrix weightsOfRows(ConstMatrixRef query, TokenIndex firstQuery, ConstMatrixRef key, const AttentionOptions& options)
{
    const KeyRange keys = keysInReach(options.mask, firstQuery, query.rows(), key.rows());
    Matrix weights = Matrix::Zero(query.rows(), key.rows());
    weights.middleCols(keys.begin, keys.size()) = weightsInReach(query, firstQuery, key, keys, options);
    return weights;
}

Matrix outputOfRows(ConstMatrixRef query, TokenIndex firstQuery, ConstMatrixRef key, ConstMatrixRef value,
                    const AttentionOptions& options)
{
    Matrix output(query.rows(), value.cols());
    for (Index begin = 0; begin < query.rows(); begin += kRowsTogether) {
        const Index count = std::min(kRowsTogether, query.rows() - begin);
        const TokenIndex first(firstQuery.value + begin);
        const KeyRange keys = keysInReach(options.mask, first, count, key.rows());
        const Matrix weights = weightsInReach(query.middleRows(begin, count), first, key, keys, options);
        output.middleRows(begin, count) = multiply(weights, value.middleRows(keys.begin, keys.size()));
    }
    return output;
}

}  // namespace headlight
