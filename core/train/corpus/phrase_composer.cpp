#include "core/train/corpus/phrase_composer.h"

#include "core/train/corpus/inflection.h"

#include <algorithm>
#include <array>

namespace headlight {

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

std::string PhraseComposer::pick(std::initializer_list<const char*> choices)
{
    return *(choices.begin() + m_random.below(choices.size()));
}

Index PhraseComposer::say(std::string text, WordKind kind)
{
    m_sentence.words.push_back({std::move(text), kind});
    return static_cast<Index>(m_sentence.words.size()) - 1;
}

void PhraseComposer::end(const char* mark)
{
    if (chance(0.93F)) {
        say(chance(0.04F) && mark[0] == '.' ? "!" : mark, WordKind::Punctuation);
    }
}

std::string PhraseComposer::determinerFor(bool plural, bool mass)
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

std::vector<Index> PhraseComposer::adjectivesFor(const Noun& noun, float probability)
{
    std::vector<Index> places;
    const Adjective* before = nullptr;
    bool hasComma = false;
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
        if (places.size() == 1 && hasComma) {
            comma();
        }
        places.push_back(say(superlative ? adjective->superlative : adjective->positive, WordKind::Adjective));
        hasComma = chance(0.1F);
        probability = 0.22F;
    }
    return places;
}

const Adjective* PhraseComposer::describing(const Noun& noun)
{
    const auto& adjectives = m_lexicon.describing(m_random.pick(noun.classes));
    return adjectives.empty() ? nullptr : m_random.pick(adjectives);
}

PhraseComposer::Determiners PhraseComposer::sayDeterminers(const Noun& noun, bool plural, const PhraseOptions& options)
{
    Determiners said;
    if (options.isBare) {
        return said;
    }
    if (options.determiner.empty() && chance(0.035F)) {
        sayPossessor();
        return said;
    }
    const bool mass = noun.plural.empty();
    std::string text = options.determiner.empty() ? determinerFor(plural, mass) : options.determiner;
    if (mass && text == "a") {
        text = "the";
    }
    if (!text.empty()) {
        const std::optional<Index> referent = referentOfPossessive(text);
        if (text == "all" && chance(0.5F)) {
            said.all = say("all");
            text = pick({"the", "my", "these", "our"});
        }
        said.determiner = say(text);
        if (referent) {
            link(Role::Antecedent, *said.determiner, *referent);
        }
    }
    if (plural && chance(0.1F) && (text.empty() || text == "the" || text == "my" || text == "these")) {
        say(word("number"));
        said.hasNumber = true;
    }
    return said;
}

