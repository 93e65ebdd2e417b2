// Regular inflection of English words. Uses nothing.
#pragma once

#include <string>
#include <string_view>

namespace headlight {

/// dog → dogs, box → boxes, city → cities.
std::string regularPlural(std::string_view singular);

/// bark → barks, catch → catches, cry → cries.
std::string regularThirdPerson(std::string_view base);

/// bark → barked, love → loved, cry → cried, stop → stopped (words of one syllable double their last consonant).
std::string regularPast(std::string_view base);

/// bark → barking, love → loving, stop → stopping.
std::string regularGerund(std::string_view base);

/// wide → wider, tall → taller, silly → sillier.
std::string regularComparative(std::string_view positive);
std::string regularSuperlative(std::string_view positive);

/// Whether "an" stands before the word: an apple, an hour, a unicorn.
bool startsWithVowelSound(std::string_view word);

}  // namespace headlight
