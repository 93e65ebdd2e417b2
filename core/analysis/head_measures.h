// What kind of pattern a head's weights are, in numbers. Pure functions. May use base/, tensor/, text/ and trace/.
#pragma once

#include "core/base/result.h"
#include "core/tensor/types.h"
#include "core/text/token.h"
#include "core/trace/trace.h"

#include <array>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

namespace headlight {

enum class MeasureId {
    Entropy,
    Evenness,
    Distance,
    Previous,
    Next,
    Same,
    First,
    Separator,
    Symmetry,
    TopShare,
    Induction,
};
inline constexpr std::size_t kMeasures = 11;

/// One row of the table of measures.
struct Measure
{
    MeasureId id;
    std::string_view name;     ///< In JSON and on the command line: "top_share".
    std::string_view title;    ///< For people: "weight in the top 3".
    std::string_view formula;  ///< With i for queries, j for keys, w for weights, T for tokens.
    std::string_view meaning;  ///< A sentence; says where it is not defined.
    std::string_view unit;     ///< "bits", "tokens"; empty for a share of 1.
    std::string_view source;   ///< The paper that it is from.
};

/// Every measure, in the order of MeasureId.
std::span<const Measure> measures();
const Measure& measureInfo(MeasureId id);

/// The largest value that a measure can have for so many tokens: log₂ T bits, T − 1 tokens, or 1. The smallest is always 0.
double largestValue(MeasureId id, Index tokens);

/// How many keys MeasureId::TopShare counts.
inline constexpr Index kTopKeys = 3;

/// One head's values; nothing where a measure is not defined, which is never the same as 0.
class HeadMeasures
{
public:
    const std::optional<double>& operator[](MeasureId id) const { return m_values[static_cast<std::size_t>(id)]; }
    void set(MeasureId id, std::optional<double> value) { m_values[static_cast<std::size_t>(id)] = value; }

    bool operator==(const HeadMeasures&) const = default;

private:
    std::array<std::optional<double>, kMeasures> m_values = {};
};

/// Every measure of one head's weights. Means are over queries, each counting the same.
///
/// - Entropy: the mean of −Σⱼ wᵢⱼ·log₂ wᵢⱼ, in bits  (Clark et al. 2019, "What Does BERT Look At?", §3.2).
/// - Evenness: the entropies' sum over the sum of log₂ nᵢ, nᵢ the keys that have any weight: 1 where all keys that a mask leaves
///   share the weight equally. Not defined where no query has more than one such key  (Pielou 1966, "The measurement of
///   diversity in different types of biological collections").
/// - Distance: the mean of Σⱼ wᵢⱼ·|i − j|, in tokens  (Vig & Belinkov 2019, "Analyzing the Structure of Attention in a
///   Transformer Language Model", §4.2).
/// - Previous, Next: the mean of wᵢ,ᵢ₋₁ over all queries but the first, of wᵢ,ᵢ₊₁ over all but the last; Same: that of wᵢᵢ
///   (Clark et al. 2019, §3.1). A single token has neither a previous nor a next one.
/// - First: the mean of wᵢ₀ over all queries but the first, which under a causal mask can look at nothing else  (Xiao et al.
///   2023, "Efficient Streaming Language Models with Attention Sinks", §3.1). Not defined for a single token.
/// - Separator: the mean of the weight on separators, [SEP], </s> and <|endoftext|>, that are not the first token  (Clark et al.
///   2019, §3.2). Not defined without one.
/// - Symmetry: Σᵢⱼ min(wᵢⱼ, wⱼᵢ)/T = 1 − ‖W − Wᵀ‖₁/2T: 1 where every two tokens look at each other alike, 0 where none does.
/// - TopShare: the mean of the sum of a row's kTopKeys largest weights.
/// - Induction: the mean of wᵢ,ₚ₊₁ over queries whose token stood there before, p its last occurrence with p + 1 < i: the weight
///   on what followed it then  (Olsson et al. 2022, "In-context Learning and Induction Heads", "prefix matching"). Special tokens
///   do not count. Not defined in a text that repeats none.
///
/// Of weights that are no numbers, as of a damaged model, nothing is defined.
///
/// @param weights [T×T], rows summing to 1  @param tokens T of them, at least 1. O(T²).
HeadMeasures measure(ConstMatrixRef weights, std::span<const Token> tokens);

/// The mean over rows of the sum of their `count` largest entries; rows with fewer count whole.  @param count at least 1
double topShare(ConstMatrixRef weights, Index count);

enum class BadgeId {
    Previous,
    Next,
    Diagonal,
    Sink,
    Separator,
    Induction,
    Broad,
    Asked,  ///< Not measured: the head was asked for a relation in training.
};

/// One row of the table of badges: what a head is called when a measure reaches a threshold.
struct BadgeKind
{
    BadgeId id;
    std::string_view name;             ///< In JSON and on the command line: "sink".
    std::string_view tag;              ///< Where there is little room: "prev".
    std::string_view title;            ///< For people: "first-token sink".
    std::optional<MeasureId> measure;  ///< Nothing for Asked.
    double threshold = 0.0;            ///< Given at this value and above.
    std::string_view of;               ///< What the value is of: "of the weight".
};

/// Every badge, in the order of BadgeId.
std::span<const BadgeKind> badgeKinds();
const BadgeKind& badgeInfo(BadgeId id);

/// A badge that a head has.
struct Badge
{
    BadgeId id;
    double value = 0.0;         ///< Of its measure.
    std::string relation = {};  ///< Of Asked.

    bool operator==(const Badge&) const = default;
};

/// Those whose measure reaches its threshold, then Asked where there is a relation.
std::vector<Badge> badgesOf(const HeadMeasures& measures, std::string_view relation);

/// "previous token: 0.97 of the weight, threshold 0.5", "antecedent: asked for in training, not measured".
std::string describe(const Badge& badge);

struct MeasuredHead
{
    HeadAddress head;
    HeadMeasures measures = {};
    std::vector<Badge> badges = {};

    bool has(BadgeId id) const;
};

/// Every head of a trace.
struct MeasuredHeads
{
    Index heads = 0;                     ///< In a layer.
    std::vector<MeasuredHead> all = {};  ///< Layer by layer.

    const MeasuredHead& at(HeadAddress head) const
    {
        return all.at(static_cast<std::size_t>(head.layer.value * heads + head.head.value));
    }
};

/// Measures and badges of every head of a trace of tokens or of words. Of a layer whose weights the trace does not hold, and of a text longer
/// than kLongestInFull, nothing is defined. O(L·H·T²).
///
/// @param stop checked between heads
/// @return Cancelled, and no other error
Result<MeasuredHeads> measureHeads(const Trace& trace, const std::stop_token& stop = {});

/// The same before anything is measured: nothing is defined.
MeasuredHeads unmeasuredHeads(const TraceInfo& info);

}  // namespace headlight
