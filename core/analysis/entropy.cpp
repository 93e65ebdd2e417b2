#include "core/analysis/entropy.h"

#include <limits>
#include <numbers>

namespace headlight {

double totalEntropyBits(ConstMatrixRef weights)
{
    double nats = 0.0;
    for (Index i = 0; i < weights.rows(); ++i) {
        // A weight of 0 counts 0: its logarithm is kept finite.
        const auto row = weights.row(i).array();
        nats -= static_cast<double>((row * row.max(std::numeric_limits<float>::min()).log()).sum());
    }
    return nats / std::numbers::ln2;
}

}  // namespace headlight
