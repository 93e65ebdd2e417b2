// A grammar of everyday English. May use base/ and train/ only.
#pragma once

#include "core/base/random.h"
#include "core/train/corpus/lexicon.h"

namespace headlight {

/// Draws a sentence of one of the kinds: statements with adverbs and prepositional phrases, relative clauses, coordination,
/// questions, negation and contractions, passives, commands, headlines, comparisons, subordinate clauses whose pronouns have
/// one possible antecedent by gender and number. Subjects and verbs agree, and what stands together fits together as the
/// lexicon's classes have it. Links as the conventions of roles.h.
Sentence drawFromGrammar(const Lexicon& lexicon, Random& random);

}  // namespace headlight
