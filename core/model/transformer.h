// The forward pass: one function for every family.
#pragma once

#include "core/attention/experiment.h"
#include "core/base/result.h"
#include "core/model/model.h"
#include "core/trace/trace.h"

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace headlight {

/// A text as a model will see it.
struct EncodedText
{
    std::string text;
    std::vector<Token> tokens;
    Index droppedTokens = 0;  ///< Tokens beyond the model's longest text, cut off its end.
    std::string pair = {};    ///< The second text, of those with token types; else empty.
};

/// Tokenizes and cuts to the model's longest text.
///
/// @param pair a second text; empty for none
/// @return InvalidUtf8; EmptyInput where the text has no token; InvalidArgument for a pair where none is taken.
Result<EncodedText> encode(const Model& model, std::string_view text, std::string_view pair = {});

/// Runs the model over the tokens and keeps every stage  (Vaswani et al. 2017, §3, encoder stack; before-norm as Xiong et
/// al. 2020, "On Layer Normalization in the Transformer Architecture").
///
/// A head that the experiment ablates still computes its weights, but its output is exactly zero.
///
/// @param stop checked between heads and layers
/// @return EmptyInput, TooLong (of tokens, or for the memory that is free), InvalidArgument (of the experiment, or positions
/// that the model has no weights for), or Cancelled. Thread-safe.
Result<std::shared_ptr<const Trace>> forward(const Model& model, const EncodedText& text,
                                             const Experiment& experiment = {}, const std::stop_token& stop = {});

/// The pass that `forward` would make under another experiment, bit for bit, with less work: where the experiments differ in
/// ablated heads alone, the stages before the first such head's layer are those of the earlier pass, shared and not copied.
///
/// @param before a pass of the same model, whose tokens are run again
/// @param last where to end: with the block that this stage is in, or with this stage of the whole model
/// @return as forward. Thread-safe. O(1) for the layers that are shared.
Result<std::shared_ptr<const Trace>> forwardAfter(const Model& model, const Trace& before, const Experiment& experiment,
                                                  const StageKey& last = {StageId::Logits},
                                                  const std::stop_token& stop = {});

/// What the model expects after final vectors, as those of forward's stage final.norm, or of the last layer's output where it has
/// no final norm.
///
/// @param x [T×D]  @return [T×V]; the model's output head must not be OutputHead::None
Matrix outputLogits(const Model& model, ConstMatrixRef x);

}  // namespace headlight
