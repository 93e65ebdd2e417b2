#include "core/analysis/head_measures.h"

#include "core/analysis/entropy.h"
#include "core/tensor/parallel.h"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <cmath>
#include <map>

namespace headlight {
namespace {

using enum MeasureId;

constexpr std::string_view kClark = "Clark et al. 2019, What Does BERT Look At?";

constexpr std::array kTable = {
    Measure{Entropy, "entropy", "entropy", "mean over i of −Σⱼ wᵢⱼ·log₂ wᵢⱼ",
            "How widely a query spreads its weight: 0 where one key has all of it, log₂ T where all T share it.",
            "bits", kClark},
    Measure{Evenness, "evenness", "evenness", "Σᵢ Hᵢ / Σᵢ log₂ nᵢ, Hᵢ the entropy, nᵢ the keys with any weight",
            "The entropy as a share of the largest that the mask leaves possible. Not defined where every query has "
            "one key.",
            "", "Pielou 1966"},
    Measure{Distance, "distance", "mean distance", "mean over i of Σⱼ wᵢⱼ·|i − j|",
            "How far away the keys are that a query looks at.", "tokens",
            "Vig & Belinkov 2019, Analyzing the Structure of Attention in a Transformer Language Model"},
    Measure{Previous, "previous", "weight on the previous token", "mean over i ≥ 1 of wᵢ,ᵢ₋₁",
            "Not defined for a single token.", "", kClark},
    Measure{Next, "next", "weight on the next token", "mean over i ≤ T − 2 of wᵢ,ᵢ₊₁",
            "Not defined for a single token.", "", kClark},
    Measure{Same, "same", "weight on the token itself", "mean over i of wᵢᵢ", "The diagonal.", "", kClark},
    Measure{First, "first", "weight on the first token", "mean over i ≥ 1 of wᵢ₀",
            "Where weight goes that is needed nowhere. Not defined for a single token.", "",
            "Xiao et al. 2023, Efficient Streaming Language Models with Attention Sinks"},
    Measure{Separator, "separator", "weight on separators", "mean over i of Σ wᵢⱼ over separators j ≥ 1",
            "Separators are [SEP], </s> and <|endoftext|>. Not defined in a text without one.", "", kClark},
    Measure{Symmetry, "symmetry", "symmetry", "Σᵢⱼ min(wᵢⱼ, wⱼᵢ) / T = 1 − ‖W − Wᵀ‖₁ / 2T",
            "1 where every two tokens look at each other alike, 0 where none looks back.", "",
            "half the L1 distance of W and its transpose"},
    Measure{TopShare, "top_share", "weight in the top 3", "mean over i of the sum of the 3 largest wᵢⱼ",
            "How much of a query's weight its three first keys have.", "", "the weight's concentration at k = 3"},
    Measure{Induction, "induction", "induction score",
            "mean over repeated tokens i of wᵢ,ₚ₊₁, p the last place of the same token",
            "Weight on what followed the same token before. Not defined in a text that repeats no token.", "",
            "Olsson et al. 2022, In-context Learning and Induction Heads"},
};
static_assert(kTable.size() == kMeasures);

constexpr double kMostOfTheWeight = 0.5;

constexpr std::array kBadges = {
    BadgeKind{BadgeId::Previous, "previous", "prev", "previous token", Previous, kMostOfTheWeight, "of the weight"},
    BadgeKind{BadgeId::Next, "next", "next", "next token", Next, kMostOfTheWeight, "of the weight"},
    BadgeKind{BadgeId::Diagonal, "diagonal", "diag", "diagonal", Same, kMostOfTheWeight,
              "of the weight on the token itself"},
    BadgeKind{BadgeId::Sink, "sink", "sink", "first-token sink", First, kMostOfTheWeight, "of the weight"},
    BadgeKind{BadgeId::Separator, "separator", "sep", "separator", MeasureId::Separator, kMostOfTheWeight,
              "of the weight"},
    BadgeKind{BadgeId::Induction, "induction", "ind", "induction", MeasureId::Induction, kMostOfTheWeight,
              "of repeated tokens' weight"},
    BadgeKind{BadgeId::Broad, "broad", "broad", "broad", Evenness, 0.8, "of the largest possible entropy"},
    BadgeKind{BadgeId::Asked, "asked", "asked", "asked for in training", std::nullopt, 0.0, ""},
};

/// A query and the key that followed its token when it last stood there.
struct Repeat
{
    Index query;
    Index key;
};

/// What measures need to know of the tokens.
struct TokenPattern
{
    std::vector<Index> separators;
    std::vector<Repeat> repeats;
};

bool isSeparator(const Token& token)
{
    static constexpr std::array kSpellings = {"[SEP]", "</s>", "<|endoftext|>"};
    return std::ranges::any_of(kSpellings, [&token](const char* spelling) { return token.text == spelling; });
}

/// What makes two tokens the same: the id, or the text of those that have none.
std::pair<std::int32_t, std::string_view> identity(const Token& token)
{
    return token.id >= 0 ? std::pair(token.id, std::string_view()) : std::pair(-1, std::string_view(token.text));
}

std::vector<Repeat> repeatsOf(std::span<const Token> tokens)
{
    std::vector<Repeat> repeats;
    std::map<std::pair<std::int32_t, std::string_view>, Index>
        last;  // place of each token, two before the query at the latest
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        if (i >= 2) {
            last.insert_or_assign(identity(tokens[i - 2]), static_cast<Index>(i) - 2);
        }
        const auto found = last.find(identity(tokens[i]));
        if (!tokens[i].isSpecial && found != last.end()) {
            repeats.push_back({static_cast<Index>(i), found->second + 1});
        }
    }
    return repeats;
}

TokenPattern patternOf(std::span<const Token> tokens)
{
    TokenPattern pattern{.separators = {}, .repeats = repeatsOf(tokens)};
    for (std::size_t j = 1; j < tokens.size(); ++j) {
        if (isSeparator(tokens[j])) {
            pattern.separators.push_back(static_cast<Index>(j));
        }
    }
    return pattern;
}

std::optional<double> meanOf(double sum, Index count)
{
    return count > 0 ? std::optional(sum / static_cast<double>(count)) : std::nullopt;
}

std::optional<double> evenness(ConstMatrixRef weights, double totalEntropy)
{
    double most = 0.0;
    for (Index i = 0; i < weights.rows(); ++i) {
        most += std::log2(static_cast<double>(std::max<Index>((weights.row(i).array() > 0.0F).count(), 1)));
    }
    return most > 0.0 ? std::optional(totalEntropy / most) : std::nullopt;
}

double totalDistance(ConstMatrixRef weights)
{
    const Index tokens = weights.cols();
    // |i − j| for query i is the part of … 2 1 0 1 2 … that has its 0 at i.
    const RowVector distances =
        RowVector::LinSpaced(2 * tokens - 1, static_cast<float>(1 - tokens), static_cast<float>(tokens - 1)).cwiseAbs();
    double sum = 0.0;
    for (Index i = 0; i < weights.rows(); ++i) {
        sum += static_cast<double>(weights.row(i).dot(distances.segment(tokens - 1 - i, tokens)));
    }
    return sum;
}

/// Summed row by row, so that many equal entries do not round the sum away.
template <typename Block>
double sumOf(const Block& block)
{
    return block.rowwise().sum().template cast<double>().sum();
}

double symmetry(ConstMatrixRef weights)
{
    constexpr Index kBlock = 32;  // Both a block and its mirror image stay in the nearest cache.
    const Index tokens = weights.rows();
    double sum = 0.0;
    for (Index i = 0; i < tokens; i += kBlock) {
        const Index rows = std::min(kBlock, tokens - i);
        const auto diagonal = weights.block(i, i, rows, rows);
        sum += sumOf(diagonal.cwiseMin(diagonal.transpose()));
        for (Index j = i + kBlock; j < tokens; j += kBlock) {
            const Index cols = std::min(kBlock, tokens - j);
            const Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor, kBlock, kBlock> mirrored =
                weights.block(j, i, cols, rows).transpose();
            sum += 2.0 * sumOf(weights.block(i, j, rows, cols).cwiseMin(mirrored));
        }
    }
    return sum / static_cast<double>(tokens);
}

HeadMeasures measureWith(ConstMatrixRef weights, const TokenPattern& pattern)
{
    const Index tokens = weights.rows();
    const double entropy = totalEntropyBits(weights);
    if (!std::isfinite(entropy)) {
        return {};
    }
    double onSeparators = 0.0;
    for (const Index key : pattern.separators) {
        onSeparators += static_cast<double>(weights.col(key).sum());
    }
    double onRepeats = 0.0;
    for (const Repeat& repeat : pattern.repeats) {
        onRepeats += static_cast<double>(weights(repeat.query, repeat.key));
    }
    HeadMeasures result;
    result.set(Entropy, meanOf(entropy, tokens));
    result.set(Evenness, evenness(weights, entropy));
    result.set(Distance, meanOf(totalDistance(weights), tokens));
    result.set(Previous, meanOf(static_cast<double>(weights.diagonal(-1).sum()), tokens - 1));
    result.set(Next, meanOf(static_cast<double>(weights.diagonal(1).sum()), tokens - 1));
    result.set(Same, meanOf(static_cast<double>(weights.diagonal().sum()), tokens));
    result.set(First, meanOf(static_cast<double>(weights.col(0).tail(tokens - 1).sum()), tokens - 1));
    result.set(Separator, pattern.separators.empty() ? std::nullopt : meanOf(onSeparators, tokens));
    result.set(Symmetry, symmetry(weights));
    result.set(TopShare, topShare(weights, kTopKeys));
    result.set(Induction, meanOf(onRepeats, static_cast<Index>(pattern.repeats.size())));
    return result;
}

std::string twoDecimals(double value)
{
    std::array<char, 32> text{};
    const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed, 2);
    return {text.data(), end};
}

