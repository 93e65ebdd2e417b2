#include "core/train/corpus/grammar.h"

#include "core/train/corpus/clause_composer.h"

#include <array>

namespace headlight {
namespace {

/// One function per kind of sentence; what they are made of is in the bases.
class SentenceComposer final : private ClauseComposer
{
public:
    SentenceComposer(const Lexicon& lexicon, Random& random) : ClauseComposer(lexicon, random) {}

    Sentence compose()
    {
        using Kind = void (SentenceComposer::*)();
        static constexpr std::array<std::pair<Kind, int>, 19> kKinds = {{
            {&SentenceComposer::statement, 14},
            {&SentenceComposer::frontedStatement, 7},
            {&SentenceComposer::twoClauses, 12},
            {&SentenceComposer::coordinatedVerbs, 6},
            {&SentenceComposer::coordinatedClauses, 6},
            {&SentenceComposer::coordinatedNouns, 3},
            {&SentenceComposer::relativeSubject, 7},
            {&SentenceComposer::relativeObject, 6},
            {&SentenceComposer::question, 8},
            {&SentenceComposer::whQuestion, 5},
            {&SentenceComposer::passive, 6},
            {&SentenceComposer::description, 9},
            {&SentenceComposer::descriptionQuestion, 3},
            {&SentenceComposer::existence, 4},
            {&SentenceComposer::command, 4},
            {&SentenceComposer::headline, 4},
            {&SentenceComposer::comparison, 3},
            {&SentenceComposer::possessiveObject, 4},
            {&SentenceComposer::reportedSpeech, 4},
        }};
        int total = 0;
        for (const auto& [kind, weight] : kKinds) {
            total += weight;
        }
        auto at = static_cast<int>(m_random.below(static_cast<std::size_t>(total)));
        for (const auto& [kind, weight] : kKinds) {
            at -= weight;
            if (at < 0) {
                (this->*kind)();
                break;
            }
        }
        return std::move(m_sentence);
    }

private:
    void statement()
    {
        clause();
        tail();
        end();
    }

    void frontedStatement()
    {
        const float fate = m_random.unit();
        if (fate < 0.3F) {
            say(word("sentence"));
            comma();
        } else if (fate < 0.65F) {
            timePhrase();
            if (chance(0.6F)) {
                comma();
            }
        } else if (fate < 0.85F) {
            placePhrase();
            comma();
        } else {
            say(word(chance(0.5F) ? "greeting" : "interjection"));
            comma();
        }
        clause();
        tail(0.2F);
        end();
    }

    void twoClauses()
    {
        const std::string conjunction =
            pick({"because", "when", "while", "although", "if", "before", "after", "since", "until", "so", "but", "and",
                  "as", "though", "unless", "because", "but", "so"});
        const bool mayFront = conjunction != "so" && conjunction != "but" && conjunction != "and";
        if (mayFront && chance(0.35F)) {
            say(conjunction);
            firstClause();
            comma();
            secondClause();
        } else {
            firstClause();
            tail(0.12F);
            if (!mayFront && chance(0.7F)) {
                comma();
            }
            say(conjunction);
            secondClause();
        }
        tail(0.15F);
        end();
    }

    void coordinatedVerbs()
    {
        const Frame& frame = anyFrame(1);
        const Phrase who = subject(frame);
        const Tense tense = chance(0.6F) ? Tense::Past : Tense::Present;
        predicate(frame, who, 1, {.tense = tense, .negated = false});
        if (chance(0.2F)) {
            comma();
            predicate(frameFor(*who.noun, 1), who, 1, {.tense = tense, .negated = false});
            comma();
        }
        say(pick({"and", "and", "and", "but", "or", "then"}));
        if (!chance(0.45F) || !predicateAboutMentioned(who, tense)) {
            const Frame& next = frameFor(*who.noun, 1);
            predicate(next, who, 1, {.tense = tense, .negated = chance(0.1F)});
        }
        tail(0.2F);
        end();
    }

    void coordinatedClauses()
    {
        clause(1);
        if (chance(0.7F)) {
            comma();
        }
        say(pick({"and", "but", "so", "or", "yet"}));
        if (chance(0.5F)) {
            secondClause();
        } else {
            clause(1);
        }
        end();
    }

    /// "the dog and the cat slept": the verb looks at the nearer noun.
    void coordinatedNouns()
    {
        const Frame& frame = anyFrame(1);
        nounPhrase(*m_random.pick(frame.subjects), {.modifier = 0.0F});
        say("and");
        Phrase who = nounPhrase(*m_random.pick(frame.subjects), {.modifier = 0.0F});
        who.isPlural = true;
        m_mentions.clear();
        predicate(frame, who, 1);
        tail(0.2F);
        end();
    }

