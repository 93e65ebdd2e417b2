#include "core/model/attention_options.h"

#include "core/attention/positions.h"

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
    AttentionOptions options{.scale = experiment.scaling == Scaling::On ? config.scoreScaleOf(head.layer) : 1.0F,
                             .temperature = experiment.temperature,
                             .mask = effectiveMask(experiment, config.maskOf(head.layer))};
    if (experiment.positions.value_or(config.positions) == PositionScheme::Alibi) {
        options.alibiSlope = alibiSlopes(config.heads)[static_cast<std::size_t>(head.head.value)];
    }
    return options;
}

}  // namespace headlight
