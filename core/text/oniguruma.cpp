#include "core/text/oniguruma.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

namespace headlight {
namespace {

/// What \w is within a class: Unicode's word characters  (Unicode Technical Standard 18, annex C).
constexpr std::string_view kWordMembers = R"(\p{Alphabetic}\p{M}\p{Nd}\p{Pc})";

/// What \w is on its own: Latin-1's superscripts and fractions, too.
constexpr std::string_view kWord = R"(\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\x{B2}\x{B3}\x{B9}\x{BC}-\x{BE})";

/// Classes by name, as [[:alpha:]]; each as the inside of a class.
constexpr auto kNamedClasses = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"[:alnum:]", R"(\p{Alphabetic}\p{Nd})"},
    {"[:alpha:]", R"(\p{Alphabetic})"},
    {"[:digit:]", R"(\p{Nd})"},
    {"[:lower:]", R"(\p{Lowercase})"},
    {"[:punct:]", R"(\p{P}\p{S})"},
    {"[:space:]", R"(\p{White_Space})"},
    {"[:upper:]", R"(\p{Uppercase})"},
    {"[:word:]", kWordMembers},
    {"[:xdigit:]", "0-9a-fA-F"},
});

/// Names of properties that PCRE2 knows under others.
constexpr auto kProperties = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"Digit", "Nd"},
    {"Punct", "P"},
});

/// A repetition in braces, as {1,3}.
struct Interval
{
    std::size_t length = 0;  ///< In the expression, braces included.
    std::string spelling;    ///< For PCRE2.
    bool isExact = false;    ///< {3}
};

/// The interval that starts at `at`; nothing where the brace is only a brace.
std::optional<Interval> intervalAt(std::string_view expression, std::size_t at)
{
    const std::size_t close = expression.find('}', at);
    if (close == std::string_view::npos) {
        return std::nullopt;
    }
    const std::string_view inside = expression.substr(at + 1, close - at - 1);
    const std::size_t comma = inside.find(',');
    const std::string_view least = inside.substr(0, comma);
    const std::string_view most = comma == std::string_view::npos ? std::string_view() : inside.substr(comma + 1);
    const auto isNumber = [](std::string_view text) { return text.find_first_not_of("0123456789") == text.npos; };
    if (!isNumber(least) || !isNumber(most) || (least.empty() && most.empty())) {
        return std::nullopt;
    }
    const std::string from = least.empty() ? "0" : std::string(least);
    const std::string to = comma == std::string_view::npos ? "" : "," + std::string(most);
    return Interval{close - at + 1, "{" + from + to + "}", comma == std::string_view::npos};
}

/// Goes through an expression once and writes the other.
class Translator
{
public:
    explicit Translator(std::string_view source) : m_source(source) {}

    Result<std::string> run()
    {
        while (m_at < m_source.size() && m_problem.empty()) {
            step();
        }
        if (!m_problem.empty()) {
            return failure(ErrorCode::Malformed, m_problem);
        }
        m_result.append(m_toClose, ')');
        return std::move(m_result);
    }

private:
    /// One that is open.
    struct Group
    {
        std::size_t begin;          ///< In the result.
        std::size_t toCloseAround;  ///< What m_toClose was outside.
    };

    void step()
    {
        const char c = m_source[m_at];
        if (c == '\\') {
            startAtom();
            escape();
        } else if (c == '[') {
            startAtom();
            characterClass();
        } else if (c == '(') {
            openGroup();
        } else if (c == ')') {
            closeGroup();
        } else if (c == '{') {
            brace();
        } else {
            if (c != '*' && c != '+' && c != '?') {
                startAtom();
            }
            copy(1);
        }
    }

    void copy(std::size_t count)
    {
        m_result += m_source.substr(m_at, count);
        m_at += std::min(count, m_source.size() - m_at);
    }

    void write(std::size_t count, std::string_view translation)
    {
        m_result += translation;
        m_at += count;
    }

    void startAtom() { m_atom = m_result.size(); }

    /// The character after the backslash; '\0' at the end, which PCRE2 complains of itself.
    char escaped() const { return m_at + 1 < m_source.size() ? m_source[m_at + 1] : '\0'; }

    void escape()
    {
        const std::string word(kWord);
        switch (escaped()) {
        case 's':
            return write(2, R"(\p{White_Space})");
        case 'S':
            return write(2, R"(\P{White_Space})");
        case 'w':
            return write(2, "[" + word + "]");
        case 'W':
            return write(2, "[^" + word + "]");
        case 'b':
            return write(2, "(?:(?<=[" + word + "])(?![" + word + "])|(?<![" + word + "])(?=[" + word + "]))");
        case 'B':
            return write(2, "(?:(?<=[" + word + "])(?=[" + word + "])|(?<![" + word + "])(?![" + word + "]))");
        case 'h':
            return write(2, "[0-9a-fA-F]");
        case 'H':
            return write(2, "[^0-9a-fA-F]");
        default:
            return commonEscape();
        }
    }

