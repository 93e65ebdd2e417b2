// What a model expects at a token, and how a text reads with it. Pure functions. May use base/, text/, attention/, trace/
// and model/.
#pragma once

#include "core/attention/mask.h"
#include "core/base/result.h"
#include "core/model/model.h"
#include "core/text/tokenizer.h"
#include "core/trace/trace.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace headlight {

/// ln of what the softmax at temperature 1 makes of one row of logits, in double. [V]
using LogProbabilities = Eigen::ArrayXd;

/// @param logits [V]; −∞ gives −∞, a NaN only NaN
LogProbabilities logProbabilities(ConstRowVectorRef logits);

/// KL(P‖Q) = Σ_v P(v)·log₂(P(v)/Q(v)), in bits  (Kullback & Leibler 1951, "On Information and Sufficiency", equation 2.4): at least 0,
/// exactly 0 for equal distributions. What P rules out does not count.
///
/// @param p [V]   @param q [V]
double klDivergenceBits(const LogProbabilities& p, const LogProbabilities& q);

/// One entry of the vocabulary as the model expects it.
struct Prediction
{
    std::int32_t id = 0;
    double probability = 0.0;  ///< exp(z_id) / Σ_v exp(z_v) of the token's logits z: the softmax at temperature 1.
    float logit = 0.0F;

    bool operator==(const Prediction&) const = default;
};

/// The most probable ids of one row of the logits, the most probable first; of equal ones the smaller id first. The softmax's sum is
/// taken in double.
///
/// @param count at least 0; beyond the vocabulary all of it
/// @return NotFound where the trace holds no logits, InvalidArgument for a token out of range, Malformed where the row holds a
/// number that is not one. O(V log count).
Result<std::vector<Prediction>> topPredictions(const Trace& trace, TokenIndex token, Index count);

/// What a row of the logits is about.
enum class PredictionKind {
    NextToken,    ///< What follows the text  (Radford et al. 2019, §2).
    MaskedToken,  ///< What stands behind a [MASK]  (Devlin et al. 2019, §3.1).
    SameToken,    ///< What the model would have expected where a token stands that it sees.
};

struct PredictionSite
{
    PredictionKind kind = PredictionKind::NextToken;
    TokenIndex token;  ///< The row of the logits.

    bool operator==(const PredictionSite&) const = default;
};

/// What decides where to predict.
struct PredictionContext
{
    Direction direction = Direction::Bidirectional;  ///< The model's own, which no experiment changes: its training's.
    std::optional<std::int32_t> maskToken = {};      ///< Tokenizer::maskToken.
    std::span<const Token> tokens;
    std::optional<TokenIndex> selected = {};  ///< Within `tokens`.
};

/// Where to predict: a causal model after the last token; else at the [MASK] nearest to the selected token, the first of
/// equally near ones, or the first of all where nothing is selected; else at the selected token.
///
/// @return nothing where there is no token, or none to choose
std::optional<PredictionSite> predictionSite(const PredictionContext& context);

/// The same of a trace of the model.  @param selected a token; one that the trace has not counts as none
std::optional<PredictionSite> predictionSite(const Trace& trace, const Model& model,
                                             const std::optional<TokenIndex>& selected);

/// Whether a token of the vocabulary can be written into a text: special tokens and parts of a character cannot.
bool isText(const Token& token);

/// The text with the token in place of `span`. A piece that goes on with a word ("##ing") is written right after what stands
/// before; one that brings its own space (" cat") does not add it to one that is there.
std::string replaced(std::string_view text, ByteSpan span, const Token& token);

/// The text with the token after it: with a space between the two where only so the tokenizer reads the token again.
std::string continued(std::string_view text, const Token& token, const Tokenizer& tokenizer);

}  // namespace headlight
