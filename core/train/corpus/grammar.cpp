#include "core/train/corpus/grammar.h"

#include "core/train/corpus/inflection.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <optional>

namespace headlight {
namespace {

enum class Gender { Male, Female, Person, Thing };

/// A noun phrase that stands in the sentence.
struct Phrase
{
    Index head = 0;
    bool isPlural = false;
    bool isThird = true;  ///< Not I, you, we.
    Gender gender = Gender::Thing;
    const Noun* noun = nullptr;  ///< Decides which verbs fit; a person for a name.
    std::string text = {};
    bool isPronoun = false;
};

enum class Tense { Past, Present, Progressive, Perfect, Modal };

/// How a verb group is to be built.
struct VerbOptions
{
    std::optional<Tense> tense = {};
    std::optional<bool> negated = {};
    bool auxiliaryIsSaid = false;  ///< A question's auxiliary stands before the subject; what is left is said.
};

struct PhraseOptions
{
    std::optional<bool> plural = {};
    float adjective = 0.3F;       ///< Probability of one.
    float modifier = 0.06F;       ///< Of a prepositional phrase or relative clause after it.
    bool isBare = false;          ///< No determiner: "dog bites man".
    std::string determiner = {};  ///< This one, if it fits.
};

bool isHuman(const Noun& noun)
{
    return noun.is("man") || noun.is("woman") || noun.is("person") || noun.is("group");
}

bool isAnimate(const Noun& noun)
{
    return isHuman(noun) || noun.is("animal");
}

Gender genderOf(const Noun& noun)
{
    if (noun.is("man")) {
        return Gender::Male;
    }
    if (noun.is("woman")) {
        return Gender::Female;
    }
    return noun.is("person") ? Gender::Person : Gender::Thing;
}

class Composer
{
public:
    Composer(const Lexicon& lexicon, Random& random) : m_lexicon(lexicon), m_random(random) {}

