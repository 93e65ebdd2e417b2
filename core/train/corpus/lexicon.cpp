#include "core/train/corpus/lexicon.h"

#include "core/text/bundled_text.h"
#include "core/train/corpus/inflection.h"

#include <algorithm>
#include <array>
#include <cassert>

namespace headlight {
namespace {

std::vector<std::string> split(std::string_view text, char separator)
{
    std::vector<std::string> parts;
    while (!text.empty()) {
        const std::string_view part = text.substr(0, text.find(separator));
        text.remove_prefix(std::min(part.size() + 1, text.size()));
        if (!part.empty()) {
            parts.emplace_back(part);
        }
    }
    return parts;
}

std::string_view trimmed(std::string_view text)
{
    while (!text.empty() && text.front() == ' ') {
        text.remove_prefix(1);
    }
    while (!text.empty() && text.back() == ' ') {
        text.remove_suffix(1);
    }
    return text;
}

/// "beat/beat/beaten" at `index`, or `otherwise`.
std::string formAt(const std::vector<std::string>& forms, std::size_t index, std::string otherwise)
{
    return index < forms.size() ? forms[index] : std::move(otherwise);
}

/// The block of senses.txt whose templates stand for every word.
constexpr std::string_view kAnyWord = "anyword";

/// Tags of adjectives that decide what a pronoun refers to.
constexpr std::array<std::string_view, 4> kDecidingTags = {"state", "blocking", "toobig", "toosmall"};

template <typename Map>
const typename Map::mapped_type& findOrEmpty(const Map& map, std::string_view key)
{
    static const typename Map::mapped_type kEmpty;
    const auto found = map.find(key);
    return found == map.end() ? kEmpty : found->second;
}

}  // namespace

bool Noun::is(std::string_view name) const
{
    return std::ranges::find(classes, name) != classes.end();
}

/// Reads the files one after the other into a lexicon.
class LexiconReader
{
public:
    explicit LexiconReader(Lexicon& lexicon) : m_lexicon(lexicon) {}

    Result<void> read(const std::map<std::string, std::string_view>& files)
    {
        using Reader = bool (LexiconReader::*)(std::string_view line);
        const std::array<std::pair<std::string_view, Reader>, 10> readers = {{
            {"groups", &LexiconReader::readGroup},
            {"nouns", &LexiconReader::readNouns},
            {"verbs", &LexiconReader::readVerbs},
            {"adjectives", &LexiconReader::readAdjectives},
            {"adverbs", &LexiconReader::readKinds},
            {"names", &LexiconReader::readWord},
            {"function", &LexiconReader::readWord},
            {"senses", &LexiconReader::readSense},
            {"pairs", &LexiconReader::readPair},
            {"sentences", &LexiconReader::readTemplate},
        }};
        for (const auto& [name, reader] : readers) {
            const auto file = files.find(std::string(name));
            if (file == files.end()) {
                return failure(ErrorCode::NotFound, "The lexicon has no file \"" + std::string(name) + ".txt\".");
            }
            m_section.clear();
            std::size_t number = 0;
            std::string_view rest = file->second;
            while (!rest.empty()) {
                const std::string_view line = rest.substr(0, rest.find('\n'));
                rest.remove_prefix(std::min(line.size() + 1, rest.size()));
                ++number;
                const std::string_view content = trimmed(line);
                if (content.empty() || content.front() == '#') {
                    continue;
                }
                if (!(this->*reader)(name == "senses" ? line : content)) {
                    return failure(ErrorCode::Malformed, std::string(name) + ".txt, line " + std::to_string(number) +
                                                             ": cannot be read: \"" + std::string(content) + "\".");
                }
            }
        }
        finish();
        return {};
    }

private:
    /// "[animal]": what stands between the brackets.
    static std::optional<std::string_view> sectionOf(std::string_view line)
    {
        if (line.front() != '[' || line.back() != ']') {
            return std::nullopt;
        }
        return line.substr(1, line.size() - 2);
    }

    bool readGroup(std::string_view line)
    {
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos) {
            return false;
        }
        m_groups[std::string(line.substr(0, colon))] = split(line.substr(colon + 1), ' ');
        return true;
    }

    bool readNouns(std::string_view line)
    {
        if (const auto section = sectionOf(line)) {
            m_section = *section;
            return true;
        }
        for (const std::string& entry : split(line, ' ')) {
            const std::vector<std::string> forms = split(entry, '/');
            Noun& noun = m_lexicon.m_nouns[forms[0]];
            if (noun.classes.empty()) {
                const std::string plural = formAt(forms, 1, regularPlural(forms[0]));
                noun.singular = plural == "!" ? "" : forms[0];
                noun.plural = plural == "!" ? forms[0] : plural == "-" ? "" : plural;
            }
            noun.classes.push_back(m_section);
            m_lexicon.m_nounsByClass[m_section].push_back(&noun);
        }
        return !m_section.empty();
    }

