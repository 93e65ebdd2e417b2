#include "core/model/config.h"

#include "core/attention/scores.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>

namespace headlight {

const Mask& ModelConfig::maskOf(LayerIndex layer) const
{
    return layerMasks.empty() ? mask : layerMasks.at(static_cast<std::size_t>(layer.value));
}

float ModelConfig::scoreScaleOf(LayerIndex layer) const
{
    const float scale = ownScoreScale == 0.0F ? scoreScale(headWidth()) : ownScoreScale;
    return scalesByLayer ? scale / static_cast<float>(layer.value + 1) : scale;
}

Result<void> validate(const ModelConfig& config)
{
    const std::array sizes = {
        std::pair{"vocabulary", config.vocabulary},
        std::pair{"width", config.width},
        std::pair{"layers", config.layers},
        std::pair{"heads", config.heads},
        std::pair{"feed-forward width", config.feedForwardWidth},
        std::pair{"longest text", config.maxTokens},
    };
    for (const auto& [name, size] : sizes) {
        if (size < 1) {
            return failure(ErrorCode::InvalidArgument,
                           "A model's " + std::string(name) + " must be at least 1, not " + std::to_string(size) + ".");
        }
    }
    if (config.heads > kMaxHeads) {
        return failure(ErrorCode::InvalidArgument, "A layer has at most " + std::to_string(kMaxHeads) + " heads, not " +
                                                       std::to_string(config.heads) + ".");
    }
    if (config.layers > kMaxLayers) {
        return failure(ErrorCode::InvalidArgument, "A model has at most " + std::to_string(kMaxLayers) +
                                                       " layers, not " + std::to_string(config.layers) + ".");
    }
    if (config.keyValueHeads < 0 || config.ownHeadWidth < 0 || config.segments < 0) {
        return failure(ErrorCode::InvalidArgument,
                       "A model's key-value heads, head width and token types must not be negative.");
    }
    if (config.ownHeadWidth == 0 && config.width % config.heads != 0) {
        return failure(ErrorCode::InvalidArgument, "The width " + std::to_string(config.width) +
                                                       " is not a multiple of the " + std::to_string(config.heads) +
                                                       " heads.");
    }
    if (config.heads % config.groups() != 0) {
        return failure(ErrorCode::InvalidArgument, "The " + std::to_string(config.heads) + " heads cannot share " +
                                                       std::to_string(config.groups()) + " key-value heads evenly.");
    }
    if (config.positions == PositionScheme::Rotary && config.rotary.dimensions == 0 && config.headWidth() % 2 != 0) {
        return failure(ErrorCode::InvalidArgument, "Rotary positions turn pairs of a head's " +
                                                       std::to_string(config.headWidth()) +
                                                       " dimensions, so their number must be even.");
    }
    if (const Index turned = config.rotary.dimensions; turned < 0 || turned > config.headWidth() || turned % 2 != 0) {
        return failure(ErrorCode::InvalidArgument, "Rotary positions turn pairs of a head's " +
                                                       std::to_string(config.headWidth()) + " dimensions, so not " +
                                                       std::to_string(turned) + " of them.");
    }
    if (!config.layerMasks.empty() && static_cast<Index>(config.layerMasks.size()) != config.layers) {
        return failure(ErrorCode::InvalidArgument, "There are masks for " + std::to_string(config.layerMasks.size()) +
                                                       " layers, but the model has " + std::to_string(config.layers) +
                                                       ".");
    }
    if (!(config.normEpsilon > 0.0F) || !std::isfinite(config.normEpsilon)) {
        return failure(ErrorCode::InvalidArgument,
                       "A norm's epsilon must be above 0 and finite, not " + std::to_string(config.normEpsilon) + ".");
    }
    for (const Mask& mask : config.layerMasks) {
        if (const Result<void> valid = validate(mask); !valid) {
            return valid;
        }
    }
    return validate(config.mask);
}

double weightCount(const ModelConfig& config)
{
    const auto width = static_cast<double>(config.width);
    const auto vocabulary = static_cast<double>(config.vocabulary);
    const auto hidden = static_cast<double>(config.feedForwardWidth);
    const auto head = static_cast<double>(config.headWidth());
    const double queries = static_cast<double>(config.heads) * head;
    const double keys = static_cast<double>(config.groups()) * head;
    const double norm = config.normKind == NormKind::LayerNorm ? 2.0 * width : width;
    const double expanding = config.feedForward == FeedForwardKind::Gated ? 2.0 : 1.0;

    double block = width * (queries + 2.0 * keys) + queries * width + 2.0 * norm + (expanding + 1.0) * width * hidden;
    block += config.biases.queryKeyValue ? queries + 2.0 * keys : 0.0;
    block += config.biases.attentionOutput ? width : 0.0;
    block += config.biases.feedForward ? expanding * hidden + width : 0.0;
    block += config.hasQueryKeyNorm ? 2.0 * head : 0.0;

    double count = vocabulary * width + static_cast<double>(config.layers) * block;
    count += config.positions == PositionScheme::Learned ? static_cast<double>(config.maxTokens) * width : 0.0;
    count += static_cast<double>(config.segments) * width;
    count += config.hasEmbeddingNorm ? norm : 0.0;
    count += config.normPlacement == NormPlacement::Before ? norm : 0.0;
    if (config.outputHead != OutputHead::None) {
        count += config.outputHead == OutputHead::Transformed ? width * width + width + norm : 0.0;
        count += config.outputEmbedding == OutputEmbedding::Own ? vocabulary * width : 0.0;
        count += config.hasOutputBias ? vocabulary : 0.0;
    }
    return count;
}

}  // namespace headlight