    Sentence compose()
    {
        using Kind = void (Composer::*)();
        static constexpr std::array<std::pair<Kind, int>, 19> kKinds = {{
            {&Composer::statement, 14},
            {&Composer::frontedStatement, 7},
            {&Composer::twoClauses, 12},
            {&Composer::coordinatedVerbs, 6},
            {&Composer::coordinatedClauses, 6},
            {&Composer::coordinatedNouns, 3},
            {&Composer::relativeSubject, 7},
            {&Composer::relativeObject, 6},
            {&Composer::question, 8},
            {&Composer::whQuestion, 5},
            {&Composer::passive, 6},
            {&Composer::description, 9},
            {&Composer::descriptionQuestion, 3},
            {&Composer::existence, 4},
            {&Composer::command, 4},
            {&Composer::headline, 4},
            {&Composer::comparison, 3},
            {&Composer::possessiveObject, 4},
            {&Composer::reportedSpeech, 4},
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
    bool chance(float probability) { return m_random.chance(probability); }

    std::string pick(std::initializer_list<const char*> choices)
    {
        return *(choices.begin() + m_random.below(choices.size()));
    }

    const std::string& word(std::string_view kind) { return m_random.pick(m_lexicon.words(kind)); }

    Index say(std::string text, WordKind kind = WordKind::Function)
    {
        m_sentence.words.push_back({std::move(text), kind});
        return static_cast<Index>(m_sentence.words.size()) - 1;
    }

    void link(Role role, Index from, Index to) { m_sentence.links.push_back({role, from, to}); }

    void end(const char* mark = ".")
    {
        if (chance(0.93F)) {
            say(chance(0.04F) && mark[0] == '.' ? "!" : mark, WordKind::Punctuation);
        }
    }

    void comma() { say(",", WordKind::Punctuation); }

    // Noun phrases.

    const Noun& anyNoun(std::string_view name) { return *m_random.pick(m_lexicon.nouns(name)); }

    /// A determiner that fits, with its link still to be made; empty for none.
    std::string determinerFor(bool plural, bool mass)
    {
        const float fate = m_random.unit();
        if (plural || mass) {
            if (fate < 0.22F) {
                return "";
            }
            if (fate < 0.55F) {
                return "the";
            }
            if (fate < 0.75F) {
                return pick({"my", "your", "his", "her", "our", "their", "its"});
            }
            if (mass) {
                return pick({"some", "this", "that", "no", "any", "enough", "more", "all", "much"});
            }
            return pick({"some", "these", "those", "many", "several", "few", "all", "most", "no", "both", "other"});
        }
        if (fate < 0.46F) {
            return "the";
        }
        if (fate < 0.68F) {
            return "a";
        }
        if (fate < 0.86F) {
            return pick({"my", "your", "his", "her", "our", "their", "its"});
        }
        return pick({"this", "that", "every", "each", "another", "no", "some", "any", "one"});
    }

    /// Says adjectives that describe the noun; their places.
    std::vector<Index> adjectivesFor(const Noun& noun, float probability)
    {
        std::vector<Index> places;
        const Adjective* before = nullptr;
        while (chance(probability) && places.size() < 3) {
            const Adjective* adjective = describing(noun);
            if (adjective == nullptr || adjective == before) {
                break;
            }
            before = adjective;
            if (places.empty() && chance(0.08F)) {
                say(pick({"very", "really", "quite", "rather", "so", "extremely"}));
            }
            const bool superlative = !adjective->superlative.empty() && chance(0.06F);
            places.push_back(say(superlative ? adjective->superlative : adjective->positive, WordKind::Adjective));
            if (chance(0.1F) && places.size() == 1) {
                comma();
            }
            probability = 0.22F;
        }
        if (!places.empty() && m_sentence.words.back().text == ",") {
            m_sentence.words.pop_back();
        }
        return places;
    }

    const Adjective* describing(const Noun& noun)
    {
        const auto& adjectives = m_lexicon.describing(m_random.pick(noun.classes));
        return adjectives.empty() ? nullptr : m_random.pick(adjectives);
    }

    Phrase nounPhrase(const Noun& noun, const PhraseOptions& options = {})
    {
        const bool hasPlural = !noun.plural.empty();
        const bool mass = !hasPlural;
        const bool plural = noun.singular.empty() || (hasPlural && options.plural.value_or(chance(0.27F)));
        Phrase phrase{
            .isPlural = plural, .gender = genderOf(noun), .noun = &noun, .text = plural ? noun.plural : noun.singular};
        std::optional<Index> determiner;
        std::optional<Index> possessorDeterminer;
        bool isNumbered = false;
        if (!options.isBare) {
            if (options.determiner.empty() && chance(0.035F)) {
                possessorDeterminer = sayPossessor();
            } else {
                std::string text = options.determiner.empty() ? determinerFor(plural, mass) : options.determiner;
                if (mass && text == "a") {
                    text = "the";
                }
                if (!text.empty()) {
                    const std::optional<Index> referent = referentOfPossessive(text);
                    if (text == "all" && chance(0.5F)) {
                        m_extraDeterminer = say("all");
                        text = pick({"the", "my", "these", "our"});
                    }
                    determiner = say(text);
                    if (referent) {
                        link(Role::Antecedent, *determiner, *referent);
                    }
                }
                if (plural && hasPlural && chance(0.1F) &&
                    (text.empty() || text == "the" || text == "my" || text == "these")) {
                    say(word("number"));
                    isNumbered = true;
                }
            }
        }
        const std::vector<Index> adjectives = adjectivesFor(noun, isNumbered ? 0.15F : options.adjective);
        if (chance(0.03F) && !options.isBare) {
            say(anyNoun(pick({"material", "building", "food", "area", "event", "subject", "sport"})).singular);
            if (m_sentence.words.back().text.empty()) {
                m_sentence.words.pop_back();
            }
        }
        phrase.head = say(phrase.text, WordKind::Noun);
        if (determiner) {
            link(Role::Determiner, *determiner, phrase.head);
            if (m_sentence.words[static_cast<std::size_t>(*determiner)].text == "a" &&
                startsWithVowelSound(m_sentence.words[static_cast<std::size_t>(*determiner) + 1].text)) {
                m_sentence.words[static_cast<std::size_t>(*determiner)].text = "an";
            }
        }
        if (m_extraDeterminer) {
            link(Role::Determiner, *m_extraDeterminer, phrase.head);
            m_extraDeterminer.reset();
        }
        for (const Index adjective : adjectives) {
            link(Role::Adjective, adjective, phrase.head);
        }
        m_mentions.push_back(phrase);
        if (chance(options.modifier)) {
            modify(phrase);
        }
        return phrase;
    }

    /// "anna 's" or "the teacher 's".
    std::optional<Index> sayPossessor()
    {
        if (chance(0.5F)) {
            name();
        } else {
            nounPhrase(anyNoun(pick({"person", "man", "woman", "animal"})),
                       {.plural = false,
                        .adjective = 0.1F,
                        .modifier = 0.0F,
                        .determiner = pick({"the", "my", "his", "her"})});
        }
        say("'s");
        return std::nullopt;
    }

    /// Whom "his", "her", "its" or "their" belongs to, if only one of those mentioned can be meant.
    std::optional<Index> referentOfPossessive(const std::string& text) const
    {
        if (text == "his") {
            return unique("he");
        }
        if (text == "her") {
            return unique("she");
        }
        if (text == "its") {
            return unique("it");
        }
        return text == "their" ? unique("they") : std::nullopt;
    }

    static bool fits(const Phrase& phrase, std::string_view pronoun)
    {
        if (!phrase.isThird) {
            return false;
        }
        const bool isGroup = phrase.noun != nullptr && phrase.noun->is("group");
        if (pronoun == "they") {
            return phrase.isPlural || isGroup || phrase.gender == Gender::Person;
        }
        if (phrase.isPlural) {
            return false;
        }
        if (pronoun == "he") {
            return phrase.gender == Gender::Male || phrase.gender == Gender::Person;
        }
        if (pronoun == "she") {
            return phrase.gender == Gender::Female || phrase.gender == Gender::Person;
        }
        return phrase.gender == Gender::Thing;
    }

    /// The head of the only mention that the pronoun can mean.
    std::optional<Index> unique(std::string_view pronoun) const
    {
        std::optional<Index> found;
        for (const Phrase& mention : m_mentions) {
            if (fits(mention, pronoun)) {
                if (found) {
                    return std::nullopt;
                }
                found = mention.head;
            }
        }
        return found;
    }

    Phrase name()
    {
        const bool male = chance(0.5F);
        std::string text = word(male ? "male" : "female");
        if (chance(0.1F)) {
            say(male ? pick({"mr", "dr", "professor", "captain", "uncle", "president"})
                     : pick({"mrs", "ms", "dr", "professor", "aunt", "miss"}));
            text = word("surname");
        } else if (chance(0.06F)) {
            say(text, WordKind::Name);
            text = word("surname");
        }
        Phrase phrase{
            .gender = male ? Gender::Male : Gender::Female, .noun = &anyNoun(male ? "man" : "woman"), .text = text};
        phrase.head = say(text, WordKind::Name);
        m_mentions.push_back(phrase);
        return phrase;
    }

    /// I, you, we, he, she, it, they; with a link if somebody mentioned must be meant.
    Phrase pronounSubject()
    {
        struct Choice
        {
            const char* text;
            bool plural, third;
            Gender gender;
        };
        static constexpr std::array<Choice, 7> kChoices = {{{"i", true, false, Gender::Person},
                                                            {"you", true, false, Gender::Person},
                                                            {"we", true, false, Gender::Person},
                                                            {"he", false, true, Gender::Male},
                                                            {"she", false, true, Gender::Female},
                                                            {"they", true, true, Gender::Person},
                                                            {"it", false, true, Gender::Thing}}};
        const Choice& choice = m_random.pick(kChoices);
        Phrase phrase{.isPlural = choice.plural,
                      .isThird = choice.third,
                      .gender = choice.gender,
                      .text = choice.text,
                      .isPronoun = true};
        phrase.noun =
            choice.gender == Gender::Thing ? &anyNoun(chance(0.5F) ? "animal" : "device") : &anyNoun("person");
        const std::optional<Index> referent = choice.third ? unique(choice.text) : std::nullopt;
        phrase.head = say(choice.text);
        if (referent) {
            link(Role::Antecedent, phrase.head, *referent);
        }
        return phrase;
    }

    Phrase indefiniteSubject()
    {
        Phrase phrase{.noun = &anyNoun("person"),
                      .text = pick({"somebody", "someone", "everyone", "everybody", "nobody", "anyone"}),
                      .isPronoun = true};
        phrase.head = say(phrase.text);
        return phrase;
    }

    /// A subject for which frames of m_lexicon fit.
    Phrase subject(const Frame& frame)
    {
        const Noun& noun = *m_random.pick(frame.subjects);
        if (isHuman(noun)) {
            const float fate = m_random.unit();
            if (fate < 0.2F) {
                return name();
            }
            if (fate < 0.38F) {
                return pronounSubject();
            }
            if (fate < 0.41F) {
                return indefiniteSubject();
            }
        }
        return nounPhrase(noun);
    }

    Phrase object(const std::vector<const Noun*>& nouns)
    {
        const Noun& noun = *m_random.pick(nouns);
        if (isHuman(noun) && chance(0.25F)) {
            return name();
        }
        if (chance(0.09F)) {
            return pronounObject(noun);
        }
        return nounPhrase(noun);
    }

    Phrase pronounObject(const Noun& noun)
    {
        Phrase phrase{.noun = &noun, .isPronoun = true};
        std::string subjectForm = "it";
        if (isHuman(noun)) {
            phrase.text = pick({"me", "you", "him", "her", "us", "them", "him", "her", "them"});
            subjectForm = phrase.text == "him"    ? "he"
                          : phrase.text == "her"  ? "she"
                          : phrase.text == "them" ? "they"
                                                  : "";
        } else {
            phrase.text = chance(0.7F) ? "it" : "them";
            subjectForm = phrase.text == "it" ? "it" : "they";
        }
        // The subject of the same clause would be "himself": only those mentioned before it count, so no link is made here.
        phrase.head = say(phrase.text);
        return phrase;
    }

    void modify(const Phrase& phrase)
    {
        if (chance(0.6F)) {
            prepositionalPhrase(*phrase.noun);
        } else {
            relativeClause(phrase);
        }
    }

    void prepositionalPhrase(const Noun& of)
    {
        if (chance(0.25F)) {
            say("of");
            nounPhrase(anyNoun(pick({"person", "building", "group", "region", "animal"})),
                       {.adjective = 0.15F, .modifier = 0.0F});
        } else if (isHuman(of) && chance(0.5F)) {
            say(pick({"with", "in"}));
            nounPhrase(anyNoun(pick({"clothing", "body", "clothing"})), {.adjective = 0.7F, .modifier = 0.0F});
        } else {
            placePhrase();
        }
    }

    void placePhrase()
    {
        static constexpr std::array<std::pair<const char*, const char*>, 20> kPlaces = {
            {{"in", "room"},      {"in", "building"},     {"in", "region"},         {"in", "area"},
             {"at", "building"},  {"near", "building"},   {"near", "way"},          {"behind", "building"},
             {"on", "furniture"}, {"under", "furniture"}, {"next to", "furniture"}, {"in front of", "building"},
             {"across", "way"},   {"from", "region"},     {"by", "water"},          {"in", "container"},
             {"beside", "plant"}, {"around", "area"},     {"behind", "vehicle"},    {"to", "building"}}};
        const auto& [preposition, name] = m_random.pick(kPlaces);
        std::string_view rest = preposition;
        while (!rest.empty()) {
            const std::string_view part = rest.substr(0, rest.find(' '));
            say(std::string(part));
            rest.remove_prefix(std::min(part.size() + 1, rest.size()));
        }
        if (std::string_view(name) == "region" && chance(0.5F)) {
            say(word(chance(0.5F) ? "city" : "country"), WordKind::Name);
        } else {
            nounPhrase(anyNoun(name), {.plural = chance(0.1F),
                                       .adjective = 0.18F,
                                       .modifier = 0.0F,
                                       .determiner = chance(0.7F) ? "the" : ""});
        }
    }

    void timePhrase()
    {
        const float fate = m_random.unit();
        if (fate < 0.3F) {
            say(pick({"yesterday", "today", "tomorrow", "tonight", "now", "later", "recently", "again", "then"}));
        } else if (fate < 0.45F) {
            say("on");
            say(word("weekday"));
        } else if (fate < 0.55F) {
            say("in");
            say(word("month"));
        } else if (fate < 0.75F) {
            const Index determiner = say(pick({"every", "last", "next", "this", "one"}));
            const std::string& text = m_sentence.words.back().text;
            const bool isDeterminer = text == "every" || text == "this";
            const Index head = say(pick({"day", "week", "month", "year", "morning", "evening", "night", "summer",
                                         "winter", "weekend", "afternoon"}),
                                   WordKind::Noun);
            if (isDeterminer) {
                link(Role::Determiner, determiner, head);
            }
        } else {
            say(pick({"in", "during", "before", "after", "at", "on"}));
            nounPhrase(anyNoun("period"), {.plural = false, .adjective = 0.1F, .modifier = 0.0F, .determiner = "the"});
        }
    }

    /// Adverbs and phrases at the end of a clause.
    void tail(float probability = 0.35F)
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

    // Verbs.

    bool isSingularVerb(const Phrase& subject) const { return !subject.isPlural; }

    std::string formOfBe(const Phrase& subject, bool past) const
    {
        if (past) {
            return subject.isPlural && subject.text != "i" ? "were" : "was";
        }
        if (subject.text == "i") {
            return "am";
        }
        return subject.isPlural ? "are" : "is";
    }

    std::string formOfHave(const Phrase& subject, bool past) const
    {
        return past ? "had" : isSingularVerb(subject) ? "has" : "have";
    }

    void sayNot() { say(chance(0.65F) ? "n't" : "not"); }

    /// The auxiliary with a negation, as "ca n't" or "will not".
    void sayAuxiliary(std::string auxiliary, bool negated)
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

    Tense anyTense()
    {
        const float fate = m_random.unit();
        return fate < 0.45F   ? Tense::Past
               : fate < 0.67F ? Tense::Present
               : fate < 0.78F ? Tense::Progressive
               : fate < 0.86F ? Tense::Perfect
                              : Tense::Modal;
    }

    /// After a pronoun, an auxiliary may shrink: "she 's", "they 'll".
    std::string maybeContracted(const Phrase& subject, const std::string& auxiliary, bool negated)
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

    void maybeAdverb(float probability)
    {
        if (chance(probability)) {
            const bool manner = chance(0.4F);
            say(word(manner         ? "manner"
                     : chance(0.6F) ? "frequency"
                                    : "focus"),
                manner ? WordKind::Adverb : WordKind::Function);
        }
    }

    /// Says the verb group and links it with its subject.  @return the verb's place
    Index verb(const Verb& verb, const Phrase& subject, const VerbOptions& options = {})
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
                auxiliary(isSingularVerb(subject) ? "does" : "do");
            } else {
                maybeAdverb(0.1F);
                form = isSingularVerb(subject) ? verb.thirdPerson : verb.base;
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

    Index sayVerb(const Verb& verb, const std::string& form, const Phrase& subject)
    {
        const Index place = say(form, WordKind::Verb);
        if (!verb.particle.empty()) {
            say(verb.particle);
        }
        link(Role::Subject, place, subject.head);
        return place;
    }

    /// What follows the verb in its frame.
    void complement(const Frame& frame, Index verbPlace, const Phrase& subject, int depth)
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
        if (!frame.preposition.empty()) {
            say(frame.preposition);
            object(frame.prepositionObjects);
        }
    }

    void sayReflexive(Index verbPlace, const Phrase& subject)
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

    /// "to buy a car", "reading the book": a verb without an auxiliary, whose subject is understood.
    void barePredicate(const Phrase& subject, int depth, std::string Verb::*form)
    {
        const Frame& frame = frameFor(*subject.noun, depth);
        const Verb& chosen = *m_random.pick(frame.verbs);
        const Index place = sayVerb(chosen, chosen.*form, subject);
        complement(frame, place, subject, depth);
    }

    bool isPlain(const Frame& frame) const
    {
        return frame.complement == Complement::None || frame.complement == Complement::Noun;
    }

    const Frame& anyFrame(int depth)
    {
        for (;;) {
            const Frame& frame = m_random.pick(m_lexicon.frames());
            if (depth < 1 || isPlain(frame)) {
                return frame;
            }
        }
    }

    /// A frame whose subject may be this noun.
    const Frame& frameFor(const Noun& noun, int depth)
    {
        for (int i = 0; i < 400; ++i) {
            const Frame& frame = anyFrame(depth);
            if (std::ranges::find(frame.subjects, &noun) != frame.subjects.end()) {
                return frame;
            }
        }
        return anyFrame(1);
    }

    bool hasFrame(const Noun& noun) const
    {
        return std::ranges::any_of(m_lexicon.frames(), [&](const Frame& frame) {
            return isPlain(frame) && std::ranges::find(frame.subjects, &noun) != frame.subjects.end();
        });
    }

    void predicate(const Frame& frame, const Phrase& subject, int depth, const VerbOptions& options = {})
    {
        const Verb& chosen = *m_random.pick(frame.verbs);
        const Index place = verb(chosen, subject, options);
        complement(frame, place, subject, depth);
    }

    Phrase clause(int depth = 0)
    {
        if (depth > 0 && chance(0.25F)) {
            return descriptionOf(anySubject(), 0.1F);
        }
        const Frame& frame = anyFrame(depth);
        const Phrase who = subject(frame);
        predicate(frame, who, depth);
        return who;
    }

    Phrase anySubject() { return subject(anyFrame(1)); }

    /// The subject is, was, looks something.
    Phrase descriptionOf(const Phrase& who, float negation)
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
            place = say(chance(0.5F) ? forms[2] : isSingularVerb(who) ? forms[0] : forms[1], WordKind::Verb);
        } else {
            place = say(maybeContracted(who, formOfBe(who, chance(0.5F)), negated));
            if (negated) {
                sayNot();
            }
        }
        link(Role::Subject, place, who.head);
        maybeAdverb(0.06F);
        sayPredicateAdjective(who);
        return who;
    }

