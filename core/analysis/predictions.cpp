#include "core/analysis/predictions.h"

#include "core/text/utf8.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <numbers>
#include <numeric>

namespace headlight {
namespace {

constexpr std::string_view kContinuation = "##";

bool isSpace(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/// A piece that the vocabulary marks as the inside or end of a word.
bool goesOnWithAWord(const Token& token)
{
    return !token.text.empty() && token.piece == std::string(kContinuation) + token.text;
}

/// "<0xE2>": a byte that is no character on its own.
bool isByteAt(std::string_view text, std::size_t at)
{
    constexpr std::size_t kLength = 6;
    const auto isHex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F'); };
    const std::string_view byte = text.substr(at, kLength);
    return byte.size() == kLength && byte.starts_with("<0x") && isHex(byte[3]) && isHex(byte[4]) && byte[5] == '>';
}

}  // namespace

LogProbabilities logProbabilities(ConstRowVectorRef logits)
{
    LogProbabilities log = logits.transpose().array().cast<double>();
    log -= log.maxCoeff<Eigen::PropagateNaN>();
    log -= std::log(log.exp().sum());
    return log;
}

double klDivergenceBits(const LogProbabilities& p, const LogProbabilities& q)
{
    assert(p.size() == q.size());
    double nats = 0.0;
    for (Index i = 0; i < p.size(); ++i) {
        if (const double probability = std::exp(p(i)); probability > 0.0) {
            nats += probability * (p(i) - q(i));
        }
    }
    return std::max(nats / std::numbers::ln2, 0.0);  // below 0 by rounding alone  (Gibbs' inequality)
}

Result<std::vector<Prediction>> topPredictions(const Trace& trace, TokenIndex token, Index count)
{
    const auto logits = trace.shapes().find({StageId::Logits});
    if (logits == trace.shapes().end() || logits->second.back() == 0) {
        return failure(ErrorCode::NotFound, "The trace holds no logits, so that nothing is predicted.");
    }
    if (const Index rows = logits->second.front(); token.value < 0 || token.value >= rows) {
        return failure(ErrorCode::InvalidArgument, "There is no token " + std::to_string(token.value) +
                                                       ": the trace has tokens 0 to " + std::to_string(rows - 1) + ".");
    }
    const RowVector row = trace.row({StageId::Logits}, token);
    // Before the maximum is taken, for which NaN is no number.
    if (row.hasNaN() || row.maxCoeff() == std::numeric_limits<float>::infinity()) {
        return failure(ErrorCode::Malformed,
                       "The logits of token " + std::to_string(token.value) + " hold numbers that are not finite.");
    }
    const float maximum = row.maxCoeff();
    const double sum = (row.array() - maximum).exp().cast<double>().sum();
    std::vector<std::int32_t> ids(static_cast<std::size_t>(row.size()));
    std::iota(ids.begin(), ids.end(), 0);
    const auto most = ids.begin() + std::clamp<Index>(count, 0, row.size());
    std::partial_sort(ids.begin(), most, ids.end(), [&row](std::int32_t a, std::int32_t b) {
        return row(a) > row(b) || (row(a) == row(b) && a < b);
    });
    std::vector<Prediction> predictions;
    for (auto id = ids.begin(); id != most; ++id) {
        predictions.push_back({*id, std::exp(static_cast<double>(row(*id) - maximum)) / sum, row(*id)});
    }
    return predictions;
}

std::optional<PredictionSite> predictionSite(const PredictionContext& context)
{
    const auto count = static_cast<Index>(context.tokens.size());
    if (count == 0) {
        return std::nullopt;
    }
    if (context.direction == Direction::Causal) {
        return PredictionSite{PredictionKind::NextToken, TokenIndex(count - 1)};
    }
    std::optional<TokenIndex> nearest;
    const auto distance = [&](TokenIndex token) {
        return std::abs(token.value - context.selected.value_or(TokenIndex(0)).value);
    };
    for (TokenIndex token(0); token.value < count; ++token.value) {
        const bool isMask = context.tokens[static_cast<std::size_t>(token.value)].id == context.maskToken;
        if (isMask && (!nearest || distance(token) < distance(*nearest))) {
            nearest = token;
        }
    }
    if (nearest) {
        return PredictionSite{PredictionKind::MaskedToken, *nearest};
    }
    return context.selected ? std::optional(PredictionSite{PredictionKind::SameToken, *context.selected})
                            : std::nullopt;
}

std::optional<PredictionSite> predictionSite(const Trace& trace, const Model& model,
                                             const std::optional<TokenIndex>& selected)
{
    return predictionSite({.direction = model.config.mask.direction,
                           .maskToken = model.tokenizer->maskToken(),
                           .tokens = trace.info().tokens,
                           .selected = selected && selected->value < trace.tokens() ? selected : std::nullopt});
}

bool isText(const Token& token)
{
    if (token.isSpecial || token.text.empty()) {
        return false;
    }
    for (std::size_t at = 0; at < token.text.size(); ++at) {
        if (isByteAt(token.text, at)) {
            return false;
        }
    }
    return validateUtf8(token.text).has_value();
}

std::string replaced(std::string_view text, ByteSpan span, const Token& token)
{
    std::string_view before = text.substr(0, span.begin);
    std::string_view with = token.text;
    if (goesOnWithAWord(token)) {
        while (!before.empty() && isSpace(before.back())) {
            before.remove_suffix(1);
        }
    } else if (with.starts_with(' ') && (before.empty() || isSpace(before.back()))) {
        with.remove_prefix(1);
    }
    return std::string(before).append(with).append(text.substr(span.end));
}

std::string continued(std::string_view text, const Token& token, const Tokenizer& tokenizer)
{
    std::string plain = std::string(text) + token.text;
    const auto isRead = [&](const std::string& candidate) {
        const Result<Encoding> encoding = tokenizer.encode({.text = candidate, .specialTokens = SpecialTokens::None});
        return encoding && !encoding->tokens.empty() && encoding->tokens.back().id == token.id;
    };
    if (text.empty() || goesOnWithAWord(token) || isRead(plain)) {
        return plain;
    }
    std::string spaced = std::string(text) + " " + token.text;
    return isRead(spaced) ? spaced : plain;
}

}  // namespace headlight
