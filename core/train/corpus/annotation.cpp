#include "core/train/corpus/annotation.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

namespace headlight {
namespace {

/// "$animal" or "$animal.plural": a noun of a class, or an adjective of a tag.
std::string drawnClass(std::string_view name, const Lexicon& lexicon, Random& random)
{
    const bool plural = name.ends_with(".plural");
    name = name.substr(0, name.find('.'));
    if (const auto& adjectives = lexicon.adjectives(name); !adjectives.empty()) {
        return random.pick(adjectives)->positive;
    }
    const auto& nouns = lexicon.nouns(name);
    if (nouns.empty()) {
        return std::string(1, '$').append(name);
    }
    const Noun& noun = *random.pick(nouns);
    return (plural && !noun.plural.empty()) || noun.singular.empty() ? noun.plural : noun.singular;
}

std::string drawnSlot(std::string_view slot, const Lexicon& lexicon, Random& random)
{
    if (slot == "MALE") {
        return random.pick(lexicon.words("male"));
    }
    if (slot == "FEMALE") {
        return random.pick(lexicon.words("female"));
    }
    if (slot == "PERSON") {
        if (random.chance(0.6F)) {
            return random.pick(lexicon.words(random.chance(0.5F) ? "male" : "female"));
        }
        return "the " + random.pick(lexicon.nouns("person"))->singular;
    }
    if (slot == "PLACE") {
        return random.pick(lexicon.words(random.chance(0.5F) ? "city" : "country"));
    }
    if (slot == "DAY") {
        return random.pick(lexicon.words("weekday"));
    }
    if (slot == "MONTH") {
        return random.pick(lexicon.words("month"));
    }
    if (slot == "NUMBER") {
        return random.pick(lexicon.words("number"));
    }
    return std::string(slot);
}

bool isCapital(char c)
{
    return c >= 'A' && c <= 'Z';
}

/// A noun phrase as it is read.
struct OpenedPhrase
{
    std::optional<std::size_t> parent;
    Index first = 0;
    Index last = 0;  ///< Its head.
    int reference = 0;
    bool isNoObject = false;
    bool isDirectObject = false;
    bool isObject = false;
    bool isInPreposition = false;
    std::vector<bool> isPlain;  ///< Of its own words before the head: marked with - as no adjective.
};

struct VerbGroup
{
    Index first = 0;
    Index verb = 0;
    Index end = 0;
    std::optional<std::size_t> subject;  ///< A phrase, counted from 1; 0 where there is none.
    std::optional<std::size_t> object;
};

/// What a pronoun or noun phrase refers to.
struct Mention
{
    Index word;
    int reference;
};

class Reader
{
public:
    Reader(std::string_view text, const Lexicon& lexicon) : m_text(text), m_lexicon(lexicon) {}

    Result<Sentence> read()
    {
        while (m_at < m_text.size()) {
            if (const auto problem = readOne()) {
                return failure(ErrorCode::Malformed, *problem + ": \"" + std::string(m_text) + "\".");
            }
        }
        if (!m_open.empty() || m_group) {
            return failure(ErrorCode::Malformed, "A bracket is never closed: \"" + std::string(m_text) + "\".");
        }
        if (const auto problem = link()) {
            return failure(ErrorCode::Malformed, *problem + ": \"" + std::string(m_text) + "\".");
        }
        return std::move(m_sentence);
    }

private:
    using Problem = std::optional<std::string>;

    Index words() const { return static_cast<Index>(m_sentence.words.size()); }
    char peek() const { return m_at < m_text.size() ? m_text[m_at] : ' '; }
    Word& word(Index index) { return m_sentence.words[static_cast<std::size_t>(index)]; }
    const Word& word(Index index) const { return m_sentence.words[static_cast<std::size_t>(index)]; }

    std::size_t readNumber()
    {
        std::size_t number = 0;
        while (peek() >= '0' && peek() <= '9') {
            number = number * 10 + static_cast<std::size_t>(m_text[m_at++] - '0');
        }
        return number;
    }

    bool atDigit() const { return peek() >= '0' && peek() <= '9'; }

    Problem readOne()
    {
        switch (const char c = peek(); c) {
        case ' ':
            ++m_at;
            return {};
        case '[':
            ++m_at;
            m_open.push_back(m_phrases.size());
            m_phrases.push_back({.parent = m_open.size() > 1 ? std::optional(m_open[m_open.size() - 2]) : std::nullopt,
                                 .first = words(),
                                 .isPlain = {}});
            return {};
        case ']':
            return closePhrase();
        case '<':
            if (m_group) {
                return "A verb group inside another";
            }
            ++m_at;
            m_group = VerbGroup{.first = words(), .subject = {}, .object = {}};
            return {};
        case '>':
            return closeGroup();
        default:
            return readWord();
        }
    }

