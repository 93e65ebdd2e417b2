#include "core/attention/attend.h"

#include "core/attention/rows.h"
#include "core/attention/softmax.h"
#include "core/tensor/matmul.h"

#include <cmath>
#include <string>

namespace headlight {
namespace {

std::string shapeOf(ConstMatrixRef matrix)
{
    return "[" + std::to_string(matrix.rows()) + "×" + std::to_string(matrix.cols()) + "]";
}

}  // namespace

Result<void> validate(ConstMatrixRef query, ConstMatrixRef key, ConstMatrixRef value, const AttentionOptions& options)
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
    if (Result<void> mask = validate(options.mask); !mask) {
        return mask;
    }
    return checkEveryQuerySees(options.mask, query.rows(), key.rows());
}

Result<AttentionStages> attend(ConstMatrixRef query, ConstMatrixRef key, ConstMatrixRef value,
                               const AttentionOptions& options)
{
    if (const Result<void> valid = validate(query, key, value, options); !valid) {
        return tl::unexpected(valid.error());
    }
    AttentionStages stages;
    stages.scores = scoresOfRows(query, TokenIndex(0), key, TokenIndex(0), options);
    stages.weights = softmaxRows(applyMask(stages.scores, options.mask), options.temperature);
    stages.output = multiply(stages.weights, value);
    return stages;
}

}  // namespace headlight