std::string shortest(double value)
{
    std::array<char, 32> text{};
    const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value);
    return {text.data(), end};
}

}  // namespace

std::span<const Measure> measures()
{
    return kTable;
}

const Measure& measureInfo(MeasureId id)
{
    return kTable.at(static_cast<std::size_t>(id));
}

double largestValue(MeasureId id, Index tokens)
{
    switch (id) {
    case Entropy:
        return std::log2(static_cast<double>(std::max<Index>(tokens, 1)));
    case Distance:
        return static_cast<double>(std::max<Index>(tokens - 1, 0));
    default:
        return 1.0;
    }
}

HeadMeasures measure(ConstMatrixRef weights, std::span<const Token> tokens)
{
    assert(weights.rows() == weights.cols() && weights.rows() == static_cast<Index>(tokens.size()) && !tokens.empty());
    return measureWith(weights, patternOf(tokens));
}

double topShare(ConstMatrixRef weights, Index count)
{
    assert(count >= 1 && weights.rows() > 0);
    constexpr Index kChunk = 16;
    std::vector<float> top;  // descending
    double sum = 0.0;
    for (Index i = 0; i < weights.rows(); ++i) {
        const auto row = weights.row(i);
        top.assign(static_cast<std::size_t>(count), 0.0F);
        for (Index begin = 0; begin < row.size(); begin += kChunk) {
            const auto chunk = row.segment(begin, std::min(kChunk, row.size() - begin));
            // Most chunks hold nothing that is large enough.
            if (chunk.maxCoeff() <= top.back()) {
                continue;
            }
            for (const float weight : chunk) {
                if (weight > top.back()) {
                    top.pop_back();
                    top.insert(std::ranges::upper_bound(top, weight, std::greater<>()), weight);
                }
            }
        }
        for (const float weight : top) {
            sum += static_cast<double>(weight);
        }
    }
    return sum / static_cast<double>(weights.rows());
}

