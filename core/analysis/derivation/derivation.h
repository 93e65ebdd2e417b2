// Where one number of a forward pass comes from. May use base/, attention/, trace/ and model/.
#pragma once

#include "core/analysis/derivation/expression.h"
#include "core/base/result.h"
#include "core/model/model.h"
#include "core/trace/trace.h"

#include <string>
#include <vector>

namespace headlight {

/// One line of thought: symbol = value.
struct DerivationStep
{
    std::string label;   ///< What is done, as "dot product of query 8 “it” and key 1 “animal”".
    std::string symbol;  ///< Of the result, for the steps after it.
    Expression value;
};

/// How a cell follows from the stages before it and the model's weights, worked out in double from the traced numbers. Data, which
/// text.h and latex.h write down.
struct Derivation
{
    CellAddress cell = {};
    std::string title = {};                  ///< "attention weights of layer 0, head 3"
    std::string formula = {};                ///< Of the whole stage, as this model computes it: "softmax(scores)".
    std::string row = {};                    ///< "query 8 “it”"
    std::string column = {};                 ///< "key 1 “animal”"
    std::vector<DerivationStep> steps = {};  ///< At least one; the last gives the cell.
    double traced = 0.0;                     ///< What the forward pass, in float32, has there.

    /// The cell's value, with what float32 may be off by.
    const Rounded& derived() const { return steps.back().value.number; }

    /// |derived − traced|; 0 where both are the same infinity.
    double difference() const;
};

/// Derives one cell of any stage of the table, for every model and experiment.
///
/// @param trace all stages of a forward pass of `model`
/// @return NotFound where the trace holds neither the cell nor what it follows from. Pure and thread-safe. Costs no more than the
/// row and column that the cell is the product of; with OutputHead::Transformed O(D²).
Result<Derivation> derive(const Model& model, const Trace& trace, const CellAddress& cell);

}  // namespace headlight
