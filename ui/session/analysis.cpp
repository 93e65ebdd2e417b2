#include "ui/session/analysis.h"

#include "core/analysis/head_similarity.h"
#include "core/analysis/rollout.h"

namespace headlight::ui {

AnalysisOptions analysisFor(const ViewOptions& options)
{
    AnalysisOptions analysis{.rollout = options.heatmap.quantity == Quantity::Rollout};
    if (const auto* head = std::get_if<HeadAddress>(&options.gallery.order)) {
        analysis.similarTo = *head;
    }
    return analysis;
}

Result<std::shared_ptr<const Analysis>> analyse(const Trace& shown, const Trace& full, const AnalysisOptions& options,
                                                const std::stop_token& stop)
{
    auto analysis = std::make_shared<Analysis>();
    analysis->asked = options;
    Result<MeasuredHeads> measured =
        options.measures == HeadMeasuring::All ? measureHeads(shown, stop) : unmeasuredHeads(shown.info());
    if (!measured) {
        return tl::unexpected(measured.error());
    }
    analysis->measured = std::move(*measured);
    const bool isInFull = full.tokens() <= kLongestInFull;
    if (options.similarTo && isInFull) {
        if (const auto similar = similarHeads(shown, *options.similarTo, stop)) {
            analysis->similarities.emplace(*options.similarTo, 1.0);
            for (const auto& [head, similarity] : *similar) {
                analysis->similarities.emplace(head, similarity);
            }
        } else if (similar.error().code == ErrorCode::Cancelled) {
            return tl::unexpected(similar.error());
        }
    }
    if (options.rollout && isInFull && shown.info().unit == TokenUnit::Token) {
        if (const auto rollout = attentionRollout(full, stop)) {
            for (const Matrix& layer : *rollout) {
                analysis->rollout.push_back(
                    std::make_shared<StoredMap>(std::make_shared<const Tensor>(Tensor::fromMatrix(layer)), 0));
            }
        } else if (rollout.error().code == ErrorCode::Cancelled) {
            return tl::unexpected(rollout.error());
        }
    }
    return analysis;
}

}  // namespace headlight::ui
