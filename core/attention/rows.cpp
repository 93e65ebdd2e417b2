#include "core/attention/rows.h"

#include "core/attention/positions.h"
#include "core/attention/scores.h"
#include "core/attention/softmax.h"
#include "core/tensor/elementwise.h"
#include "core/tensor/matmul.h"

#include <algorithm>
#include <cmath>
#include <span>

namespace headlight {
namespace {

Matrix maskedScores(ConstMatrixRef query, TokenIndex firstQuery, ConstMatrixRef key, KeyRange keys,
                    const AttentionOptions& options)
{
    const TokenIndex firstKey(keys.begin);
    Matrix scores = scoresOfRows(query, firstQuery, key.middleRows(keys.begin, keys.size()), firstKey, options);
    maskScores(scores, options.mask, firstQuery, firstKey);
    return scores;
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

void forEachScores(ConstMatrixRef query, TokenIndex firstQuery, ConstMatrixRef key, KeyRange keys,
                   const AttentionOptions& options, const TakeScores& take)
{
    const KeyRange reach = keysInReach(options.mask, firstQuery, query.rows(), key.rows());
    for (Index begin = keys.begin / kKeysTogether * kKeysTogether; begin < std::min(keys.end, reach.end);
         begin += kKeysTogether) {
        const KeyRange part{std::max(begin, reach.begin), std::min(begin + kKeysTogether, reach.end)};
        if (part.size() > 0) {
            take(maskedScores(query, firstQuery, key, part, options), part);
        }
    }
}

RowNormalizers normalizersOfRows(ConstMatrixRef query, TokenIndex firstQuery, ConstMatrixRef key,
                                 const AttentionOptions& options, const TakeScores& take)
{
    RowVector maximum = RowVector::Constant(query.rows(), kMasked);
    Eigen::VectorXd sum = Eigen::VectorXd::Zero(query.rows());
    forEachScores(query, firstQuery, key, {0, key.rows()}, options, [&](const Matrix& scores, KeyRange keys) {
        for (Index i = 0; i < scores.rows(); ++i) {
            const std::span<const float> row(scores.row(i).data(), static_cast<std::size_t>(scores.cols()));
            if (const float high = largest(row); high > maximum(i)) {
                sum(i) *= std::exp(static_cast<double>(maximum(i) - high) / static_cast<double>(options.temperature));
                maximum(i) = high;
            }
            if (maximum(i) > kMasked) {
                sum(i) += sumOfExponentials(row, maximum(i), 1.0F / options.temperature);
            }
        }
        if (take) {
            take(scores, keys);
        }
    });
    return {std::move(maximum), sum.cwiseInverse().cast<float>()};
}

void normalize(Matrix& scores, const RowNormalizers& normalizers, float temperature)
{
    for (Index i = 0; i < scores.rows(); ++i) {
        exponentials({scores.row(i).data(), static_cast<std::size_t>(scores.cols())}, normalizers.maximum(i),
                     1.0F / temperature);
        scores.row(i) *= normalizers.reciprocal(i);
    }
}

Matrix outputOfRows(ConstMatrixRef query, TokenIndex firstQuery, ConstMatrixRef key, ConstMatrixRef value,
                    const AttentionOptions& options)
{
    Matrix output(query.rows(), value.cols());
    for (Index begin = 0; begin < query.rows(); begin += kRowsTogether) {
        const Index count = std::min(kRowsTogether, query.rows() - begin);
        const TokenIndex first(firstQuery.value + begin);
        const KeyRange keys = keysInReach(options.mask, first, count, key.rows());
        const Matrix weights =
            softmaxRows(maskedScores(query.middleRows(begin, count), first, key, keys, options), options.temperature);
        output.middleRows(begin, count) = multiply(weights, value.middleRows(keys.begin, keys.size()));
    }
    return output;
}

}  // namespace headlight