    void relativeSubject()
    {
        const Frame& frame = anyFrame(1);
        const Phrase who = nounPhrase(*m_random.pick(frame.subjects), {.modifier = 0.0F});
        relativeClause(who);
        if (chance(0.4F)) {
            descriptionOf(who, 0.1F);
        } else {
            predicate(frame, who, 1);
        }
        tail(0.15F);
        end();
    }

    void relativeObject()
    {
        const Frame& frame = anyFrame(1);
        const Phrase who = subject(frame);
        const Index place = verb(*m_random.pick(frame.verbs), who);
        if (frame.complement == Complement::Noun) {
            const Phrase what = nounPhrase(*m_random.pick(frame.objects), {.modifier = 0.0F});
            link(Role::Object, place, what.head);
            relativeClause(what);
        } else if (!frame.preposition.empty()) {
            say(frame.preposition);
            relativeClause(nounPhrase(*m_random.pick(frame.prepositionObjects), {.modifier = 0.0F}));
        }
        end();
    }

    /// "did the cat eat the fish ?"
    void question()
    {
        if (chance(0.25F)) {
            say(pick({"why", "when", "where", "how"}));
        }
        invertedClause(anyFrame(1));
        tail(0.2F);
        end("?");
    }

    /// @param fronted the object where it stands before the clause
    void invertedClause(const Frame& frame, std::optional<Index> fronted = {})
    {
        const Noun& noun = *m_random.pick(frame.subjects);
        const float fate = m_random.unit();
        const Index auxiliaryPlace = say("did");  // Until the subject and the form are drawn.
        const bool negated = chance(0.1F);
        if (negated) {
            say("n't");
        }
        const Phrase who = isHuman(noun) && fate < 0.2F    ? name()
                           : isHuman(noun) && fate < 0.55F ? pronounSubject()
                                                           : nounPhrase(noun, {.modifier = 0.02F});
        const Verb& chosen = *m_random.pick(frame.verbs);
        const float kind = m_random.unit();
        std::string form = chosen.base;
        std::string& auxiliary = textAt(auxiliaryPlace);
        if (kind < 0.35F) {
            auxiliary = "did";
        } else if (kind < 0.6F) {
            auxiliary = who.isPlural ? "do" : "does";
        } else if (kind < 0.8F) {
            auxiliary = pick({"can", "could", "should", "will", "would", "must"});
            if (negated) {
                auxiliary = auxiliary == "can" ? "ca" : auxiliary == "will" ? "wo" : auxiliary;
            }
        } else if (kind < 0.92F) {
            auxiliary = formOfBe(who, chance(0.5F));
            if (auxiliary == "am" && negated) {
                auxiliary = "are";
            }
            form = chosen.gerund;
        } else {
            auxiliary = formOfHave(who, false);
            form = chosen.participle;
        }
        maybeAdverb(0.04F);
        const Index place = sayVerb(chosen, form, who);
        if (fronted) {
            link(Role::Object, place, *fronted);
        } else {
            complement(frame, place, who, 1);
        }
    }

    /// "who saw the dog ?", "what did the man eat ?", "which book ..."
    void whQuestion()
    {
        if (chance(0.45F)) {
            const Frame& frame = anyFrame(1);
            Phrase who{.noun = m_random.pick(frame.subjects), .text = "who"};
            const bool human = isHuman(*who.noun);
            if (human && chance(0.7F)) {
                who.head = say("who");
            } else if (!human && chance(0.4F)) {
                who.head = say("what");
            } else {
                const Index determiner = say("which");
                who.head = say(who.noun->singular.empty() ? who.noun->plural : who.noun->singular, WordKind::Noun);
                who.isPlural = who.noun->singular.empty();
                link(Role::Determiner, determiner, who.head);
            }
            predicate(frame, who, 1, {.negated = chance(0.06F)});
        } else {
            const Frame& frame = frameWhere(
                [](const Frame& any) { return any.complement == Complement::Noun && any.preposition.empty(); });
            const Noun& noun = *m_random.pick(frame.objects);
            Index object = 0;
            if (chance(0.7F)) {
                object = say(isHuman(noun) ? pick({"who", "whom"}) : "what");
            } else {
                const Index determiner = say(pick({"which", "what", "whose"}));
                const std::string& text =
                    noun.plural.empty() || (!noun.singular.empty() && chance(0.7F)) ? noun.singular : noun.plural;
                object = say(text, WordKind::Noun);
                link(Role::Determiner, determiner, object);
            }
            invertedClause(frame, object);
        }
        tail(0.15F);
        end("?");
    }

