// Backward passes of the block's equations: from the gradient of the loss with respect to an output to those with respect
// to the inputs and weights. Each has the forward function's name; the softmax's own is in attention/softmax.h. May use base/,
// tensor/, attention/ and model/.
#pragma once

#include "core/attention/attend.h"
#include "core/model/feed_forward.h"
#include "core/model/norm.h"

namespace headlight {

/// y = x·W + b:  ∂L/∂x = ∂L/∂y·Wᵀ,  ∂L/∂W += xᵀ·∂L/∂y,  ∂L/∂b += Σ_rows ∂L/∂y.
///
/// @param x [N×in]  @param outputGradient [N×out]  @param gradient is added to  @return [N×in]
Matrix linearBackward(ConstMatrixRef x, const LinearWeights& weights, ConstMatrixRef outputGradient,
                      LinearWeights& gradient);

/// y = γ·x̂ + β with x̂ = (x − mean)/σ:  with g = γ·∂L/∂y, ∂L/∂x = (g − mean(g) − x̂·mean(g·x̂))/σ, ∂L/∂γ += Σ ∂L/∂y·x̂,
/// ∂L/∂β += Σ ∂L/∂y  (Ba et al. 2016, differentiated).
///
/// @param x [N×D] what the norm was given  @param outputGradient [N×D]  @param gradient is added to  @return [N×D]
Matrix layerNormBackward(ConstMatrixRef x, const NormWeights& weights, float epsilon, ConstMatrixRef outputGradient,
                         NormWeights& gradient);

/// ∂L/∂hidden = ∂L/∂output · act′(hidden).  @param hidden [N×F]  @param outputGradient [N×F]  @return [N×F]
Matrix activateBackward(ConstMatrixRef hidden, Activation activation, ConstMatrixRef outputGradient);

/// The gradients of one head's inputs.
struct AttentionGradients
{
    Matrix query;  ///< [T×d]
    Matrix key;    ///< [S×d]
    Matrix value;  ///< [S×d]
};

/// output = softmax((scale·Q·Kᵀ + bias + mask)/τ)·V:  with P the weights and ∂S the gradient of the scores,
/// ∂V = Pᵀ·∂output, ∂P = ∂output·Vᵀ, ∂Q = scale·∂S·K, ∂K = scale·∂Sᵀ·Q.
///
/// @param weights [T×S] as `attend` left them  @param outputGradient [T×d]
AttentionGradients attendBackward(ConstMatrixRef query, ConstMatrixRef key, ConstMatrixRef value,
                                  const AttentionOptions& options, ConstMatrixRef weights,
                                  ConstMatrixRef outputGradient);

/// The cross-entropy of one row, −log softmax(logits)[target].
struct CrossEntropy
{
    double nats = 0.0;
    bool isTargetLargest = false;  ///< Whether no other logit is larger.
};

/// Leaves weight·(softmax(logits) − one-hot(target)) in the logits: the gradient of weight·nats.
///
/// @param logits [V]  @param target the class, below V
CrossEntropy crossEntropyGradient(Eigen::Ref<RowVector> logits, Index target, float weight);

}  // namespace headlight
