#include "core/analysis/derivation/deriver.h"

#include "core/analysis/pipeline.h"
#include "core/analysis/stage_matrix.h"

#include <cassert>
#include <cmath>
#include <utility>

namespace headlight {
namespace {

/// The stage's last axis, or its last but one.
char columnAxis(const Stage& stage)
{
    return stage.axes.back();
}

char rowAxis(const Stage& stage)
{
    return stage.axes[stage.axes.size() - 2];
}

bool isOfHead(const Stage& stage)
{
    return stage.axes.size() == 3;
}

/// With white space as marks, as in pictures, and in quotation marks.
std::string quoted(const Token& token)
{
    std::string text;
    for (const char byte : token.text) {
        if (byte == ' ') {
            text += "·";
        } else if (byte == '\n' || byte == '\r') {
            text += "↵";
        } else if (byte == '\t') {
            text += "⇥";
        } else {
            text += byte;
        }
    }
    return "“" + text + "”";
}

/// The first stage that every pass of the model leaves behind and this trace has not.
std::optional<StageKey> missingStage(const Model& model, const Trace& trace)
{
    const auto isOptional = [&config = model.config, &model](StageId id) {
        return id == StageId::PositionEmbedding || (id == StageId::TypeEmbedding && config.segments == 0) ||
               (id == StageId::FeedForwardGate && config.feedForward == FeedForwardKind::Plain) ||
               (id == StageId::FinalNorm && !model.weights.finalNorm) ||
               (id == StageId::Logits && config.outputHead == OutputHead::None);
    };
    for (const Stage& stage : stages()) {
        const bool isNeeded = stage.storage == StageStorage::Traced && !isOptional(stage.id);
        const Index layers = stage.scope == StageScope::Layer ? model.config.layers : 1;
        for (Index layer = 0; isNeeded && layer < layers; ++layer) {
            const StageKey key{stage.id, LayerIndex(layer)};
            if (!trace.has(key)) {
                return key;
            }
        }
    }
    return std::nullopt;
}

}  // namespace

double Derivation::difference() const
{
    return derived().value == traced ? 0.0 : std::abs(derived().value - traced);
}

Result<Derivation> derive(const Model& model, const Trace& trace, const CellAddress& cell)
{
    if (!hasCell(trace, cell)) {
        return failure(ErrorCode::NotFound, "The trace holds no cell [" + std::to_string(cell.row) + ", " +
                                                std::to_string(cell.column) + "] of " + tensorName(cell.stage) +
                                                " of head " + std::to_string(cell.head.value) + ".");
    }
    if (const std::optional<StageKey> missing = missingStage(model, trace)) {
        return failure(ErrorCode::NotFound,
                       "The trace holds no " + tensorName(*missing) + "; a derivation needs every stage of a pass.");
    }
    return Deriver(model, trace, cell).run();
}

Rounded given(float value)
{
    return {static_cast<double>(value), 0.0};
}

std::string indexed(const std::string& symbol, Index index)
{
    return symbol + "[" + std::to_string(index) + "]";
}

std::string indexed(const std::string& symbol, Index row, Index column)
{
    return symbol + "[" + std::to_string(row) + ", " + std::to_string(column) + "]";
}

Expression parameter(const std::string& name, const Matrix& values, Index row, Index column)
{
    return operand(indexed(name, row, column), given(values(row, column)));
}

Expression parameter(const std::string& name, const RowVector& values, Index column)
{
    return operand(indexed(name, column), given(values(column)));
}

Deriver::Deriver(const Model& model, const Trace& trace, const CellAddress& cell)
    : m_model(model)
    , m_trace(trace)
    , m_config(model.config)
    , m_experiment(trace.info().experiment)
    , m_cell(cell)
    , m_positions(m_experiment.positions.value_or(model.config.positions))
{
    assert(m_config.layers == trace.info().layers && m_config.heads == trace.info().heads);
}

Derivation Deriver::run()
{
    m_derivation.cell = m_cell;
    m_derivation.traced = static_cast<double>(
        (*stageMatrix(m_trace, m_cell.stage, m_cell.head))->at(TokenIndex(row()), TokenIndex(column())));
    nameCell();
    addSteps();
    return std::move(m_derivation);
}

void Deriver::addSteps()
{
    switch (m_cell.stage.id) {
    case StageId::TokenEmbedding:
        return addTokenEmbedding();
    case StageId::PositionEmbedding:
        return addPositionEmbedding();
    case StageId::TypeEmbedding:
        return addTypeEmbedding();
    case StageId::EmbeddingOutput:
        return addEmbeddingOutput();
    case StageId::LayerInput:
        return addLayerInput();
    case StageId::AttentionNorm:
        return addAttentionNorm();
    case StageId::Query:
        return addQuery();
    case StageId::Key:
        return addKey();
    case StageId::Value:
        return addValue();
    case StageId::RawScores:
        addRawScore();
        return;
    case StageId::Scores:
        addScore();
        return;
    case StageId::MaskedScores:
        return addMaskedScore();
    case StageId::Weights:
        return addWeight();
    case StageId::Heads:
        return addHeadOutput();
    case StageId::Concat:
        return addConcat();
    case StageId::AttentionOutput:
        return addAttentionOutput();
    case StageId::AttentionResidual:
        return addAttentionResidual();
    case StageId::FeedForwardNorm:
        return addFeedForwardNorm();
    case StageId::FeedForwardHidden:
        return addFeedForwardHidden();
    case StageId::FeedForwardGate:
        return addFeedForwardGate();
    case StageId::FeedForwardActivation:
        return addFeedForwardActivation();
    case StageId::FeedForwardOutput:
        return addFeedForwardOutput();
    case StageId::LayerOutput:
        return addLayerOutput();
    case StageId::FinalNorm:
        return addFinalNorm();
    case StageId::Logits:
        return addLogit();
    }
}

void Deriver::nameCell()
{
    const Stage& stage = stageInfo(m_cell.stage.id);
    m_derivation.title = stage.title;
    for (const PipelineStep& step : pipelineOf(m_model, m_trace, {m_cell.stage.layer, m_cell.head})) {
        if (step.key == m_cell.stage) {
            m_derivation.formula = step.formula;
        }
    }
    if (stage.scope == StageScope::Layer) {
        m_derivation.title += " of layer " + std::to_string(m_cell.stage.layer.value);
    }
    if (isOfHead(stage)) {
        m_derivation.title += ", head " + std::to_string(m_cell.head.value);
    }
    const bool isQuery = columnAxis(stage) == 'S';
    const bool isKey = rowAxis(stage) == 'S';
    m_derivation.row = (isQuery ? "query " : isKey ? "key " : "token ") + tokenName(row());
    m_derivation.column = columnName(columnAxis(stage));
}

std::string Deriver::columnName(char axis) const
{
    const std::string number = std::to_string(column());
    if (axis == 'S') {
        return "key " + tokenName(column());
    }
    if (axis == 'V') {
        const Result<Token> token = m_model.tokenizer ? m_model.tokenizer->token(static_cast<std::int32_t>(column()))
                                                      : Result<Token>(failure(ErrorCode::NotFound, ""));
        return "vocabulary entry " + number + (token ? " " + quoted(*token) : "");
    }
    return "dimension " + number;
}

std::string Deriver::tokenName(Index token) const
{
    return std::to_string(token) + " " + quoted(m_trace.info().tokens[static_cast<std::size_t>(token)]);
}

CellAddress Deriver::address(StageId stage, Index row, Index column) const
{
    return address(StageKey{stage, m_cell.stage.layer}, row, column);
}

CellAddress Deriver::address(const StageKey& stage, Index row, Index column) const
{
    return {.stage = stage,
            .head = isOfHead(stageInfo(stage.id)) ? m_cell.head : HeadIndex(0),
            .row = row,
            .column = column};
}

Expression Deriver::traced(std::string symbol, const CellAddress& cell) const
{
    std::shared_ptr<const Tensor>& tensor = m_held[cell.stage];
    if (!tensor) {
        tensor = m_trace.find(cell.stage);
    }
    const Index slice = cell.head.value * tensor->slices() / m_config.heads;
    return operand(std::move(symbol), given(tensor->matrix(slice)(cell.row, cell.column)), cell);
}

std::vector<Expression> Deriver::tracedRow(const std::string& symbol, const StageKey& stage, Index row) const
{
    std::vector<Expression> cells(static_cast<std::size_t>(m_trace.shapes().at(stage).back()));
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const auto column = static_cast<Index>(i);
        cells[i] = traced(indexed(symbol, column), address(stage, row, column));
    }
    return cells;
}