    Problem closePhrase()
    {
        ++m_at;
        if (m_open.empty()) {
            return "A ] without a [";
        }
        OpenedPhrase& phrase = m_phrases[m_open.back()];
        m_open.pop_back();
        phrase.last = words() - 1;
        if (phrase.last < phrase.first) {
            return "An empty [ ]";
        }
        for (bool more = true; more;) {
            more = false;
            if (peek() == '=') {
                ++m_at;
                phrase.reference = static_cast<int>(readNumber());
                more = true;
            } else if (peek() == '!') {
                ++m_at;
                phrase.isNoObject = more = true;
            } else if (peek() == 'o') {
                ++m_at;
                phrase.isDirectObject = more = true;
            }
        }
        return {};
    }

    Problem closeGroup()
    {
        ++m_at;
        if (!m_group || words() == m_group->first) {
            return "A > without a verb";
        }
        m_group->end = words();
        m_group->verb = m_particle ? words() - 2 : words() - 1;
        m_particle = false;
        for (bool more = true; more;) {
            more = false;
            if (peek() == '^') {
                ++m_at;
                if (!atDigit()) {
                    return "A ^ without a number";
                }
                m_group->subject = readNumber();
                more = true;
            } else if (peek() == 'o') {
                ++m_at;
                if (!atDigit()) {
                    return "An o without a number";
                }
                m_group->object = readNumber();
                more = true;
            }
        }
        m_groups.push_back(*m_group);
        m_group.reset();
        return {};
    }

    Problem readWord()
    {
        bool isPredicate = false;
        bool isAmbiguous = false;
        bool isCue = false;
        bool isPlain = false;
        const auto followedByWord = [&] { return m_at + 1 < m_text.size() && m_text[m_at + 1] != ' '; };
        for (bool more = true; more && followedByWord();) {
            more = true;
            if (peek() == '+') {
                isPredicate = true;
            } else if (peek() == '~') {
                isAmbiguous = true;
            } else if (peek() == '@') {
                isCue = true;
            } else if (peek() == '-' && !m_open.empty()) {
                isPlain = true;
            } else {
                more = false;
            }
            m_at += more ? 1U : 0U;
        }
        const std::size_t begin = m_at;
        const auto ends = [&](char c) { return c == ' ' || c == ']' || c == '>' || c == '[' || c == '<' || c == '='; };
        while (m_at < m_text.size() && !ends(m_text[m_at])) {
            ++m_at;
        }
        std::string text(m_text.substr(begin, m_at - begin));
        if (text.empty()) {
            return "A mark without a word";
        }
        const bool isPunctuation = std::ranges::none_of(text, [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (static_cast<unsigned char>(c) & 0x80U) != 0;
        });
        if (const std::size_t split = text.find('_'); split != std::string::npos && m_group) {
            m_sentence.words.push_back({text.substr(0, split), WordKind::Function});
            text = text.substr(split + 1);
            m_particle = true;
        }
        if (peek() == '=') {
            ++m_at;
            m_mentions.push_back({words(), static_cast<int>(readNumber())});
        }
        if (isPredicate) {
            m_predicates.push_back(words());
        }
        if (isAmbiguous) {
            m_ambiguous = words();
        }
        if (isCue) {
            m_cue = words();
        }
        if (!m_open.empty()) {
            m_phrases[m_open.back()].isPlain.push_back(isPlain);
        }
        m_sentence.words.push_back({std::move(text), isPunctuation ? WordKind::Punctuation : WordKind::Function});
        return {};
    }

    void add(Role role, Index from, Index to)
    {
        if (from != to) {
            m_sentence.links.push_back({role, from, to});
        }
    }

    bool isDeterminer(const std::string& text) const
    {
        return m_lexicon.is(text, "article") || m_lexicon.is(text, "demonstrative") ||
               m_lexicon.is(text, "possessive-determiner") || m_lexicon.is(text, "quantifier");
    }

    bool isPronoun(const std::string& text) const
    {
        return m_lexicon.is(text, "pronoun-subject") || m_lexicon.is(text, "pronoun-object") ||
               m_lexicon.is(text, "possessive-determiner") || m_lexicon.is(text, "possessive-pronoun") ||
               m_lexicon.is(text, "reflexive") || m_lexicon.is(text, "relative");
    }