    /// The nouns of "animal|thing"; false where one is unknown.
    bool nounsOf(std::string_view alternatives, std::vector<const Noun*>& nouns) const
    {
        std::set<const Noun*> all;
        for (const std::string& name : classesOf(alternatives)) {
            const auto found = m_lexicon.m_nounsByClass.find(name);
            if (found == m_lexicon.m_nounsByClass.end()) {
                return false;
            }
            for (const Noun* noun : found->second) {
                if (all.insert(noun).second) {
                    nouns.push_back(noun);
                }
            }
        }
        return !nouns.empty();
    }

    /// The classes of "animate|thing", groups resolved.
    std::vector<std::string> classesOf(std::string_view alternatives) const
    {
        std::vector<std::string> classes;
        for (const std::string& name : split(alternatives, '|')) {
            const auto group = m_groups.find(name);
            if (group == m_groups.end()) {
                classes.push_back(name);
            } else {
                classes.insert(classes.end(), group->second.begin(), group->second.end());
            }
        }
        return classes;
    }

    /// "human > thing @to human"
    bool startFrame(std::string_view section)
    {
        const std::size_t arrow = section.find('>');
        if (arrow == std::string_view::npos) {
            return false;
        }
        Frame frame;
        if (!nounsOf(trimmed(section.substr(0, arrow)), frame.subjects)) {
            return false;
        }
        std::string_view object = trimmed(section.substr(arrow + 1));
        if (const std::size_t at = object.find('@'); at != std::string_view::npos) {
            const std::string_view preposition = object.substr(at + 1);
            object = trimmed(object.substr(0, at));
            const std::size_t space = preposition.find(' ');
            frame.preposition = preposition.substr(0, space);
            if (space == std::string_view::npos ||
                !nounsOf(trimmed(preposition.substr(space)), frame.prepositionObjects)) {
                return false;
            }
        }
        if (object == "that") {
            frame.complement = Complement::Clause;
        } else if (object == "to") {
            frame.complement = Complement::Infinitive;
        } else if (object == "ing") {
            frame.complement = Complement::Gerund;
        } else if (!object.empty()) {
            frame.complement = Complement::Noun;
            if (!nounsOf(object, frame.objects)) {
                return false;
            }
        }
        m_lexicon.m_frames.push_back(std::move(frame));
        return true;
    }

    bool readVerbs(std::string_view line)
    {
        if (const auto section = sectionOf(line)) {
            m_section = *section;
            return startFrame(*section);
        }
        for (const std::string& entry : split(line, ' ')) {
            const std::vector<std::string> forms = split(entry, '/');
            std::vector<std::string> parts = split(forms[0], '_');
            const std::string base = parts[0];
            const auto bare = [](const std::string& form) { return form.substr(0, form.find('_')); };
            // "lie" has two pasts: entries are told apart by their first form and past.
            const std::string key = forms[0] + "/" + formAt(forms, 1, "");
            const auto known = std::ranges::find_if(m_lexicon.m_verbs, [&](const auto& verb) {
                return verb.first == key || (forms.size() == 1 && verb.first.starts_with(forms[0] + "/"));
            });
            if (known != m_lexicon.m_verbs.end()) {
                m_lexicon.m_frames.back().verbs.push_back(&known->second);
                continue;
            }
            Verb& verb = m_lexicon.m_verbs[key];
            verb.base = base;
            verb.thirdPerson = regularThirdPerson(base);
            verb.past = bare(formAt(forms, 1, regularPast(base)));
            verb.participle = bare(formAt(forms, 2, verb.past));
            verb.gerund = bare(formAt(forms, 3, regularGerund(base)));
            verb.particle = parts.size() > 1 ? parts[1] : "";
            m_lexicon.m_frames.back().verbs.push_back(&verb);
        }
        return !m_section.empty();
    }

