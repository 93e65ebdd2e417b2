// The learnt numbers of a model, one by one and by name: what files hold and optimisers change.
#pragma once

#include "core/model/model.h"

#include <string>
#include <vector>

namespace headlight {

/// A view of one weight matrix or bias; lives as long as the weights do. A bias or gain is one row.
struct Parameter
{
    std::string name;  ///< As "blocks.0.attention.query.weight".
    Eigen::Map<Matrix> values;
    int rank = 2;  ///< 2, or 1 for a bias or gain.

    bool isMatrix() const { return rank == 2; }
};

/// Every parameter that the weights have, always in the same order: embeddings, blocks, final norm.
std::vector<Parameter> parameters(Weights& weights);

/// The same of a linear map: NAME.weight and NAME.bias.
void appendParameters(const std::string& name, LinearWeights& weights, std::vector<Parameter>& list);

/// How many numbers they are.
Index parameterCount(const std::vector<Parameter>& list);

/// Weights of the configuration's shapes whose numbers are still to be set.
Weights unsetWeights(const ModelConfig& config);

/// Weights of the configuration's shapes, all zero; norms too.
Weights zeroWeights(const ModelConfig& config);

}  // namespace headlight
