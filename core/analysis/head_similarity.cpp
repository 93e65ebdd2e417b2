#include "core/analysis/head_similarity.h"

#include "core/analysis/entropy.h"

#include <algorithm>
#include <cassert>

namespace headlight {
namespace {

/// Of heads whose entropies are known.
double similarity(ConstMatrixRef a, ConstMatrixRef b, double entropies)
{
    const Matrix middle = 0.5F * (a + b);
    const double divergence = (totalEntropyBits(middle) - 0.5 * entropies) / static_cast<double>(a.rows());
    // Rounding may lead out of the range by a few units in the last place.
    return std::clamp(1.0 - divergence, 0.0, 1.0);
}

}  // namespace

double headSimilarity(ConstMatrixRef a, ConstMatrixRef b)
{
    assert(a.rows() == b.rows() && a.cols() == b.cols() && a.rows() > 0);
    return similarity(a, b, totalEntropyBits(a) + totalEntropyBits(b));
}

Result<std::vector<SimilarHead>> similarHeads(const Trace& trace, HeadAddress head, const std::stop_token& stop)
{
    const Result<std::shared_ptr<const AttentionMap>> own = trace.map(StageId::Weights, head);
    if (!own) {
        return tl::unexpected(own.error());
    }
    const Matrix weights = (*own)->cells();
    const double entropy = totalEntropyBits(weights);
    std::vector<SimilarHead> similar;
    for (Index layer = 0; layer < trace.info().layers; ++layer) {
        const std::shared_ptr<const Tensor> others = trace.find({StageId::Weights, LayerIndex(layer)});
        for (Index other = 0; others && other < others->slices(); ++other) {
            if (stop.stop_requested()) {
                return failure(ErrorCode::Cancelled, "Comparing the heads was cancelled.");
            }
            const HeadAddress address{LayerIndex(layer), HeadIndex(other)};
            if (address != head) {
                const auto their = others->matrix(other);
                similar.push_back({address, similarity(weights, their, entropy + totalEntropyBits(their))});
            }
        }
    }
    std::ranges::stable_sort(similar, std::ranges::greater(), &SimilarHead::similarity);
    return similar;
}

}  // namespace headlight