    /// "the house was built by the man": the surface subject is the subject.
    void passive()
    {
        const Frame& frame =
            frameWhere([](const Frame& any) { return any.complement == Complement::Noun && any.objects.size() >= 2; });
        const Noun& noun = *m_random.pick(frame.objects);
        Phrase who = isHuman(noun) && chance(0.3F) ? name() : nounPhrase(noun);
        const Verb& chosen = *m_random.pick(frame.verbs);
        const bool negated = chance(0.12F);
        const float fate = m_random.unit();
        if (fate < 0.65F) {
            sayAuxiliary(formOfBe(who, fate < 0.45F), negated);
        } else if (fate < 0.8F) {
            sayAuxiliary(formOfHave(who, chance(0.4F)), negated);
            say("been");
        } else {
            sayAuxiliary(pick({"will", "can", "must", "should", "could"}), negated);
            say("be");
        }
        maybeAdverb(0.08F);
        sayVerb(chosen, chosen.participle, who);
        prepositionalObject(frame);
        if (chance(0.4F)) {
            say("by");
            const Noun& agent = *m_random.pick(frame.subjects);
            if (isHuman(agent) && chance(0.3F)) {
                name();
            } else {
                nounPhrase(agent, {.modifier = 0.0F});
            }
        }
        tail(0.3F);
        end();
    }

    void description()
    {
        const Phrase who = chance(0.3F) ? anySubject() : nounPhrase(anyNounAtAll());
        if (chance(0.7F)) {
            descriptionOf(who, 0.12F);
        } else {
            const bool negated = chance(0.1F);
            const Index place = say(maybeContracted(who, formOfBe(who, chance(0.5F)), negated));
            link(Role::Subject, place, who.head);
            if (negated) {
                sayNot();
            }
            if (isHuman(*who.noun) && chance(0.5F)) {
                nounPhrase(anyNoun("person"), {.plural = who.isPlural && who.text != "i",
                                               .adjective = 0.4F,
                                               .modifier = 0.1F,
                                               .determiner = "a"});
            } else {
                placePhrase();
            }
        }
        tail(0.15F);
        end();
    }

    /// "is the soup hot ?"
    void descriptionQuestion()
    {
        if (chance(0.35F)) {
            say(pick({"why", "where", "how", "when"}));
        }
        const Index place = say("is");  // Until the subject is drawn.
        const bool negated = chance(0.1F);
        if (negated) {
            say("n't");
        }
        const float fate = m_random.unit();
        const Phrase who = fate < 0.2F   ? name()
                           : fate < 0.4F ? pronounSubject()
                                         : nounPhrase(anyNounAtAll(), {.modifier = 0.02F});
        const std::string be = formOfBe(who, chance(0.35F));
        textAt(place) = be == "am" && negated ? "are" : be;
        link(Role::Subject, place, who.head);
        if (textAt(0) != "where") {
            sayPredicateAdjective(who);
        }
        end("?");
    }

    /// "there is a cat on the roof"
    void existence()
    {
        if (chance(0.2F)) {
            placePhrase();
            comma();
        }
        say("there");
        const bool plural = chance(0.4F);
        const bool negated = chance(0.12F);
        const bool past = chance(0.4F);
        const Noun& noun = anyNounAtAll();
        const bool isPlural = noun.singular.empty() || (plural && !noun.plural.empty());
        say(past ? (isPlural ? "were" : "was") : isPlural ? "are" : chance(0.3F) && !negated ? "'s" : "is");
        if (negated) {
            sayNot();
        }
        nounPhrase(noun, {.plural = isPlural,
                          .determiner = isPlural ? pick({"some", "many", "several", "no", "any"})
                                                 : pick({"a", "a", "another", "no"})});
        tail(0.6F);
        end();
    }

    void command()
    {
        if (chance(0.2F)) {
            say("please");
        }
        if (chance(0.25F)) {
            say("do");
            sayNot();
        } else if (chance(0.08F)) {
            say("never");
        }
        const Frame& frame = frameWhere([](const Frame& any) { return isHuman(*any.subjects.front()); });
        const Verb& chosen = *m_random.pick(frame.verbs);
        const Index place = say(chosen.base, WordKind::Verb);
        if (!chosen.particle.empty()) {
            say(chosen.particle);
        }
        complement(
            frame, place,
            {.isThird = false, .gender = Gender::Person, .noun = &anyNoun("person"), .text = "you", .isPronoun = true},
            1);
        tail(0.35F);
        if (chance(0.1F)) {
            comma();
            say("please");
        }
        end(chance(0.2F) ? "!" : ".");
    }

