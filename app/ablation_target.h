// What --target and --effect-on say.
#pragma once

#include "core/base/result.h"
#include "core/model/model.h"
#include "core/trace/trace.h"
#include "ui/session/ablation.h"

#include <memory>
#include <string>

namespace headlight::app {

inline constexpr const char* kTargetHelp = "What heads are ranked by: output:TOKEN, prediction:TOKEN, "
                                           "prediction:TOKEN:ID-OR-TEXT or attention:QUERY:KEY of --layer "
                                           "and --head; without it, the output at the query, or else at the last token";

/// Makes the study that a target asks of a trace, whose rows are tokens: "output:8", "prediction:8" (of what is most probable
/// there), "prediction:8:animal", "prediction:8:1043", "attention:8:1" (of the selected head).
///
/// @param target empty for the output at the selected token, or else at the last
/// @param selection of tokens
/// @return InvalidArgument for what cannot be read, or a text that is not one token; else as ui::ablationTarget and
/// studyAblation
Result<std::shared_ptr<const ui::AblationAnswer>> answerTo(const std::string& target,
                                                           const std::shared_ptr<const Model>& model,
                                                           const Trace& trace, const ui::Selection& selection);

}  // namespace headlight::app
