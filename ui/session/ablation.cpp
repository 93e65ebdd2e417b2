#include "ui/session/ablation.h"

#include "ui/session/examples.h"
#include "ui/session/predictions.h"

#include <algorithm>
#include <chrono>

namespace headlight::ui {
namespace {

TokenIndex lastToken(const Trace& trace)
{
    return TokenIndex(trace.tokens() - 1);
}

Result<AblationTarget> predictionTarget(const AblationOptions& options, const Model& model, const Trace& trace,
                                        const Selection& selection)
{
    TokenIndex token = options.token.value_or(TokenIndex(0));
    if (!options.token) {
        const std::optional<PredictionSite> site = predictionSite(trace, model, selection.query);
        if (!site) {
            return failure(ErrorCode::NotFound, "Select a token, or write a [MASK], at which to predict.");
        }
        token = site->token;
    }
    if (options.id) {
        return PredictionTarget{token, *options.id};
    }
    const Result<std::vector<Prediction>> top = topPredictions(trace, token, 1);
    if (!top) {
        return tl::unexpected(top.error());
    }
    return PredictionTarget{token, top->front().id};
}

bool isAskedForAntecedents(const Model& model)
{
    return std::ranges::find(model.askedHeads, "antecedent", &AskedHead::relation) != model.askedHeads.end();
}

TokenIndex mostLookedAt(const Trace& trace, HeadAddress head, TokenIndex query)
{
    Index key = 0;
    if (const auto map = trace.map(StageId::Weights, head); map && query.value < (*map)->rows()) {
        (*map)->row(query).maxCoeff(&key);
    }
    return TokenIndex(key);
}

}  // namespace

bool AblationQuestion::isSameAs(const AblationQuestion& other) const
{
    return model == other.model && about.tokens == other.about.tokens && about.experiment == other.about.experiment &&
           target == other.target;
}

Result<std::shared_ptr<const AblationAnswer>> answer(const AblationQuestion& question, const Progress& progress)
{
    const auto begin = std::chrono::steady_clock::now();
    const EncodedText text{.text = question.about.text, .tokens = question.about.tokens, .pair = question.about.pair};
    Result<AblationStudy> study =
        studyAblation(question.model, text, question.about.experiment, question.target, progress);
    if (!study) {
        return tl::unexpected(study.error());
    }
    std::vector<HeadEffect> ranking = ranked(*study);
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
    return std::make_shared<const AblationAnswer>(
        AblationAnswer{question, std::move(*study), std::move(ranking), taken.count()});
}

Result<AblationTarget> ablationTarget(const AblationOptions& options, const Model& model, const Trace& trace,
                                      const Selection& selection)
{
    const TokenIndex token = options.token.value_or(selection.query.value_or(lastToken(trace)));
    switch (options.measure) {
    case AblationMeasure::Output:
        break;
    case AblationMeasure::Prediction:
        return predictionTarget(options, model, trace, selection);
    case AblationMeasure::Attention: {
        const HeadAddress head =
            options.head.value_or(isAskedForAntecedents(model) ? firstHead(model) : selection.head);
        const std::optional<TokenIndex> key = options.key ? options.key : selection.key;
        return AttentionTarget{head, token, key.value_or(mostLookedAt(trace, head, token))};
    }
    }
    return OutputTarget{token};
}

double estimatedStudySeconds(const ModelConfig& config, double passSeconds)
{
    return passSeconds * static_cast<double>(config.heads * (config.layers + 1)) / 2.0;
}

}  // namespace headlight::ui
