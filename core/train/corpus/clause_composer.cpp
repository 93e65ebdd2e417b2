#include "core/train/corpus/clause_composer.h"

#include <algorithm>
#include <array>

namespace headlight {
namespace {

bool isPlain(const Frame& frame)
{
    return frame.complement == Complement::None || frame.complement == Complement::Noun;
}

}  // namespace

std::string ClauseComposer::formOfBe(const Phrase& subject, bool past)
{
    if (past) {
        return subject.isPlural && subject.text != "i" ? "were" : "was";
    }
    if (subject.text == "i") {
        return "am";
    }
    return subject.isPlural ? "are" : "is";
}

std::string ClauseComposer::formOfHave(const Phrase& subject, bool past)
{
    return past ? "had" : subject.isPlural ? "have" : "has";
}

void ClauseComposer::sayNot()
{
    say(chance(0.65F) ? "n't" : "not");
}

void ClauseComposer::sayAuxiliary(std::string auxiliary, bool negated)
{
    if (!negated) {
        say(std::move(auxiliary));
        return;
    }
    const bool contracted = chance(0.65F) && auxiliary != "am" && auxiliary != "may" && auxiliary != "might";
    if (contracted) {
        auxiliary = auxiliary == "can" ? "ca" : auxiliary == "will" ? "wo" : auxiliary;
    }
    say(std::move(auxiliary));
    say(contracted ? "n't" : "not");
}

Tense ClauseComposer::anyTense()
{
    const float fate = m_random.unit();
    return fate < 0.45F   ? Tense::Past
           : fate < 0.67F ? Tense::Present
           : fate < 0.78F ? Tense::Progressive
           : fate < 0.86F ? Tense::Perfect
                          : Tense::Modal;
}

std::string ClauseComposer::maybeContracted(const Phrase& subject, const std::string& auxiliary, bool negated)
{
    if (!subject.isPronoun || negated || subject.text.size() > 4 || !chance(0.4F)) {
        return auxiliary;
    }
    if (auxiliary == "is" || auxiliary == "has") {
        return "'s";
    }
    if (auxiliary == "are") {
        return "'re";
    }
    if (auxiliary == "am") {
        return "'m";
    }
    if (auxiliary == "will") {
        return "'ll";
    }
    if (auxiliary == "have") {
        return "'ve";
    }
    return auxiliary == "would" || auxiliary == "had" ? "'d" : auxiliary;
}

void ClauseComposer::maybeAdverb(float probability)
{
    if (chance(probability)) {
        const bool manner = chance(0.4F);
        say(word(manner         ? "manner"
                 : chance(0.6F) ? "frequency"
                                : "focus"),
            manner ? WordKind::Adverb : WordKind::Function);
    }
}

Index ClauseComposer::verb(const Verb& verb, const Phrase& subject, const VerbOptions& options)
{
    const bool negated = options.negated.value_or(chance(0.13F));
    const Tense tense = options.tense.value_or(anyTense());
    std::string form = verb.base;
    const auto auxiliary = [&](const std::string& text) {
        sayAuxiliary(maybeContracted(subject, text, negated), negated);
        maybeAdverb(negated ? 0.0F : 0.08F);
    };
    switch (tense) {
    case Tense::Past:
        if (negated) {
            auxiliary("did");
        } else {
            maybeAdverb(0.07F);
            form = verb.past;
        }
        break;
    case Tense::Present:
        if (negated) {
            auxiliary(subject.isPlural ? "do" : "does");
        } else {
            maybeAdverb(0.1F);
            form = subject.isPlural ? verb.base : verb.thirdPerson;
        }
        break;
    case Tense::Progressive:
        auxiliary(formOfBe(subject, chance(0.5F)));
        form = verb.gerund;
        break;
    case Tense::Perfect:
        auxiliary(formOfHave(subject, chance(0.35F)));
        form = verb.participle;
        if (chance(0.12F)) {
            say("been");
            form = verb.gerund;
        }
        break;
    case Tense::Modal:
        auxiliary(pick({"will", "can", "could", "should", "must", "would", "will", "might", "may"}));
        break;
    }
    return sayVerb(verb, form, subject);
}

Index ClauseComposer::sayVerb(const Verb& verb, const std::string& form, const Phrase& subject)
{
    const Index place = say(form, WordKind::Verb);
    if (!verb.particle.empty()) {
        say(verb.particle);
    }
    link(Role::Subject, place, subject.head);
    return place;
}

void ClauseComposer::complement(const Frame& frame, Index verbPlace, const Phrase& subject, int depth)
{
    switch (frame.complement) {
    case Complement::None:
        break;
    case Complement::Noun: {
        const bool hasRecipient = frame.preposition == "to" && chance(0.45F);
        if (hasRecipient) {
            object(m_lexicon.nouns("human"));
        }
        const bool reflexive = !hasRecipient && subject.isThird && !subject.isPronoun && isAnimate(*subject.noun) &&
                               isHuman(*frame.objects.front()) && chance(0.05F);
        if (reflexive) {
            sayReflexive(verbPlace, subject);
        } else {
            const Phrase said = object(frame.objects);
            link(Role::Object, verbPlace, said.head);
        }
        if (hasRecipient) {
            return;
        }
        break;
    }
    case Complement::Clause:
        if (chance(0.6F)) {
            say("that");
        }
        clause(depth + 1);
        return;
    case Complement::Infinitive:
        say("to");
        barePredicate(subject, depth + 1, &Verb::base);
        return;
    case Complement::Gerund:
        barePredicate(subject, depth + 1, &Verb::gerund);
        return;
    }
    prepositionalObject(frame);
}

void ClauseComposer::prepositionalObject(const Frame& frame)
{
    if (!frame.preposition.empty()) {
        say(frame.preposition);
        object(frame.prepositionObjects);
    }
}

void ClauseComposer::sayReflexive(Index verbPlace, const Phrase& subject)
{
    const char* text = subject.isPlural                   ? "themselves"
                       : subject.gender == Gender::Male   ? "himself"
                       : subject.gender == Gender::Female ? "herself"
                       : subject.gender == Gender::Person ? "themselves"
                                                          : "itself";
    const Index place = say(text);
    link(Role::Object, verbPlace, place);
    link(Role::Antecedent, place, subject.head);
}

void ClauseComposer::barePredicate(const Phrase& subject, int depth, std::string Verb::*form)
{
    const Frame& frame = frameFor(*subject.noun, depth);
    const Verb& chosen = *m_random.pick(frame.verbs);
    const Index place = sayVerb(chosen, chosen.*form, subject);
    complement(frame, place, subject, depth);
}

const Frame& ClauseComposer::anyFrame(int depth)
{
    for (;;) {
        const Frame& frame = m_random.pick(m_lexicon.frames());
        if (depth < 1 || isPlain(frame)) {
            return frame;
        }
    }
}

const Frame& ClauseComposer::frameFor(const Noun& noun, int depth)
{
    for (int i = 0; i < 400; ++i) {
        const Frame& frame = anyFrame(depth);
        if (std::ranges::find(frame.subjects, &noun) != frame.subjects.end()) {
            return frame;
        }
    }
    return anyFrame(1);
}

bool ClauseComposer::hasFrame(const Noun& noun) const
{
    return std::ranges::any_of(m_lexicon.frames(), [&](const Frame& frame) {
        return isPlain(frame) && std::ranges::find(frame.subjects, &noun) != frame.subjects.end();
    });
}

const Frame* ClauseComposer::frameWithObject(const Noun& noun)
{
    for (int i = 0; i < 300; ++i) {
        const Frame& frame = anyFrame(1);
        if (frame.complement == Complement::Noun && std::ranges::find(frame.objects, &noun) != frame.objects.end()) {
            return &frame;
        }
    }
    return nullptr;
}

void ClauseComposer::predicate(const Frame& frame, const Phrase& subject, int depth, const VerbOptions& options)
{
    const Verb& chosen = *m_random.pick(frame.verbs);
    const Index place = verb(chosen, subject, options);
    complement(frame, place, subject, depth);
}

void ClauseComposer::clause(int depth)
{
    if (depth > 0 && chance(0.25F)) {
        descriptionOf(anySubject(), 0.1F);
        return;
    }
    const Frame& frame = anyFrame(depth);
    const Phrase who = subject(frame);
    predicate(frame, who, depth);
}

Phrase ClauseComposer::anySubject()
{
    return subject(anyFrame(1));
}

void ClauseComposer::descriptionOf(const Phrase& who, float negation)
{
    const bool negated = chance(negation);
    Index place = 0;
    if (!negated && chance(0.12F)) {
        static constexpr std::array<std::array<const char*, 3>, 6> kLinking = {{{"looks", "look", "looked"},
                                                                                {"seems", "seem", "seemed"},
                                                                                {"feels", "feel", "felt"},
                                                                                {"becomes", "become", "became"},
                                                                                {"sounds", "sound", "sounded"},
                                                                                {"gets", "get", "got"}}};
        const auto& forms = m_random.pick(kLinking);
        place = say(chance(0.5F) ? forms[2] : who.isPlural ? forms[1] : forms[0], WordKind::Verb);
    } else {
        place = say(maybeContracted(who, formOfBe(who, chance(0.5F)), negated));
        if (negated) {
            sayNot();
        }
    }
    link(Role::Subject, place, who.head);
    maybeAdverb(0.06F);
    sayPredicateAdjective(who);
}

void ClauseComposer::sayPredicateAdjective(const Phrase& who)
{
    const Adjective* adjective =
        chance(0.25F) && isAnimate(*who.noun) ? m_random.pick(m_lexicon.adjectives("state")) : describing(*who.noun);
    if (adjective == nullptr) {
        say("here");
        return;
    }
    if (!adjective->comparative.empty() && chance(0.08F)) {
        link(Role::Adjective, say(adjective->comparative, WordKind::Adjective), who.head);
        return;
    }
    if (chance(0.45F)) {
        say(pick({"very", "too", "so", "really", "quite", "more", "rather", "extremely", "still"}));
    }
    link(Role::Adjective, say(adjective->positive, WordKind::Adjective), who.head);
    if (chance(0.08F)) {
        say("and");
        if (const Adjective* second = describing(*who.noun)) {
            link(Role::Adjective, say(second->positive, WordKind::Adjective), who.head);
        } else {
            link(Role::Adjective, say("strange", WordKind::Adjective), who.head);
        }
    }
}

void ClauseComposer::relativeClause(const Phrase& phrase)
{
    if (chance(0.55F) && hasFrame(*phrase.noun)) {
        Phrase who = phrase;
        who.text = isHuman(*phrase.noun) ? pick({"who", "who", "that"}) : pick({"that", "which"});
        who.head = say(who.text);
        who.isPronoun = false;
        if (chance(0.25F)) {
            descriptionOf(who, 0.1F);
        } else {
            predicate(frameFor(*phrase.noun, 1), who, 2);
        }
        return;
    }
    const Frame* frame = frameWithObject(*phrase.noun);
    if (frame == nullptr) {
        say("here");
        return;
    }
    std::optional<Index> pronoun;
    if (chance(0.65F)) {
        pronoun = say(isHuman(*phrase.noun) ? pick({"who", "that", "whom", "that"}) : pick({"that", "which", "that"}));
    }
    const Phrase who = subject(*frame);
    const Index place = verb(*m_random.pick(frame->verbs), who, {});
    link(Role::Object, place, pronoun.value_or(phrase.head));
    prepositionalObject(*frame);
}

void ClauseComposer::tail(float probability)
{
    if (!chance(probability)) {
        return;
    }
    const float fate = m_random.unit();
    if (fate < 0.25F) {
        say(word("manner"), WordKind::Adverb);
    } else if (fate < 0.4F) {
        say(word("place"));
    } else if (fate < 0.65F) {
        timePhrase();
    } else {
        placePhrase();
    }
    if (chance(0.12F)) {
        timePhrase();
    }
}

void ClauseComposer::firstClause()
{
    if (chance(0.25F)) {
        descriptionOf(anySubject(), 0.15F);
    } else {
        clause(1);
    }
}

void ClauseComposer::secondClause()
{
    std::vector<std::pair<std::string, Index>> possible;
    for (const std::string pronoun : {"he", "she", "it", "they"}) {
        if (const auto referent = unique(pronoun)) {
            possible.emplace_back(pronoun, *referent);
        }
    }
    if (possible.empty() || chance(0.15F)) {
        if (chance(0.3F)) {
            descriptionOf(anySubject(), 0.1F);
        } else {
            clause(1);
        }
        return;
    }
    const auto& [pronoun, referent] = m_random.pick(possible);
    const auto mention = std::ranges::find(m_mentions, referent, &Phrase::head);
    if (chance(0.3F)) {
        secondClauseWithObject(*mention, pronoun);
        return;
    }
    Phrase who = *mention;
    who.text = pronoun;
    who.isPronoun = true;
    who.isPlural = pronoun == "they";
    who.head = say(pronoun);
    link(Role::Antecedent, who.head, referent);
    if (chance(0.35F) || !hasFrame(*who.noun)) {
        descriptionOf(who, 0.15F);
    } else {
        predicate(frameFor(*who.noun, 1), who, 1);
    }
}

void ClauseComposer::secondClauseWithObject(const Phrase& mention, const std::string& pronoun)
{
    const Frame* frame = frameWithObject(*mention.noun);
    const Index referent = mention.head;
    if (frame == nullptr) {
        clause(1);
        return;
    }
    const Phrase who = chance(0.5F) ? firstOrSecondPerson() : subjectUnlike(*frame, pronoun);
    sayWithPronounObject(*frame, who, pronoun, referent, {});
}

bool ClauseComposer::predicateAboutMentioned(const Phrase& who, Tense tense)
{
    for (const std::string pronoun : {"it", "they", "he", "she"}) {
        const auto referent = unique(pronoun);
        if (!referent || *referent == who.head) {
            continue;
        }
        const auto mention = std::ranges::find(m_mentions, *referent, &Phrase::head);
        const Frame* frame = frameWithObject(*mention->noun);
        for (int i = 0;
             i < 10 && frame != nullptr && std::ranges::find(frame->subjects, who.noun) == frame->subjects.end(); ++i) {
            frame = frameWithObject(*mention->noun);
        }
        if (frame == nullptr) {
            continue;
        }
        sayWithPronounObject(*frame, who, pronoun, *referent, {.tense = tense, .negated = chance(0.06F)});
        return true;
    }
    return false;
}

void ClauseComposer::sayWithPronounObject(const Frame& frame, const Phrase& who, const std::string& pronoun,
                                          Index referent, const VerbOptions& options)
{
    const Index place = verb(*m_random.pick(frame.verbs), who, options);
    const char* form = pronoun == "he" ? "him" : pronoun == "she" ? "her" : pronoun == "they" ? "them" : "it";
    const Index said = say(form);
    link(Role::Object, place, said);
    link(Role::Antecedent, said, referent);
    prepositionalObject(frame);
}

}  // namespace headlight