    void sayPredicateAdjective(const Phrase& who)
    {
        const Adjective* adjective = chance(0.25F) && isAnimate(*who.noun)
                                         ? m_random.pick(m_lexicon.adjectives("state"))
                                         : describing(*who.noun);
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

    /// "who lives there", "that the man bought": after the phrase it describes.
    void relativeClause(const Phrase& phrase)
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
            pronoun =
                say(isHuman(*phrase.noun) ? pick({"who", "that", "whom", "that"}) : pick({"that", "which", "that"}));
        }
        const Phrase who = subject(*frame);
        const Index place = verb(*m_random.pick(frame->verbs), who, {});
        link(Role::Object, place, pronoun.value_or(phrase.head));
        if (!frame->preposition.empty()) {
            say(frame->preposition);
            object(frame->prepositionObjects);
        }
    }

    /// A frame whose object may be this noun.
    const Frame* frameWithObject(const Noun& noun)
    {
        for (int i = 0; i < 300; ++i) {
            const Frame& frame = anyFrame(1);
            if (frame.complement == Complement::Noun &&
                std::ranges::find(frame.objects, &noun) != frame.objects.end()) {
                return &frame;
            }
        }
        return nullptr;
    }

    // Kinds of sentences.

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
        // What was said before is no candidate for a pronoun here.
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

