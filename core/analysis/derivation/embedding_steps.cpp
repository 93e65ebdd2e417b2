#include "core/analysis/derivation/deriver.h"

#include <algorithm>
#include <utility>

namespace headlight {

void Deriver::addTokenEmbedding()
{
    const Token& token = m_trace.info().tokens[static_cast<std::size_t>(row())];
    add("dimension " + std::to_string(column()) + " in the row of token id " + std::to_string(token.id) +
            " of the embedding matrix",
        "x", parameter("E", m_model.weights.tokenEmbedding, token.id, column()));
}

void Deriver::addPositionEmbedding()
{
    if (m_positions == PositionScheme::Learned) {
        add("dimension " + std::to_string(column()) + " in the row of position " + std::to_string(row()) +
                ", which was learnt",
            "p", parameter("P", m_model.weights.positionEmbedding, row(), column()));
        return;
    }
    const Expression exponent = quotient(constant(static_cast<double>(column() / 2 * 2)),
                                         operand("D", {static_cast<double>(m_config.width), 0.0}));
    Expression angle =
        add("angle, which grows with the position, slower the higher the dimension", "θ",
            quotient(operand("position", {static_cast<double>(row()), 0.0}), power(constant(10000.0), exponent)));
    angle.number.rounding = 0.0;  // the engine too works it out in double
    const bool isSine = column() % 2 == 0;
    add(isSine ? "even dimensions are sines" : "odd dimensions are cosines", "p",
        isSine ? sine(std::move(angle)) : cosine(std::move(angle)));
}

void Deriver::addTypeEmbedding()
{
    const Matrix& embedding = m_model.weights.segmentEmbedding;
    const Index segment = m_trace.info().tokens[static_cast<std::size_t>(row())].segment;
    const Index known = std::clamp<Index>(segment, 0, embedding.rows() - 1);
    add("dimension " + std::to_string(column()) + " in the row of segment " + std::to_string(known), "s",
        parameter("S", embedding, known, column()));
}

void Deriver::addEmbeddingOutput()
{
    std::vector<std::pair<StageId, std::string>> parts;
    for (auto part : {std::pair{StageId::TokenEmbedding, "token"}, std::pair{StageId::PositionEmbedding, "position"},
                      std::pair{StageId::TypeEmbedding, "segment"}}) {
        if (m_trace.has({part.first})) {
            parts.emplace_back(part);
        }
    }
    const auto sumAt = [this, &parts](Index column) {
        std::vector<Expression> terms;
        for (const auto& [id, name] : parts) {
            terms.push_back(traced(indexed(name, column), address(id, row(), column)));
        }
        return terms.size() == 1 ? terms.front() : sum(std::move(terms));
    };
    if (!m_config.hasEmbeddingNorm) {
        add("what is known of the token, added up", "x", sumAt(column()));
        return;
    }
    add("what is known of the token, added up", indexed("u", column()), sumAt(column()));
    std::vector<Expression> sums;
    for (Index i = 0; i < m_config.width; ++i) {
        sums.push_back(operand(indexed("u", i), sumAt(i).number));
    }
    addNormalised(sums, {.weights = m_model.weights.embeddingNorm});
}

}  // namespace headlight
