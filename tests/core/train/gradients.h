// Gradients by finite differences.
#pragma once

#include "tests/core/support/closeness.h"

#include <functional>

namespace headlight::test {

/// ∂loss/∂x by central differences, entry by entry: (loss(x + h) − loss(x − h))/2h. `loss` reads x where it lies.
inline DoubleMatrix finiteDifferences(Eigen::Ref<Matrix> x, const std::function<double()>& loss, float step = 1e-2F)
{
    DoubleMatrix gradient(x.rows(), x.cols());
    for (Index row = 0; row < x.rows(); ++row) {
        for (Index col = 0; col < x.cols(); ++col) {
            const float kept = x(row, col);
            x(row, col) = kept + step;
            const float above = x(row, col);
            const double high = loss();
            x(row, col) = kept - step;
            const float below = x(row, col);
            const double low = loss();
            x(row, col) = kept;
            gradient(row, col) = (high - low) / (static_cast<double>(above) - static_cast<double>(below));
        }
    }
    return gradient;
}

/// float32 losses leave about three digits to a finite difference.
inline constexpr Tolerance kFiniteDifference{.absolute = 2e-3, .relative = 1e-2};

/// Σ output·probe: a loss whose gradient with respect to the output is the probe.
inline double probed(ConstMatrixRef output, ConstMatrixRef probe)
{
    return output.cast<double>().cwiseProduct(probe.cast<double>()).sum();
}

}  // namespace headlight::test