    void firstClause()
    {
        if (chance(0.25F)) {
            descriptionOf(anySubject(), 0.15F);
        } else {
            clause(1);
        }
    }

    /// A clause whose subject is a pronoun for somebody mentioned, where only one can be meant.
    void secondClause()
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

    /// The pronoun is the object of the second clause: "so the man fed it".
    void secondClauseWithObject(const Phrase& mention, const std::string& pronoun)
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

    Phrase firstOrSecondPerson()
    {
        Phrase phrase{.isPlural = true,
                      .isThird = false,
                      .gender = Gender::Person,
                      .noun = &anyNoun("person"),
                      .text = pick({"i", "you", "we"}),
                      .isPronoun = true};
        phrase.head = say(phrase.text);
        return phrase;
    }

    /// A subject that the pronoun cannot mean.
    Phrase subjectUnlike(const Frame& frame, const std::string& pronoun)
    {
        for (int i = 0; i < 20; ++i) {
            const Noun& noun = *m_random.pick(frame.subjects);
            const Phrase sample{.gender = genderOf(noun), .noun = &noun, .text = {}};
            if (!fits(sample, pronoun)) {
                return nounPhrase(noun, {.plural = false, .modifier = 0.0F});
            }
        }
        return firstOrSecondPerson();
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
            predicate(frameFor(*who.noun, 1), who, 1, {.tense = tense, .negated = chance(0.1F)});
        }
        tail(0.2F);
        end();
    }

