#include "core/model/attention_options.h"

namespace headlight {

Scoring scoringOf(const ModelConfig& config, const Experiment& experiment)
{
    Scoring scoring{.hasAlibi = experiment.positions.value_or(config.positions) == PositionScheme::Alibi};
    for (LayerIndex layer(0); layer.value < config.layers; ++layer.value) {
        scoring.scales.push_back(experiment.scaling == Scaling::On ? config.scoreScaleOf(layer) : 1.0F);
    }
    return scoring;
}

AttentionOptions attentionOptions(const ModelConfig& config, const Experiment& experiment, HeadAddress head)
{
    return attentionOptions(scoringOf(config, experiment), head, config.heads, experiment.temperature,
                            effectiveMask(experiment, config.maskOf(head.layer)));
}

}  // namespace headlight
