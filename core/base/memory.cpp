#include "core/base/memory.h"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <limits>
#include <optional>
#include <string>
#include <unistd.h>

namespace headlight {
namespace {

/// The first whole number after `key` in a file of the system.
std::optional<std::uint64_t> numberIn(const char* path, const std::string& key)
{
    std::ifstream file(path);
    std::string word;
    while (file >> word) {
        if (key.empty() || word == key) {
            if (!key.empty()) {
                file >> word;
            }
            std::uint64_t value = 0;
            const bool isNumber = std::sscanf(word.c_str(), "%lu", &value) == 1;  // "max" is none
            return isNumber ? std::optional(value) : std::nullopt;
        }
    }
    return std::nullopt;
}

}  // namespace

std::size_t availableMemory()
{
    const auto pages = static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES));
    const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    const std::optional<std::uint64_t> kibibytes = numberIn("/proc/meminfo", "MemAvailable:");
    std::uint64_t available = kibibytes ? *kibibytes * 1024 : pages * page;
    const std::optional<std::uint64_t> limit = numberIn("/sys/fs/cgroup/memory.max", "");
    const std::optional<std::uint64_t> used = numberIn("/sys/fs/cgroup/memory.current", "");
    if (limit && used) {
        // Pages of files, used lately or not, as those of the weights that were just read.
        std::uint64_t reclaimable = 0;
        for (const char* kind : {"inactive_file", "active_file", "slab_reclaimable"}) {
            reclaimable += numberIn("/sys/fs/cgroup/memory.stat", kind).value_or(0);
        }
        const std::uint64_t held = *used - std::min(*used, reclaimable);
        available = std::min(available, *limit - std::min(*limit, held));
    }
    return available;
}

}  // namespace headlight
