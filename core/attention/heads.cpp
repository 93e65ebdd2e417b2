#include "core/attention/heads.h"

#include <cassert>

namespace headlight {

Tensor splitHeads(ConstMatrixRef projected, Index heads)
{
    assert(heads > 0 && projected.cols() % heads == 0);
    const Index width = projected.cols() / heads;
    Tensor split({heads, projected.rows(), width});
    for (Index h = 0; h < heads; ++h) {
        split.matrix(h) = projected.middleCols(h * width, width);
    }
    return split;
}

Matrix concatenateHeads(const Tensor& heads)
{
    const Index width = heads.cols();
    Matrix concatenated(heads.rows(), heads.slices() * width);
    for (Index h = 0; h < heads.slices(); ++h) {
        concatenated.middleCols(h * width, width) = heads.matrix(h);
    }
    return concatenated;
}

}  // namespace headlight
