// What sentences are made of: verb groups, predicates, clauses. May use base/ and train/ only.
#pragma once

#include "core/train/corpus/phrase_composer.h"

namespace headlight {

enum class Tense { Past, Present, Progressive, Perfect, Modal };

/// How a verb group is to be built; any way where nothing is said.
struct VerbOptions
{
    std::optional<Tense> tense = {};
    std::optional<bool> negated = {};
};

/// Clauses of a sentence under construction. A depth says how far inside of others one is: from 1 on, its verb takes no further
/// verb ("to buy", "that she left").
class ClauseComposer : protected PhraseComposer
{
protected:
    ClauseComposer(const Lexicon& lexicon, Random& random) : PhraseComposer(lexicon, random) {}

    // Frames.

    const Frame& anyFrame(int depth);

    /// Any frame for which the condition holds; there must be one.
    template <typename Condition>
    const Frame& frameWhere(Condition holds, int depth = 1)
    {
        for (;;) {
            const Frame& frame = anyFrame(depth);
            if (holds(frame)) {
                return frame;
            }
        }
    }

    /// A frame whose subject may be this noun.
    const Frame& frameFor(const Noun& noun, int depth);

    // Verb groups.

    static std::string formOfBe(const Phrase& subject, bool past);
    static std::string formOfHave(const Phrase& subject, bool past);
    void sayNot();

    /// The auxiliary, with a negation as "ca n't" or "will not".
    void sayAuxiliary(std::string auxiliary, bool negated);

    /// After a pronoun, an auxiliary may shrink: "she 's", "they 'll".
    std::string maybeContracted(const Phrase& subject, const std::string& auxiliary, bool negated);
    void maybeAdverb(float probability);

    /// Says the verb group and links it with its subject.  @return the verb's place
    Index verb(const Verb& verb, const Phrase& subject, const VerbOptions& options = {});

    /// Says this form of the verb and links it with its subject.  @return the verb's place
    Index sayVerb(const Verb& verb, const std::string& form, const Phrase& subject);

    // Predicates.

    /// What follows the verb in its frame.
    void complement(const Frame& frame, Index verbPlace, const Phrase& subject, int depth);

    /// The frame's preposition and its object, if it has them.
    void prepositionalObject(const Frame& frame);
    void predicate(const Frame& frame, const Phrase& subject, int depth, const VerbOptions& options = {});

    /// "... and ate it": a predicate whose object is somebody or something mentioned before; false where none can be meant.
    bool predicateAboutMentioned(const Phrase& who, Tense tense);

    /// The subject is, was, looks something.  @param negation its probability
    void descriptionOf(const Phrase& who, float negation);
    void sayPredicateAdjective(const Phrase& who);

    /// Adverbs and phrases at the end of a clause.
    void tail(float probability = 0.35F);

    // Clauses.

    void clause(int depth = 0);
    Phrase anySubject();

    /// The first of two clauses.
    void firstClause();

    /// A clause with a pronoun for somebody mentioned, where only one can be meant.
    void secondClause();
    void relativeClause(const Phrase& phrase) final;

private:
    Tense anyTense();
    void sayReflexive(Index verbPlace, const Phrase& subject);

    /// "to buy a car", "reading the book": a verb without an auxiliary, whose subject is understood.
    void barePredicate(const Phrase& subject, int depth, std::string Verb::*form);

    /// Whether the noun is the subject of any plain frame.
    bool hasFrame(const Noun& noun) const;

    /// A frame whose object may be this noun; none where it took too long to find.
    const Frame* frameWithObject(const Noun& noun);

    /// The pronoun is the object of the second clause: "so the man fed it".
    void secondClauseWithObject(const Phrase& mention, const std::string& pronoun);
    void sayWithPronounObject(const Frame& frame, const Phrase& who, const std::string& pronoun, Index referent,
                              const VerbOptions& options);
};

}  // namespace headlight