    /// Determiners and adjectives of every phrase look at its head.
    void linkPhrases()
    {
        for (std::size_t p = 0; p < m_phrases.size(); ++p) {
            const OpenedPhrase& phrase = m_phrases[p];
            std::size_t own = 0;
            for (Index i = phrase.first; i <= phrase.last; ++i) {
                if (const auto inner = innerPhraseAt(p, i)) {
                    i = m_phrases[*inner].last;
                    continue;
                }
                const bool isPlain = own < phrase.isPlain.size() && phrase.isPlain[own];
                ++own;
                if (i == phrase.last) {
                    setHeadKind(i);
                    continue;
                }
                if (word(i).kind == WordKind::Punctuation || isPlain || word(i).text.front() == '\'') {
                    continue;
                }
                if (isDeterminer(word(i).text)) {
                    add(Role::Determiner, i, phrase.last);
                } else if (isAttribute(word(i).text)) {
                    add(Role::Adjective, i, phrase.last);
                    word(i).kind = WordKind::Adjective;
                }
            }
        }
    }

    /// Words between determiner and head that are no adjectives need no mark if the lexicon knows them for something else.
    bool isAttribute(const std::string& text) const
    {
        constexpr std::array<std::string_view, 12> others = {"number",      "degree",   "title",   "conjunction",
                                                             "preposition", "multiple", "weekday", "month",
                                                             "male",        "female",   "surname", "focus"};
        return std::ranges::none_of(others, [&](std::string_view kind) { return m_lexicon.is(text, kind); });
    }

    std::optional<std::size_t> innerPhraseAt(std::size_t outer, Index at) const
    {
        for (std::size_t p = outer + 1; p < m_phrases.size(); ++p) {
            if (m_phrases[p].parent == outer && m_phrases[p].first == at) {
                return p;
            }
        }
        return std::nullopt;
    }

    void setHeadKind(Index head)
    {
        const WordKind kind = m_lexicon.kind(word(head).text);
        if (kind == WordKind::Name) {
            word(head).kind = kind;
        } else if (m_lexicon.noun(word(head).text) != nullptr && !isPronoun(word(head).text)) {
            word(head).kind = WordKind::Noun;
        }
    }

    bool startsGroup(Index at) const
    {
        return std::ranges::any_of(m_groups, [&](const VerbGroup& group) { return group.first == at; });
    }

    /// Prepositional phrases; "after [we] <left>" is none.
    void findPrepositions()
    {
        for (OpenedPhrase& phrase : m_phrases) {
            if (phrase.parent) {
                phrase.isInPreposition = m_phrases[*phrase.parent].isInPreposition;
                continue;
            }
            if (phrase.first == 0 || !m_lexicon.is(word(phrase.first - 1).text, "preposition")) {
                continue;
            }
            const std::string& before = word(phrase.first - 1).text;
            const bool mayStartClause = m_lexicon.is(before, "subordinator") || m_lexicon.is(before, "conjunction");
            Index next = phrase.last + 1;
            while (next < words() &&
                   (m_lexicon.is(word(next).text, "focus") || m_lexicon.is(word(next).text, "frequency"))) {
                ++next;
            }
            phrase.isInPreposition = !(mayStartClause && startsGroup(next));
        }
    }

    bool isFormOfBe(Index verb) const
    {
        const std::string& text = word(verb).text;
        return m_lexicon.is(text, "be") || text == "'s" || text == "'re" || text == "'m" || text == "been" ||
               text == "being";
    }

    void findObjects()
    {
        for (VerbGroup& group : m_groups) {
            std::optional<std::size_t> object;
            bool isNext = true;
            for (std::size_t p = 0; p < m_phrases.size(); ++p) {
                const OpenedPhrase& phrase = m_phrases[p];
                if (phrase.parent || phrase.first < group.end) {
                    continue;
                }
                if (isNext && phrase.first == group.end && !phrase.isNoObject && !isFormOfBe(group.verb)) {
                    object = p;
                }
                if (phrase.isDirectObject && phrase.first <= group.end + 4) {
                    object = p;
                }
                isNext = false;
            }
            if (group.object) {
                object = *group.object == 0 ? std::nullopt : std::optional(*group.object - 1);
            }
            if (object && *object < m_phrases.size()) {
                m_phrases[*object].isObject = true;
                add(Role::Object, group.verb, m_phrases[*object].last);
            }
        }
    }

    void findSubjects()
    {
        for (VerbGroup& group : m_groups) {
            std::optional<std::size_t> subject;
            if (group.subject) {
                if (*group.subject > 0) {
                    subject = *group.subject - 1;
                }
            } else {
                for (std::size_t p = 0; p < m_phrases.size(); ++p) {
                    const OpenedPhrase& phrase = m_phrases[p];
                    const bool mayBe = !phrase.parent && phrase.last < group.first && !phrase.isInPreposition &&
                                       !phrase.isNoObject && !phrase.isDirectObject;
                    // An object is the subject of what follows it at once: "i saw [the man] <leave>" is marked instead.
                    if (mayBe && !phrase.isObject) {
                        subject = p;
                    }
                }
            }
            group.subject = subject;
            if (subject && *subject < m_phrases.size()) {
                add(Role::Subject, group.verb, m_phrases[*subject].last);
            }
            word(group.verb).kind = isFormOfBe(group.verb) ? WordKind::Function : WordKind::Verb;
        }
    }

