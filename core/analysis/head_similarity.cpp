#include "core/analysis/head_similarity.h"

#include "core/analysis/entropy.h"
#include "core/tensor/parallel.h"

#include <algorithm>
#include <cassert>
#include <iterator>

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
    constexpr double kOperationsACell = 10.0;
    std::vector<SimilarHead> similar;
    for (Index layer = 0; layer < trace.info().layers; ++layer) {
        const auto others = trace.maps(StageId::Weights, LayerIndex(layer));
        const auto count = static_cast<Index>(others.size());
        std::vector<SimilarHead> ofLayer(static_cast<std::size_t>(count));
        forEachInParallel(count, kOperationsACell * static_cast<double>(weights.size() * count), [&](Index other) {
            SimilarHead& theirs = ofLayer[static_cast<std::size_t>(other)];
            theirs.head = {LayerIndex(layer), HeadIndex(other)};
            if (theirs.head != head && !stop.stop_requested()) {
                const Matrix cells = others[static_cast<std::size_t>(other)]->cells();
                theirs.similarity = similarity(weights, cells, entropy + totalEntropyBits(cells));
            }
        });
        if (stop.stop_requested()) {
            return failure(ErrorCode::Cancelled, "Comparing the heads was cancelled.");
        }
        std::ranges::copy_if(ofLayer, std::back_inserter(similar),
                             [head](const SimilarHead& theirs) { return theirs.head != head; });
    }
    std::ranges::stable_sort(similar, std::ranges::greater(), &SimilarHead::similarity);
    return similar;
}

}  // namespace headlight