Expression Deriver::add(std::string label, std::string symbol, Expression value)
{
    m_derivation.steps.push_back({.label = std::move(label), .symbol = symbol, .value = std::move(value)});
    return operand(std::move(symbol), m_derivation.steps.back().value.number);
}

void Deriver::copy(const std::string& of, const std::string& symbol, const CellAddress& cell)
{
    add("the same number as in " + of, symbol, traced(indexed(symbol, cell.row, cell.column), cell));
}

Expression Deriver::linear(std::vector<Expression> x, const NamedLinear& map, Index column)
{
    std::vector<Expression> terms;
    terms.reserve(x.size());
    for (Expression& entry : x) {
        const auto i = static_cast<Index>(terms.size());
        terms.push_back(product(std::move(entry), parameter(map.weight, map.weights.weight, i, column)));
    }
    if (map.weights.bias.size() == 0) {
        return sum(std::move(terms));
    }
    return sum({sum(std::move(terms)), parameter(map.bias, map.weights.bias, column)});
}

Rounded Deriver::linearNumber(const std::vector<Expression>& x, const LinearWeights& weights, Index column)
{
    std::vector<Rounded> terms;
    terms.reserve(x.size());
    for (const Expression& entry : x) {
        terms.push_back(entry.number * given(weights.weight(static_cast<Index>(terms.size()), column)));
    }
    const Rounded product = total(terms);
    return weights.bias.size() == 0 ? product : product + given(weights.bias(column));
}

