// Naive twins: the definitions as plain loops in double, as slow as they like. They share no arithmetic with core.
#pragma once

#include "core/attention/attend.h"
#include "core/model/transformer.h"
#include "tests/core/support/closeness.h"

#include <map>
#include <vector>

namespace headlight::test {

DoubleMatrix widen(ConstMatrixRef matrix);

/// A·B.
DoubleMatrix naiveMultiply(const DoubleMatrix& a, const DoubleMatrix& b);
DoubleMatrix naiveTranspose(const DoubleMatrix& a);

/// Whether query i sees key j, found by listing what a query sees.
bool naiveIsVisible(const Mask& mask, Index query, Index key);

/// exp(s/τ) / Σ exp(s/τ) over the visible keys, without subtracting the maximum.
DoubleMatrix naiveSoftmax(const DoubleMatrix& scores, const Mask& mask, double temperature);

struct NaiveAttention
{
    DoubleMatrix scores;
    DoubleMatrix weights;
    DoubleMatrix output;
};
NaiveAttention naiveAttend(const DoubleMatrix& query, const DoubleMatrix& key, const DoubleMatrix& value,
                           const AttentionOptions& options);

/// Linear attention: φ(q)·φ(k), φ(x) = elu(x) + 1, over the sum of its row's visible keys.
NaiveAttention naiveAttendLinear(const DoubleMatrix& query, const DoubleMatrix& key, const DoubleMatrix& value,
                                 const Mask& mask);

DoubleMatrix naiveLayerNorm(const DoubleMatrix& x, const NormWeights& weights, float epsilon);
DoubleMatrix naiveLinear(const DoubleMatrix& x, const LinearWeights& weights);
DoubleMatrix naiveActivate(const DoubleMatrix& x, Activation activation);
DoubleMatrix naiveSinusoidal(Index positions, Index width);

/// Rotary encoding by complex multiplication: (x_i + √−1·x_(i+d/2)) · e^(√−1·p·θ_i).
DoubleMatrix naiveRotate(const DoubleMatrix& vectors);

/// Every stage of a forward pass, one matrix a slice. Slopes of ALiBi are taken as 2^(−8(h+1)/H), H a power of two.
std::map<StageKey, std::vector<DoubleMatrix>> naiveForward(const Model& model, const EncodedText& text,
                                                           const Experiment& experiment);

}  // namespace headlight::test