    bool readAdjectives(std::string_view line)
    {
        if (const auto section = sectionOf(line)) {
            const std::size_t space = section->find(' ');
            if (space == std::string_view::npos) {
                return false;
            }
            m_section = section->substr(space + 1);
            m_classes = classesOf(section->substr(0, space));
            return true;
        }
        for (const std::string& entry : split(line, ' ')) {
            std::vector<std::string> forms = split(entry, '/');
            const bool graded = forms[0].front() == '!';
            const std::string positive = graded ? forms[0].substr(1) : forms[0];
            Adjective& adjective = m_lexicon.m_adjectives[positive];
            adjective.positive = positive;
            if (graded) {
                adjective.comparative = regularComparative(positive);
                adjective.superlative = regularSuperlative(positive);
            } else if (forms.size() == 3) {
                adjective.comparative = forms[1];
                adjective.superlative = forms[2];
            }
            m_lexicon.m_adjectivesByTag[m_section].push_back(&adjective);
            if (std::ranges::find(kDecidingTags, m_section) == kDecidingTags.end()) {
                for (const std::string& name : m_classes) {
                    m_lexicon.m_adjectivesByClass[name].push_back(&adjective);
                }
            }
        }
        return !m_section.empty();
    }

    void addWord(const std::string& word, const std::string& kind)
    {
        if (m_lexicon.m_wordKinds.emplace(word, kind).second) {
            m_lexicon.m_words[kind].push_back(word);
        }
    }

    bool readKinds(std::string_view line)
    {
        if (const auto section = sectionOf(line)) {
            m_section = *section;
            return true;
        }
        for (const std::string& word : split(line, ' ')) {
            addWord(word, m_section);
        }
        return !m_section.empty();
    }

    bool readWord(std::string_view line)
    {
        const std::vector<std::string> parts = split(line, ' ');
        if (parts.size() != 2) {
            return false;
        }
        addWord(parts[0], parts[1]);
        return true;
    }

    bool readSense(std::string_view line)
    {
        if (line.front() != ' ') {
            m_section = trimmed(line);
            if (m_section != kAnyWord) {
                m_lexicon.m_ambiguous.push_back({m_section, {}, {}});
            }
            return true;
        }
        const bool isTemplate = line.find('~') != std::string_view::npos;
        if (m_section == kAnyWord) {
            m_lexicon.m_cueTemplates.emplace_back(trimmed(line));
            return isTemplate;
        }
        if (m_lexicon.m_ambiguous.empty()) {
            return false;
        }
        AmbiguousWord& word = m_lexicon.m_ambiguous.back();
        if (isTemplate) {
            word.templates.emplace_back(trimmed(line));
            return true;
        }
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos) {
            return false;
        }
        for (const std::string& cue : split(line.substr(colon + 1), ' ')) {
            if (m_lexicon.m_nouns.contains(cue)) {
                word.nounCues.push_back(cue);
            }
        }
        return !word.nounCues.empty();
    }

    /// A line is a family's name, or the first or the second of a pair.
    bool readPair(std::string_view line)
    {
        const auto name = sectionOf(line);
        if (name && name->find_first_of("[]<=") == std::string_view::npos) {
            m_lexicon.m_pairs.push_back({std::string(*name), {}});
            return true;
        }
        if (m_lexicon.m_pairs.empty()) {
            return false;
        }
        std::vector<PairTemplate>& pairs = m_lexicon.m_pairs.back().pairs;
        if (pairs.empty() || !pairs.back().second.empty()) {
            pairs.push_back({std::string(line), {}});
        } else {
            pairs.back().second = line;
        }
        return true;
    }

    bool readTemplate(std::string_view line)
    {
        m_lexicon.m_templates.emplace_back(line);
        return true;
    }

    void addForm(const std::string& form, const std::string& lemma, WordKind kind, const Noun* noun = nullptr)
    {
        if (!form.empty()) {
            m_lexicon.m_infos.emplace(form, Lexicon::FormInfo{lemma, kind, noun});
        }
    }

    /// The words of a template: letters, digits, apostrophes; capitals are slots.
    void addTemplateForms(std::string_view text)
    {
        std::string word;
        const auto flush = [&] {
            if (!word.empty() && std::ranges::none_of(word, [](char c) { return c >= 'A' && c <= 'Z'; })) {
                addForm(word, word, WordKind::Function);
            }
            word.clear();
        };
        for (std::size_t i = 0; i < text.size(); ++i) {
            const char c = text[i];
            const bool isLetter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '\'';
            const bool isMark = c == 'o' && word.empty() && i > 0 && (text[i - 1] == ']' || text[i - 1] == '>');
            if (isLetter && !isMark) {
                word += c;
            } else {
                flush();
            }
        }
        flush();
    }

    void finish()
    {
        for (const auto& [name, classes] : m_groups) {
            std::string alternatives;
            for (const std::string& member : classes) {
                alternatives += member + "|";
            }
            std::vector<const Noun*> nouns;
            if (nounsOf(alternatives, nouns)) {
                m_lexicon.m_nounsByClass.emplace(name, std::move(nouns));
            }
        }
        std::set<std::string> lemmas;
        for (const auto& [name, noun] : m_lexicon.m_nouns) {
            addForm(noun.singular, name, WordKind::Noun, &noun);
            addForm(noun.plural, name, WordKind::Noun, &noun);
            lemmas.insert(name);
        }
        for (const auto& [name, verb] : m_lexicon.m_verbs) {
            for (const std::string& form : {verb.base, verb.thirdPerson, verb.past, verb.participle, verb.gerund}) {
                addForm(form, verb.base, WordKind::Verb);
            }
            addForm(verb.particle, verb.particle, WordKind::Function);
            lemmas.insert(verb.base);
        }
        for (const auto& [name, adjective] : m_lexicon.m_adjectives) {
            for (const std::string& form : {adjective.positive, adjective.comparative, adjective.superlative}) {
                addForm(form, name, WordKind::Adjective);
            }
            lemmas.insert(name);
        }
        for (const auto& [word, kind] : m_lexicon.m_wordKinds) {
            constexpr std::array<std::string_view, 5> names = {"male", "female", "surname", "city", "country"};
            const bool isName = std::ranges::find(names, kind) != names.end();
            addForm(word, word, isName ? WordKind::Name : kind == "manner" ? WordKind::Adverb : WordKind::Function);
            lemmas.insert(word);
        }
        for (const AmbiguousWord& ambiguous : m_lexicon.m_ambiguous) {
            std::ranges::for_each(ambiguous.templates, [&](const std::string& line) { addTemplateForms(line); });
        }
        for (const std::string& line : m_lexicon.m_cueTemplates) {
            addTemplateForms(line);
        }
        for (const PairFamily& family : m_lexicon.m_pairs) {
            for (const PairTemplate& pair : family.pairs) {
                addTemplateForms(pair.first);
                addTemplateForms(pair.second);
            }
        }
        for (const std::string& line : m_lexicon.m_templates) {
            addTemplateForms(line);
        }
        m_lexicon.m_lemmas = lemmas.size();
        for (const auto& [form, info] : m_lexicon.m_infos) {
            m_lexicon.m_forms.push_back(form);
        }
        std::ranges::sort(m_lexicon.m_forms);
    }

    Lexicon& m_lexicon;
    std::map<std::string, std::vector<std::string>> m_groups;
    std::string m_section;
    std::vector<std::string> m_classes;
};

