// The products before scaling, from a trace that keeps queries and keys. May use base/, attention/ and trace/.
#pragma once

#include "core/base/result.h"
#include "core/trace/trace.h"

#include <memory>

namespace headlight {

/// Q·Kᵀ of one head, before the √d scaling and any ALiBi bias.
///
/// @return a map [T×S]; NotFound where the trace holds no queries and keys of this head.
Result<std::shared_ptr<const AttentionMap>> rawScoreMap(const Trace& trace, HeadAddress head);

}  // namespace headlight
