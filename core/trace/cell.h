// One number of a forward pass. May use base/ only.
#pragma once

#include "core/trace/stage.h"

namespace headlight {

/// One cell of a stage's matrix: of `head`'s, where there is one a head (axes H, or G: any head of the group); else `head` is 0.
struct CellAddress
{
    StageKey stage;
    HeadIndex head = HeadIndex(0);
    Index row = 0;     ///< A token.
    Index column = 0;  ///< A dimension, a key or an entry of the vocabulary, as the stage's last axis says.

    bool operator==(const CellAddress&) const = default;
};

}  // namespace headlight
