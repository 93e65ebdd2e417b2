#include "core/model/config.h"

#include <array>
#include <cmath>
#include <string>
#include <utility>

namespace headlight {

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
    if (config.width % config.heads != 0) {
        return failure(ErrorCode::InvalidArgument, "The width " + std::to_string(config.width) +
                                                       " is not a multiple of the " + std::to_string(config.heads) +
                                                       " heads.");
    }
    if (!(config.normEpsilon > 0.0F) || !std::isfinite(config.normEpsilon)) {
        return failure(ErrorCode::InvalidArgument,
                       "A norm's epsilon must be above 0 and finite, not " + std::to_string(config.normEpsilon) + ".");
    }
    return validate(config.mask);
}

std::size_t traceBytes(const ModelConfig& config, Index tokens)
{
    const Index perLayer = 12 * config.width + 2 * config.feedForwardWidth + 2 * config.heads * tokens;
    const Index perToken = 4 * config.width + config.layers * perLayer + config.vocabulary;
    return static_cast<std::size_t>(tokens * perToken) * sizeof(float);
}

}  // namespace headlight
