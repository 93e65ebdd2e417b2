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

std::string joined(const std::vector<std::string>& parts, const std::string& separator)
{
    std::string whole;
    for (const std::string& part : parts) {
        whole += (whole.empty() ? "" : separator) + part;
    }
    return whole;
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
    case MaskChoice::Block:
        return {own.direction, MaskPattern::BlockSparse, experiment.maskReach, experiment.globalTokens};
    case MaskChoice::Painted: {
        Mask painted = own;
        painted.hidden = experiment.hiddenCells;
        return painted;
    }
    }
    return own;
}

Experiment paintedFrom(const Experiment& experiment, const Mask& own, Index tokens)
{
    Experiment painted = experiment;
    if (experiment.mask != MaskChoice::Painted) {
        painted.mask = MaskChoice::Painted;
        painted.hiddenCells = hiddenCells(effectiveMask(experiment, own), tokens).without(hiddenCells(own, tokens));
    }
    return painted;
}

bool hasReach(MaskChoice mask)
{
    return mask == MaskChoice::Window || mask == MaskChoice::Strided || mask == MaskChoice::Block;
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
    if (!experiment.zeroedValues.empty() && experiment.zeroedValues.begin()->value < 0) {
        return failure(ErrorCode::InvalidArgument, "There is no token " +
                                                       std::to_string(experiment.zeroedValues.begin()->value) +
                                                       " whose value could be zeroed: tokens are counted from 0.");
    }
    return validate(effectiveMask(experiment, {}));
}

std::string describe(const Experiment& experiment)
{
    std::vector<std::string> parts;
    const bool isSoftmax = experiment.kernel == AttentionKernel::Softmax;
    if (!isSoftmax) {
        parts.emplace_back("linear attention, φ = elu + 1");
    }
    if (isSoftmax && experiment.scaling == Scaling::Off) {
        parts.emplace_back("scaling off");
    }
    if (isSoftmax && experiment.temperature != 1.0F) {
        parts.push_back("softmax temperature " + shortest(experiment.temperature));
    }
    if (experiment.positions) {
        parts.push_back("positions " + std::string(positionSchemeName(*experiment.positions)));
    }
    const Mask mask = effectiveMask(experiment, {});
    const bool isOwn = experiment.mask == MaskChoice::Own || (experiment.mask == MaskChoice::Painted && mask == Mask{});
    if (!isOwn) {
        parts.push_back("mask " + describe(mask));
    }
    if (experiment.values == ValueSource::Keys) {
        parts.emplace_back("keys used as values");
    }
    if (experiment.sharing == HeadSharing::FirstHead) {
        parts.emplace_back("every head uses head 0's query, key and value");
    }
    if (!experiment.ablatedHeads.empty()) {
        std::vector<std::string> heads;
        for (const auto& [layer, head] : experiment.ablatedHeads) {
            heads.push_back(std::to_string(layer.value) + "." + std::to_string(head.value));
        }
        parts.push_back("heads off " + joined(heads, ", "));
    }
    if (!experiment.zeroedValues.empty()) {
        std::vector<std::string> tokens;
        for (const TokenIndex token : experiment.zeroedValues) {
            tokens.push_back(std::to_string(token.value));
        }
        parts.push_back("values zeroed of tokens " + joined(tokens, ", "));
    }
    return joined(parts, " · ");
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
    case MaskChoice::Block:
        return "block";
    case MaskChoice::Painted:
        return "painted";
    }
    return "";
}

}  // namespace headlight
