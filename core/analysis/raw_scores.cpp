#include "core/analysis/raw_scores.h"

#include "core/attention/scores.h"

#include <string>

namespace headlight {

Result<std::shared_ptr<const AttentionMap>> rawScoreMap(const Trace& trace, HeadAddress head)
{
    const auto query = trace.find({StageId::Query, head.layer});
    const auto key = trace.find({StageId::Key, head.layer});
    if (!query || !key || head.head.value < 0 || head.head.value >= query->slices()) {
        return failure(ErrorCode::NotFound, "The trace holds no queries and keys of layer " +
                                                std::to_string(head.layer.value) + " head " +
                                                std::to_string(head.head.value) + ".");
    }
    const Matrix scores = rawScores(query->matrix(head.head.value), key->matrix(head.head.value));
    return std::make_shared<StoredMap>(std::make_shared<const Tensor>(Tensor::fromMatrix(scores)), 0);
}

}  // namespace headlight