    /// "dog bites man": bare nouns.
    void headline()
    {
        const Frame& frame = frameWhere([](const Frame& any) { return isAnimate(*any.subjects.front()); });
        const PhraseOptions bare{.plural = chance(0.3F), .adjective = 0.12F, .modifier = 0.0F, .isBare = true};
        const Phrase who = nounPhrase(*m_random.pick(frame.subjects), bare);
        const Tense tense = chance(0.75F) ? Tense::Present : Tense::Past;
        const Index place = verb(*m_random.pick(frame.verbs), who, {.tense = tense, .negated = false});
        if (frame.complement == Complement::Noun) {
            PhraseOptions ofObject = bare;
            ofObject.plural = chance(0.3F);
            const Phrase what = nounPhrase(*m_random.pick(frame.objects), ofObject);
            link(Role::Object, place, what.head);
        }
        if (!frame.preposition.empty()) {
            say(frame.preposition);
            nounPhrase(*m_random.pick(frame.prepositionObjects), bare);
        }
        if (chance(0.5F)) {
            end();
        }
    }

    /// "the dog is bigger than the cat"
    void comparison()
    {
        const Noun& noun = anyNounAtAll();
        const Phrase who = nounPhrase(noun, {.adjective = 0.1F, .modifier = 0.0F});
        const Index place = say(formOfBe(who, chance(0.4F)));
        link(Role::Subject, place, who.head);
        const Adjective* adjective = describing(noun);
        if (adjective == nullptr) {
            say("here");
            end();
            return;
        }
        const float fate = m_random.unit();
        std::string text = adjective->positive;
        if (fate < 0.3F) {
            say("as");
        } else if (!adjective->comparative.empty()) {
            if (chance(0.2F)) {
                say(pick({"much", "even", "far"}));
            }
            text = adjective->comparative;
        } else {
            say(chance(0.8F) ? "more" : "less");
        }
        link(Role::Adjective, say(text, WordKind::Adjective), who.head);
        say(fate < 0.3F ? "as" : "than");
        if (isHuman(noun) && chance(0.3F)) {
            if (chance(0.5F)) {
                name();
            } else {
                say(pick({"me", "him", "her", "you", "us"}));
            }
        } else {
            nounPhrase(anyNoun(m_random.pick(noun.classes)), {.adjective = 0.1F, .modifier = 0.0F});
        }
        end();
    }

    /// "anna lost her keys": a possessive whose antecedent is the subject.
    void possessiveObject()
    {
        const Frame& frame = frameWhere(
            [](const Frame& any) { return any.complement == Complement::Noun && isAnimate(*any.subjects.front()); });
        m_mentions.clear();
        const Noun& noun = *m_random.pick(frame.subjects);
        const Phrase who =
            isHuman(noun) && chance(0.45F)
                ? name()
                : nounPhrase(noun, {.modifier = 0.04F, .determiner = chance(0.5F) ? "the" : pick({"my", "a", "our"})});
        const Index place = verb(*m_random.pick(frame.verbs), who);
        const char* possessive = who.isPlural                   ? "their"
                                 : who.gender == Gender::Male   ? "his"
                                 : who.gender == Gender::Female ? "her"
                                 : who.gender == Gender::Person ? (chance(0.5F) ? "his" : "her")
                                                                : "its";
        m_mentions = {who};
        const Phrase what = nounPhrase(*m_random.pick(frame.objects), {.modifier = 0.03F, .determiner = possessive});
        link(Role::Object, place, what.head);
        prepositionalObject(frame);
        if (chance(0.35F)) {
            say(pick({"because", "when", "before", "and", "after", "while"}));
            secondClause();
        } else {
            tail(0.25F);
        }
        end();
    }

    /// "the man said that he was tired"
    void reportedSpeech()
    {
        const Frame& frame = frameWhere([](const Frame& any) { return any.complement == Complement::Clause; }, 0);
        const Phrase who = subject(frame);
        verb(*m_random.pick(frame.verbs), who);
        if (chance(0.7F)) {
            say("that");
        }
        secondClause();
        tail(0.15F);
        end();
    }
};

}  // namespace

Sentence drawFromGrammar(const Lexicon& lexicon, Random& random)
{
    return SentenceComposer(lexicon, random).compose();
}

}  // namespace headlight
