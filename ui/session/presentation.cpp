#include "ui/session/presentation.h"

#include "core/analysis/words.h"

#include <algorithm>

namespace headlight::ui {
namespace {

/// The same numbers under the vocabulary's names.
std::shared_ptr<const Trace> withRawPieces(const Trace& trace)
{
    TraceInfo info = trace.info();
    for (Token& token : info.tokens) {
        token = spelt(std::move(token), TokenNames::RawPieces);
    }
    return trace.withInfo(std::move(info));
}

}  // namespace

Token spelt(Token token, TokenNames names)
{
    if (names == TokenNames::RawPieces && !token.piece.empty()) {
        token.text = token.piece;
    }
    return token;
}

TokenIndex Presentation::rowOf(TokenIndex token) const
{
    const auto word = std::ranges::upper_bound(words, token.value, {}, &IndexRange::begin);
    return word == words.begin() ? token : TokenIndex(word - words.begin() - 1);
}

IndexRange Presentation::tokensOf(TokenIndex row) const
{
    const auto index = static_cast<std::size_t>(row.value);
    return row.value >= 0 && index < words.size() ? words[index] : IndexRange{row.value, row.value + 1};
}

TokenIndex Presentation::tokenOf(TokenIndex row) const
{
    return TokenIndex(tokensOf(row).begin);
}

Result<Presentation> present(std::shared_ptr<const Trace> full, const TokenOptions& options,
                             const std::stop_token& stop)
{
    Presentation presentation{.full = full, .shown = full};
    if (options.unit == TokenUnit::Word && full->tokens() <= kLongestInFull) {
        const TraceInfo& info = full->info();
        presentation.words = wordsOf(info.text, info.pair, info.tokens);
        Result<std::shared_ptr<const Trace>> merged = mergedIntoWords(*full, presentation.words, stop);
        if (!merged) {
            return tl::unexpected(merged.error());
        }
        presentation.shown = std::move(*merged);
    }
    if (options.names == TokenNames::RawPieces) {
        presentation.shown = withRawPieces(*presentation.shown);
    }
    return presentation;
}

Result<Presentation> presentAnalysed(std::shared_ptr<const Trace> full, const TokenOptions& options,
                                     const AnalysisOptions& analysis, const std::stop_token& stop)
{
    Result<Presentation> presentation = present(std::move(full), options, stop);
    if (!presentation) {
        return presentation;
    }
    Result<std::shared_ptr<const Analysis>> found = analyse(*presentation->shown, *presentation->full, analysis, stop);
    if (!found) {
        return tl::unexpected(found.error());
    }
    presentation->analysis = std::move(*found);
    return presentation;
}

}  // namespace headlight::ui
