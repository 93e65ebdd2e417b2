// What the open model expects, as the window shows it.
#pragma once

#include "core/analysis/predictions.h"
#include "core/model/model.h"
#include "core/trace/trace.h"

#include <QString>

#include <optional>

namespace headlight::ui {

/// What a model expects at one place of its text.
struct Predictions
{
    std::optional<PredictionSite> site = {};   ///< Nothing while no token is chosen.
    Result<std::vector<Prediction>> top = {};  ///< At most kMostPredictions, none without a site.
};

inline constexpr Index kMostPredictions = 10;

/// "12.3 %", "< 0.1 %".
QString percent(double probability);

/// @return nothing where the model has no logits. Reads one row of them: O(V).
std::optional<Predictions> predict(const Trace& trace, const Model& model, std::optional<TokenIndex> selected);

}  // namespace headlight::ui
