#include "core/analysis/ablation_study.h"

#include "core/analysis/predictions.h"
#include "core/attention/experiment.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <string>

namespace headlight {
namespace {

/// The target in one pass.
struct Reading
{
    double value = 0.0;
    RowVector output = {};             ///< Of an OutputTarget.
    LogProbabilities prediction = {};  ///< Of a PredictionTarget.
};

RowVector outputAt(const Trace& trace, const Model& model, TokenIndex token)
{
    return trace.row(outputStage(model), token);
}

Reading read(const Trace& trace, const Model& model, const OutputTarget& target)
{
    Reading reading{.output = outputAt(trace, model, target.token)};
    reading.value = reading.output.cast<double>().norm();
    return reading;
}

/// One row of the logits, as the others are not asked for.
Reading read(const Trace& trace, const Model& model, const PredictionTarget& target)
{
    const Matrix logits = outputLogits(model, outputAt(trace, model, target.token));
    LogProbabilities log = logProbabilities(logits.row(0));
    const double probability = std::exp(log(target.id));
    return {.value = probability, .prediction = std::move(log)};
}

Reading read(const Trace& trace, const Model& /*model*/, const AttentionTarget& target)
{
    const auto weights = trace.map(StageId::Weights, target.head);
    return {.value = static_cast<double>((*weights)->at(target.query, target.key))};
}

PredictionShift predictionShift(const LogProbabilities& before, const LogProbabilities& after, std::int32_t id)
{
    return {.logProbability = after(id) == before(id) ? 0.0 : (after(id) - before(id)) / std::numbers::ln2,
            .divergence = klDivergenceBits(before, after)};
}

TargetChange changeBetween(const Reading& before, const Reading& after, const AblationTarget& target)
{
    TargetChange change{.before = before.value, .after = after.value, .effect = after.value - before.value};
    if (std::holds_alternative<OutputTarget>(target)) {
        change.effect = (after.output - before.output).cast<double>().norm() / before.value;
    } else if (const auto* prediction = std::get_if<PredictionTarget>(&target)) {
        change.prediction = predictionShift(before.prediction, after.prediction, prediction->id);
    }
    return change;
}

/// Where a pass may end that only the target is read from.
StageKey lastStage(const Model& model, const AblationTarget& target)
{
    const auto* attention = std::get_if<AttentionTarget>(&target);
    return attention == nullptr ? outputStage(model) : StageKey{StageId::Weights, attention->head.layer};
}

Result<void> checkToken(TokenIndex token, const EncodedText& text)
{
    const auto count = static_cast<Index>(text.tokens.size());
    if (token.value < 0 || token.value >= count) {
        return failure(ErrorCode::InvalidArgument, "There is no token " + std::to_string(token.value) +
                                                       ": the text has tokens 0 to " + std::to_string(count - 1) + ".");
    }
    return {};
}

Result<void> check(const OutputTarget& target, const Model& /*model*/, const EncodedText& text)
{
    return checkToken(target.token, text);
}

Result<void> check(const PredictionTarget& target, const Model& model, const EncodedText& text)
{
    if (model.config.outputHead == OutputHead::None) {
        return failure(ErrorCode::NotFound, model.name + " has no logits, so that it predicts nothing.");
    }
    if (target.id < 0 || target.id >= model.config.vocabulary) {
        return failure(ErrorCode::InvalidArgument, "There is no id " + std::to_string(target.id) +
                                                       ": the vocabulary of " + model.name + " has ids 0 to " +
                                                       std::to_string(model.config.vocabulary - 1) + ".");
    }
    return checkToken(target.token, text);
}

Result<void> check(const AttentionTarget& target, const Model& model, const EncodedText& text)
{
    const auto [layer, head] = target.head;
    if (layer.value < 0 || layer.value >= model.config.layers || head.value < 0 || head.value >= model.config.heads) {
        return failure(ErrorCode::InvalidArgument,
                       "There is no layer " + std::to_string(layer.value) + " head " + std::to_string(head.value) +
                           ": " + model.name + " has layers 0 to " + std::to_string(model.config.layers - 1) +
                           " and heads 0 to " + std::to_string(model.config.heads - 1) + ".");
    }
    if (const Result<void> there = checkToken(target.query, text); !there) {
        return there;
    }
    return checkToken(target.key, text);
}

/// Refuses what is no finite number.
Result<Reading> readChecked(const Trace& trace, const Model& model, const AblationTarget& target)
{
    Reading reading = std::visit([&](const auto& some) { return read(trace, model, some); }, target);
    if (!std::isfinite(reading.value)) {
        return failure(ErrorCode::Malformed,
                       "The target is not a finite number with " +
                           (trace.info().experiment.ablatedHeads.empty() ? std::string("all heads on")
                                                                         : describe(trace.info().experiment)) +
                           ".");
    }
    return reading;
}

}  // namespace

StageKey outputStage(const Model& model)
{
    return model.weights.finalNorm ? StageKey{StageId::FinalNorm}
                                   : StageKey{StageId::LayerOutput, LayerIndex(model.config.layers - 1)};
}

Result<AblationStudy> studyAblation(const std::shared_ptr<const Model>& model, const EncodedText& text,
                                    const Experiment& base, const AblationTarget& target, const Progress& progress)
{
    const Result<void> fits = std::visit([&](const auto& some) { return check(some, *model, text); }, target);
    if (!fits) {
        return tl::unexpected(fits.error());
    }
    // Every pass in the same thread, so that no rounding of another's differs.
    const Result<std::shared_ptr<const Trace>> whole = forward(model, text, base, progress.stop);
    if (!whole) {
        return tl::unexpected(whole.error());
    }
    const Result<Reading> before = readChecked(**whole, *model, target);
    if (!before) {
        return tl::unexpected(before.error());
    }
    if (std::holds_alternative<OutputTarget>(target) && before->value == 0.0) {
        return failure(ErrorCode::Malformed, "The output is zero, so that no change is relative to it.");
    }
    const StageKey last = lastStage(*model, target);
    const Index end = last.id == StageId::FinalNorm ? model->config.layers : last.layer.value + 1;
    const auto blocksOf = [end](Index layer) { return std::max<Index>(end - layer, 0); };
    const Index allBlocks = model->config.heads * end * (end + 1) / 2;
    Index blocksRun = 0;

    AblationStudy study{.target = target, .before = before->value, .effects = {}};
    for (Index layer = 0; layer < model->config.layers; ++layer) {
        for (Index head = 0; head < model->config.heads; ++head) {
            HeadEffect effect{.head = {LayerIndex(layer), HeadIndex(head)}};
            Experiment without = base;
            if (without.ablatedHeads.insert(effect.head).second) {
                const Result<std::shared_ptr<const Trace>> trace =
                    forwardAfter(model, **whole, text, without, last, progress.stop);
                if (!trace) {
                    return tl::unexpected(trace.error());
                }
                const Result<Reading> after = readChecked(**trace, *model, target);
                if (!after) {
                    return tl::unexpected(after.error());
                }
                effect.change = changeBetween(*before, *after, target);
            }
            study.effects.push_back(std::move(effect));
            blocksRun += blocksOf(layer);
            progress.at(static_cast<float>(blocksRun) / static_cast<float>(allBlocks));
        }
    }
    return study;
}

std::vector<HeadEffect> ranked(const AblationStudy& study)
{
    std::vector<HeadEffect> effects = study.effects;
    std::ranges::stable_sort(effects, std::greater(), [](const HeadEffect& effect) {
        return effect.change ? std::abs(effect.change->effect) : -1.0;
    });
    return effects;
}

}  // namespace headlight