Phrase PhraseComposer::nounPhrase(const Noun& noun, const PhraseOptions& options)
{
    const bool hasPlural = !noun.plural.empty();
    const bool plural = noun.singular.empty() || (hasPlural && options.plural.value_or(chance(0.27F)));
    Phrase phrase{
        .isPlural = plural, .gender = genderOf(noun), .noun = &noun, .text = plural ? noun.plural : noun.singular};
    const Determiners said = sayDeterminers(noun, plural, options);
    const std::vector<Index> adjectives = adjectivesFor(noun, said.hasNumber ? 0.15F : options.adjective);
    if (chance(0.03F) && !options.isBare) {
        sayCompoundNoun();
    }
    phrase.head = say(phrase.text, WordKind::Noun);
    if (said.determiner) {
        link(Role::Determiner, *said.determiner, phrase.head);
        if (textAt(*said.determiner) == "a" && startsWithVowelSound(textAt(*said.determiner + 1))) {
            textAt(*said.determiner) = "an";
        }
    }
    if (said.all) {
        link(Role::Determiner, *said.all, phrase.head);
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

void PhraseComposer::sayCompoundNoun()
{
    const Noun& first = anyNoun(pick({"material", "building", "food", "area", "event", "subject", "sport"}));
    if (!first.singular.empty()) {
        say(first.singular);
    }
}

void PhraseComposer::sayPossessor()
{
    if (chance(0.5F)) {
        name();
    } else {
        const Noun& noun = anyNoun(pick({"person", "man", "woman", "animal"}));
        nounPhrase(
            noun,
            {.plural = false, .adjective = 0.1F, .modifier = 0.0F, .determiner = pick({"the", "my", "his", "her"})});
    }
    say("'s");
}

std::optional<Index> PhraseComposer::referentOfPossessive(const std::string& text) const
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

bool PhraseComposer::fits(const Phrase& phrase, std::string_view pronoun)
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

std::optional<Index> PhraseComposer::unique(std::string_view pronoun) const
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

Phrase PhraseComposer::name()
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

Phrase PhraseComposer::pronounSubject()
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
    phrase.noun = choice.gender == Gender::Thing ? &anyNoun(chance(0.5F) ? "animal" : "device") : &anyNoun("person");
    const std::optional<Index> referent = choice.third ? unique(choice.text) : std::nullopt;
    phrase.head = say(choice.text);
    if (referent) {
        link(Role::Antecedent, phrase.head, *referent);
    }
    return phrase;
}

Phrase PhraseComposer::indefiniteSubject()
{
    Phrase phrase{.noun = &anyNoun("person"),
                  .text = pick({"somebody", "someone", "everyone", "everybody", "nobody", "anyone"}),
                  .isPronoun = true};
    phrase.head = say(phrase.text);
    return phrase;
}

Phrase PhraseComposer::firstOrSecondPerson()
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

Phrase PhraseComposer::subject(const Frame& frame)
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

Phrase PhraseComposer::subjectUnlike(const Frame& frame, const std::string& pronoun)
{
    for (int i = 0; i < 20; ++i) {
        const Noun& noun = *m_random.pick(frame.subjects);
        const Phrase sample{.gender = genderOf(noun), .noun = &noun};
        if (!fits(sample, pronoun)) {
            return nounPhrase(noun, {.plural = false, .modifier = 0.0F});
        }
    }
    return firstOrSecondPerson();
}

Phrase PhraseComposer::object(const std::vector<const Noun*>& nouns)
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

Phrase PhraseComposer::pronounObject(const Noun& noun)
{
    Phrase phrase{.noun = &noun, .isPronoun = true};
    if (isHuman(noun)) {
        phrase.text = pick({"me", "you", "him", "her", "us", "them", "him", "her", "them"});
    } else {
        phrase.text = chance(0.7F) ? "it" : "them";
    }
    // Without a link: the subject of the same clause, which is among those mentioned, would be "himself".
    phrase.head = say(phrase.text);
    return phrase;
}

const Noun& PhraseComposer::anyNounAtAll()
{
    return anyNoun(
        pick({"person", "man",       "woman",    "animal", "way",    "area",    "building",  "room", "region",
              "thing",  "furniture", "clothing", "tool",   "device", "vehicle", "container", "text", "message",
              "idea",   "work",      "food",     "drink",  "plant",  "body",    "weather",   "sky",  "event",
              "period", "feeling",   "money",    "sound",  "job",    "group",   "water",     "part"}));
}

void PhraseComposer::modify(const Phrase& phrase)
{
    if (chance(0.6F)) {
        prepositionalPhrase(*phrase.noun);
    } else {
        relativeClause(phrase);
    }
}

void PhraseComposer::prepositionalPhrase(const Noun& of)
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

void PhraseComposer::placePhrase()
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
        const Noun& noun = anyNoun(name);
        nounPhrase(
            noun,
            {.plural = chance(0.1F), .adjective = 0.18F, .modifier = 0.0F, .determiner = chance(0.7F) ? "the" : ""});
    }
}

void PhraseComposer::timePhrase()
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
        const Index head = say(pick({"day", "week", "month", "year", "morning", "evening", "night", "summer", "winter",
                                     "weekend", "afternoon"}),
                               WordKind::Noun);
        if (isDeterminer) {
            link(Role::Determiner, determiner, head);
        }
    } else {
        say(pick({"in", "during", "before", "after", "at", "on"}));
        nounPhrase(anyNoun("period"), {.plural = false, .adjective = 0.1F, .modifier = 0.0F, .determiner = "the"});
    }
}

}  // namespace headlight
