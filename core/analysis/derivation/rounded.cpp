#include "core/analysis/derivation/rounded.h"

#include <cmath>
#include <limits>
#include <numbers>

namespace headlight {
namespace {

constexpr double kTwoRoundings = std::numeric_limits<float>::epsilon();  // 2·2⁻²⁴
constexpr double kFunction = 4.0 * kTwoRoundings;

/// A result, and the error that its operands bring, with that of rounding it: relative, or of the smallest normal numbers absolute.
Rounded rounded(double value, double inherited, double relative = kTwoRoundings)
{
    if (!std::isfinite(value)) {
        return {value, 0.0};
    }
    return {value, inherited + relative * std::abs(value) + std::numeric_limits<float>::min()};
}

}  // namespace

Rounded operator+(const Rounded& a, const Rounded& b)
{
    return rounded(a.value + b.value, a.rounding + b.rounding);
}

Rounded operator-(const Rounded& a, const Rounded& b)
{
    return rounded(a.value - b.value, a.rounding + b.rounding);
}

Rounded operator*(const Rounded& a, const Rounded& b)
{
    return rounded(a.value * b.value, std::abs(a.value) * b.rounding + std::abs(b.value) * a.rounding);
}

Rounded operator/(const Rounded& a, const Rounded& b)
{
    const double quotient = a.value / b.value;
    const bool isExact = !std::isfinite(b.value);
    return rounded(quotient, isExact ? 0.0 : (a.rounding + std::abs(quotient) * b.rounding) / std::abs(b.value));
}

Rounded total(std::span<const Rounded> terms)
{
    double sum = 0.0;
    double magnitude = 0.0;
    double inherited = 0.0;
    for (const Rounded& term : terms) {
        sum += term.value;
        magnitude += std::abs(term.value);
        inherited += term.rounding;
    }
    const auto additions = static_cast<double>(terms.size());
    return rounded(sum, inherited + additions * kTwoRoundings * magnitude);
}

Rounded squareRoot(const Rounded& x)
{
    const double root = std::sqrt(x.value);
    return rounded(root, root > 0.0 ? x.rounding / (2.0 * root) : std::sqrt(x.rounding));
}

Rounded raised(const Rounded& base, double exponent)
{
    const double value = std::pow(base.value, exponent);
    const double slope = base.value == 0.0 ? 0.0 : std::abs(exponent * value / base.value);
    return rounded(value, slope * base.rounding, kFunction);
}

Rounded exponential(const Rounded& x)
{
    const double power = std::exp(x.value);
    return rounded(power, power * x.rounding, kFunction);
}

Rounded sine(const Rounded& x)
{
    return rounded(std::sin(x.value), x.rounding + kFunction);
}

Rounded cosine(const Rounded& x)
{
    return rounded(std::cos(x.value), x.rounding + kFunction);
}

Rounded hyperbolicTangent(const Rounded& x)
{
    const double tangent = std::tanh(x.value);
    return rounded(tangent, x.rounding, kFunction);
}

Rounded errorFunction(const Rounded& x)
{
    return rounded(std::erf(x.value), std::numbers::inv_sqrtpi * 2.0 * x.rounding, kFunction);
}

}  // namespace headlight
