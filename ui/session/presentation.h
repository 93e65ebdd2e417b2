// A trace as a person chose to see it.
#pragma once

#include "core/trace/trace.h"
#include "ui/session/analysis.h"
#include "ui/session/selection.h"
#include "ui/session/view_options.h"

#include <memory>
#include <stop_token>
#include <vector>

namespace headlight::ui {

/// A trace and what pictures show of it: tokens or words, in the text's spelling or the vocabulary's. A value that shares
/// its traces.
struct Presentation
{
    std::shared_ptr<const Trace> full;   ///< Every stage, a row a token; null where there is none.
    std::shared_ptr<const Trace> shown;  ///< `full` itself where nothing else was chosen.
    std::vector<IndexRange> words = {};  ///< The tokens of each row of `shown`; empty where a row is a token.
    std::shared_ptr<const Analysis> analysis = {};

    /// The row that a token is in.
    TokenIndex rowOf(TokenIndex token) const;

    /// The tokens of a row.
    IndexRange tokensOf(TokenIndex row) const;

    /// The first token of a row.
    TokenIndex tokenOf(TokenIndex row) const;
};

/// The token under the name that was chosen, where it has both.
Token spelt(Token token, TokenNames names);

/// Without an analysis. Of more than kLongestInFull tokens there are no words.
///
/// @param full not null. O(L·H·T²) for words, else O(T).
/// @return Cancelled, and no other error
Result<Presentation> present(std::shared_ptr<const Trace> full, const TokenOptions& options,
                             const std::stop_token& stop = {});

/// The same with the analysis that the options ask for: O(L·H·T²), and more with rollout.
Result<Presentation> presentAnalysed(std::shared_ptr<const Trace> full, const TokenOptions& options,
                                     const AnalysisOptions& analysis, const std::stop_token& stop = {});

}  // namespace headlight::ui
