// What one head of a model attends with. May use base/, tensor/ and attention/.
#pragma once

#include "core/attention/experiment.h"
#include "core/attention/scoring.h"
#include "core/model/config.h"

namespace headlight {

/// The scale, temperature, mask and ALiBi slope of one head under an experiment, its kernel being the softmax.
AttentionOptions attentionOptions(const ModelConfig& config, const Experiment& experiment, HeadAddress head);

/// What these are made of, of all layers.
Scoring scoringOf(const ModelConfig& config, const Experiment& experiment);

}  // namespace headlight
