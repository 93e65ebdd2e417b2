#include "core/train/corpus/vocabulary.h"

#include "core/text/utf8.h"
#include "core/text/word_piece_tokenizer.h"

#include <algorithm>
#include <array>

namespace headlight {
namespace {

/// The blocks whose letters are characters of the vocabulary.
constexpr std::array kLetterBlocks = {
    std::pair{U'\u00A0', U'\u00FF'},  // Latin-1
    std::pair{U'\u0100', U'\u017F'},  // Latin Extended-A
    std::pair{U'\u0370', U'\u03FF'},  // Greek
    std::pair{U'\u0400', U'\u04FF'},  // Cyrillic
};

/// Endings that say what kind of word an unknown one is.
constexpr std::array<std::string_view, 44> kEndings = {
    "s",     "es",   "ed",    "ing",   "er",   "ers",  "or",   "est",  "ly",   "ness", "ment",
    "ments", "tion", "tions", "ation", "sion", "able", "ible", "ful",  "less", "ous",  "ive",
    "al",    "ial",  "ic",    "ish",   "ity",  "ist",  "ists", "ism",  "ize",  "ies",  "ied",
    "man",   "men",  "ant",   "ent",   "ance", "ence", "ary",  "ship", "hood", "age",  "y"};

}  // namespace

std::vector<std::string> makeVocabulary(const Lexicon& lexicon)
{
    std::vector<std::string> vocabulary;
    std::set<std::string> known;
    const auto add = [&](std::string entry) {
        if (known.insert(entry).second) {
            vocabulary.push_back(std::move(entry));
        }
    };
    add("[UNK]");
    add(std::string(kMaskEntry));
    for (char c = '!'; c <= '~'; ++c) {
        add(lookupForm(std::string(1, c)));
    }
    for (const auto& [first, last] : kLetterBlocks) {
        for (char32_t letter = first; letter <= last; ++letter) {
            if (isLetter(letter)) {
                std::string character;
                appendUtf8(character, letter);
                add(lookupForm(character));
            }
        }
    }
    for (char c = 'a'; c <= 'z'; ++c) {
        add(std::string("##") + c);
    }
    for (char c = '0'; c <= '9'; ++c) {
        add(std::string("##") + c);
    }
    for (const std::string_view ending : kEndings) {
        add("##" + std::string(ending));
    }
    for (const std::string& form : lexicon.forms()) {
        add(form);
    }
    return vocabulary;
}

}  // namespace headlight
