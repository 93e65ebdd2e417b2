#include "core/text/unicode_form.h"

#include "core/text/character_classes.h"

#include <algorithm>
#include <array>
#include <utf8proc.h>

namespace headlight {
namespace {

/// No code point has a longer decomposition than 18  (Unicode Standard Annex 15, §9).
constexpr std::size_t kLongestDecomposition = 32;

constexpr bool isComposed(UnicodeForm form)
{
    return form == UnicodeForm::C || form == UnicodeForm::KC;
}

int optionsOf(UnicodeForm form)
{
    const int compatible = form == UnicodeForm::KC || form == UnicodeForm::KD ? UTF8PROC_COMPAT : 0;
    return UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | compatible;
}

/// A vowel or a final consonant of Hangul, which composes with what stands before it.
bool isTrailingJamo(char32_t codePoint)
{
    return (codePoint >= 0x1161 && codePoint <= 0x1175) || (codePoint >= 0x11A8 && codePoint <= 0x11C2);
}

/// What changes as one: code points of which only the first may begin a composition.
class Segment
{
public:
    explicit Segment(UnicodeForm form) : m_form(form) {}

    /// Ends the segment before a code point that begins another, and takes the code point in.
    void take(char32_t codePoint, ByteSpan span, std::string_view source, TextRewriter& rewriter)
    {
        const std::size_t length = decompose(codePoint);
        const auto first = static_cast<char32_t>(m_decomposition[0]);
        if (first < 0x80 || (!isMark(first) && !isTrailingJamo(first))) {
            finish(source, rewriter);
            m_span.begin = span.begin;
        }
        m_codePoints.insert(m_codePoints.end(), m_decomposition.begin(),
                            m_decomposition.begin() + static_cast<std::ptrdiff_t>(length));
        m_span.end = span.end;
    }

    void finish(std::string_view source, TextRewriter& rewriter)
    {
        if (m_codePoints.empty()) {
            return;
        }
        orderMarks();
        if (isComposed(m_form)) {
            const utf8proc_ssize_t length =
                utf8proc_normalize_utf32(m_codePoints.data(), static_cast<utf8proc_ssize_t>(m_codePoints.size()),
                                         static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
            m_codePoints.resize(static_cast<std::size_t>(std::max<utf8proc_ssize_t>(length, 0)));
        }
        m_spelled.clear();
        for (const utf8proc_int32_t codePoint : m_codePoints) {
            appendUtf8(m_spelled, static_cast<char32_t>(codePoint));
        }
        if (m_spelled == source.substr(m_span.begin, m_span.end - m_span.begin)) {
            rewriter.keep(m_span);
        } else {
            rewriter.replace(m_span, m_spelled);
        }
        m_codePoints.clear();
    }

private:
    std::size_t decompose(char32_t codePoint)
    {
        if (codePoint < 0x80) {
            m_decomposition[0] = static_cast<utf8proc_int32_t>(codePoint);
            return 1;
        }
        int boundClass = 0;
        const utf8proc_ssize_t length =
            utf8proc_decompose_char(static_cast<utf8proc_int32_t>(codePoint), m_decomposition.data(),
                                    static_cast<utf8proc_ssize_t>(m_decomposition.size()),
                                    static_cast<utf8proc_option_t>(optionsOf(m_form)), &boundClass);
        return static_cast<std::size_t>(std::max<utf8proc_ssize_t>(length, 0));
    }

    /// The canonical order: marks by their combining class, within each run of them.
    void orderMarks()
    {
        const auto classOf = [](utf8proc_int32_t codePoint) {
            return utf8proc_get_property(codePoint)->combining_class;
        };
        for (auto run = m_codePoints.begin(); run != m_codePoints.end();) {
            run = std::find_if(run, m_codePoints.end(), [&](auto codePoint) { return classOf(codePoint) != 0; });
            const auto end =
                std::find_if(run, m_codePoints.end(), [&](auto codePoint) { return classOf(codePoint) == 0; });
            std::stable_sort(run, end, [&](auto a, auto b) { return classOf(a) < classOf(b); });
            run = end;
        }
    }

    UnicodeForm m_form;
    ByteSpan m_span;
    std::vector<utf8proc_int32_t> m_codePoints;
    std::array<utf8proc_int32_t, kLongestDecomposition> m_decomposition{};
    std::string m_spelled;
};

}  // namespace

AlignedText toUnicodeForm(const AlignedText& text, UnicodeForm form)
{
    TextRewriter rewriter(text);
    Segment segment(form);
    forEachCodePoint(text.text(),
                     [&](char32_t codePoint, ByteSpan span) { segment.take(codePoint, span, text.text(), rewriter); });
    segment.finish(text.text(), rewriter);
    return rewriter.finish();
}

}  // namespace headlight
