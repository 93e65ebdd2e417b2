#include "core/analysis/derivation/deriver.h"

#include "core/attention/mask.h"
#include "core/attention/positions.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <limits>
#include <numbers>
#include <utility>

namespace headlight {
namespace {

/// φ(x) of linear attention; see linearFeatures.
Expression feature(Expression x)
{
    constexpr double kSmallest = 0x1p-63;
    if (x.number.value > 0.0) {
        return sum({std::move(x), constant(1.0)});
    }
    return std::exp(x.number.value) < kSmallest ? constant(kSmallest) : exponential(std::move(x));
}

}  // namespace

StageKey Deriver::attentionInput() const
{
    return {isNormBefore() ? StageId::AttentionNorm : StageId::LayerInput, m_cell.stage.layer};
}

Index Deriver::projectedSlice(Index slices) const
{
    const bool isShared = m_experiment.sharing == HeadSharing::FirstHead;
    return isShared ? 0 : m_cell.head.value * slices / m_config.heads;
}

void Deriver::addQuery()
{
    addProjected({block().query, "W_Q", "b_Q"}, block().queryNorm, projectedSlice(m_config.heads), "q");
}

void Deriver::addKey()
{
    addProjected({block().key, "W_K", "b_K"}, block().keyNorm, projectedSlice(m_config.groups()), "k");
}

void Deriver::addProjected(const NamedLinear& map, const NormWeights& norm, Index slice, const std::string& symbol)
{
    const Index width = m_config.headWidth();
    const Index turned = m_config.rotary.dimensions == 0 ? width : m_config.rotary.dimensions;
    const bool isTurned = m_positions == PositionScheme::Rotary && column() < turned / 2 * 2;
    const Index pair = column() % (turned / 2);
    std::vector<Index> columns = {column()};
    if (isTurned) {
        columns = {pair, pair + turned / 2};
    }
    const auto nameOf = [&](bool isLast, const char* passing, Index i) {
        return isLast ? symbol : indexed(passing, i);
    };

    const std::vector<Expression> x = tracedRow("x", attentionInput(), row());
    std::vector<Expression> entries;
    for (const Index i : columns) {
        const Index inAll = slice * width + i;
        std::string label = "the token's vector times column " + std::to_string(inAll) + " of " + map.weight;
        if (i != column()) {
            label += ", with which column " + std::to_string(slice * width + column()) + " is turned";
        }
        entries.push_back(
            add(std::move(label), nameOf(!isTurned && !m_config.hasQueryKeyNorm, "u", i), linear(x, map, inAll)));
    }
    if (m_config.hasQueryKeyNorm) {
        std::vector<Expression> all;
        for (Index i = 0; i < width; ++i) {
            all.push_back(operand(indexed("u", i), linearNumber(x, map.weights, slice * width + i)));
        }
        const NormScale scale =
            addNormScale(all, "this head's " + std::to_string(width) + " numbers", NormKind::RmsNorm);
        for (std::size_t i = 0; i < columns.size(); ++i) {
            entries[i] = add("brought to a common size", nameOf(!isTurned, "n", columns[i]),
                             normalised(entries[i], scale, {.weights = norm}, columns[i]));
        }
    }
    if (isTurned) {
        addTurned(entries[0], entries[1], pair, symbol);
    }
}

void Deriver::addTurned(Expression first, Expression second, Index pair, const std::string& symbol)
{
    const RotaryOptions& rotary = m_config.rotary;
    const Index turned = rotary.dimensions == 0 ? m_config.headWidth() : rotary.dimensions;
    const Expression exponent =
        quotient(constant(-2.0 * static_cast<double>(pair)), operand("r", {static_cast<double>(turned), 0.0}));
    Expression frequency = power(operand("base", {rotary.base, 0.0}), exponent);
    if (rotary.scaling != RotaryScaling::None) {
        const double stretch = rotaryFrequency(pair, m_config.headWidth(), rotary) / frequency.number.value;
        frequency = product(std::move(frequency), operand("stretch", {stretch, 0.0}));
    }
    frequency = add("how far this pair of dimensions turns from one position to the next, in radians", "ω",
                    std::move(frequency));
    Expression angle = add("angle at position " + std::to_string(row()), "θ",
                           product(operand("position", {static_cast<double>(row()), 0.0}), std::move(frequency)));
    // The engine takes off whole turns in double and only then rounds.
    angle.number.rounding = std::numbers::pi * static_cast<double>(std::numeric_limits<float>::epsilon());
    if (column() == pair) {
        add("the pair turned by that angle, as seen in its first dimension", symbol,
            difference(product(std::move(first), cosine(angle)), product(std::move(second), sine(angle))));
    } else {
        add("the pair turned by that angle, as seen in its second dimension", symbol,
            sum({product(std::move(second), cosine(angle)), product(std::move(first), sine(angle))}));
    }
}

void Deriver::addValue()
{
    if (m_experiment.zeroedValues.contains(TokenIndex(row()))) {
        add("the experiment replaces this token's values by zeros", "v", constant(0.0));
    } else if (m_experiment.values == ValueSource::Keys) {
        copy("the keys, which the experiment uses as values", "k", address(StageId::Key, row(), column()));
    } else {
        const Index inAll = projectedSlice(m_config.groups()) * m_config.headWidth() + column();
        add("the token's vector times column " + std::to_string(inAll) + " of W_V", "v",
            linear(tracedRow("x", attentionInput(), row()), {block().value, "W_V", "b_V"}, inAll));
    }
}

Expression Deriver::addRawScore()
{
    const std::vector<Expression> query = tracedRow("q", {StageId::Query, m_cell.stage.layer}, row());
    const std::vector<Expression> key = tracedRow("k", {StageId::Key, m_cell.stage.layer}, column());
    std::vector<Expression> terms;
    for (std::size_t i = 0; i < query.size(); ++i) {
        terms.push_back(product(query[i], key[i]));
    }
    return add("dot product of query " + tokenName(row()) + " and key " + tokenName(column()), "q·k",
               sum(std::move(terms)));
}

/// φ(q)·φ(k)  (Katharopoulos et al. 2020, equation 4)
void Deriver::addFeatureScore()
{
    const std::vector<Expression> query = tracedRow("q", {StageId::Query, m_cell.stage.layer}, row());
    const std::vector<Expression> key = tracedRow("k", {StageId::Key, m_cell.stage.layer}, column());
    std::vector<Expression> terms;
    for (std::size_t i = 0; i < query.size(); ++i) {
        terms.push_back(product(feature(query[i]), feature(key[i])));
    }
    add("dot product of the features of query " + tokenName(row()) + " and of key " + tokenName(column()) +
            "; the feature of x is x + 1 above 0, else exp(x)",
        indexed("s", column()), sum(std::move(terms)));
}

void Deriver::addScore()
{
    if (m_experiment.kernel == AttentionKernel::Linear) {
        addFeatureScore();
        return;
    }
    Expression score = addRawScore();
    std::string label = "the scaling is switched off: the dot product stays as it is";
    if (m_experiment.scaling == Scaling::On) {
        const Expression layer = constant(static_cast<double>(m_cell.stage.layer.value + 1));
        const Expression width = root(operand("d", {static_cast<double>(m_config.headWidth()), 0.0}));
        if (m_config.ownScoreScale != 0.0F) {
            label = "times the model's own scale";
            score = product(std::move(score), operand("scale", given(m_config.ownScoreScale)));
            score = m_config.scalesByLayer ? quotient(std::move(score), layer) : std::move(score);
        } else {
            label = "divided by √d, the root of the head width";
            score = quotient(std::move(score), m_config.scalesByLayer ? product(width, layer) : width);
        }
        if (m_config.scalesByLayer) {
            label += ", and divided by the number of the layer counted from 1";
        }
    }
    if (m_positions != PositionScheme::Alibi) {
        add(std::move(label), indexed("s", column()), std::move(score));
        return;
    }
    score = add(std::move(label), "scaled", std::move(score));
    const float slope = alibiSlopes(m_config.heads)[static_cast<std::size_t>(m_cell.head.value)];
    const auto distance = static_cast<double>(std::abs(row() - column()));
    add("ALiBi takes off this head's slope for every token between them", indexed("s", column()),
        difference(std::move(score), product(operand("slope", given(slope)), operand("distance", {distance, 0.0}))));
}

bool Deriver::isSeen(Index key) const
{
    return isVisible(m_trace.info().maskOf(m_cell.stage.layer), TokenIndex(row()), TokenIndex(key));
}

Expression Deriver::addHiddenScore()
{
    return add("the mask (" + describe(m_trace.info().maskOf(m_cell.stage.layer)) + ") hides key " +
                   tokenName(column()) + " from query " + tokenName(row()),
               indexed("s", column()), constant(static_cast<double>(kMasked)));
}

void Deriver::addMaskedScore()
{
    if (!isSeen(column())) {
        addHiddenScore();
        return;
    }
    add("no mask hides this key, so its score stays", "masked",
        traced(indexed("s", column()), address(StageId::Scores, row(), column())));
}

void Deriver::addWeight()
{
    const bool isLinear = m_experiment.kernel == AttentionKernel::Linear;
    if (!isSeen(column())) {
        Expression hidden = addHiddenScore();
        add(isLinear ? "what is hidden has no share" : "so its exponential, and with it its weight, is 0", "w",
            isLinear ? constant(0.0) : exponential(std::move(hidden)));
        return;
    }
    addScore();
    const std::vector<Expression> scores = tracedRow("s", {StageId::Scores, m_cell.stage.layer}, row());
    std::vector<Index> seen;
    for (Index key = 0; key < m_trace.tokens(); ++key) {
        if (isSeen(key)) {
            seen.push_back(key);
        }
    }
    const auto scoreOf = [&scores](Index key) -> const Expression& { return scores[static_cast<std::size_t>(key)]; };
    std::string which = "the " + std::to_string(seen.size()) + " keys";
    if (static_cast<Index>(seen.size()) < m_trace.tokens()) {
        which += " that this query sees";
    }
    std::function<Expression(Index)> shareOf = scoreOf;
    if (!isLinear) {
        const Index best = *std::ranges::max_element(seen, {}, [&](Index key) { return scoreOf(key).number.value; });
        const Expression largest =
            add("largest score of " + which + ", that of key " + tokenName(best), "m", scoreOf(best));
        shareOf = [&, largest](Index key) {
            Expression shifted = difference(scoreOf(key), largest);
            if (m_experiment.temperature != 1.0F) {
                shifted = quotient(std::move(shifted), operand("τ", given(m_experiment.temperature)));
            }
            return exponential(std::move(shifted));
        };
    }
    std::vector<Expression> shares;
    for (const Index key : seen) {
        shares.push_back(shareOf(key));
        shares.back().note = tokenName(key);
    }
    const Expression whole =
        add((isLinear ? "scores of " : "exponentials of ") + which + ", added up", "Z", sum(std::move(shares)));
    add("this key's share of the sum", "w", quotient(shareOf(column()), whole));
}

void Deriver::addHeadOutput()
{
    if (m_experiment.ablatedHeads.contains({m_cell.stage.layer, m_cell.head})) {
        add("this head is switched off: its output is replaced by zeros", "o", constant(0.0));
        return;
    }
    std::vector<Expression> weights = tracedRow("w", {StageId::Weights, m_cell.stage.layer}, row());
    std::vector<Expression> terms;
    for (Index key = 0; key < m_trace.tokens(); ++key) {
        Expression value = traced(indexed("v", key, column()), address(StageId::Value, key, column()));
        terms.push_back(product(std::move(weights[static_cast<std::size_t>(key)]), std::move(value)));
        terms.back().note = tokenName(key);
    }
    add("dimension " + std::to_string(column()) + " of every key's value, each as much as it is looked at", "o",
        sum(std::move(terms)));
}

void Deriver::addConcat()
{
    const Index width = m_config.headWidth();
    const HeadIndex head(column() / width);
    CellAddress cell = address(StageId::Heads, row(), column() % width);
    cell.head = head;
    copy("dimension " + std::to_string(cell.column) + " of head " + std::to_string(head.value) +
             ", which has columns " + std::to_string(head.value * width) + " to " +
             std::to_string((head.value + 1) * width - 1),
         "o", cell);
}

void Deriver::addAttentionOutput()
{
    add("what all heads found, times column " + std::to_string(column()) + " of W_O", "a",
        linear(tracedRow("c", {StageId::Concat, m_cell.stage.layer}, row()), {block().output, "W_O", "b_O"}, column()));
}

}  // namespace headlight