NormScale Deriver::addNormScale(const std::vector<Expression>& x, const std::string& what, NormKind kind)
{
    const Expression count = operand("n", {static_cast<double>(x.size()), 0.0});
    std::vector<Expression> squares;
    squares.reserve(x.size());
    if (kind == NormKind::RmsNorm) {
        for (const Expression& entry : x) {
            squares.push_back(square(entry));
        }
        return {.mean = {}, .square = add("mean square of " + what, "ms", quotient(sum(std::move(squares)), count))};
    }
    const Expression mean = add("mean of " + what, "μ", quotient(sum(x), count));
    for (const Expression& entry : x) {
        squares.push_back(square(difference(entry, mean)));
    }
    return {.mean = mean,
            .square = add("variance: their mean square distance from the mean", "σ²",
                          quotient(sum(std::move(squares)), count))};
}

Expression Deriver::normalised(Expression x, const NormScale& scale, const NamedNorm& norm, Index column) const
{
    Expression centred = scale.mean ? difference(std::move(x), *scale.mean) : std::move(x);
    Expression size = root(sum({scale.square, operand("ε", given(m_config.normEpsilon))}));
    Expression scaled =
        product(parameter(norm.gain, norm.weights.gain, column), quotient(std::move(centred), std::move(size)));
    if (norm.weights.bias.size() == 0) {
        return scaled;
    }
    return sum({std::move(scaled), parameter(norm.bias, norm.weights.bias, column)});
}

void Deriver::addNormalised(const std::vector<Expression>& x, const NamedNorm& norm)
{
    const std::string which = "the vector's " + std::to_string(x.size()) + " numbers";
    const NormScale scale = addNormScale(x, which, m_config.normKind);
    add("brought to a common size, then scaled and shifted as was learnt", "n",
        normalised(x[static_cast<std::size_t>(column())], scale, norm, column()));
}

}  // namespace headlight
