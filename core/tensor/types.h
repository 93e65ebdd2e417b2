// Eigen aliases. Shape letters used throughout: T tokens (queries), S keys, H heads, G key-value heads, d head width,
// D model width, F feed-forward width, V vocabulary, L layers.
#pragma once

#include "core/base/indices.h"

#include <Eigen/Core>

namespace headlight {

/// Row-major, so that a token's vector is contiguous.
using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using RowVector = Eigen::Matrix<float, 1, Eigen::Dynamic>;

/// Any row-major float matrix, or a block of one, without copying.
using ConstMatrixRef = Eigen::Ref<const Matrix, 0, Eigen::OuterStride<>>;
using MatrixRef = Eigen::Ref<Matrix, 0, Eigen::OuterStride<>>;
using ConstRowVectorRef = Eigen::Ref<const RowVector>;

}  // namespace headlight
