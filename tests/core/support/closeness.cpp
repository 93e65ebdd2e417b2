#include "tests/core/support/closeness.h"

#include "tests/core/support/traces.h"

#include <bit>
#include <cmath>
#include <limits>

namespace headlight::test {
namespace {

using testing::AssertionFailure;
using testing::AssertionResult;
using testing::AssertionSuccess;

bool sameShape(const DoubleMatrix& a, const DoubleMatrix& b)
{
    return a.rows() == b.rows() && a.cols() == b.cols();
}

double limit(const DoubleMatrix& expected, Tolerance tolerance)
{
    return tolerance.absolute + tolerance.relative * (expected.size() == 0 ? 0.0 : expected.cwiseAbs().maxCoeff());
}

/// Compares the stages of two traces, slice by slice.
template <typename Compare>
AssertionResult compareTraces(const Trace& actual, const Trace& expected, Compare compare)
{
    for (const auto& [key, tensor] : tensorsOf(actual)) {
        if (!expected.find(key)) {
            return AssertionFailure() << tensorName(key) << " is not expected";
        }
    }
    for (const auto& [key, tensor] : tensorsOf(expected)) {
        const auto found = actual.find(key);
        if (!found) {
            return AssertionFailure() << tensorName(key) << " is missing";
        }
        if (found->shape() != tensor->shape()) {
            return AssertionFailure() << tensorName(key) << " has another shape";
        }
        for (Index slice = 0; slice < tensor->slices(); ++slice) {
            if (AssertionResult same = compare(found->matrix(slice), tensor->matrix(slice)); !same) {
                return AssertionFailure() << tensorName(key) << ", slice " << slice << ": " << same.message();
            }
        }
    }
    return AssertionSuccess();
}

}  // namespace

double worstRatio(const DoubleMatrix& actual, const DoubleMatrix& expected, Tolerance tolerance)
{
    if (!sameShape(actual, expected) || !actual.allFinite() || !expected.allFinite()) {
        return std::numeric_limits<double>::infinity();
    }
    const double worst = actual.size() == 0 ? 0.0 : (actual - expected).cwiseAbs().maxCoeff();
    return worst == 0.0 ? 0.0 : worst / limit(expected, tolerance);
}

AssertionResult isCloseInDouble(const DoubleMatrix& actual, const DoubleMatrix& expected, Tolerance tolerance)
{
    if (!sameShape(actual, expected)) {
        return AssertionFailure() << "shape " << actual.rows() << "×" << actual.cols() << " instead of "
                                  << expected.rows() << "×" << expected.cols();
    }
    for (Index i = 0; i < actual.rows(); ++i) {
        for (Index j = 0; j < actual.cols(); ++j) {
            if (!std::isfinite(actual(i, j)) || !std::isfinite(expected(i, j))) {
                return AssertionFailure()
                       << actual(i, j) << " instead of " << expected(i, j) << " at (" << i << ", " << j << ")";
            }
        }
    }
    if (worstRatio(actual, expected, tolerance) <= 1.0) {
        return AssertionSuccess();
    }
    Index i = 0;
    Index j = 0;
    const double worst = (actual - expected).cwiseAbs().maxCoeff(&i, &j);
    return AssertionFailure() << actual(i, j) << " instead of " << expected(i, j) << " at (" << i << ", " << j
                              << "): off by " << worst << ", allowed " << limit(expected, tolerance);
}

AssertionResult isIdentical(ConstMatrixRef actual, ConstMatrixRef expected)
{
    if (actual.rows() != expected.rows() || actual.cols() != expected.cols()) {
        return AssertionFailure() << "shape " << actual.rows() << "×" << actual.cols() << " instead of "
                                  << expected.rows() << "×" << expected.cols();
    }
    for (Index i = 0; i < actual.rows(); ++i) {
        for (Index j = 0; j < actual.cols(); ++j) {
            if (std::bit_cast<std::uint32_t>(actual(i, j)) != std::bit_cast<std::uint32_t>(expected(i, j))) {
                return AssertionFailure() << std::hexfloat << actual(i, j) << " instead of " << expected(i, j)
                                          << " at (" << i << ", " << j << ")";
            }
        }
    }
    return AssertionSuccess();
}

AssertionResult isIdentical(const Trace& actual, const Trace& expected)
{
    return compareTraces(actual, expected, [](ConstMatrixRef a, ConstMatrixRef b) { return isIdentical(a, b); });
}

AssertionResult isClose(const Trace& actual, const Trace& expected, Tolerance tolerance)
{
    return compareTraces(actual, expected,
                         [tolerance](const auto& a, const auto& b) { return isClose(a, b, tolerance); });
}

AssertionResult rowsAreDistributions(ConstMatrixRef weights)
{
    for (Index i = 0; i < weights.rows(); ++i) {
        double sum = 0.0;
        for (Index j = 0; j < weights.cols(); ++j) {
            if (!(weights(i, j) >= 0.0F)) {
                return AssertionFailure() << weights(i, j) << " at (" << i << ", " << j << ") is no share";
            }
            sum += static_cast<double>(weights(i, j));
        }
        if (!(std::abs(sum - 1.0) <= 1e-6)) {
            return AssertionFailure() << "row " << i << " sums to 1 + " << sum - 1.0;
        }
    }
    return AssertionSuccess();
}

}  // namespace headlight::test
