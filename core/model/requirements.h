// What a forward pass needs, told before it runs.
#pragma once

#include "core/base/result.h"
#include "core/model/config.h"
#include "core/model/model.h"

#include <cstddef>

namespace headlight {

/// What a pass over so many tokens needs.
struct RunRequirements
{
    Index tokens = 0;

    /// What the trace keeps; what it works out later is remembered as far as kTraceBytes allows.
    double traceBytes = 0.0;

    bool keepsKeys = false;     ///< Whether the trace has room for keys, else they are worked out again.
    bool keepsValues = false;   ///< Whether it has room for values beside them,
    bool keepsQueries = false;  ///< and for queries beside these.

    /// The most that is held at once while it runs, or while its heads are measured: the trace and what is in between. Not the weights.
    double peakBytes = 0.0;

    /// Multiplications and additions of its matrix products, under the model's own masks. Not of logits, which are worked out later.
    double operations = 0.0;
};

RunRequirements runRequirements(const ModelConfig& config, Index tokens);

/// The longest text that the model takes and whose run fits into so many bytes; 0 where none does.
Index longestRun(const ModelConfig& config, double bytes);

/// @param available bytes that are free
/// @return TooLong where the run needs more; the message says what it needs, what is free, and how long a text would fit.
Result<void> checkRunFits(const ModelConfig& config, Index tokens, double available);

/// Seconds that a pass is likely to take here: one layer's products, one head and the keeping of some numbers are timed, on the
/// text's length or less, and counted as often as the pass has them. Takes as long as two layers of a short text.
double estimatedSeconds(const Model& model, Index tokens);

}  // namespace headlight
