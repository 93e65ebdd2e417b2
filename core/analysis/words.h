// Tokens taken together as words. Pure functions. May use base/, tensor/, text/ and trace/.
#pragma once

#include "core/base/result.h"
#include "core/text/token.h"
#include "core/trace/trace.h"

#include <memory>
#include <span>
#include <stop_token>
#include <string_view>
#include <vector>

namespace headlight {

/// The tokens of each word, in order; every token is of one word. Two neighbours are of the same word where nothing stands
/// between them in the same text and either
///
/// - what people take for one character stands on both sides, as where a letter is several bytes; or
/// - both sides have letters, marks or numbers, or an apostrophe between two letters does: "didn" "'" "t".
///
/// Where a script has no spaces, letters alone do not tell where a word ends: Chinese characters, hiragana, Thai, Lao, Khmer
/// and Burmese stay apart as the tokenizer cut them; katakana joins katakana alone  (as the default word boundaries of Unicode
/// Standard Annex 29 have it). Special tokens and tokens outside the text are words of their own.
///
/// @param text valid UTF-8, of the tokens whose source is 0  @param pair of those whose source is 1
std::vector<IndexRange> wordsOf(std::string_view text, std::string_view pair, std::span<const Token> tokens);

/// A trace of words, whose only stages are the weights of every layer: summed over a word's keys and averaged over its
/// queries, so that rows still sum to 1 and what was masked for all of a word stays exactly 0  (Clark et al. 2019, "What Does
/// BERT Look At?", §4.1).
///
/// A word of several tokens has the id −1, the text that it has in the trace's text, and its pieces side by side. The mask
/// keeps its direction; which keys a pattern hides is a matter of tokens.
///
/// @param words of the trace's tokens, as wordsOf gives them
/// @param stop checked between heads
/// @return Cancelled, and no other error
Result<std::shared_ptr<const Trace>> mergedIntoWords(const Trace& trace, std::span<const IndexRange> words,
                                                     const std::stop_token& stop);

/// The same with the trace's own words, whatever it takes.
std::shared_ptr<const Trace> mergedIntoWords(const Trace& trace);

}  // namespace headlight
