#include "core/train/corpus/inflection.h"

#include <algorithm>
#include <array>

namespace headlight {
namespace {

bool isVowel(char c)
{
    return std::string_view("aeiou").find(c) != std::string_view::npos;
}

bool endsInConsonantAndY(std::string_view word)
{
    return word.size() > 1 && word.back() == 'y' && !isVowel(word[word.size() - 2]);
}

bool endsInSibilant(std::string_view word)
{
    constexpr std::array<std::string_view, 5> endings = {"s", "x", "z", "ch", "sh"};
    return std::ranges::any_of(endings, [&](std::string_view ending) { return word.ends_with(ending); });
}

std::string withoutLast(std::string_view word)
{
    return std::string(word.substr(0, word.size() - 1));
}

std::string withS(std::string_view word)
{
    if (endsInConsonantAndY(word)) {
        return withoutLast(word) + "ies";
    }
    return std::string(word) + (endsInSibilant(word) ? "es" : "s");
}

/// stop, run, big: one vowel, then one consonant that doubles.
bool doubles(std::string_view word)
{
    if (word.size() < 3 || isVowel(word.back()) ||
        std::string_view("wxy").find(word.back()) != std::string_view::npos) {
        return false;
    }
    const std::size_t vowels = static_cast<std::size_t>(std::ranges::count_if(word, isVowel));
    const bool isQu = word.find("qu") != std::string_view::npos;
    return isVowel(word[word.size() - 2]) && vowels == (isQu ? 2U : 1U);
}

/// The stem to which an ending with a vowel is put: lov(ed), stopp(ed).
std::string stem(std::string_view word)
{
    if (word.back() == 'e' && !word.ends_with("ee") && !word.ends_with("ye") && !word.ends_with("oe")) {
        return withoutLast(word);
    }
    return doubles(word) ? std::string(word) + word.back() : std::string(word);
}

std::string withVowelEnding(std::string_view word, std::string_view ending)
{
    if (endsInConsonantAndY(word)) {
        return withoutLast(word) + "i" + std::string(ending);
    }
    const std::string start = stem(word);
    return start + std::string(start.ends_with('e') ? ending.substr(1) : ending);
}

}  // namespace

std::string regularPlural(std::string_view singular)
{
    return withS(singular);
}

std::string regularThirdPerson(std::string_view base)
{
    if (base == "have") {
        return "has";
    }
    return base.ends_with('o') ? std::string(base) + "es" : withS(base);
}

std::string regularPast(std::string_view base)
{
    return withVowelEnding(base, "ed");
}

std::string regularGerund(std::string_view base)
{
    if (base.ends_with("ie")) {
        return std::string(base.substr(0, base.size() - 2)) + "ying";
    }
    return stem(base) + "ing";
}

std::string regularComparative(std::string_view positive)
{
    return withVowelEnding(positive, "er");
}

std::string regularSuperlative(std::string_view positive)
{
    return withVowelEnding(positive, "est");
}

bool startsWithVowelSound(std::string_view word)
{
    constexpr std::array<std::string_view, 6> silent = {"hour", "honest", "honor", "heir", "herb", "x-ray"};
    constexpr std::array<std::string_view, 9> spoken = {"uni",  "use",  "usual", "europ", "one",
                                                        "once", "euro", "ukul",  "user"};
    const auto starts = [&](std::string_view beginning) { return word.starts_with(beginning); };
    if (word.starts_with("unin") || word.starts_with("unim")) {
        return true;
    }
    return std::ranges::any_of(silent, starts) ||
           (!word.empty() && isVowel(word.front()) && !std::ranges::any_of(spoken, starts));
}

}  // namespace headlight
