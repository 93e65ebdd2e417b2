#include "core/analysis/stage_matrix.h"

#include "core/attention/mask.h"
#include "core/attention/scores.h"

#include <string>

namespace headlight {
namespace {

std::shared_ptr<const AttentionMap> mapOf(const Matrix& matrix)
{
    return std::make_shared<StoredMap>(std::make_shared<const Tensor>(Tensor::fromMatrix(matrix)), 0);
}

bool isWithin(Index value, Index end)
{
    return value >= 0 && value < end;
}

}  // namespace

Result<std::shared_ptr<const AttentionMap>> stageMatrix(const Trace& trace, const StageKey& key, HeadIndex head)
{
    const Index heads = trace.info().heads;
    const bool isHead = head.value >= 0 && head.value < heads;
    if ((key.id == StageId::Scores || key.id == StageId::Weights) && isHead) {
        return trace.map(key.id, {key.layer, head});
    }
    if (isHead && trace.has(key)) {
        const std::shared_ptr<const Tensor> tensor = trace.find(key);
        return std::make_shared<StoredMap>(tensor, head.value * tensor->slices() / heads);
    }
    if (key.id == StageId::RawScores) {
        const auto query = stageMatrix(trace, {StageId::Query, key.layer}, head);
        const auto keys = stageMatrix(trace, {StageId::Key, key.layer}, head);
        if (query && keys) {
            return mapOf(rawScores((*query)->cells(), (*keys)->cells()));
        }
    }
    if (key.id == StageId::MaskedScores) {
        if (const auto scores = stageMatrix(trace, {StageId::Scores, key.layer}, head)) {
            return mapOf(applyMask((*scores)->cells(), trace.info().maskOf(key.layer)));
        }
    }
    return failure(ErrorCode::NotFound,
                   "The trace holds no " + tensorName(key) + " of head " + std::to_string(head.value) + ".");
}

bool hasCell(const Trace& trace, const CellAddress& cell)
{
    const auto cols = [&trace, layer = cell.stage.layer](StageId id) {
        const auto shape = trace.shapes().find({id, layer});
        return shape == trace.shapes().end() ? 0 : shape->second.back();
    };
    Index columns = cols(cell.stage.id);
    if (cell.stage.id == StageId::RawScores && cols(StageId::Query) > 0 && cols(StageId::Key) > 0) {
        columns = trace.tokens();
    } else if (cell.stage.id == StageId::MaskedScores) {
        columns = cols(StageId::Scores);
    }
    return isWithin(cell.head.value, trace.info().heads) && isWithin(cell.row, trace.tokens()) &&
           isWithin(cell.column, columns);
}

}  // namespace headlight
