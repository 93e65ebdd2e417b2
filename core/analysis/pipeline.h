// The stages of one layer in the order in which this model computes them. May use base/, attention/, trace/ and model/.
#pragma once

#include "core/model/model.h"
#include "core/trace/trace.h"

#include <string>
#include <string_view>
#include <vector>

namespace headlight {

/// The parts of a computation, in their order.
enum class PipelinePart { Embedding, Attention, JoiningHeads, FeedForward, Output };

/// For people: "embedding", "attention of the head", …
std::string_view pipelinePartTitle(PipelinePart part);

/// For people: "GELU".
std::string activationName(Activation activation);

/// One stage as this model and experiment compute it. What it is in general is in the table of stages.
struct PipelineStep
{
    StageKey key;
    PipelinePart part;
    std::string formula;    ///< With the norm, activation, biases, scale and mask in use.
    std::string operation;  ///< What leads to it, short: "·W_Q", "softmax"; "+" and "=" join summands and their sum.
    std::vector<StageId> inputs = {};  ///< The earlier stages that it is computed from.
};

/// Embeddings, one layer as one of its heads sees it, and what follows the last layer: every stage of these that the trace has,
/// once, and those that follow from them (core/analysis/stage_matrix). A stage stands after all of its inputs, so norms stand where
/// the model has them.
///
/// @param model the one that made the trace  @param head one of the trace's
/// @return the steps in the order in which data flows; fewer where a trace holds only a part
std::vector<PipelineStep> pipelineOf(const Model& model, const Trace& trace, HeadAddress head);

}  // namespace headlight