Result<Lexicon> Lexicon::parse(const std::map<std::string, std::string_view>& files)
{
    Lexicon lexicon;
    if (const Result<void> read = LexiconReader(lexicon).read(files); !read) {
        return tl::unexpected(read.error());
    }
    return lexicon;
}

const Lexicon& Lexicon::bundled()
{
    static const Lexicon kLexicon = [] {
        std::map<std::string, std::string_view> files;
        for (const std::string_view name : {"groups", "nouns", "verbs", "adjectives", "adverbs", "names", "function",
                                            "senses", "pairs", "sentences"}) {
            files.emplace(name, bundledText("lexicon/" + std::string(name) + ".txt"));
        }
        Result<Lexicon> lexicon = parse(files);
        assert(lexicon);
        return std::move(*lexicon);
    }();
    return kLexicon;
}

const std::vector<const Noun*>& Lexicon::nouns(std::string_view classOrGroup) const
{
    return findOrEmpty(m_nounsByClass, classOrGroup);
}

const std::vector<const Adjective*>& Lexicon::adjectives(std::string_view tag) const
{
    return findOrEmpty(m_adjectivesByTag, tag);
}

const std::vector<const Adjective*>& Lexicon::describing(std::string_view nounClass) const
{
    return findOrEmpty(m_adjectivesByClass, nounClass);
}

const std::vector<std::string>& Lexicon::words(std::string_view kind) const
{
    return findOrEmpty(m_words, kind);
}

bool Lexicon::is(std::string_view word, std::string_view kind) const
{
    return m_wordKinds.contains(std::pair(std::string(word), std::string(kind)));
}

std::string_view Lexicon::lemma(std::string_view form) const
{
    const auto found = m_infos.find(form);
    return found == m_infos.end() ? form : std::string_view(found->second.lemma);
}

WordKind Lexicon::kind(std::string_view form) const
{
    const auto found = m_infos.find(form);
    return found == m_infos.end() ? WordKind::Function : found->second.kind;
}

const Noun* Lexicon::noun(std::string_view form) const
{
    const auto found = m_infos.find(form);
    return found == m_infos.end() ? nullptr : found->second.noun;
}

}  // namespace headlight
