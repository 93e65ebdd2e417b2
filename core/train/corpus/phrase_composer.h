// What clauses are made of: noun phrases, pronouns, phrases of place and time. May use base/ and train/ only.
#pragma once

#include "core/base/random.h"
#include "core/train/corpus/lexicon.h"

#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

namespace headlight {

enum class Gender { Male, Female, Person, Thing };

bool isHuman(const Noun& noun);
bool isAnimate(const Noun& noun);
Gender genderOf(const Noun& noun);

/// A noun phrase that stands in the sentence.
struct Phrase
{
    Index head = 0;
    bool isPlural = false;  ///< Its verb is, too; so I and you count as plural.
    bool isThird = true;    ///< Not I, you, we.
    Gender gender = Gender::Thing;
    const Noun* noun = nullptr;  ///< Decides which verbs fit; a person for a name.
    std::string text = {};
    bool isPronoun = false;
};

struct PhraseOptions
{
    std::optional<bool> plural = {};
    float adjective = 0.3F;       ///< Probability of one.
    float modifier = 0.06F;       ///< Of a prepositional phrase or relative clause after it.
    bool isBare = false;          ///< No determiner: "dog bites man".
    std::string determiner = {};  ///< This one, if it fits.
};

/// A sentence under construction: every function says words at its end and links them. The words depend on the random numbers
/// and on their order alone.
class PhraseComposer
{
protected:
    PhraseComposer(const Lexicon& lexicon, Random& random) : m_lexicon(lexicon), m_random(random) {}
    virtual ~PhraseComposer() = default;

    bool chance(float probability) { return m_random.chance(probability); }
    std::string pick(std::initializer_list<const char*> choices);

    /// An adverb, name or function word of that kind, which is not yet said.
    const std::string& word(std::string_view kind) { return m_random.pick(m_lexicon.words(kind)); }
    const Noun& anyNoun(std::string_view classOrGroup) { return *m_random.pick(m_lexicon.nouns(classOrGroup)); }
    const Noun& anyNounAtAll();

    /// An adjective that describes the noun, if there is any; not yet said.
    const Adjective* describing(const Noun& noun);

    /// @return the word's place
    Index say(std::string text, WordKind kind = WordKind::Function);
    std::string& textAt(Index place) { return m_sentence.words[static_cast<std::size_t>(place)].text; }
    void link(Role role, Index from, Index to) { m_sentence.links.push_back({role, from, to}); }
    void comma() { say(",", WordKind::Punctuation); }

    /// Mostly says the mark; some sentences have none.
    void end(const char* mark = ".");

    /// Determiner, adjectives, noun and what modifies it; from now on it is mentioned.
    Phrase nounPhrase(const Noun& noun, const PhraseOptions& options = {});

    /// A man's or woman's name, from now on mentioned.
    Phrase name();

    /// I, you, we, he, she, it, they; with a link if somebody mentioned must be meant.
    Phrase pronounSubject();
    Phrase firstOrSecondPerson();

    /// A subject that the frame's verbs fit.
    Phrase subject(const Frame& frame);

    /// A subject that the pronoun cannot mean.
    Phrase subjectUnlike(const Frame& frame, const std::string& pronoun);
    Phrase object(const std::vector<const Noun*>& nouns);

    /// "in the old house"
    void placePhrase();

    /// "yesterday", "during the long night"
    void timePhrase();

    /// "who lives there", "that the man bought": after the phrase it describes.
    virtual void relativeClause(const Phrase& phrase) = 0;

    /// The head of the only mention that the pronoun can mean.
    std::optional<Index> unique(std::string_view pronoun) const;

    const Lexicon& m_lexicon;
    Random& m_random;
    Sentence m_sentence;
    std::vector<Phrase> m_mentions;  ///< Whom or what a pronoun may mean.

private:
    /// What was said before the adjectives of a noun, its links still to be made.
    struct Determiners
    {
        std::optional<Index> determiner;
        std::optional<Index> all;  ///< "all" before another determiner.
        bool hasNumber = false;
    };

    Determiners sayDeterminers(const Noun& noun, bool plural, const PhraseOptions& options);

    /// A determiner that fits; empty for none.
    std::string determinerFor(bool plural, bool mass);

    /// "anna 's" or "the teacher 's".
    void sayPossessor();

    /// Whom "his", "her", "its" or "their" belongs to, if only one of those mentioned can be meant.
    std::optional<Index> referentOfPossessive(const std::string& text) const;

    /// Says adjectives that describe the noun.  @return their places
    std::vector<Index> adjectivesFor(const Noun& noun, float probability);

    /// The "stone" of "stone wall".
    void sayCompoundNoun();
    void modify(const Phrase& phrase);

    /// "of the village", "with the red hat", "in the house": what describes such a noun.
    void prepositionalPhrase(const Noun& of);

    /// "somebody", "nobody"
    Phrase indefiniteSubject();
    Phrase pronounObject(const Noun& noun);

    static bool fits(const Phrase& phrase, std::string_view pronoun);
};

}  // namespace headlight