    void linkPredicates()
    {
        for (const Index predicate : m_predicates) {
            const VerbGroup* nearest = nullptr;
            for (const VerbGroup& group : m_groups) {
                if (group.end <= predicate) {
                    nearest = &group;
                }
            }
            if (nearest != nullptr && nearest->subject && *nearest->subject < m_phrases.size()) {
                add(Role::Adjective, predicate, m_phrases[*nearest->subject].last);
            }
            word(predicate).kind = WordKind::Adjective;
        }
    }

    /// A pronoun looks at the nearest full noun phrase of its reference, one before it if there is one.
    void linkMentions()
    {
        for (const OpenedPhrase& phrase : m_phrases) {
            if (phrase.reference > 0) {
                m_mentions.push_back({phrase.last, phrase.reference});
            }
        }
        std::ranges::sort(m_mentions, {}, &Mention::word);
        for (const Mention& mention : m_mentions) {
            if (!isPronoun(word(mention.word).text)) {
                continue;
            }
            const Mention* antecedent = nullptr;
            for (const Mention& other : m_mentions) {
                if (other.reference != mention.reference || isPronoun(word(other.word).text)) {
                    continue;
                }
                if (other.word < mention.word || antecedent == nullptr) {
                    antecedent = &other;
                }
            }
            if (antecedent != nullptr) {
                add(Role::Antecedent, mention.word, antecedent->word);
            }
        }
    }

    Problem link()
    {
        for (const VerbGroup& group : m_groups) {
            if ((group.subject && *group.subject > m_phrases.size()) ||
                (group.object && *group.object > m_phrases.size())) {
                return "A phrase number out of range";
            }
        }
        findPrepositions();
        findObjects();
        findSubjects();
        linkPhrases();
        linkPredicates();
        linkMentions();
        if (m_ambiguous && m_cue) {
            add(Role::Sense, *m_ambiguous, *m_cue);
            for (const Index index : {*m_ambiguous, *m_cue}) {
                word(index).mayBeInvented = false;
                if (word(index).kind == WordKind::Function) {
                    word(index).kind = WordKind::Noun;
                }
            }
        } else if (m_ambiguous || m_cue) {
            return "Only one of ~ and @";
        }
        return {};
    }

    std::string_view m_text;
    const Lexicon& m_lexicon;
    std::size_t m_at = 0;
    Sentence m_sentence;
    std::vector<OpenedPhrase> m_phrases;
    std::vector<std::size_t> m_open;
    std::vector<VerbGroup> m_groups;
    std::optional<VerbGroup> m_group;
    bool m_particle = false;
    std::vector<Index> m_predicates;
    std::vector<Mention> m_mentions;
    std::optional<Index> m_ambiguous;
    std::optional<Index> m_cue;
};

}  // namespace

std::string drawFromTemplate(std::string_view text, const Lexicon& lexicon, Random& random)
{
    std::string drawn;
    for (std::size_t i = 0; i < text.size();) {
        const auto endOf = [&](std::size_t from, auto belongs) {
            while (from < text.size() && belongs(text[from])) {
                ++from;
            }
            return from;
        };
        if (text[i] == '{') {
            const std::size_t end = std::min(text.find('}', i), text.size());
            const std::string_view choices = text.substr(i + 1, end - i - 1);
            std::size_t wanted = random.below(static_cast<std::size_t>(std::ranges::count(choices, '|')) + 1);
            std::size_t begin = 0;
            for (; wanted > 0; --wanted) {
                begin = choices.find('|', begin) + 1;
            }
            drawn += drawFromTemplate(choices.substr(begin, choices.find('|', begin) - begin), lexicon, random);
            i = std::min(end + 1, text.size());
        } else if (text[i] == '$') {
            const std::size_t end = endOf(i + 1, [](char c) { return (c >= 'a' && c <= 'z') || c == '.'; });
            drawn += drawnClass(text.substr(i + 1, end - i - 1), lexicon, random);
            i = end;
        } else if (const std::size_t end = endOf(i, isCapital); end > i + 1) {
            drawn += drawnSlot(text.substr(i, end - i), lexicon, random);
            i = end;
        } else {
            drawn += text[i++];
        }
    }
    return drawn;
}

Result<Sentence> readAnnotated(std::string_view text, const Lexicon& lexicon)
{
    return Reader(text, lexicon).read();
}

}  // namespace headlight
