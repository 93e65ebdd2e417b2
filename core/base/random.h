// Random numbers that are the same everywhere. Uses nothing.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <span>

namespace headlight {

/// SplitMix64  (Steele et al. 2014, "Fast Splittable Pseudorandom Number Generators", figure 17). A value: a copy goes on with
/// the same numbers. The standard fixes no distribution's output, hence the few that are needed stand here.
class Random
{
public:
    /// Streams of one seed are independent for all practical ends; so step 7 of a training needs no steps 0 to 6.
    explicit Random(std::uint64_t seed, std::uint64_t stream = 0) : m_state(seed)
    {
        m_state = next() ^ (stream * 0xd1342543de82ef95ULL);
        m_state = next();
    }

    std::uint64_t next()
    {
        m_state += 0x9e3779b97f4a7c15ULL;
        std::uint64_t z = m_state;
        z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
        z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
        return z ^ (z >> 31U);
    }

    /// From 0 to bound − 1, evenly but for one part in 2³² of the bound.  @param bound 1 to 2³²
    std::size_t below(std::size_t bound) { return static_cast<std::size_t>(((next() >> 32U) * bound) >> 32U); }

    /// From 0 to 1 − 2⁻²⁴.
    float unit() { return static_cast<float>(next() >> 40U) * 0x1p-24F; }

    /// Of a normal distribution with mean 0 and deviation 1  (Box & Muller 1958).
    float normal()
    {
        const float radius = std::sqrt(-2.0F * std::log(1.0F - unit()));
        return radius * std::cos(2.0F * std::numbers::pi_v<float> * unit());
    }

    bool chance(float probability) { return unit() < probability; }

    /// One of the choices, of which there is at least one.
    template <typename T>
    const T& pick(std::span<const T> choices)
    {
        return choices[below(choices.size())];
    }
    template <typename Container>
    const auto& pick(const Container& choices)
    {
        return choices[below(choices.size())];
    }

private:
    std::uint64_t m_state;
};

}  // namespace headlight
