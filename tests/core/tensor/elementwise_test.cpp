#include "core/tensor/elementwise.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <numbers>
#include <span>
#include <vector>

namespace headlight::test {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

TEST(Elementwise, FindsTheLargestOfAnyCount)
{
    EXPECT_EQ(largest({}), -kInfinity);
    for (const std::size_t count : {1U, 63U, 64U, 65U, 1000U}) {
        for (const std::size_t place : {std::size_t{0}, count / 2, count - 1}) {
            std::vector<float> values(count, -3.0F);
            values[place] = -1.0F;
            EXPECT_EQ(largest(values), -1.0F) << place << " of " << count;
        }
    }
}

TEST(Elementwise, TakesTheLarger)
{
    std::vector<float> larger = {1.0F, -2.0F, -kInfinity};
    takeLarger(larger, std::vector<float>{0.0F, 5.0F, -1.0F});
    EXPECT_EQ(larger, (std::vector<float>{1.0F, 5.0F, -1.0F}));
}

TEST(Elementwise, TakesTheLargestOfEachPart)
{
    std::vector<float> values(200);
    for (std::size_t i = 0; i < values.size(); ++i) {
        values[i] = static_cast<float>((i * 37) % 101);
    }
    const std::vector<Index> edges = {3, 3, 4, 20, 35, 36, 100, 199};
    std::vector<float> found(edges.size() - 1, -1.0F);
    found.back() = 1000.0F;
    takeLargestOfEach(found, values, edges);
    for (std::size_t j = 0; j + 1 < found.size(); ++j) {
        const float expected =
            std::max(-1.0F, largest(std::span(values).subspan(static_cast<std::size_t>(edges[j]),
                                                              static_cast<std::size_t>(edges[j + 1] - edges[j]))));
        EXPECT_EQ(found[j], expected) << j;
    }
    EXPECT_EQ(found.back(), 1000.0F);
}

TEST(Elementwise, ExponentialsAreThoseOfTheStandardLibrary)
{
    std::vector<float> values;
    for (double x = -87.0; x <= 0.0; x += 0.0137) {
        values.push_back(static_cast<float>(x) + 2.0F);
    }
    std::vector<float> powers = values;
    const double sum = exponentials(powers, 2.0F, 1.0F);
    double expectedSum = 0.0;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const double expected = std::exp(static_cast<double>(values[i] - 2.0F));
        EXPECT_NEAR(static_cast<double>(powers[i]), expected, 1.2e-7 * expected) << values[i];
        expectedSum += expected;
    }
    EXPECT_NEAR(sum, expectedSum, 1e-6 * expectedSum);
    EXPECT_EQ(sumOfExponentials(values, 2.0F, 1.0F), sum);
}

TEST(Elementwise, ExponentialsOfWhatIsHiddenAreZero)
{
    std::vector<float> values = {-kInfinity, 1.0F, -100.0F};
    EXPECT_EQ(exponentials(values, 1.0F, 1.0F), 1.0);
    EXPECT_EQ(values, (std::vector<float>{0.0F, 1.0F, 0.0F}));
}

TEST(Elementwise, ExponentialsOfWhatIsNoNumberAreNone)
{
    std::vector<float> values(100, std::numeric_limits<float>::quiet_NaN());
    EXPECT_TRUE(std::isnan(exponentials(values, 0.0F, 1.0F)));
}

/// As a row of many thousand keys, whose weights are to sum to 1 within 1e-6.
TEST(Elementwise, SumsManyExponentialsExactly)
{
    constexpr std::size_t kCount = 100'003;
    const std::vector<float> values(kCount, -0.1F);
    const double expected = kCount * std::exp(static_cast<double>(-0.1F));
    EXPECT_NEAR(sumOfExponentials(values, 0.0F, 1.0F), expected, 3e-7 * expected);
}

TEST(Elementwise, GatesAreThoseOfTheirFormulas)
{
    for (double x = -30.0; x <= 30.0; x += 0.0371) {
        const auto value = static_cast<float>(x);
        std::vector<float> values = {value};
        gateByNormal(values);
        const auto exact = static_cast<double>(value);
        EXPECT_NEAR(static_cast<double>(values[0]), 0.5 * exact * std::erfc(-exact / std::numbers::sqrt2), 1e-6) << x;
        values = {value};
        gateBySigmoid(values, 1.5F, 0.25F);
        const double logit = 1.5 * exact + 0.25 * exact * exact * exact;
        EXPECT_NEAR(static_cast<double>(values[0]), exact / (1.0 + std::exp(-logit)), 1e-6 + 3e-7 * std::abs(exact))
            << x;
    }
    std::vector<float> far = {-1e30F, 1e30F};
    gateBySigmoid(far, 1.0F, 0.04F);
    EXPECT_EQ(far, (std::vector<float>{0.0F, 1e30F}));
}

/// Every one there is, at an odd address.
TEST(Elementwise, WidensHalvesExactly)
{
    constexpr std::size_t kHalves = 65'536;
    std::vector<std::byte> bytes(2 * kHalves + 1);
    for (std::size_t i = 0; i < kHalves; ++i) {
        const auto bits = static_cast<std::uint16_t>(i);
        std::memcpy(bytes.data() + 1 + 2 * i, &bits, sizeof(bits));
    }
    std::vector<float> widened(kHalves);
    widenHalves(std::span(bytes).subspan(1), widened.data());
    for (std::size_t i = 0; i < kHalves; ++i) {
        const auto expected = static_cast<float>(Eigen::numext::bit_cast<Eigen::half>(static_cast<std::uint16_t>(i)));
        if (std::isnan(expected)) {
            EXPECT_TRUE(std::isnan(widened[i])) << i;
        } else {
            EXPECT_EQ(std::bit_cast<std::uint32_t>(widened[i]), std::bit_cast<std::uint32_t>(expected)) << i;
        }
    }
}

}  // namespace
}  // namespace headlight::test
