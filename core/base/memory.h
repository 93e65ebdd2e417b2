// The process's memory. Uses the standard and C library alone.
#pragma once

#include <cstddef>
#include <malloc.h>

namespace headlight {

/// Bytes that a new allocation may fill without the system running short: what is free or can be freed, within the limit of the
/// process's control group if it has one.
std::size_t availableMemory();

/// Keeps freed memory for the next allocation instead of giving it back to the system: for work that allocates the same sizes
/// again and again, where returning and fetching pages takes a fifth of the time. For the whole process.
inline void keepFreedMemory()
{
    constexpr int kKept = 256 << 20;
    constexpr int kMapped = 32 << 20;
    mallopt(M_TRIM_THRESHOLD, kKept);
    mallopt(M_TOP_PAD, kKept / 4);
    mallopt(M_MMAP_THRESHOLD, kMapped);
}

}  // namespace headlight
