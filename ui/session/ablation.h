// What an ablation study is asked, and what it found.
#pragma once

#include "core/analysis/ablation_study.h"
#include "core/model/model.h"
#include "core/trace/trace.h"
#include "ui/session/selection.h"
#include "ui/session/view_options.h"

#include <memory>

namespace headlight::ui {

/// A study to make. A value.
struct AblationQuestion
{
    std::shared_ptr<const Model> model;  ///< Not null.
    TraceInfo about;  ///< The text, of tokens, and the experiment that holds beside the heads switched off.
    AblationTarget target;

    /// Whether both have the same answer.
    bool isSameAs(const AblationQuestion& other) const;
};

struct AblationAnswer
{
    AblationQuestion question;
    AblationStudy study;
    std::vector<HeadEffect> ranking;  ///< ranked(study)
    double seconds = 0.0;             ///< What it took.
};

/// @param report see studyAblation
Result<std::shared_ptr<const AblationAnswer>> answer(const AblationQuestion& question, const Progress& progress = {});

/// What the options ask of a trace, which has a row a token, and of a selection in it: what they leave open is chosen as
/// AblationOptions says.
///
/// @return NotFound where a prediction is asked of a model without logits, or nothing is selected to predict; else nothing of what
/// studyAblation refuses is refused here.
Result<AblationTarget> ablationTarget(const AblationOptions& options, const Model& model, const Trace& trace,
                                      const Selection& selection);

/// Seconds that a study is likely to take whose model runs once in so many.
double estimatedStudySeconds(const ModelConfig& config, double passSeconds);

}  // namespace headlight::ui
