// How tests compare arrays of numbers.
#pragma once

#include "core/trace/trace.h"

#include <gtest/gtest.h>

namespace headlight::test {

/// Double precision, for references.
using DoubleMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// How far an entry may be off: absolute + relative · max|expected|.
struct Tolerance
{
    double absolute = 1e-5;
    double relative = 1e-5;
};

/// The worst |actual − expected| as a multiple of what the tolerance allows: at most 1 where they are close. Infinite
/// for NaN or an infinity anywhere, and for different shapes.
double worstRatio(const DoubleMatrix& actual, const DoubleMatrix& expected, Tolerance tolerance = {});

/// Whether worstRatio is at most 1; names the shapes, or the worst entry.
testing::AssertionResult isCloseInDouble(const DoubleMatrix& actual, const DoubleMatrix& expected, Tolerance tolerance);

/// The same of float and double matrices and expressions alike.
template <typename Actual, typename Expected>
testing::AssertionResult isClose(const Eigen::MatrixBase<Actual>& actual, const Eigen::MatrixBase<Expected>& expected,
                                 Tolerance tolerance = {})
{
    return isCloseInDouble(actual.template cast<double>(), expected.template cast<double>(), tolerance);
}

/// Whether shapes and every bit agree, so that −0 differs from 0.
testing::AssertionResult isIdentical(ConstMatrixRef actual, ConstMatrixRef expected);

/// Whether both traces have the same stages with the same shapes and bits.
testing::AssertionResult isIdentical(const Trace& actual, const Trace& expected);

/// Whether two traces of the same model have the same stages, each close.
testing::AssertionResult isClose(const Trace& actual, const Trace& expected, Tolerance tolerance = {});

/// Whether every row sums to 1 within 1e-6 and no entry is negative or NaN.
testing::AssertionResult rowsAreDistributions(ConstMatrixRef weights);

}  // namespace headlight::test
