#include "ui/session/predictions.h"

namespace headlight::ui {

QString percent(double probability)
{
    constexpr double kSmallest = 0.0005;
    return probability < kSmallest ? QStringLiteral("<\u00a00.1\u00a0%")
                                   : QStringLiteral("%1\u00a0%").arg(probability * 100.0, 0, 'f', 1);
}

std::optional<Predictions> predict(const Trace& trace, const Model& model, std::optional<TokenIndex> selected)
{
    if (!trace.has({StageId::Logits})) {
        return std::nullopt;
    }
    Predictions predictions{.site = predictionSite(trace, model, selected)};
    if (predictions.site) {
        predictions.top = topPredictions(trace, predictions.site->token, kMostPredictions);
    }
    return predictions;
}

}  // namespace headlight::ui
