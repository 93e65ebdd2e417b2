// What each head is worth to one number that the model computes. May use base/, trace/ and model/.
#pragma once

#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/model/model.h"
#include "core/model/transformer.h"
#include "core/trace/stage.h"

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

namespace headlight {

/// The final vector of one token: the model's last stage before any logits, see outputStage.
struct OutputTarget
{
    TokenIndex token;

    bool operator==(const OutputTarget&) const = default;
};

/// The probability that the softmax of one token's logits, at temperature 1, gives to one id of the vocabulary.
struct PredictionTarget
{
    TokenIndex token;  ///< The row of the logits.
    std::int32_t id = 0;

    bool operator==(const PredictionTarget&) const = default;
};

/// The weight with which one head looks from one token at another, as from a pronoun at what it refers to.
struct AttentionTarget
{
    HeadAddress head;
    TokenIndex query;
    TokenIndex key;

    bool operator==(const AttentionTarget&) const = default;
};

using AblationTarget = std::variant<OutputTarget, PredictionTarget, AttentionTarget>;

/// Where the model's output is read: after the final norm, or from the last layer where the model has none.
StageKey outputStage(const Model& model);

/// What a change does to a whole prediction, whose distribution is p before and p′ after it.
struct PredictionShift
{
    double logProbability = 0.0;  ///< log₂ p′(id) − log₂ p(id), in bits.
    double divergence = 0.0;      ///< D(p‖p′) = Σ p·log₂(p/p′), in bits  (Kullback & Leibler 1951).
};

/// What switching off one head does to the target.
struct TargetChange
{
    double before = 0.0;  ///< The norm ‖y‖ of the output, the probability, or the weight.
    double after = 0.0;

    /// after − before; of the output ‖y′ − y‖/‖y‖, which is never negative.
    double effect = 0.0;

    std::optional<PredictionShift> prediction = {};  ///< Of a PredictionTarget.
};

struct HeadEffect
{
    HeadAddress head;
    std::optional<TargetChange> change = {};  ///< Nothing where the head is off in the experiment at hand.
};

/// Every head's effect on one target.
struct AblationStudy
{
    AblationTarget target;
    double before = 0.0;              ///< The target with no further head switched off, as TargetChange::before.
    std::vector<HeadEffect> effects;  ///< Of every head, layer by layer.
};

/// Switches off each head on its own, beside those that are off in `base`, and measures what that does to the target  (Michel et al.
/// 2019, "Are Sixteen Heads Really Better than One?", §3.2, where a head's output is replaced by zeros; see Voita et al.
/// 2019, "Analyzing Multi-Head Self-Attention", for the same question with heads pruned). The study runs the model once for each head,
/// from the layer of that head on. A head whose output cannot reach the target has an effect of exactly 0.
///
/// Effects of heads do not add up: where two heads do the same work, switching off either alone changes little.
///
/// @param progress reported after each head, by the layers that were run
/// @return as forward; InvalidArgument for a token, id or head that is not there; NotFound for a prediction of a model without
/// logits; Malformed where the target is no finite number, or an output that is all zeros. O(L·H) passes of (L + 1)/2 layers.
Result<AblationStudy> studyAblation(const std::shared_ptr<const Model>& model, const EncodedText& text,
                                    const Experiment& base, const AblationTarget& target,
                                    const Progress& progress = {});

/// The effects from the largest |effect| to the smallest, of equal ones the first head first; those that are off last.
std::vector<HeadEffect> ranked(const AblationStudy& study);

}  // namespace headlight
