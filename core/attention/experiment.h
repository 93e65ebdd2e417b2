// Everything a user may toggle about the mechanism, as one value. May use base/ and attention/ only.
#pragma once

#include "core/attention/mask.h"
#include "core/attention/positions.h"
#include "core/base/result.h"

#include <optional>
#include <set>
#include <string>

namespace headlight {

/// The mask to use instead of the model's own. Window and strided keep the model's own direction, so that a causal model
/// stays causal.
enum class MaskChoice { Own, None, Causal, Window, Strided };

/// Whether scores are divided by √d.
enum class Scaling { On, Off };

/// What is changed about a model's mechanism; the default changes nothing. A value: equality means the same picture.
struct Experiment
{
    Scaling scaling = Scaling::On;
    float temperature = 1.0F;                      ///< Of the attention softmax; > 0.
    std::optional<PositionScheme> positions = {};  ///< Nothing: the model's own.
    MaskChoice mask = MaskChoice::Own;
    Index maskReach = 4;                      ///< In tokens, for Window and Strided (see Mask::reach).
    std::set<HeadAddress> ablatedHeads = {};  ///< Their outputs are replaced by zeros.

    bool operator==(const Experiment&) const = default;
};

/// The mask in force when a model with mask `own` runs under `experiment`.
Mask effectiveMask(const Experiment& experiment, const Mask& own);

/// InvalidArgument where a value is out of range, or a head is not in a model of `layers` × `heads`.
Result<void> validate(const Experiment& experiment, Index layers, Index heads);

/// For people: what differs from the default, as "scaling off · positions none · heads off 1.3, 2.0"; empty if nothing.
std::string describe(const Experiment& experiment);

/// The choices of the command line's --mask and --positions options and of the Experiment panel, in their order.
std::string_view maskChoiceName(MaskChoice choice);

}  // namespace headlight
