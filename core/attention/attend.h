// One attention head, from queries, keys and values to its output. May use base/ and tensor/; never model/, trace/ or Qt.
#pragma once

#include "core/attention/mask.h"
#include "core/base/result.h"
#include "core/tensor/types.h"

namespace headlight {

struct AttentionOptions
{
    float scale = 0.0F;       ///< Factor on Q·Kᵀ; 0 means 1/√d.
    float alibiSlope = 0.0F;  ///< ALiBi's slope of this head; 0 means no bias.
    float temperature = 1.0F;
    Mask mask = {};
};

/// Every stage a view may draw. Owns its data, so it can cross threads.
struct AttentionStages
{
    Matrix scores;   ///< [T×S] scale·Q·Kᵀ, with ALiBi's bias where there is one, before masking.
    Matrix weights;  ///< [T×S] each row sums to 1; masked entries are exactly 0.
    Matrix output;   ///< [T×d] weights·V.
};

/// What `attend` and its variants ask of their input.
///
/// @param query [T×d]   @param key [S×d]   @param value [S×d]
/// @return ShapeMismatch (the message names the shapes), EmptyInput, or InvalidArgument for a mask or temperature out of
/// range or a mask that hides every key from some query.
Result<void> validate(ConstMatrixRef query, ConstMatrixRef key, ConstMatrixRef value, const AttentionOptions& options);

/// softmax((scale·Q·Kᵀ + mask)/temperature)·V  (Vaswani et al. 2017, equation 1).
///
/// @param query [T×d]   @param key [S×d]   @param value [S×d]
/// @return what `validate` finds wrong; finite scores never yield NaN.
/// Pure and thread-safe. Cost O(T·S·d); allocates only the result.
Result<AttentionStages> attend(ConstMatrixRef query, ConstMatrixRef key, ConstMatrixRef value,
                               const AttentionOptions& options = {});

}  // namespace headlight
