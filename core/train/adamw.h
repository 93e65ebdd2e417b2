// The optimiser. May use base/, tensor/ and model/parameters.h.
#pragma once

#include "core/model/parameters.h"

namespace headlight {

struct AdamWOptions
{
    float beta1 = 0.9F;
    float beta2 = 0.98F;
    float epsilon = 1e-8F;
    float weightDecay = 0.01F;  ///< Of matrices; biases, gains and norms do not decay.
};

/// AdamW: m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², θ ← θ − η·(m̂/(√v̂ + ε) + λθ), with m̂ = m/(1−β₁ᵗ), v̂ = v/(1−β₂ᵗ)
/// (Loshchilov & Hutter 2019, "Decoupled Weight Decay Regularization", algorithm 2). Element by element, so the same bits on
/// any number of threads. Not thread-safe.
class AdamW
{
public:
    AdamW(const std::vector<Parameter>& parameters, const AdamWOptions& options);

    /// One step along `gradients`, which have the same shapes in the same order.
    void step(std::vector<Parameter>& parameters, const std::vector<Parameter>& gradients, float learningRate);

    /// The state, to store and to put back.
    Index steps = 0;  ///< t
    RowVector firstMoment;
    RowVector secondMoment;

private:
    AdamWOptions m_options;
};

/// √Σg² over every gradient.
double gradientNorm(const std::vector<Parameter>& gradients);

/// Scales the gradients to the norm `longest` where they are longer  (Pascanu et al. 2013, algorithm 1).
/// @return the norm before
double clipGradients(std::vector<Parameter>& gradients, double longest);

/// Linear warm-up to 1 over `warmUp` steps, then a linear fall to `end` at the last of `steps`: the factor of the learning rate.
float learningRateFactor(Index step, Index warmUp, Index steps, float end);

}  // namespace headlight
