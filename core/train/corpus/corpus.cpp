#include "core/train/corpus/corpus.h"

#include "core/train/corpus/annotation.h"
#include "core/train/corpus/grammar.h"
#include "core/train/corpus/inflection.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <set>

namespace headlight {
namespace {

/// FNV-1a, 64 bits, of both words in either order.
std::uint64_t hashOf(std::string_view a, std::string_view b)
{
    std::uint64_t hash = 0xcbf29ce484222325ULL;
    const auto mix = [&](std::string_view text) {
        for (const char c : text) {
            hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
        }
    };
    mix(std::min(a, b));
    mix("|");
    mix(std::max(a, b));
    return hash ^ (hash >> 29U);
}

bool isContent(const Word& word)
{
    return word.kind == WordKind::Noun || word.kind == WordKind::Verb || word.kind == WordKind::Adjective ||
           word.kind == WordKind::Name;
}

bool hasHeldOutPair(const Sentence& sentence, const Lexicon& lexicon)
{
    std::vector<std::string_view> lemmas;
    for (const Word& word : sentence.words) {
        if (isContent(word)) {
            lemmas.push_back(lexicon.lemma(word.text));
        }
    }
    for (std::size_t i = 0; i < lemmas.size(); ++i) {
        for (std::size_t j = i + 1; j < lemmas.size(); ++j) {
            if (lemmas[i] != lemmas[j] && isHeldOut(lemmas[i], lemmas[j])) {
                return true;
            }
        }
    }
    return false;
}

/// Whether a noun stands there twice: a pronoun could mean either, and naming one of them says nothing.
bool hasRepeatedNoun(const Sentence& sentence)
{
    std::set<std::string_view> nouns;
    return !std::ranges::all_of(sentence.words, [&](const Word& word) {
        return (word.kind != WordKind::Noun && word.kind != WordKind::Name) || nouns.insert(word.text).second;
    });
}

bool hasHeldOutCue(const Sentence& sentence)
{
    return std::ranges::any_of(sentence.links, [&](const Link& link) {
        return link.role == Role::Sense && isHeldOutCue(sentence.words[static_cast<std::size_t>(link.from)].text,
                                                        sentence.words[static_cast<std::size_t>(link.to)].text);
    });
}

/// "blicket", "dax", "florp": one to three syllables.
std::string inventedStem(Random& random)
{
    static constexpr std::array<std::string_view, 38> kOnsets = {
        "b",  "c",  "d",  "f",  "g",  "h",  "j",  "k",  "l",  "m",  "n",  "p",  "r",
        "s",  "t",  "v",  "w",  "z",  "bl", "br", "ch", "cl", "cr", "dr", "fl", "fr",
        "gl", "gr", "pl", "pr", "sh", "sl", "sn", "st", "th", "tr", "qu", "y"};
    static constexpr std::array<std::string_view, 12> kVowels = {"a", "e", "i", "o",  "u",  "a",
                                                                 "e", "i", "o", "ee", "oo", "ai"};
    static constexpr std::array<std::string_view, 20> kCodas = {
        "", "", "b", "ck", "d", "g", "l", "m", "n", "p", "r", "t", "x", "nt", "rk", "lp", "mp", "sk", "zz", "ft"};
    std::string stem;
    const float fate = random.unit();
    const int syllables = fate < 0.3F ? 1 : fate < 0.85F ? 2 : 3;
    for (int i = 0; i < syllables; ++i) {
        stem += random.pick(kOnsets);
        stem += random.pick(kVowels);
        stem += i + 1 == syllables || random.chance(0.3F) ? random.pick(kCodas) : "";
    }
    return stem.size() < 3 ? stem + "x" : stem;
}

/// Keeps what the ending says: "-ed", "-ing", "-s", "-ly", "-er".
std::string inventedLike(const Word& word, const Lexicon& lexicon, Random& random)
{
    const std::string stem = inventedStem(random);
    if (word.kind == WordKind::Noun) {
        const Noun* noun = lexicon.noun(word.text);
        const bool plural = noun != nullptr && word.text == noun->plural && word.text != noun->singular;
        return plural ? regularPlural(stem) : stem;
    }
    if (word.kind == WordKind::Verb) {
        if (word.text.ends_with("ing")) {
            return regularGerund(stem);
        }
        if (word.text.ends_with("ed")) {
            return regularPast(stem);
        }
        return word.text.ends_with('s') ? regularThirdPerson(stem) : stem;
    }
    if (word.kind == WordKind::Adverb && word.text.ends_with("ly")) {
        return stem + "ly";
    }
    if (word.kind == WordKind::Adjective && random.chance(0.5F)) {
        static constexpr std::array<std::string_view, 8> kEndings = {"y",  "ish", "ous", "ful",
                                                                     "ed", "al",  "ic",  "less"};
        return stem + std::string(random.pick(kEndings));
    }
    return stem;
}

/// "a" or "an", as the next word has it.
void fixArticles(Sentence& sentence)
{
    for (std::size_t i = 0; i + 1 < sentence.words.size(); ++i) {
        std::string& text = sentence.words[i].text;
        if (text == "a" || text == "an") {
            text = startsWithVowelSound(sentence.words[i + 1].text) ? "an" : "a";
        }
    }
}

void append(Sentence& text, Sentence sentence)
{
    const auto offset = static_cast<Index>(text.words.size());
    for (Link& link : sentence.links) {
        text.links.push_back({link.role, link.from + offset, link.to + offset});
    }
    std::ranges::move(sentence.words, std::back_inserter(text.words));
}

Sentence drawn(std::string_view text, const Lexicon& lexicon, Random& random)
{
    Result<Sentence> sentence = readAnnotated(drawFromTemplate(text, lexicon, random), lexicon);
    assert(sentence);
    fixArticles(*sentence);
    return std::move(*sentence);
}

}  // namespace

bool isHeldOut(std::string_view a, std::string_view b)
{
    using Pair = std::pair<std::string_view, std::string_view>;
    static constexpr std::array<Pair, 7> kExamples = {{{"animal", "street"},
                                                       {"suitcase", "trophy"},
                                                       {"dog", "man"},
                                                       {"animal", "tired"},
                                                       {"animal", "cross"},
                                                       {"dog", "fox"},
                                                       {"chef", "soup"}}};
    return std::ranges::find(kExamples, Pair(std::min(a, b), std::max(a, b))) != kExamples.end() ||
           hashOf(a, b) % 100 == 0;
}

bool isHeldOutCue(std::string_view ambiguous, std::string_view cue)
{
    return hashOf(ambiguous, cue) % 1000 < 120;
}

Sentence Corpus::anySentence(Random& random) const
{
    const float fate = random.unit();
    if (fate < 0.42F) {
        Sentence sentence = drawFromGrammar(m_lexicon, random);
        fixArticles(sentence);
        return sentence;
    }
    if (fate < 0.68F) {
        return drawn(random.pick(m_lexicon.templates()), m_lexicon, random);
    }
    if (fate < 0.86F) {
        const PairTemplate& pair = random.pick(random.pick(m_lexicon.pairFamilies()).pairs);
        return drawn(random.chance(0.5F) ? pair.first : pair.second, m_lexicon, random);
    }
    const AmbiguousWord& word = random.pick(m_lexicon.ambiguousWords());
    if (random.chance(0.6F)) {
        return drawn(random.pick(word.templates), m_lexicon, random);
    }
    std::string text = random.pick(m_lexicon.cueTemplates());
    text.replace(text.find("WORD"), 4, word.word);
    text.replace(text.find("CUE"), 3, random.pick(word.nounCues));
    return drawn(text, m_lexicon, random);
}

Sentence Corpus::sentence(Split split, Random& random) const
{
    for (;;) {
        Sentence sentence = anySentence(random);
        if (hasHeldOutPair(sentence, m_lexicon) == (split == Split::HeldOut) && !hasHeldOutCue(sentence) &&
            !hasRepeatedNoun(sentence) && sentence.words.size() <= 40) {
            return sentence;
        }
    }
}

void Corpus::invent(Sentence& sentence, const InventionRates& rates, Random& random) const
{
    for (Word& word : sentence.words) {
        if (word.kind == WordKind::Function || word.kind == WordKind::Punctuation || !word.mayBeInvented) {
            continue;
        }
        if (random.chance(word.kind == WordKind::Noun ? rates.nouns : rates.others)) {
            word.text = inventedLike(word, m_lexicon, random);
        }
    }
    fixArticles(sentence);
}

Sentence Corpus::trainingText(Random& random) const
{
    constexpr float kLong = 0.06F;
    const std::size_t sentences = random.chance(kLong) ? 2 + random.below(5) : 1;
    Sentence text;
    for (std::size_t i = 0; i < sentences; ++i) {
        Sentence next = sentence(Split::Training, random);
        invent(next, {}, random);
        append(text, std::move(next));
    }
    return text;
}

Sentence Corpus::longText(Random& random) const
{
    const std::size_t wanted = 40 + random.below(35);
    Sentence text;
    while (text.words.size() < wanted) {
        append(text, sentence(Split::HeldOut, random));
    }
    return text;
}

std::optional<MinimalPair> Corpus::minimalPair(const PairTemplate& pair, Split split, Random& random) const
{
    constexpr int kTries = 5000;
    for (int i = 0; i < kTries; ++i) {
        Random again = random;
        MinimalPair drawnPair{drawn(pair.first, m_lexicon, random), drawn(pair.second, m_lexicon, again)};
        if (hasRepeatedNoun(drawnPair.first) || hasRepeatedNoun(drawnPair.second)) {
            continue;
        }
        const bool firstIsHeldOut = hasHeldOutPair(drawnPair.first, m_lexicon);
        const bool secondIsHeldOut = hasHeldOutPair(drawnPair.second, m_lexicon);
        if (split == Split::HeldOut ? firstIsHeldOut && secondIsHeldOut : !firstIsHeldOut && !secondIsHeldOut) {
            return drawnPair;
        }
    }
    return std::nullopt;
}

Sentence Corpus::unseenCue(Random& random) const
{
    for (;;) {
        Sentence sentence = drawn(random.pick(random.pick(m_lexicon.ambiguousWords()).templates), m_lexicon, random);
        if (hasHeldOutCue(sentence)) {
            return sentence;
        }
    }
}

Result<TokenizedSentence> tokenize(const Sentence& sentence, const Tokenizer& tokenizer)
{
    const WrittenSentence text = written(sentence);
    const Result<std::vector<Token>> tokens = tokenizer.tokensOf(text.text);
    if (!tokens) {
        return tl::unexpected(tokens.error());
    }
    TokenizedSentence tokenized;
    tokenized.links = sentence.links;
    for (const Word& word : sentence.words) {
        tokenized.words.push_back({0, 0});
        tokenized.isPunctuation.push_back(word.kind == WordKind::Punctuation);
    }
    for (const Token& token : *tokens) {
        const auto next = std::ranges::upper_bound(text.starts, token.span.begin);
        TokenizedSentence::Pieces& word = tokenized.words[static_cast<std::size_t>(next - text.starts.begin()) - 1];
        if (word.count++ == 0) {
            word.first = static_cast<Index>(tokenized.ids.size());
        }
        tokenized.ids.push_back(token.id);
    }
    assert(std::ranges::all_of(tokenized.words, [](const auto& word) { return word.count > 0; }));
    return tokenized;
}

Example toExample(const TokenizedSentence& sentence, Random& random)
{
    Example example{.ids = sentence.ids, .links = {}, .isWord = std::vector<bool>(sentence.ids.size())};
    for (std::size_t i = 0; i < sentence.words.size(); ++i) {
        const auto& [first, count] = sentence.words[i];
        if (count == 1) {
            example.isWord[static_cast<std::size_t>(first)] = !sentence.isPunctuation[i];
        }
    }
    for (const Link& link : sentence.links) {
        const auto& [first, count] = sentence.words[static_cast<std::size_t>(link.from)];
        const Index piece = first + static_cast<Index>(random.below(static_cast<std::size_t>(count)));
        example.links.push_back({link.role, piece, sentence.words[static_cast<std::size_t>(link.to)].first});
    }
    return example;
}

}  // namespace headlight
