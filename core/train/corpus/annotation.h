// Sentences written down together with their structure. May use base/ and train/ only.
#pragma once

#include "core/base/random.h"
#include "core/base/result.h"
#include "core/train/corpus/lexicon.h"

namespace headlight {

/// Draws one of the sentences that a template stands for: {dog|cat} is one of the two, $animal or $animal.plural a noun of that
/// class, $state an adjective of that tag, and MALE, FEMALE, PERSON, PLACE, DAY, MONTH and NUMBER are words of the lexicon. The rest
/// stays, in the notation that `readAnnotated` takes. Every choice takes one random number, so that two templates with the same
/// choices in the same order draw the same words.
std::string drawFromTemplate(std::string_view text, const Lexicon& lexicon, Random& random);

/// Reads a sentence in the notation of resources/lexicon/README.md: noun phrases in [ ], verb groups in < >, and from them the
/// links of every word.
///
/// @return Malformed, which says what is wrong and where.
Result<Sentence> readAnnotated(std::string_view text, const Lexicon& lexicon);

}  // namespace headlight
