#include "core/attention/scores.h"

#include "core/tensor/matmul.h"

#include <cassert>
#include <cmath>

namespace headlight {

Matrix rawScores(ConstMatrixRef query, ConstMatrixRef key)
{
    return multiplyTransposed(query, key);
}

float scoreScale(Index headWidth)
{
    assert(headWidth > 0);
    return 1.0F / std::sqrt(static_cast<float>(headWidth));
}

Matrix scaledScores(ConstMatrixRef query, ConstMatrixRef key, float scale)
{
    return multiplyTransposed(query, key, scale);
}

}  // namespace headlight
