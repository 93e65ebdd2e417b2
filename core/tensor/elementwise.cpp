#include "core/tensor/elementwise.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

// A plain x86-64 machine runs the default. A sanitizer's runtime is not there yet when the loader asks which to take.
#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__) &&                           \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define HEADLIGHT_EVERY_INSTRUCTION_SET                                                                                \
    __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default"), noinline))
#else
#define HEADLIGHT_EVERY_INSTRUCTION_SET
#endif

namespace headlight {
namespace {

/// Numbers that are summed or compared side by side, so that one does not wait for the other.
constexpr std::size_t kLanes = 64;

/// e^x, to 2 ulp; exactly 0 below the least normal number. As 2^n·2^f with |f| ≤ ½, and 2^f by its Taylor series, whose remainder is
/// below 1e-8.
///
/// @param x at most 88
inline __attribute__((always_inline)) float exponential(float x)
{
    constexpr float kRound = 12582912.0F;  // 1.5·2²³: what is added to it is rounded to a whole number
    constexpr float kLeast = -87.33F;
    constexpr float kLog2High = 0.693145752F;  // ln 2 in two parts, of which the first has few digits
    constexpr float kLog2Low = 1.42860677e-6F;
    const float clamped = x < kLeast ? kLeast : x;
    const float rounded = clamped * 1.44269504F + kRound;
    const float whole = rounded - kRound;
    const float rest = (clamped - whole * kLog2High) - whole * kLog2Low;
    float power = 1.0F / 5040.0F;
    power = power * rest + 1.0F / 720.0F;
    power = power * rest + 1.0F / 120.0F;
    power = power * rest + 1.0F / 24.0F;
    power = power * rest + 1.0F / 6.0F;
    power = power * rest + 0.5F;
    power = power * rest + 1.0F;
    power = power * rest + 1.0F;
    const float scaled =
        std::bit_cast<float>(std::bit_cast<std::uint32_t>(power) + (std::bit_cast<std::uint32_t>(rounded) << 23U));
    return x < kLeast ? 0.0F : scaled;
}

/// Sums what `next(i)` gives for i from 0 to count − 1: a few numbers as floats, these sums as doubles.
template <typename Next>
inline __attribute__((always_inline)) double sumOf(std::size_t count, const Next& next)
{
    constexpr std::size_t kTogether = 16 * kLanes;
    double sum = 0.0;
    std::size_t i = 0;
    while (count - i >= kLanes) {
        std::array<float, kLanes> lanes{};
        for (const std::size_t end = i + std::min(kTogether, (count - i) / kLanes * kLanes); i < end; i += kLanes) {
            for (std::size_t lane = 0; lane < kLanes; ++lane) {
                lanes[lane] += next(i + lane);
            }
        }
        for (const float lane : lanes) {
            sum += static_cast<double>(lane);
        }
    }
    for (; i < count; ++i) {
        sum += static_cast<double>(next(i));
    }
    return sum;
}

}  // namespace

HEADLIGHT_EVERY_INSTRUCTION_SET
float largest(std::span<const float> values)
{
    std::array<float, kLanes> lanes;
    lanes.fill(-std::numeric_limits<float>::infinity());
    const float* const begin = values.data();
    std::size_t i = 0;
    for (; values.size() - i >= kLanes; i += kLanes) {
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
            lanes[lane] = begin[i + lane] > lanes[lane] ? begin[i + lane] : lanes[lane];
        }
    }
    for (; i < values.size(); ++i) {
        lanes[0] = begin[i] > lanes[0] ? begin[i] : lanes[0];
    }
    return *std::max_element(lanes.begin(), lanes.end());
}

HEADLIGHT_EVERY_INSTRUCTION_SET
void takeLarger(std::span<float> larger, std::span<const float> values)
{
    float* const to = larger.data();
    const float* const from = values.data();
    const std::size_t count = larger.size();
    for (std::size_t i = 0; i < count; ++i) {
        to[i] = from[i] > to[i] ? from[i] : to[i];
    }
}

