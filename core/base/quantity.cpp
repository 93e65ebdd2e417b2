#include "core/base/quantity.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <utility>

namespace headlight {
namespace {

/// One digit after the point below `fineBelow`, else none.
std::string number(double value, const char* unit, double fineBelow)
{
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), value < fineBelow ? "%.1f %s" : "%.0f %s", value, unit);
    return text.data();
}

}  // namespace

std::string byteSize(double bytes)
{
    constexpr double kFineBelow = 99.95;
    for (const auto& [size, unit] : {std::pair{1e9, "GB"}, std::pair{1e6, "MB"}}) {
        if (bytes >= size * 0.9995) {
            return number(bytes / size, unit, kFineBelow);
        }
    }
    return number(bytes / 1e3, "kB", bytes < 1e3 ? kFineBelow : 0.0);
}

std::string duration(double seconds)
{
    constexpr double kMinute = 60.0;
    if (seconds < 0.9995) {
        return number(seconds * 1e3, "ms", 0.95);
    }
    if (seconds < kMinute - 0.5) {
        return number(seconds, "s", 9.95);
    }
    const double whole = std::round(seconds);
    return number(std::floor(whole / kMinute), "min", 0.0) + " " + number(std::fmod(whole, kMinute), "s", 0.0);
}

}  // namespace headlight
