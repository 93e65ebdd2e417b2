#include "core/attention/attend.h"

#include "core/attention/positions.h"
#include "core/attention/scores.h"
#include "core/attention/softmax.h"
#include "core/tensor/matmul.h"

#include <cmath>
#include <optional>
#include <string>

namespace headlight {
namespace {

std::string shapeOf(ConstMatrixRef matrix)
{
    return "[" + std::to_string(matrix.rows()) + "×" + std::to_string(matrix.cols()) + "]";
}

/// The first query that sees no key. One that is among the keys sees itself, so only queries beyond them can be blind.
std::optional<Index> blindQuery(const Mask& mask, Index queries, Index keys)
{
    for (Index i = keys; i < queries; ++i) {
        bool sees = false;
        for (Index j = 0; j < keys && !sees; ++j) {
            sees = isVisible(mask, TokenIndex(i), TokenIndex(j));
        }
        if (!sees) {
            return i;
        }
    }
    return std::nullopt;
}

}  // namespace

Result<AttentionStages> attend(ConstMatrixRef query, ConstMatrixRef key, ConstMatrixRef value,
                               const AttentionOptions& options)
{
    if (query.size() == 0 || key.size() == 0) {
        return failure(ErrorCode::EmptyInput, "Attention needs at least one query and one key; the queries are " +
                                                  shapeOf(query) + ", the keys " + shapeOf(key) + ".");
    }
    if (query.cols() != key.cols() || key.rows() != value.rows()) {
        return failure(ErrorCode::ShapeMismatch, "Queries and keys must have the same width, keys and values the same "
                                                 "number of rows; found queries " +
                                                     shapeOf(query) + ", keys " + shapeOf(key) + ", values " +
                                                     shapeOf(value) + ".");
    }
    if (!(options.temperature > 0.0F) || !std::isfinite(options.temperature)) {
        return failure(ErrorCode::InvalidArgument, "The softmax temperature must be a positive number, not " +
                                                       std::to_string(options.temperature) + ".");
    }
    if (const Result<void> mask = validate(options.mask); !mask) {
        return tl::unexpected(mask.error());
    }
    if (const std::optional<Index> blind = blindQuery(options.mask, query.rows(), key.rows())) {
        return failure(ErrorCode::InvalidArgument, "The mask (" + describe(options.mask) + ") hides all " +
                                                       std::to_string(key.rows()) + " keys from query " +
                                                       std::to_string(*blind) + "; every query must see a key.");
    }

    const float scale = options.scale == 0.0F ? scoreScale(query.cols()) : options.scale;
    AttentionStages stages;
    stages.scores = scaledScores(query, key, scale);
    if (options.alibiSlope != 0.0F) {
        stages.scores += alibiBias(options.alibiSlope, query.rows(), key.rows());
    }
    stages.weights = softmaxRows(applyMask(stages.scores, options.mask), options.temperature);
    stages.output = multiply(stages.weights, value);
    return stages;
}

}  // namespace headlight