    /// "... and ate it": a predicate whose object is somebody or something mentioned before; false where none can be meant.
    bool predicateAboutMentioned(const Phrase& who, Tense tense)
    {
        for (const std::string pronoun : {"it", "they", "he", "she"}) {
            const auto referent = unique(pronoun);
            if (!referent || *referent == who.head) {
                continue;
            }
            const auto mention = std::ranges::find(m_mentions, *referent, &Phrase::head);
            const Frame* frame = frameWithObject(*mention->noun);
            for (int i = 0;
                 i < 10 && frame != nullptr && std::ranges::find(frame->subjects, who.noun) == frame->subjects.end();
                 ++i) {
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

    void sayWithPronounObject(const Frame& frame, const Phrase& who, const std::string& pronoun, Index referent,
                              const VerbOptions& options)
    {
        const Index place = verb(*m_random.pick(frame.verbs), who, options);
        const char* form = pronoun == "he" ? "him" : pronoun == "she" ? "her" : pronoun == "they" ? "them" : "it";
        const Index said = say(form);
        link(Role::Object, place, said);
        link(Role::Antecedent, said, referent);
        if (!frame.preposition.empty()) {
            say(frame.preposition);
            object(frame.prepositionObjects);
        }
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
        finishAbout(who, frame);
    }

    void relativeObject()
    {
        const Frame& frame = anyFrame(1);
        const Phrase who = subject(frame);
        const Verb& chosen = *m_random.pick(frame.verbs);
        const Index place = verb(chosen, who, {});
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

    void finishAbout(const Phrase& who, const Frame& frame)
    {
        if (chance(0.4F)) {
            descriptionOf(who, 0.1F);
        } else {
            predicate(frame, who, 1);
        }
        tail(0.15F);
        end();
    }

    /// "did the cat eat the fish ?"
    void question()
    {
        if (chance(0.25F)) {
            say(pick({"why", "when", "where", "how"}));
        }
        invertedClause(anyFrame(1), true);
        tail(0.2F);
        end("?");
    }

    void invertedClause(const Frame& frame, bool withObject)
    {
        const Noun& noun = *m_random.pick(frame.subjects);
        const float fate = m_random.unit();
        const std::size_t auxiliaryPlace = m_sentence.words.size();
        say("did");
        if (chance(0.1F)) {
            say("n't");
        }
        const Phrase who = isHuman(noun) && fate < 0.2F    ? name()
                           : isHuman(noun) && fate < 0.55F ? pronounSubject()
                                                           : nounPhrase(noun, {.modifier = 0.02F});
        const Verb& chosen = *m_random.pick(frame.verbs);
        const float kind = m_random.unit();
        std::string form = chosen.base;
        std::string& auxiliary = m_sentence.words[auxiliaryPlace].text;
        const bool negated = m_sentence.words[auxiliaryPlace + 1].text == "n't";
        if (kind < 0.35F) {
            auxiliary = "did";
        } else if (kind < 0.6F) {
            auxiliary = isSingularVerb(who) ? "does" : "do";
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
        if (withObject) {
            complement(frame, place, who, 1);
        } else {
            link(Role::Object, place, m_fronted);
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
            const Frame* frame = nullptr;
            while (frame == nullptr || frame->complement != Complement::Noun || !frame->preposition.empty()) {
                frame = &anyFrame(1);
            }
            const Noun& noun = *m_random.pick(frame->objects);
            if (chance(0.7F)) {
                m_fronted = say(isHuman(noun) ? pick({"who", "whom"}) : "what");
            } else {
                const Index determiner = say(pick({"which", "what", "whose"}));
                const std::string& text =
                    noun.plural.empty() || (!noun.singular.empty() && chance(0.7F)) ? noun.singular : noun.plural;
                m_fronted = say(text, WordKind::Noun);
                link(Role::Determiner, determiner, m_fronted);
            }
            invertedClause(*frame, false);
        }
        tail(0.15F);
        end("?");
    }

    /// "the house was built by the man": the surface subject is the subject.
    void passive()
    {
        const Frame* frame = nullptr;
        while (frame == nullptr || frame->complement != Complement::Noun || frame->objects.size() < 2) {
            frame = &anyFrame(1);
        }
        const Noun& noun = *m_random.pick(frame->objects);
        Phrase who = isHuman(noun) && chance(0.3F) ? name() : nounPhrase(noun);
        const Verb& chosen = *m_random.pick(frame->verbs);
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
        if (!frame->preposition.empty()) {
            say(frame->preposition);
            object(frame->prepositionObjects);
        }
        if (chance(0.4F)) {
            say("by");
            const Noun& agent = *m_random.pick(frame->subjects);
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

    const Noun& anyNounAtAll()
    {
        return anyNoun(
            pick({"person", "man",       "woman",    "animal", "way",    "area",    "building",  "room", "region",
                  "thing",  "furniture", "clothing", "tool",   "device", "vehicle", "container", "text", "message",
                  "idea",   "work",      "food",     "drink",  "plant",  "body",    "weather",   "sky",  "event",
                  "period", "feeling",   "money",    "sound",  "job",    "group",   "water",     "part"}));
    }

    /// "is the soup hot ?"
    void descriptionQuestion()
    {
        if (chance(0.35F)) {
            say(pick({"why", "where", "how", "when"}));
        }
        const Index place = say("is");
        const bool negated = chance(0.1F);
        if (negated) {
            say("n't");
        }
        const float fate = m_random.unit();
        const Phrase who = fate < 0.2F   ? name()
                           : fate < 0.4F ? pronounSubject()
                                         : nounPhrase(anyNounAtAll(), {.modifier = 0.02F});
        const bool past = chance(0.35F);
        m_sentence.words[static_cast<std::size_t>(place)].text =
            formOfBe(who, past) == "am" && negated ? "are" : formOfBe(who, past);
        link(Role::Subject, place, who.head);
        const std::string& first = m_sentence.words.front().text;
        if (first != "where") {
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
        const Frame* frame = nullptr;
        while (frame == nullptr || !isHuman(*frame->subjects.front())) {
            frame = &anyFrame(1);
        }
        const Verb& chosen = *m_random.pick(frame->verbs);
        const Index place = say(chosen.base, WordKind::Verb);
        if (!chosen.particle.empty()) {
            say(chosen.particle);
        }
        complement(
            *frame, place,
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
        const Frame* frame = nullptr;
        while (frame == nullptr || !isAnimate(*frame->subjects.front())) {
            frame = &anyFrame(1);
        }
        const PhraseOptions bare{.plural = chance(0.3F), .adjective = 0.12F, .modifier = 0.0F, .isBare = true};
        const Phrase who = nounPhrase(*m_random.pick(frame->subjects), bare);
        const Index place = verb(*m_random.pick(frame->verbs), who,
                                 {.tense = chance(0.75F) ? Tense::Present : Tense::Past, .negated = false});
        if (frame->complement == Complement::Noun) {
            const Phrase what =
                nounPhrase(*m_random.pick(frame->objects),
                           {.plural = chance(0.3F), .adjective = 0.12F, .modifier = 0.0F, .isBare = true});
            link(Role::Object, place, what.head);
        }
        if (!frame->preposition.empty()) {
            say(frame->preposition);
            nounPhrase(*m_random.pick(frame->prepositionObjects), bare);
        }
        if (chance(0.5F)) {
            end();
        }
    }

    /// "the dog is bigger than the cat"
    void comparison()
    {
        const Noun* noun = &anyNounAtAll();
        const Phrase who = nounPhrase(*noun, {.adjective = 0.1F, .modifier = 0.0F});
        const Index place = say(formOfBe(who, chance(0.4F)));
        link(Role::Subject, place, who.head);
        const Adjective* adjective = describing(*noun);
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
        if (isHuman(*noun) && chance(0.3F)) {
            chance(0.5F) ? static_cast<void>(name()) : static_cast<void>(say(pick({"me", "him", "her", "you", "us"})));
        } else {
            nounPhrase(anyNoun(m_random.pick(noun->classes)), {.adjective = 0.1F, .modifier = 0.0F});
        }
        end();
    }

    /// "anna lost her keys": a possessive whose antecedent is the subject.
    void possessiveObject()
    {
        const Frame* frame = nullptr;
        while (frame == nullptr || frame->complement != Complement::Noun || !isAnimate(*frame->subjects.front())) {
            frame = &anyFrame(1);
        }
        m_mentions.clear();
        const Noun& noun = *m_random.pick(frame->subjects);
        const Phrase who =
            isHuman(noun) && chance(0.45F)
                ? name()
                : nounPhrase(noun, {.modifier = 0.04F, .determiner = chance(0.5F) ? "the" : pick({"my", "a", "our"})});
        const Index place = verb(*m_random.pick(frame->verbs), who, {});
        const char* possessive = who.isPlural                   ? "their"
                                 : who.gender == Gender::Male   ? "his"
                                 : who.gender == Gender::Female ? "her"
                                 : who.gender == Gender::Person ? (chance(0.5F) ? "his" : "her")
                                                                : "its";
        m_mentions = {who};
        const Phrase what = nounPhrase(*m_random.pick(frame->objects), {.modifier = 0.03F, .determiner = possessive});
        link(Role::Object, place, what.head);
        if (!frame->preposition.empty()) {
            say(frame->preposition);
            object(frame->prepositionObjects);
        }
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
        const Frame* frame = nullptr;
        while (frame == nullptr || frame->complement != Complement::Clause) {
            frame = &m_random.pick(m_lexicon.frames());
        }
        const Phrase who = subject(*frame);
        verb(*m_random.pick(frame->verbs), who, {});
        if (chance(0.7F)) {
            say("that");
        }
        secondClause();
        tail(0.15F);
        end();
    }

    const Lexicon& m_lexicon;
    Random& m_random;
    Sentence m_sentence;
    std::vector<Phrase> m_mentions;
    std::optional<Index> m_extraDeterminer;
    Index m_fronted = 0;
};

}  // namespace

Sentence drawFromGrammar(const Lexicon& lexicon, Random& random)
{
    return Composer(lexicon, random).compose();
}

}  // namespace headlight
