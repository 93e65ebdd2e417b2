// The words of everyday English and what they go with. May use base/ only.
#pragma once

#include "core/base/result.h"
#include "core/train/corpus/sentence.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace headlight {

struct Noun
{
    std::string singular;  ///< Empty where there is only a plural.
    std::string plural;    ///< Empty where there is none.
    std::vector<std::string> classes;

    bool is(std::string_view name) const;
};

struct Verb
{
    std::string base;
    std::string thirdPerson;
    std::string past;
    std::string participle;
    std::string gerund;
    std::string particle;  ///< "up" of "pick up"; mostly empty.
};

struct Adjective
{
    std::string positive;
    std::string comparative;  ///< Empty where people say "more".
    std::string superlative;
};

/// What may follow a verb.
enum class Complement { None, Noun, Clause, Infinitive, Gerund };

/// What some verbs go with.
struct Frame
{
    std::vector<const Noun*> subjects;
    Complement complement = Complement::None;
    std::vector<const Noun*> objects;  ///< Of Complement::Noun.
    std::string preposition;           ///< Empty without a prepositional object.
    std::vector<const Noun*> prepositionObjects;
    std::vector<const Verb*> verbs;
};

/// Adjectives that describe the nouns of some classes for the same reason.
struct AdjectiveGroup
{
    std::set<std::string> classes;
    std::string tag;  ///< "state", "blocking", "toobig", "toosmall", "colour", …
    std::vector<const Adjective*> adjectives;
};

/// A word whose meaning context decides.
struct AmbiguousWord
{
    std::string word;
    std::vector<std::string> nounCues;   ///< Each of which decides for one of the senses.
    std::vector<std::string> templates;  ///< In the notation of annotation.h.
};

/// Two templates that draw the same words up to what decides whom a pronoun means.
struct PairTemplate
{
    std::string first;
    std::string second;
};

/// Pairs that are decided by the same kind of knowledge.
struct PairFamily
{
    std::string name;
    std::vector<PairTemplate> pairs;
};

/// The bundled lexicon (resources/lexicon/). Immutable and thread-safe.
class Lexicon
{
public:
    /// Read on first use. The files are part of the program; its tests say that they are well formed.
    static const Lexicon& bundled();

    /// Reads the files' texts.  @param files by name ("nouns")  @return Malformed, which names file and line.
    static Result<Lexicon> parse(const std::map<std::string, std::string_view>& files);

    /// Nouns of a class or group; none for a name that no file has.
    const std::vector<const Noun*>& nouns(std::string_view classOrGroup) const;
    const std::vector<Frame>& frames() const { return m_frames; }

    /// Adjectives of a tag ("state").
    const std::vector<const Adjective*>& adjectives(std::string_view tag) const;

    /// Every adjective that describes nouns of the class, but those of tags that decide references.
    const std::vector<const Adjective*>& describing(std::string_view nounClass) const;

    /// Adverbs, names and function words by kind: "manner", "female", "preposition".
    const std::vector<std::string>& words(std::string_view kind) const;
    bool is(std::string_view word, std::string_view kind) const;

    const std::vector<AmbiguousWord>& ambiguousWords() const { return m_ambiguous; }

    /// Templates for any ambiguous word, which stands there as WORD, and any of its noun cues, CUE.
    const std::vector<std::string>& cueTemplates() const { return m_cueTemplates; }
    const std::vector<PairFamily>& pairFamilies() const { return m_pairs; }
    const std::vector<std::string>& templates() const { return m_templates; }

    /// The word under which its inflected forms count as one: dogs → dog, ran → run. The word itself if it is unknown.
    std::string_view lemma(std::string_view form) const;

    /// What kind of word this form is, outside of any sentence; Function where it is unknown.
    WordKind kind(std::string_view form) const;
    const Noun* noun(std::string_view form) const;

    /// Every form that the lexicon and its templates know, ascending.
    const std::vector<std::string>& forms() const { return m_forms; }

    /// How many words, inflected forms not counted.
    std::size_t size() const { return m_lemmas; }

private:
    friend class LexiconReader;
    struct StringHash
    {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
    };
    struct FormInfo
    {
        std::string lemma;
        WordKind kind = WordKind::Function;
        const Noun* noun = nullptr;
    };

    std::map<std::string, Noun, std::less<>> m_nouns;
    std::map<std::string, Verb, std::less<>> m_verbs;
    std::map<std::string, Adjective, std::less<>> m_adjectives;
    std::map<std::string, std::vector<const Noun*>, std::less<>> m_nounsByClass;
    std::map<std::string, std::vector<const Adjective*>, std::less<>> m_adjectivesByTag;
    std::map<std::string, std::vector<const Adjective*>, std::less<>> m_adjectivesByClass;
    std::map<std::string, std::vector<std::string>, std::less<>> m_words;
    std::set<std::pair<std::string, std::string>, std::less<>> m_wordKinds;
    std::vector<Frame> m_frames;
    std::vector<AmbiguousWord> m_ambiguous;
    std::vector<std::string> m_cueTemplates;
    std::vector<PairFamily> m_pairs;
    std::vector<std::string> m_templates;
    std::unordered_map<std::string, FormInfo, StringHash, std::equal_to<>> m_infos;
    std::vector<std::string> m_forms;
    std::size_t m_lemmas = 0;
};

}  // namespace headlight
