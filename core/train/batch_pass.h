// Forward and backward through the whole model over a batch. May use all of core but io/, trace/ and analysis/.
#pragma once

#include "core/attention/attend.h"
#include "core/attention/experiment.h"
#include "core/model/model.h"
#include "core/train/batch.h"

namespace headlight {

/// What the backward pass needs of one block.
struct BlockActivations
{
    Matrix input;           ///< [N×D]
    Matrix attentionInput;  ///< [N×D] The input, normed where norms stand before.
    Matrix query;           ///< [N×H·d]; so key and value, after rotary encoding.
    Matrix key;
    Matrix value;
    std::vector<Matrix> weights;  ///< Of each sentence and head, sentence by sentence: [T×T].
    Matrix heads;                 ///< [N×H·d] The heads' outputs, concatenated.
    Matrix residual;              ///< [N×D] After adding the input.
    Matrix feedForwardInput;      ///< [N×D]
    Matrix hidden;                ///< [N×F]
    Matrix activation;            ///< [N×F]
    Matrix sum;                   ///< [N×D] After the second residual, before a norm that stands after.
};

struct Activations
{
    std::vector<BlockActivations> blocks;
    Matrix blocksOutput;  ///< [N×D]
    Matrix final;         ///< [N×D] After the final norm, where there is one; what gives the logits.
};

/// What a loss says about the pass.
struct OutputGradients
{
    Matrix final;               ///< [N×D]
    std::vector<Matrix> heads;  ///< [N×H·d] of each layer; empty where no loss reads its heads.
};

/// The same mechanism as `forward`, without a trace: every row of `final` agrees with it up to rounding.
Activations forwardBatch(const ModelConfig& config, const Weights& weights, const Batch& batch, Scaling scaling);

/// Backpropagation  (Rumelhart et al. 1986) through `forwardBatch`.
///
/// @param gradient has the weights' shapes and is added to.
void backwardBatch(const ModelConfig& config, const Weights& weights, const Batch& batch, Scaling scaling,
                   const Activations& activations, const OutputGradients& outputGradients, Weights& gradient);

}  // namespace headlight