    /// What is the same inside a class and outside.
    void commonEscape()
    {
        switch (escaped()) {
        case 'p':
        case 'P':
            return property();
        case 'K':
        case 'y':
        case 'Y':
        case 'g':
        case 'M':
        case 'C':
        case 'c':
            m_problem = "\\" + std::string(1, escaped()) + " is not supported";
            return;
        case 'u':
            return codePoint();
        case '\0':
            return copy(1);
        default:
            return copy(2);
        }
    }

    /// \u00E9
    void codePoint()
    {
        constexpr std::size_t kDigits = 4;
        const std::string_view digits = m_source.substr(m_at + 2, kDigits);
        if (digits.size() < kDigits || digits.find_first_not_of("0123456789abcdefABCDEF") != digits.npos) {
            m_problem = "\\u without four hexadecimal digits";
            return;
        }
        write(2 + kDigits, R"(\x{)" + std::string(digits) + "}");
    }

    /// \p{Han} is a script here; for PCRE2 that would be the scripts' extensions as well.
    void property()
    {
        static constexpr auto kScripts = std::to_array<std::string_view>(
            {"Han",     "Hiragana", "Katakana", "Hangul",    "Latin",      "Greek",    "Cyrillic", "Arabic",
             "Hebrew",  "Thai",     "Lao",      "Tibetan",   "Myanmar",    "Khmer",    "Georgian", "Armenian",
             "Bengali", "Gujarati", "Gurmukhi", "Kannada",   "Malayalam",  "Oriya",    "Tamil",    "Telugu",
             "Sinhala", "Ethiopic", "Cherokee", "Mongolian", "Devanagari", "Bopomofo", "Common",   "Inherited"});
        const std::size_t close = m_source.find('}', m_at);
        if (m_source.substr(m_at + 2, 1) != "{" || close == std::string_view::npos) {
            return write(2, m_source.substr(m_at + 1, 1));  // a letter like any other
        }
        const std::string_view name = m_source.substr(m_at + 3, close - m_at - 3);
        for (const std::string_view script : kScripts) {
            if (name == script) {
                return write(close + 1 - m_at, "\\" + std::string(1, escaped()) + "{sc:" + std::string(script) + "}");
            }
        }
        for (const auto& [alias, property] : kProperties) {
            if (name == alias) {
                return write(close + 1 - m_at, "\\" + std::string(1, escaped()) + "{" + std::string(property) + "}");
            }
        }
        copy(close + 1 - m_at);
    }

    void characterClass() { m_result += matcherOf(readClass(0)); }

    /// A class matches one of its members, or one of none of them; classes and properties may be members.
    struct CharacterClass
    {
        bool isNegated = false;
        std::vector<std::string> unions;  ///< What must hold at once: each a matcher of one character.
        std::string members;              ///< The inside of the only union, where it has no classes within.
    };

    static bool isPlain(const CharacterClass& read) { return read.unions.empty(); }

    /// A matcher of one character, for PCRE2.
    static std::string matcherOf(const CharacterClass& read)
    {
        if (isPlain(read)) {
            return (read.isNegated ? "[^" : "[") + read.members + "]";
        }
        std::string all;
        for (std::size_t i = 0; i < read.unions.size(); ++i) {
            const bool isLast = i + 1 == read.unions.size();
            all += isLast ? read.unions[i] : "(?=" + read.unions[i] + ")";
        }
        return read.isNegated ? "(?:(?!" + all + ")(?s:.))" : "(?:" + all + ")";
    }

    /// Reads from the opening bracket to the closing one.
    CharacterClass readClass(int depth)
    {
        constexpr int kDeepest = 50;
        CharacterClass read;
        if (depth > kDeepest) {
            m_problem = "character classes are nested too deep";
            return read;
        }
        ++m_at;
        read.isNegated = skip("^");
        std::vector<std::string> nestedOutside = std::exchange(m_nested, {});
        std::string outside = std::exchange(m_result, skip("]") ? R"(\])" : "");
        const auto endUnion = [&] {
            std::string all = m_result.empty() ? "" : "[" + m_result + "]";
            for (const std::string& matcher : m_nested) {
                all += (all.empty() ? "" : "|") + matcher;
            }
            read.unions.push_back("(?:" + all + ")");
            m_nested.clear();
            m_result.clear();
        };
        while (m_at < m_source.size() && m_problem.empty() && m_source[m_at] != ']') {
            if (skip("&&")) {
                endUnion();
            } else if (m_source[m_at] == '[' && m_source.substr(m_at, 2) != "[:") {
                const CharacterClass inner = readClass(depth + 1);
                if (isPlain(inner) && !inner.isNegated) {
                    m_result += inner.members;
                } else {
                    m_nested.push_back(matcherOf(inner));
                }
            } else {
                classMember();
            }
        }
        if (!skip("]")) {
            m_problem = m_problem.empty() ? "a character class does not end" : m_problem;
        }
        if (m_nested.empty() && read.unions.empty()) {
            read.members = m_result;
        } else {
            endUnion();
        }
        m_result = std::move(outside);
        m_nested = std::move(nestedOutside);
        return read;
    }

