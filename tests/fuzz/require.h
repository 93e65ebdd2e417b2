// What a target's answer must hold to.
#pragma once

#include <cstdlib>

namespace headlight::fuzz {

/// As assert, in every build.
inline void require(bool holds)
{
    if (!holds) {
        std::abort();
    }
}

}  // namespace headlight::fuzz
