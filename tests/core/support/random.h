// Random test data that can be had again.
#pragma once

#include "core/tensor/types.h"

#include <cstdlib>
#include <random>
#include <string>

namespace headlight::test {

/// Draws from a seed: HEADLIGHT_TEST_SEED of the environment, else a fixed one. A test that uses it says
/// `SCOPED_TRACE(random.describe())`, so that a failure prints the seed.
class Random
{
public:
    Random() : m_seed(environmentSeed()), m_engine(m_seed) {}

    std::string describe() const { return "HEADLIGHT_TEST_SEED=" + std::to_string(m_seed); }

    /// Uniform in centre ± bound.
    float number(float bound, float centre = 0.0F)
    {
        return std::uniform_real_distribution<float>(centre - bound, centre + bound)(m_engine);
    }
    Matrix matrix(Index rows, Index cols, float bound = 1.0F)
    {
        return Matrix::NullaryExpr(rows, cols, [&] { return number(bound); });
    }
    RowVector row(Index cols, float bound, float centre = 0.0F)
    {
        return RowVector::NullaryExpr(cols, [&] { return number(bound, centre); });
    }
    /// Uniform in first … last.
    Index index(Index first, Index last) { return std::uniform_int_distribution<Index>(first, last)(m_engine); }

private:
    static std::uint64_t environmentSeed()
    {
        const char* seed = std::getenv("HEADLIGHT_TEST_SEED");
        return seed ? std::strtoull(seed, nullptr, 10) : 20170612;
    }

    std::uint64_t m_seed;
    std::mt19937_64 m_engine;
};

}  // namespace headlight::test
