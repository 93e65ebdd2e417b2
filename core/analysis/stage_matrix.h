// Any stage of the table as a matrix, whether the trace keeps it or not. May use base/, attention/ and trace/.
#pragma once

#include "core/base/result.h"
#include "core/trace/cell.h"
#include "core/trace/trace.h"

#include <memory>

namespace headlight {

/// One stage's numbers: of a stage with a matrix a head (axes H or G) those of `head`, or of the group that it shares keys and
/// values with. What the trace does not keep is worked out from what it does: Q·Kᵀ before scaling and any ALiBi bias, and the
/// scores with −∞ where the mask in force hides the key.
///
/// @return a map of the stage's last two axes; NotFound where the trace holds neither the stage nor what it follows from.
Result<std::shared_ptr<const AttentionMap>> stageMatrix(const Trace& trace, const StageKey& key, HeadIndex head);

/// Whether the trace holds that cell, or what it follows from.
bool hasCell(const Trace& trace, const CellAddress& cell);

}  // namespace headlight