std::span<const BadgeKind> badgeKinds()
{
    return kBadges;
}

const BadgeKind& badgeInfo(BadgeId id)
{
    return kBadges.at(static_cast<std::size_t>(id));
}

std::vector<Badge> badgesOf(const HeadMeasures& measures, std::string_view relation)
{
    std::vector<Badge> badges;
    for (const BadgeKind& kind : kBadges) {
        if (!kind.measure) {
            continue;
        }
        if (const std::optional<double>& value = measures[*kind.measure]; value && *value >= kind.threshold) {
            badges.push_back({.id = kind.id, .value = *value});
        }
    }
    if (!relation.empty()) {
        badges.push_back({.id = BadgeId::Asked, .relation = std::string(relation)});
    }
    return badges;
}

std::string describe(const Badge& badge)
{
    if (badge.id == BadgeId::Asked) {
        return badge.relation + ": asked for in training, not measured";
    }
    const BadgeKind& kind = badgeInfo(badge.id);
    return std::string(kind.title) + ": " + twoDecimals(badge.value) + " " + std::string(kind.of) + ", threshold " +
           shortest(kind.threshold);
}

bool MeasuredHead::has(BadgeId id) const
{
    return std::ranges::find(badges, id, &Badge::id) != badges.end();
}

MeasuredHeads unmeasuredHeads(const TraceInfo& info)
{
    MeasuredHeads result{.heads = info.heads};
    for (LayerIndex layer(0); layer.value < info.layers; ++layer.value) {
        for (HeadIndex head(0); head.value < info.heads; ++head.value) {
            const HeadAddress address{layer, head};
            result.all.push_back({.head = address, .badges = badgesOf({}, info.relationOf(address))});
        }
    }
    return result;
}

Result<MeasuredHeads> measureHeads(const Trace& trace, const std::stop_token& stop)
{
    constexpr double kOperationsACell = 10.0;
    const TraceInfo& info = trace.info();
    const auto cells = static_cast<double>(info.tokens.size() * info.tokens.size());
    MeasuredHeads result = unmeasuredHeads(info);
    if (trace.tokens() > kLongestInFull) {
        return result;
    }
    const TokenPattern pattern = patternOf(info.tokens);
    for (Index layer = 0; layer < info.layers; ++layer) {
        const auto maps = trace.maps(StageId::Weights, LayerIndex(layer));
        forEachInParallel(info.heads, kOperationsACell * cells * static_cast<double>(info.heads), [&](Index head) {
            MeasuredHead& measured = result.all[static_cast<std::size_t>(layer * info.heads + head)];
            if (!maps.empty() && !stop.stop_requested()) {
                measured.measures = measureWith(maps[static_cast<std::size_t>(head)]->cells(), pattern);
            }
            measured.badges = badgesOf(measured.measures, info.relationOf(measured.head));
        });
        if (stop.stop_requested()) {
            return failure(ErrorCode::Cancelled, "Measuring the heads was cancelled.");
        }
    }
    return result;
}

}  // namespace headlight
