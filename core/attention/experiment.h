// Everything a user may toggle about the mechanism, as one value. May use base/ and attention/ only.
#pragma once

#include "core/attention/cell_set.h"
#include "core/attention/mask.h"
#include "core/attention/positions.h"
#include "core/base/result.h"

#include <array>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace headlight {

/// The mask to use instead of the model's own. Window, strided and block keep the model's own direction, so that a causal model
/// stays causal; a painted one hides cells besides those of the model's own mask.
enum class MaskChoice { Own, None, Causal, Window, Strided, Block, Painted };

inline constexpr std::array kMaskChoices = {MaskChoice::Own,    MaskChoice::None,    MaskChoice::Causal,
                                            MaskChoice::Window, MaskChoice::Strided, MaskChoice::Block,
                                            MaskChoice::Painted};

/// Whether scores are divided by √d.
enum class Scaling { On, Off };

/// What makes weights of scores.
enum class AttentionKernel {
    Softmax,  ///< softmax(Q·Kᵀ·scale)  (Vaswani et al. 2017, equation 1).
    Linear,  ///< φ(Q)·φ(K)ᵀ over its row's sum, φ(x) = elu(x) + 1  (Katharopoulos et al. 2020, "Transformers are RNNs", equations
             ///< 4 and 7). It has no scale and no temperature.
};

/// What the weights sum up: a misconception to try out.
enum class ValueSource {
    Own,   ///< The values V = X·W_V.
    Keys,  ///< The keys, as the scores use them: after any norm and any rotary encoding.
};

/// Whose projections a head uses: a misconception to try out.
enum class HeadSharing {
    None,       ///< Its own.
    FirstHead,  ///< The query, key and value of its layer's head 0. ALiBi's slopes stay each head's own.
};

/// What is changed about a model's mechanism; the default changes nothing. A value: equality means the same picture.
struct Experiment
{
    Scaling scaling = Scaling::On;  ///< Of softmax attention; a linear kernel has none.
    float temperature = 1.0F;       ///< Of the attention softmax; > 0.
    AttentionKernel kernel = AttentionKernel::Softmax;
    std::optional<PositionScheme> positions = {};  ///< Nothing: the model's own.
    MaskChoice mask = MaskChoice::Own;
    Index maskReach = 4;       ///< In tokens, for Window, Strided and Block (see Mask::reach).
    Index globalTokens = 0;    ///< For Block (see Mask::globalTokens).
    CellSet hiddenCells = {};  ///< For Painted (see Mask::hidden).
    ValueSource values = ValueSource::Own;
    HeadSharing sharing = HeadSharing::None;
    std::set<HeadAddress> ablatedHeads = {};  ///< Their outputs are replaced by zeros.
    std::set<TokenIndex> zeroedValues =
        {};  ///< Tokens whose value vectors are replaced by zeros, in every head and layer, so that
             ///< nothing flows from them  (Mohebbi et al. 2023, "Quantifying Context Mixing in
             ///< Transformers", §4, for one layer). Those beyond the text change nothing.

    bool operator==(const Experiment&) const = default;
};

/// The mask in force when a model with mask `own` runs under `experiment`.
Mask effectiveMask(const Experiment& experiment, const Mask& own);

/// The same with a painted mask to go on from: it hides of a text of T tokens what the mask in force does, as far as the model's own
/// does not hide that anyway. One that is painted stays as it is.
///
/// @param own the model's mask
Experiment paintedFrom(const Experiment& experiment, const Mask& own, Index tokens);

/// Whether `mask` has a reach: Window, Strided and Block have.
bool hasReach(MaskChoice mask);

/// InvalidArgument where a value is out of range, or a head is not in a model of `layers` × `heads`.
Result<void> validate(const Experiment& experiment, Index layers, Index heads);

/// For people: what differs from the default, as "scaling off · positions none · heads off 1.3, 2.0"; empty if nothing.
std::string describe(const Experiment& experiment);

/// The choices of the command line's --mask and --positions options and of the Experiment panel, in their order.
std::string_view maskChoiceName(MaskChoice choice);

}  // namespace headlight
