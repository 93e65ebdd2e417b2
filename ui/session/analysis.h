// What is worked out from every trace beside the pass itself: what its heads do.
#pragma once

#include "core/analysis/head_measures.h"
#include "core/base/result.h"
#include "core/trace/trace.h"
#include "ui/session/view_options.h"

#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

namespace headlight::ui {

/// Which heads to measure: for long texts that takes longer than to draw them.
enum class HeadMeasuring { All, None };

struct AnalysisOptions
{
    HeadMeasuring measures = HeadMeasuring::All;
    std::optional<HeadAddress> similarTo = {};
    bool rollout = false;

    bool operator==(const AnalysisOptions&) const = default;
};

/// What these options show.
AnalysisOptions analysisFor(const ViewOptions& options);

/// Immutable, so that pictures share it across threads as they do its trace.
struct Analysis
{
    AnalysisOptions asked;
    MeasuredHeads measured;                      ///< Of the rows shown.
    std::map<HeadAddress, double> similarities;  ///< To `asked.similarTo`, which itself has 1; of the rows shown.

    /// One a layer, of tokens; empty where it was not asked for or the trace lacks a layer's weights.
    std::vector<std::shared_ptr<const AttentionMap>> rollout;
};

/// Of more than kLongestInFull tokens there are neither measures nor similarities nor rollout.
///
/// @param shown the trace as it is shown  @param full the one with every stage, a row a token
/// @return Cancelled, and no other error
Result<std::shared_ptr<const Analysis>> analyse(const Trace& shown, const Trace& full, const AnalysisOptions& options,
                                                const std::stop_token& stop = {});

}  // namespace headlight::ui
