// The forward pass: one function for every family.
#pragma once

#include "core/attention/experiment.h"
#include "core/base/result.h"
#include "core/model/model.h"
#include "core/model/model_stages.h"
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

/// Runs the model over the tokens. Each layer's input is kept, its keys, values and queries too where there is room; every other stage
/// is worked out when it is looked at (see ModelStages, kTraceBytes).
///
/// @param stop checked between heads and layers
/// @return EmptyInput, TooLong (of tokens, or for the memory that is free), InvalidArgument (of the experiment, or positions
/// that the model has no weights for), or Cancelled. Thread-safe.
Result<std::shared_ptr<const Trace>> forward(const std::shared_ptr<const Model>& model, const EncodedText& text,
                                             const Experiment& experiment = {}, const std::stop_token& stop = {});

/// The pass that `forward` would make, with less work where an earlier pass has done some of it:
///
/// - where the experiments differ in ablated heads alone, the stages before the first such head's layer are those of the earlier pass,
///   bit for bit, shared and not copied;
/// - where every layer's mask is causal, so are the rows of the tokens with which both texts begin: what follows cannot change them.
///   Rows that are worked out differ from those of `forward` by rounding alone, as products of fewer rows may sum in another order.
///
/// @param before a pass of the same model
/// @param last where to end: with the layer that this stage is in, or with this stage of the whole model
/// @return as forward. Thread-safe.
Result<std::shared_ptr<const Trace>> forwardAfter(const std::shared_ptr<const Model>& model, const Trace& before,
                                                  const EncodedText& text, const Experiment& experiment,
                                                  const StageKey& last = {StageId::Logits},
                                                  const std::stop_token& stop = {});

}  // namespace headlight
