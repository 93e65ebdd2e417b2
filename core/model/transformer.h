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
};

/// Tokenizes and cuts to the model's longest text.
///
/// @return InvalidUtf8; EmptyInput where the text has no token.
Result<EncodedText> encode(const Model& model, std::string_view text);

/// Runs the model over the tokens and keeps every stage  (Vaswani et al. 2017, §3, encoder stack; before-norm as Xiong et
/// al. 2020, "On Layer Normalization in the Transformer Architecture").
///
/// A head that the experiment ablates still computes its weights, but its output is exactly zero.
///
/// @param stop checked between heads and layers
/// @return EmptyInput, TooLong, InvalidArgument (of the experiment, or positions that the model has no weights for), or
/// Cancelled. Thread-safe.
Result<std::shared_ptr<const Trace>> forward(const Model& model, const EncodedText& text,
                                             const Experiment& experiment = {}, const std::stop_token& stop = {});

}  // namespace headlight
