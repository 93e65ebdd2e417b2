// A cell of a stage, as the command line names it.
#pragma once

#include "core/base/result.h"
#include "core/trace/cell.h"

#include <string>

namespace headlight::app {

/// The cell of that layer and head, where the stage has them.
///
/// @param stage a name of the table of stages, as attention.weights
/// @return InvalidArgument for a stage that is not in the table; the message lists them
Result<CellAddress> cellOf(const std::string& stage, HeadAddress head, Index row, Index column);

/// The same from STAGE:ROW:COLUMN, as attention.weights:8:1; InvalidArgument for what is no such thing.
Result<CellAddress> readCell(const std::string& text, HeadAddress head);

}  // namespace headlight::app