    bool skip(std::string_view expected)
    {
        const bool isThere = m_source.substr(m_at).starts_with(expected);
        m_at += isThere ? expected.size() : 0;
        return isThere;
    }

    void classMember()
    {
        if (m_source[m_at] == '\\') {
            return classEscape();
        }
        for (const auto& [name, members] : kNamedClasses) {
            if (m_source.substr(m_at).starts_with(name)) {
                return write(name.size(), members);
            }
        }
        if (m_source[m_at] == '[') {
            m_problem = "the character class " +
                        std::string(m_source.substr(m_at, m_source.find(']', m_at) - m_at + 1)) + " is not supported";
            return;
        }
        copy(1);
    }

    void classEscape()
    {
        switch (escaped()) {
        case 's':
            return write(2, R"(\p{White_Space})");
        case 'S':
            return write(2, R"(\P{White_Space})");
        case 'w':
            return write(2, kWordMembers);
        case 'W':
            m_nested.push_back("[^" + std::string(kWordMembers) + "]");
            return write(2, "");
        case 'h':
            return write(2, "0-9a-fA-F");
        case 'H':
            m_nested.emplace_back("[^0-9a-fA-F]");
            return write(2, "");
        case 'b':
        case 'B':
        case 'R':
        case 'X':
            return copy(2);
        default:
            return commonEscape();
        }
    }

    void openGroup()
    {
        m_groups.push_back({m_result.size(), std::exchange(m_toClose, 0)});
        if (m_source.substr(m_at, 2) != "(?") {
            if (m_source.substr(m_at, 2) == "(*") {
                m_problem = "\"(*\" is not supported";
            }
            return copy(1);
        }
        if (m_source.substr(m_at, 3) == "(?#") {
            m_toClose = m_groups.back().toCloseAround;
            m_groups.pop_back();
            const std::size_t close = m_source.find(')', m_at);
            m_at = close == std::string_view::npos ? m_source.size() : close + 1;
            return;
        }
        copy(2);
        inlineOptions();
    }

    /// (?imx-imx: where m is "a dot takes line ends, too". Without the colon it holds to the end of the group around it,
    /// alternatives included.
    void inlineOptions()
    {
        std::size_t end = m_at;
        while (end < m_source.size() && std::string_view("imx-").find(m_source[end]) != std::string_view::npos) {
            ++end;
        }
        if (end >= m_source.size() || (m_source[end] != ':' && m_source[end] != ')')) {
            if (end < m_source.size() && (m_source[end] == '~' || m_source[end] == '{' || m_source[end] == 'C')) {
                m_problem = "the group \"(?" + std::string(1, m_source[end]) + "\" is not supported";
            }
            return;
        }
        while (m_at < end) {
            m_result += m_source[m_at] == 'm' ? 's' : m_source[m_at];
            ++m_at;
        }
        if (m_source[m_at] == ')') {
            m_toClose = m_groups.back().toCloseAround + 1;
            m_groups.pop_back();
            write(1, ":");
        }
    }

    void closeGroup()
    {
        if (!m_groups.empty()) {
            m_result.append(m_toClose, ')');
            m_atom = m_groups.back().begin;
            m_toClose = m_groups.back().toCloseAround;
            m_groups.pop_back();
        }
        copy(1);
    }

    void brace()
    {
        const std::optional<Interval> interval = intervalAt(m_source, m_at);
        if (!interval) {
            startAtom();
            return write(1, R"(\{)");
        }
        write(interval->length, interval->spelling);
        const char next = m_at < m_source.size() ? m_source[m_at] : '\0';
        if (next == '+' || (next == '?' && interval->isExact)) {
            m_result.insert(m_atom, "(?:");
            m_result += ')';
            copy(1);
        }
    }

    std::string_view m_source;
    std::size_t m_at = 0;
    std::string m_result;
    std::size_t m_atom = 0;  ///< Where in the result what a repetition repeats begins.
    std::vector<Group> m_groups;
    std::size_t m_toClose = 0;  ///< Groups that the translation has opened within the innermost one of the source.
    std::vector<std::string> m_nested;  ///< Of the class that is being read: matchers of members that are classes.
    std::string m_problem;
};

}  // namespace

Result<std::string> toPcre2(std::string_view oniguruma)
{
    return Translator(oniguruma).run();
}

}  // namespace headlight
