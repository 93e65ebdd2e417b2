// Numbers that know how exact they are. May use the standard library only.
#pragma once

#include <span>

namespace headlight {

/// A value worked out in double, and how far the same computation in float32 may be from it, in whatever order that adds up: the
/// running error analysis of Higham 2002, "Accuracy and Stability of Numerical Algorithms", §3.3 and §4.2, which bounds a sum of
/// n terms by n·2⁻²⁴·Σ|term|. Every operation counts as two roundings, since an engine may split it in two. To first order.
struct Rounded
{
    double value = 0.0;
    double rounding = 0.0;  ///< ≥ 0; 0 for a number that is given.
};

Rounded operator+(const Rounded& a, const Rounded& b);
Rounded operator-(const Rounded& a, const Rounded& b);
Rounded operator*(const Rounded& a, const Rounded& b);
Rounded operator/(const Rounded& a, const Rounded& b);

/// Σ term, in any order.
Rounded total(std::span<const Rounded> terms);

/// Mathematical functions, which float32 libraries give within a few units of the last place.
Rounded squareRoot(const Rounded& x);
Rounded raised(const Rounded& base, double exponent);
Rounded exponential(const Rounded& x);
Rounded sine(const Rounded& x);
Rounded cosine(const Rounded& x);
Rounded hyperbolicTangent(const Rounded& x);
Rounded errorFunction(const Rounded& x);

}  // namespace headlight
