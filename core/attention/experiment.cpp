#include "core/attention/experiment.h"

#include <array>
#include <charconv>
#include <cmath>
#include <vector>

namespace headlight {
namespace {

/// The shortest decimal that reads back as the same number.
std::string shortest(float value)
{
    std::array<char, 32> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
    return {buffer.data(), end};
}

}  // namespace

Mask effectiveMask(const Experiment& experiment, const Mask& own)
{
    switch (experiment.mask) {
    case MaskChoice::Own:
        return own;
    case MaskChoice::None:
        return {Direction::Bidirectional, MaskPattern::Full, 0};
    case MaskChoice::Causal:
        return {Direction::Causal, MaskPattern::Full, 0};
    case MaskChoice::Window:
        return {own.direction, MaskPattern::Window, experiment.maskReach};
    case MaskChoice::Strided:
        return {own.direction, MaskPattern::Strided, experiment.maskReach};
    }
    return own;
}

Result<void> validate(const Experiment& experiment, Index layers, Index heads)
{
    if (!(experiment.temperature > 0.0F) || !std::isfinite(experiment.temperature)) {
        return failure(ErrorCode::InvalidArgument, "The softmax temperature must be a positive number, not " +
                                                       shortest(experiment.temperature) + ".");
    }
    for (const auto& [layer, head] : experiment.ablatedHeads) {
        if (layer.value < 0 || layer.value >= layers || head.value < 0 || head.value >= heads) {
            return failure(ErrorCode::InvalidArgument, "There is no head " + std::to_string(layer.value) + "." +
                                                           std::to_string(head.value) + ": the model has layers 0 to " +
                                                           std::to_string(layers - 1) + " and heads 0 to " +
                                                           std::to_string(heads - 1) + ".");
        }
    }
    return validate(effectiveMask(experiment, {}));
}

std::string describe(const Experiment& experiment)
{
    std::vector<std::string> parts;
    if (experiment.scaling == Scaling::Off) {
        parts.emplace_back("scaling off");
    }
    if (experiment.temperature != 1.0F) {
        parts.push_back("softmax temperature " + shortest(experiment.temperature));
    }
    if (experiment.positions) {
        parts.push_back("positions " + std::string(positionSchemeName(*experiment.positions)));
    }
    if (experiment.mask != MaskChoice::Own) {
        parts.push_back("mask " + describe(effectiveMask(experiment, {})));
    }
    if (!experiment.ablatedHeads.empty()) {
        std::string list;
        for (const auto& [layer, head] : experiment.ablatedHeads) {
            list += (list.empty() ? "" : ", ") + std::to_string(layer.value) + "." + std::to_string(head.value);
        }
        parts.push_back("heads off " + list);
    }
    std::string joined;
    for (const std::string& part : parts) {
        joined += (joined.empty() ? "" : " · ") + part;
    }
    return joined;
}

std::string_view maskChoiceName(MaskChoice choice)
{
    switch (choice) {
    case MaskChoice::Own:
        return "own";
    case MaskChoice::None:
        return "none";
    case MaskChoice::Causal:
        return "causal";
    case MaskChoice::Window:
        return "window";
    case MaskChoice::Strided:
        return "strided";
    }
    return "";
}

}  // namespace headlight
