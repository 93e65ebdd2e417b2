#include "core/analysis/derivation/rounded.h"

#include "tests/core/support/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace headlight::test {
namespace {

Rounded exact(float value)
{
    return {static_cast<double>(value), 0.0};
}

void expectBounds(const Rounded& bound, float computed, const char* what)
{
    EXPECT_LE(std::abs(bound.value - static_cast<double>(computed)), bound.rounding) << what;
}

TEST(Rounded, BoundsWhatFloatArithmeticGives)
{
    Random random;
    SCOPED_TRACE(random.describe());
    for (int i = 0; i < 1000; ++i) {
        const float a = random.number(20.0F);
        const float b = random.number(20.0F);
        const float c = std::abs(b) + 0.1F;
        expectBounds(exact(a) + exact(b), a + b, "+");
        expectBounds(exact(a) - exact(b), a - b, "−");
        expectBounds(exact(a) * exact(b), a * b, "×");
        expectBounds(exact(a) / exact(c), a / c, "/");
        expectBounds(squareRoot(exact(c)), std::sqrt(c), "√");
        expectBounds(raised(exact(a), 3.0), a * a * a, "cube");
        expectBounds(exponential(exact(a) - exact(b)), std::exp(a - b), "exp");
        expectBounds(sine(exact(a) * exact(b)), std::sin(a * b), "sin");
        expectBounds(cosine(exact(a) * exact(b)), std::cos(a * b), "cos");
        expectBounds(hyperbolicTangent(exact(a) * exact(b)), std::tanh(a * b), "tanh");
        expectBounds(errorFunction(exact(a) - exact(b)), std::erf(a - b), "erf");
    }
}

TEST(Rounded, BoundsASumInWhateverOrder)
{
    Random random;
    SCOPED_TRACE(random.describe());
    for (const Index count : {0, 1, 2, 63, 64, 1000}) {
        std::vector<float> numbers;
        std::vector<Rounded> terms;
        for (Index i = 0; i < count; ++i) {
            numbers.push_back(random.number(100.0F));
            terms.push_back(exact(numbers.back()));
        }
        const auto added = [&numbers] {
            float sum = 0.0F;
            for (const float number : numbers) {
                sum += number;
            }
            return sum;
        };
        expectBounds(total(terms), added(), "as they come");
        std::ranges::sort(numbers);
        expectBounds(total(terms), added(), "smallest first");
        std::ranges::reverse(numbers);
        expectBounds(total(terms), added(), "largest first");
    }
}

TEST(Rounded, IsNoWiderThanRoundingIs)
{
    constexpr double kEpsilon = std::numeric_limits<float>::epsilon();
    EXPECT_LT((exact(3.0F) * exact(5.0F)).rounding, 15.0 * 1.01 * kEpsilon);
    const std::vector<Rounded> ones(100, exact(1.0F));
    EXPECT_LT(total(ones).rounding, 100.0 * 102.0 * kEpsilon);
    EXPECT_EQ(exponential({-std::numeric_limits<double>::infinity(), 0.0}).value, 0.0);
}

}  // namespace
}  // namespace headlight::test
