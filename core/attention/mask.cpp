#include "core/attention/mask.h"

#include <cstdlib>

namespace headlight {

bool isVisible(const Mask& mask, TokenIndex query, TokenIndex key)
{
    if (mask.direction == Direction::Causal && key > query) {
        return false;
    }
    const Index distance = std::abs(query.value - key.value);
    switch (mask.pattern) {
    case MaskPattern::Full:
        return true;
    case MaskPattern::Window:
        return distance <= mask.reach;
    case MaskPattern::Strided:
        return distance < mask.reach || distance % mask.reach == 0;
    }
    return true;
}

Matrix applyMask(ConstMatrixRef scores, const Mask& mask)
{
    Matrix masked = scores;
    if (mask == Mask{}) {
        return masked;
    }
    for (Index i = 0; i < masked.rows(); ++i) {
        for (Index j = 0; j < masked.cols(); ++j) {
            if (!isVisible(mask, TokenIndex(i), TokenIndex(j))) {
                masked(i, j) = kMasked;
            }
        }
    }
    return masked;
}

Result<void> validate(const Mask& mask)
{
    if (mask.pattern == MaskPattern::Window && mask.reach < 0) {
        return failure(ErrorCode::InvalidArgument, "A sliding window reaches 0 or more tokens to either side, not " +
                                                       std::to_string(mask.reach) + ".");
    }
    if (mask.pattern == MaskPattern::Strided && mask.reach < 1) {
        return failure(ErrorCode::InvalidArgument,
                       "A strided mask needs a stride of 1 or more tokens, not " + std::to_string(mask.reach) + ".");
    }
    return {};
}

double visibleShare(const Mask& mask, Index tokens)
{
    if (tokens == 0) {
        return 0.0;
    }
    Index visible = 0;
    for (Index i = 0; i < tokens; ++i) {
        for (Index j = 0; j < tokens; ++j) {
            visible += isVisible(mask, TokenIndex(i), TokenIndex(j)) ? 1 : 0;
        }
    }
    return static_cast<double>(visible) / (static_cast<double>(tokens) * static_cast<double>(tokens));
}

std::string describe(const Mask& mask)
{
    const std::string direction = mask.direction == Direction::Causal ? "causal" : "";
    std::string pattern;
    switch (mask.pattern) {
    case MaskPattern::Full:
        return direction.empty() ? "none" : direction;
    case MaskPattern::Window:
        pattern = "sliding window of " + std::to_string(mask.reach);
        break;
    case MaskPattern::Strided:
        pattern = "strided by " + std::to_string(mask.reach);
        break;
    }
    return direction.empty() ? pattern : direction + ", " + pattern;
}

}  // namespace headlight
