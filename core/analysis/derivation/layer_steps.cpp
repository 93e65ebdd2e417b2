#include "core/analysis/derivation/deriver.h"

#include "core/analysis/pipeline.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numbers>
#include <utility>

namespace headlight {

StageKey Deriver::feedForwardInput() const
{
    return {isNormBefore() ? StageId::FeedForwardNorm : StageId::AttentionNorm, m_cell.stage.layer};
}

StageKey Deriver::lastLayerOutput() const
{
    return {StageId::LayerOutput, LayerIndex(m_config.layers - 1)};
}

Expression activated(const Expression& x, Activation activation)
{
    const auto half = [](Expression factor) { return product(constant(0.5), std::move(factor)); };
    switch (activation) {
    case Activation::Relu:
        return larger(constant(0.0), x);
    case Activation::Gelu:
        return product(half(x), sum({constant(1.0), errorFunction(quotient(x, root(constant(2.0))))}));
    case Activation::GeluTanh: {
        Expression inside = product(root(quotient(constant(2.0), operand("π", {std::numbers::pi, 0.0}))),
                                    sum({x, product(constant(0.044715), power(x, constant(3.0)))}));
        return product(half(x), sum({constant(1.0), hyperbolicTangent(std::move(inside))}));
    }
    case Activation::QuickGelu:
        return quotient(x, sum({constant(1.0), exponential(product(constant(-1.702), x))}));
    case Activation::Silu:
        return quotient(x, sum({constant(1.0), exponential(negative(x))}));
    }
    return x;
}

void Deriver::addLayerInput()
{
    if (m_cell.stage.layer == LayerIndex(0)) {
        copy("the embedding, which enters layer 0", "embedding", address({StageId::EmbeddingOutput}, row(), column()));
        return;
    }
    const LayerIndex before(m_cell.stage.layer.value - 1);
    copy("the output of layer " + std::to_string(before.value), "output",
         address({StageId::LayerOutput, before}, row(), column()));
}

void Deriver::addAttentionNorm()
{
    const std::vector<Expression> x =
        tracedRow("x", {isNormBefore() ? StageId::LayerInput : StageId::AttentionResidual, m_cell.stage.layer}, row());
    addNormalised(x, {.weights = block().attentionNorm});
}

void Deriver::addAttentionResidual()
{
    add("the layer's input and what attention adds to it", "r",
        sum({traced(indexed("x", column()), address(StageId::LayerInput, row(), column())),
             traced(indexed("attention", column()), address(StageId::AttentionOutput, row(), column()))}));
}

void Deriver::addFeedForwardNorm()
{
    const bool isParallel = m_config.residualOrder == ResidualOrder::Parallel;
    std::vector<Expression> x;
    if (isNormBefore()) {
        x = tracedRow("x", {isParallel ? StageId::LayerInput : StageId::AttentionResidual, m_cell.stage.layer}, row());
    } else {
        const std::vector<Expression> normed = tracedRow("n", {StageId::AttentionNorm, m_cell.stage.layer}, row());
        const std::vector<Expression> output = tracedRow("f", {StageId::FeedForwardOutput, m_cell.stage.layer}, row());
        for (std::size_t i = 0; i < normed.size(); ++i) {
            const auto index = static_cast<Index>(i);
            Expression residual = sum({normed[i], output[i]});
            if (index == column()) {
                add("the attention's result and what the feed-forward network adds to it", indexed("r", index),
                    residual);
            }
            x.push_back(operand(indexed("r", index), residual.number));
        }
    }
    addNormalised(x, {.weights = block().feedForwardNorm});
}

void Deriver::addFeedForwardHidden()
{
    add("the token's vector times column " + std::to_string(column()) + " of W_1", "h",
        linear(tracedRow("x", feedForwardInput(), row()), {block().expand, "W_1", "b_1"}, column()));
}

void Deriver::addFeedForwardGate()
{
    add("the token's vector times column " + std::to_string(column()) + " of W_gate", "g",
        linear(tracedRow("x", feedForwardInput(), row()), {block().gate, "W_gate", "b_gate"}, column()));
}

void Deriver::addFeedForwardActivation()
{
    const std::string name = activationName(m_config.activation);
    Expression hidden = traced(indexed("h", column()), address(StageId::FeedForwardHidden, row(), column()));
    if (m_config.feedForward == FeedForwardKind::Plain) {
        add(name + " of the hidden number", "a", activated(hidden, m_config.activation));
        return;
    }
    const Expression gate = traced(indexed("g", column()), address(StageId::FeedForwardGate, row(), column()));
    Expression open = add(name + " of the gate: how much gets through", "o", activated(gate, m_config.activation));
    add("times the hidden number", "a", product(std::move(open), std::move(hidden)));
}

void Deriver::addFeedForwardOutput()
{
    add("what got through times column " + std::to_string(column()) + " of W_2", "f",
        linear(tracedRow("a", {StageId::FeedForwardActivation, m_cell.stage.layer}, row()),
               {block().contract, "W_2", "b_2"}, column()));
}

void Deriver::addLayerOutput()
{
    if (!isNormBefore()) {
        copy("the feed-forward norm, which is the layer's last stage", "norm",
             address(StageId::FeedForwardNorm, row(), column()));
        return;
    }
    add("the vector so far and what the feed-forward network adds to it", "y",
        sum({traced(indexed("r", column()), address(StageId::AttentionResidual, row(), column())),
             traced(indexed("f", column()), address(StageId::FeedForwardOutput, row(), column()))}));
}

void Deriver::addFinalNorm()
{
    const std::vector<Expression> x = tracedRow("x", lastLayerOutput(), row());
    addNormalised(x, {.weights = *m_model.weights.finalNorm});
}

/// OutputHead::Transformed has stages of its own that the trace does not keep; of their D numbers each, one is shown.
void Deriver::addLogit()
{
    const OutputHeadWeights& head = m_model.weights.outputHead;
    const bool isTied = m_config.outputEmbedding == OutputEmbedding::Tied;
    std::vector<Expression> x =
        tracedRow("x", m_model.weights.finalNorm ? StageKey{StageId::FinalNorm} : lastLayerOutput(), row());
    const Matrix& embedding = isTied ? m_model.weights.tokenEmbedding : head.embedding;
    if (m_config.outputHead == OutputHead::Transformed) {
        x = transformed(x, embedding.row(column()));
    }
    std::vector<Expression> terms;
    for (Expression& entry : x) {
        const auto i = static_cast<Index>(terms.size());
        terms.push_back(product(std::move(entry), parameter(isTied ? "E" : "U", embedding, column(), i)));
    }
    Expression logit = sum(std::move(terms));
    if (m_config.hasOutputBias) {
        logit = sum({std::move(logit), parameter("b", head.bias, column())});
    }
    add("how well the final vector matches this entry's row of " +
            std::string(isTied ? "the token embedding" : "the output embedding"),
        "logit", std::move(logit));
}

std::vector<Expression> Deriver::transformed(const std::vector<Expression>& x, const RowVector& embedding)
{
    const OutputHeadWeights& head = m_model.weights.outputHead;
    std::vector<Expression> active;
    for (Index i = 0; i < m_config.width; ++i) {
        const Expression dense = operand(indexed("h", i), linearNumber(x, head.transform, i));
        active.push_back(operand(indexed("a", i), activated(dense, m_config.headActivation()).number));
    }
    const std::string which = "the " + std::to_string(active.size()) + " numbers a";
    const NormScale scale = addNormScale(active, which, m_config.normKind);
    std::vector<Expression> normed;
    for (Index i = 0; i < m_config.width; ++i) {
        normed.push_back(normalised(active[static_cast<std::size_t>(i)], scale, {.weights = head.norm}, i));
    }
    Index shown = 0;
    for (Index i = 0; i < m_config.width; ++i) {
        const auto share = [&](Index k) {
            return std::abs(normed[static_cast<std::size_t>(k)].number.value * static_cast<double>(embedding(k)));
        };
        shown = share(i) > share(shown) ? i : shown;
    }
    std::vector<DerivationStep> spread = std::exchange(m_derivation.steps, {});
    Expression dense = add("the head's dense layer, in dimension " + std::to_string(shown) +
                               ", which adds most to this logit; the others alike",
                           indexed("h", shown), linear(x, {head.transform, "W", "b"}, shown));
    add(activationName(m_config.headActivation()) + " of it", indexed("a", shown),
        activated(dense, m_config.headActivation()));
    std::ranges::move(spread, std::back_inserter(m_derivation.steps));
    add("brought to a common size, then scaled and shifted as was learnt", indexed("n", shown),
        normed[static_cast<std::size_t>(shown)]);
    for (Index i = 0; i < m_config.width; ++i) {
        Expression& entry = normed[static_cast<std::size_t>(i)];
        entry = operand(indexed("n", i), entry.number);
    }
    return normed;
}

}  // namespace headlight
