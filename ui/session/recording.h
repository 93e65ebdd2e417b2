// Recorded traces in place of a model.
#pragma once

#include "core/model/model.h"
#include "core/trace/trace.h"

#include <memory>
#include <string>

namespace headlight::ui {

/// The longest text whose tokens are all in the strip.
inline constexpr Index kMostChips = 2'000;

/// What stands for the model of a recorded trace: its sizes and masks, without weights, and a tokenizer that takes no text.
///
/// @param name "run.safetensors"
std::shared_ptr<const Model> recordedModel(const Trace& trace, const std::string& name);

/// Whether it is such a one.
bool isRecorded(const Model& model);

}  // namespace headlight::ui
