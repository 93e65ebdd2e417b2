// A sentence that knows its own structure. May use base/ and train/roles.h only.
#pragma once

#include "core/train/roles.h"

#include <string>

namespace headlight {

/// What a word is to the corpus. Content words count as a combination, may be masked and may be invented.
enum class WordKind { Function, Punctuation, Noun, Verb, Adjective, Adverb, Name };

struct Word
{
    std::string text;  ///< In lower case.
    WordKind kind = WordKind::Function;
    bool mayBeInvented = true;  ///< False where the meaning of this very word decides what another refers to.
};

struct Sentence
{
    std::vector<Word> words;
    std::vector<Link> links;  ///< Between words, by their place.
};

/// A sentence as people write it: "The dog didn't bark."
struct WrittenSentence
{
    std::string text;
    std::vector<std::size_t> starts;  ///< The byte at which each word starts.
};

WrittenSentence written(const Sentence& sentence);

}  // namespace headlight
