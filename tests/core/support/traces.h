// Traces made by hand, of weights alone.
#pragma once

#include "core/trace/trace.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace headlight::test {

/// Tokens of these texts; equal texts have equal ids.
inline std::vector<Token> tokensOf(const std::vector<std::string>& texts)
{
    std::vector<Token> tokens;
    for (const std::string& text : texts) {
        const auto first = std::ranges::find(tokens, text, &Token::text);
        const std::int32_t id = first == tokens.end() ? static_cast<std::int32_t>(tokens.size()) : first->id;
        tokens.push_back({.id = id, .text = text, .span = {}});
    }
    return tokens;
}

/// A trace of these weights: layers, in each of them heads, of which all layers have as many.
inline std::shared_ptr<const Trace> traceOfWeights(const std::vector<std::vector<Matrix>>& layers, TraceInfo info)
{
    info.layers = static_cast<Index>(layers.size());
    info.heads = static_cast<Index>(layers.front().size());
    Trace::Tensors tensors;
    for (std::size_t layer = 0; layer < layers.size(); ++layer) {
        const Index tokens = layers[layer].front().rows();
        auto weights = std::make_shared<Tensor>(Tensor::Shape{info.heads, tokens, tokens});
        for (Index head = 0; head < info.heads; ++head) {
            weights->matrix(head) = layers[layer][static_cast<std::size_t>(head)];
        }
        tensors.emplace(StageKey{StageId::Weights, LayerIndex(static_cast<Index>(layer))}, std::move(weights));
    }
    return std::make_shared<const Trace>(std::move(info), std::move(tensors));
}

/// The numbers of every stage of a trace.
inline Trace::Tensors tensorsOf(const Trace& trace)
{
    Trace::Tensors tensors;
    for (const auto& [key, shape] : trace.shapes()) {
        tensors.emplace(key, trace.find(key));
    }
    return tensors;
}

}  // namespace headlight::test
