// Amounts as people read them. Uses nothing.
#pragma once

#include <string>

namespace headlight {

/// "640 kB", "12.3 MB", "498 MB", "1.5 GB": powers of 1000, three digits at most.
std::string byteSize(double bytes);

/// "4 ms", "3.2 s", "40 s", "12 min 5 s".
std::string duration(double seconds);

}  // namespace headlight
