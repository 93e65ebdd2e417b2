#include "core/attention/mask.h"

#include <algorithm>
#include <cstdlib>
#include <vector>

namespace headlight {
namespace {

/// Whether direction and pattern let query i look at key j.
bool ruleShows(const Mask& mask, Index query, Index key)
{
    if (mask.direction == Direction::Causal && key > query) {
        return false;
    }
    const Index distance = std::abs(query - key);
    switch (mask.pattern) {
    case MaskPattern::Full:
        return true;
    case MaskPattern::Window:
        return distance <= mask.reach;
    case MaskPattern::Strided:
        return distance < mask.reach || distance % mask.reach == 0;
    case MaskPattern::BlockSparse:
        return std::min(query, key) < mask.globalTokens || std::abs(query / mask.reach - key / mask.reach) <= 1;
    }
    return true;
}

/// How many of the text's keys direction and pattern let query i look at.
Index keysByRule(const Mask& mask, Index query, Index tokens)
{
    const Index ahead = mask.direction == Direction::Causal ? 0 : tokens - 1 - query;
    if (mask.pattern == MaskPattern::BlockSparse) {
        const Index end = query + ahead + 1;
        if (query < mask.globalTokens) {
            return end;
        }
        const Index firstOfBlocks = std::max<Index>(query / mask.reach - 1, 0) * mask.reach;
        const Index endOfBlocks = std::min((query / mask.reach + 2) * mask.reach, end);
        return endOfBlocks - firstOfBlocks + std::min(mask.globalTokens, firstOfBlocks);
    }
    const auto onOneSide = [&mask](Index count) {
        switch (mask.pattern) {
        case MaskPattern::Window:
            return std::min(count, mask.reach);
        case MaskPattern::Strided:
            return std::min(count, mask.reach - 1) + count / mask.reach;
        case MaskPattern::Full:
        case MaskPattern::BlockSparse:
            break;
        }
        return count;
    };
    return onOneSide(query) + 1 + onOneSide(ahead);
}

/// The part of a run that is in a matrix of so many queries and keys; empty where begin ≥ end.
CellRun within(const CellRun& run, Index queries, Index keys)
{
    return {run.query, run.begin, run.query < queries ? std::min(run.end, keys) : run.begin};
}

std::string counted(Index count, const std::string& thing)
{
    return std::to_string(count) + " " + thing + (count == 1 ? "" : "s");
}

}  // namespace

bool isVisible(const Mask& mask, TokenIndex query, TokenIndex key)
{
    return ruleShows(mask, query.value, key.value) && !mask.hidden.contains(query, key);
}

Matrix applyMask(Matrix scores, const Mask& mask)
{
    maskScores(scores, mask, TokenIndex(0), TokenIndex(0));
    return scores;
}

void maskScores(MatrixRef scores, const Mask& mask, TokenIndex firstQuery, TokenIndex firstKey)
{
    const Index top = firstQuery.value;
    const Index left = firstKey.value;
    if (mask.direction == Direction::Causal) {
        for (Index i = 0; i < scores.rows(); ++i) {
            const Index seen = std::clamp<Index>(top + i + 1 - left, 0, scores.cols());
            scores.row(i).tail(scores.cols() - seen).setConstant(kMasked);
        }
    }
    if (mask.pattern != MaskPattern::Full) {
        for (Index i = 0; i < scores.rows(); ++i) {
            for (Index j = 0; j < scores.cols(); ++j) {
                if (!ruleShows(mask, top + i, left + j)) {
                    scores(i, j) = kMasked;
                }
            }
        }
    }
    for (const CellRun& run : mask.hidden.runs()) {
        const Index row = run.query - top;
        const Index begin = std::clamp<Index>(run.begin - left, 0, scores.cols());
        const Index end = std::clamp<Index>(run.end - left, 0, scores.cols());
        if (row >= 0 && row < scores.rows() && begin < end) {
            scores.row(row).segment(begin, end - begin).setConstant(kMasked);
        }
    }
}

KeyRange keysInReach(const Mask& mask, TokenIndex firstQuery, Index queries, Index keys)
{
    const Index first = firstQuery.value;
    const Index last = first + queries - 1;
    KeyRange range{0, keys};
    if (mask.direction == Direction::Causal) {
        range.end = std::min(range.end, last + 1);
    }
    if (mask.pattern == MaskPattern::Window) {
        range = {std::max<Index>(first - mask.reach, 0), std::min(range.end, last + mask.reach + 1)};
    }
    return range;
}

Result<void> validate(const Mask& mask)
{
    if (mask.pattern == MaskPattern::Window && mask.reach < 0) {
        return failure(ErrorCode::InvalidArgument, "A sliding window reaches 0 or more tokens to either side, not " +
                                                       std::to_string(mask.reach) + ".");
    }
    if (mask.pattern == MaskPattern::Strided && mask.reach < 1) {
        return failure(ErrorCode::InvalidArgument,
                       "A strided mask needs a stride of 1 or more tokens, not " + std::to_string(mask.reach) + ".");
    }
    if (mask.pattern == MaskPattern::BlockSparse && mask.reach < 1) {
        return failure(ErrorCode::InvalidArgument,
                       "A block-sparse mask needs blocks of 1 or more tokens, not " + std::to_string(mask.reach) + ".");
    }
    if (mask.pattern == MaskPattern::BlockSparse && mask.globalTokens < 0) {
        return failure(ErrorCode::InvalidArgument, "A block-sparse mask has 0 or more global tokens, not " +
                                                       std::to_string(mask.globalTokens) + ".");
    }
    return {};
}

std::optional<TokenIndex> blindQuery(const Mask& mask, Index queries, Index keys)
{
    const auto sees = [&](Index query, Index key) { return isVisible(mask, TokenIndex(query), TokenIndex(key)); };
    const auto seesAKey = [&](Index query) {
        bool found = query < keys && sees(query, query);
        for (Index key = 0; key < keys && !found; ++key) {
            found = sees(query, key);
        }
        return found;
    };
    for (Index query = 0; query < queries; ++query) {
        if (!seesAKey(query)) {
            return TokenIndex(query);
        }
    }
    return std::nullopt;
}

Result<void> checkEveryQuerySees(const Mask& mask, Index queries, Index keys)
{
    if (const std::optional<TokenIndex> blind = blindQuery(mask, queries, keys)) {
        return failure(ErrorCode::InvalidArgument, "The mask (" + describe(mask) + ") hides all " +
                                                       counted(keys, "key") + " from query " +
                                                       std::to_string(blind->value) + "; every query must see a key.");
    }
    return {};
}

CellSet hiddenCells(const Mask& mask, Index tokens)
{
    std::vector<CellRun> hidden;
    for (Index i = 0; i < tokens; ++i) {
        for (Index j = 0; j < tokens; ++j) {
            if (isVisible(mask, TokenIndex(i), TokenIndex(j))) {
                continue;
            }
            if (!hidden.empty() && hidden.back().query == i && hidden.back().end == j) {
                ++hidden.back().end;
            } else {
                hidden.push_back({i, j, j + 1});
            }
        }
    }
    return CellSet(std::move(hidden));
}

Index visibleCells(const Mask& mask, Index tokens)
{
    Index visible = 0;
    for (Index i = 0; i < tokens; ++i) {
        visible += keysByRule(mask, i, tokens);
    }
    for (const CellRun& run : mask.hidden.runs()) {
        const auto [query, begin, end] = within(run, tokens, tokens);
        for (Index j = begin; j < end; ++j) {
            visible -= ruleShows(mask, query, j) ? 1 : 0;
        }
    }
    return visible;
}

double visibleShare(const Mask& mask, Index tokens)
{
    const auto side = static_cast<double>(tokens);
    return tokens == 0 ? 0.0 : static_cast<double>(visibleCells(mask, tokens)) / (side * side);
}

std::string describe(const Mask& mask)
{
    std::string described = mask.direction == Direction::Causal ? "causal" : "";
    const auto add = [&described](const std::string& part) { described += (described.empty() ? "" : ", ") + part; };
    switch (mask.pattern) {
    case MaskPattern::Full:
        break;
    case MaskPattern::Window:
        add("sliding window of " + std::to_string(mask.reach));
        break;
    case MaskPattern::Strided:
        add("strided by " + std::to_string(mask.reach));
        break;
    case MaskPattern::BlockSparse:
        add("block-sparse, blocks of " + std::to_string(mask.reach));
        if (mask.globalTokens > 0) {
            add(counted(mask.globalTokens, "global token"));
        }
        break;
    }
    if (!mask.hidden.empty()) {
        add(counted(mask.hidden.size(), "cell") + " hidden by hand");
    }
    return described.empty() ? "none" : described;
}

}  // namespace headlight
