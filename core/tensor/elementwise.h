// Functions of many numbers one by one, compiled for several instruction sets: the program picks the widest that the machine has. May use
// tensor/ only.
#pragma once

#include "core/tensor/types.h"

#include <cstddef>
#include <span>

namespace headlight {

/// The largest of the numbers; −∞ of none.
float largest(std::span<const float> values);

/// larger ← the larger of it and the other, number by number.  @param values as many
void takeLarger(std::span<float> larger, std::span<const float> values);

/// largest[j] ← the larger of it and the values from edges[j] to edges[j + 1].
///
/// @param edges one more than `largest`, rising, none beyond the values
void takeLargestOfEach(std::span<float> largest, std::span<const float> values, std::span<const Index> edges);

/// v ← exp((v − shift)·factor), to 2 ulp; exactly 0 where that is below the least normal number, so at −∞.
///
/// @param values none above `shift`  @param factor positive
/// @return the sum of what they become, as exact as a float can say for many thousand of them
double exponentials(std::span<float> values, float shift, float factor);

/// The sum that `exponentials` returns, with the numbers left as they are.
double sumOfExponentials(std::span<const float> values, float shift, float factor);

/// v ← v·σ(linear·v + cubic·v³), σ the logistic function: SiLU, QuickGELU and the tanh form of GELU are such.
void gateBySigmoid(std::span<float> values, float linear, float cubic);

/// v ← v·Φ(v), Φ the normal distribution function: GELU. By Abramowitz & Stegun, "Handbook of Mathematical Functions", 7.1.26, which is
/// within 1.5e-7 of the error function.
void gateByNormal(std::span<float> values);

/// IEEE 754 half-precision numbers, as they lie in memory at any address, to float32 (exactly).
///
/// @param to room for as many
void widenHalves(std::span<const std::byte> halves, float* to);

}  // namespace headlight