HEADLIGHT_EVERY_INSTRUCTION_SET
void takeLargestOfEach(std::span<float> largest, std::span<const float> values, std::span<const Index> edges)
{
    constexpr Index kWidth = 16;
    using Lanes = float __attribute__((vector_size(kWidth * sizeof(float))));
    const auto load = [&](Lanes & lanes, Index i) __attribute__((always_inline))
    {
        std::memcpy(&lanes, values.data() + i, sizeof(lanes));
    };
    for (std::size_t j = 0; j < largest.size(); ++j) {
        const Index begin = edges[j];
        const Index end = edges[j + 1];
        float& found = largest[j];
        if (end - begin < kWidth) {
            for (Index i = begin; i < end; ++i) {
                found = values[static_cast<std::size_t>(i)] > found ? values[static_cast<std::size_t>(i)] : found;
            }
            continue;
        }
        Lanes high;
        load(high, end - kWidth);
        for (Index i = begin; i + kWidth < end; i += kWidth) {
            Lanes next;
            load(next, i);
            high = next > high ? next : high;
        }
        const auto takeOther = [&](const Lanes& other) __attribute__((always_inline))
        {
            high = other > high ? other : high;
        };
        takeOther(__builtin_shufflevector(high, high, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
        takeOther(__builtin_shufflevector(high, high, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11));
        takeOther(__builtin_shufflevector(high, high, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13));
        takeOther(__builtin_shufflevector(high, high, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14));
        found = high[0] > found ? high[0] : found;
    }
}

HEADLIGHT_EVERY_INSTRUCTION_SET
double exponentials(std::span<float> values, float shift, float factor)
{
    float* const begin = values.data();
    return sumOf(
        values.size(), [=](std::size_t i) __attribute__((always_inline)) {
            begin[i] = exponential((begin[i] - shift) * factor);
            return begin[i];
        });
}

HEADLIGHT_EVERY_INSTRUCTION_SET
double sumOfExponentials(std::span<const float> values, float shift, float factor)
{
    const float* const begin = values.data();
    return sumOf(
        values.size(), [=](std::size_t i)
                           __attribute__((always_inline)) { return exponential((begin[i] - shift) * factor); });
}

HEADLIGHT_EVERY_INSTRUCTION_SET
void gateBySigmoid(std::span<float> values, float linear, float cubic)
{
    float* const begin = values.data();
    const std::size_t count = values.size();
    for (std::size_t i = 0; i < count; ++i) {
        const float x = begin[i];
        const float logit = x * (linear + cubic * x * x);
        // σ(−|z|) from e^−|z|, which cannot overflow, and σ(z) = 1 − σ(−z).
        const float low = exponential(-std::abs(logit));
        begin[i] = x * (logit < 0.0F ? low : 1.0F) / (1.0F + low);
    }
}

HEADLIGHT_EVERY_INSTRUCTION_SET
void gateByNormal(std::span<float> values)
{
    float* const begin = values.data();
    const std::size_t count = values.size();
    for (std::size_t i = 0; i < count; ++i) {
        const float x = begin[i];
        const float distance = std::abs(x) * 0.707106781F;
        const float t = 1.0F / (1.0F + 0.3275911F * distance);
        float polynomial = 1.061405429F;
        polynomial = polynomial * t - 1.453152027F;
        polynomial = polynomial * t + 1.421413741F;
        polynomial = polynomial * t - 0.284496736F;
        polynomial = polynomial * t + 0.254829592F;
        const float tail = 0.5F * polynomial * t * exponential(-distance * distance);  // Φ(−|x|)
        begin[i] = x * (x < 0.0F ? tail : 1.0F - tail);
    }
}

HEADLIGHT_EVERY_INSTRUCTION_SET
void widenHalves(std::span<const std::byte> halves, float* to)
{
    constexpr std::uint32_t kMagnitude = 0x7FFFU;
    constexpr std::uint32_t kNotFinite = 0x7C00U;     // and more: infinity, or no number
    constexpr std::uint32_t kExponent = 0x7F800000U;  // of a float that is not finite
    constexpr float kBias = 0x1p112F;                 // the exponents of the two formats count from 15 and 127
    const std::byte* const from = halves.data();
    const std::size_t count = halves.size() / sizeof(std::uint16_t);
    for (std::size_t i = 0; i < count; ++i) {
        std::uint16_t half = 0;
        std::memcpy(&half, from + i * sizeof(half), sizeof(half));
        const std::uint32_t magnitude = half & kMagnitude;
        const std::uint32_t sign = std::uint32_t{half & 0x8000U} << 16U;
        const std::uint32_t finite = std::bit_cast<std::uint32_t>(std::bit_cast<float>(magnitude << 13U) * kBias);
        to[i] = std::bit_cast<float>(sign | (magnitude >= kNotFinite ? kExponent | (magnitude << 13U) : finite));
    }
}

}  // namespace headlight
