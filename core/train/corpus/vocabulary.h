// The bundled model's vocabulary. May use base/, text/ and train/corpus/ only.
#pragma once

#include "core/train/corpus/lexicon.h"

namespace headlight {

/// In the order of the ids: "[UNK]", "[MASK]", single characters (printable ASCII and the letters of Latin-1, Latin Extended-A,
/// Greek and Cyrillic), pieces that go on with a word ("##e", "##ing"), then the lexicon's forms in alphabetical order.
std::vector<std::string> makeVocabulary(const Lexicon& lexicon);

}  // namespace headlight
