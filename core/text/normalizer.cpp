#include "core/text/normalizer.h"

#include "core/text/byte_level.h"
#include "core/text/character_classes.h"

#include <utf8proc.h>

namespace headlight {
namespace {

constexpr char32_t kReplacementCharacter = 0xFFFD;
constexpr char32_t kDottedCapitalI = 0x130;  ///< The one letter whose lower case is two characters.

/// A text whose every character `rewrite` passes to the rewriter.
template <typename Rewrite>
AlignedText rewritten(const AlignedText& text, Rewrite rewrite)
{
    TextRewriter rewriter(text);
    forEachCodePoint(text.text(), [&](char32_t codePoint, ByteSpan span) { rewrite(rewriter, codePoint, span); });
    return rewriter.finish();
}

AlignedText cleaned(const AlignedText& text)
{
    return rewritten(text, [](TextRewriter& rewriter, char32_t codePoint, ByteSpan span) {
        if (codePoint == 0 || codePoint == kReplacementCharacter || isBertControl(codePoint)) {
            return;
        }
        if (codePoint != U' ' && isWhitespace(codePoint)) {
            return rewriter.replace(span, " ");
        }
        rewriter.keep(span);
    });
}

AlignedText withSpacesAroundIdeographs(const AlignedText& text)
{
    return rewritten(text, [](TextRewriter& rewriter, char32_t codePoint, ByteSpan span) {
        if (!isBertIdeograph(codePoint)) {
            return rewriter.keep(span);
        }
        rewriter.insert(span.begin, " ");
        rewriter.keep(span);
        rewriter.insert(span.end, " ");
    });
}

/// Without the marks that `isLeftOut` names; what one stood on stands for it, too.
AlignedText withoutMarks(const AlignedText& text, bool (*isLeftOut)(char32_t))
{
    std::size_t base = 0;
    return rewritten(text, [&](TextRewriter& rewriter, char32_t codePoint, ByteSpan span) {
        if (isLeftOut(codePoint)) {
            return rewriter.absorb(span, base);
        }
        base = rewriter.size();
        rewriter.keep(span);
    });
}

AlignedText lowercased(const AlignedText& text)
{
    std::string lower;
    return rewritten(text, [&](TextRewriter& rewriter, char32_t codePoint, ByteSpan span) {
        const auto mapped = static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(codePoint)));
        if (codePoint == kDottedCapitalI) {
            return rewriter.replace(span, "i\u0307");
        }
        if (mapped == codePoint) {
            return rewriter.keep(span);
        }
        lower.clear();
        appendUtf8(lower, mapped);
        rewriter.replace(span, lower);
    });
}

AlignedText nmtCleaned(const AlignedText& text)
{
    return rewritten(text, [](TextRewriter& rewriter, char32_t c, ByteSpan span) {
        const bool isLeftOut =
            (c >= 0x1 && c <= 0x8) || c == 0xB || (c >= 0xE && c <= 0x1F) || c == 0x7F || c == 0x8F || c == 0x9F;
        const bool isSpace = c == 0x9 || c == 0xA || c == 0xC || c == 0xD || c == 0x1680 ||
                             (c >= 0x200B && c <= 0x200F) || c == 0x2028 || c == 0x2029 || c == 0x2581 || c == 0xFEFF ||
                             c == kReplacementCharacter;
        if (isSpace) {
            rewriter.replace(span, " ");
        } else if (!isLeftOut) {
            rewriter.keep(span);
        }
    });
}

AlignedText stripped(const AlignedText& text, const StripSpace& options)
{
    ByteSpan inner{text.text().size(), 0};
    forEachCodePoint(text.text(), [&](char32_t codePoint, ByteSpan span) {
        if (!isWhitespace(codePoint)) {
            inner = {std::min(inner.begin, span.begin), span.end};
        }
    });
    if (inner.begin >= inner.end) {
        inner = options.left || options.right ? ByteSpan{} : ByteSpan{0, text.text().size()};
    }
    TextRewriter rewriter(text);
    const bool isEmpty = inner.begin == inner.end;
    rewriter.keep(
        {options.left || isEmpty ? inner.begin : 0, options.right || isEmpty ? inner.end : text.text().size()});
    return rewriter.finish();
}

Result<AlignedText> replaced(const AlignedText& text, const Replace& options, Patience& patience)
{
    const Result<std::vector<ByteSpan>> matches = options.pattern.matches(text.text(), patience);
    if (!matches) {
        return tl::unexpected(matches.error());
    }
    if (matches->size() * options.content.size() > kMaxRewrittenBytes) {
        return growsTooLong();
    }
    TextRewriter rewriter(text);
    std::size_t end = 0;
    for (const ByteSpan match : *matches) {
        rewriter.keep({end, match.begin});
        rewriter.replace(match, options.content);
        end = match.end;
    }
    rewriter.keep({end, text.text().size()});
    return rewriter.finish();
}

AlignedText prepended(const AlignedText& text, const Prepend& options)
{
    TextRewriter rewriter(text);
    if (!text.text().empty()) {
        rewriter.insert(0, options.content);
    }
    rewriter.keep({0, text.text().size()});
    return rewriter.finish();
}

/// One overload for each normalizer.
struct ApplyNormalizer
{
    const AlignedText& text;
    Patience& patience;

    Result<AlignedText> operator()(const BertNormalizer& options) const
    {
        AlignedText result = options.cleanText ? cleaned(text) : text;
        if (options.handleChineseChars) {
            result = withSpacesAroundIdeographs(result);
        }
        if (options.stripAccents.value_or(options.lowercase)) {
            result = withoutMarks(toUnicodeForm(result, UnicodeForm::D), isNonspacingMark);
        }
        return options.lowercase ? lowercased(result) : result;
    }
    Result<AlignedText> operator()(UnicodeForm form) const { return toUnicodeForm(text, form); }
    Result<AlignedText> operator()(const Lowercase&) const { return lowercased(text); }
    Result<AlignedText> operator()(const StripAccents&) const { return withoutMarks(text, isMark); }
    Result<AlignedText> operator()(const StripSpace& options) const { return stripped(text, options); }
    Result<AlignedText> operator()(const Replace& options) const { return replaced(text, options, patience); }
    Result<AlignedText> operator()(const Prepend& options) const { return prepended(text, options); }
    Result<AlignedText> operator()(const NmtCleaning&) const { return nmtCleaned(text); }
    Result<AlignedText> operator()(const ByteLevelNormalizer&) const { return toByteCharacters(text); }
};

}  // namespace

Result<AlignedText> normalize(std::span<const Normalizer> normalizers, AlignedText text, Patience& patience)
{
    for (const Normalizer& normalizer : normalizers) {
        Result<AlignedText> next = std::visit(ApplyNormalizer{text, patience}, normalizer);
        if (!next) {
            return next;
        }
        text = std::move(*next);
        if (text.text().size() > kMaxRewrittenBytes) {
            return growsTooLong();
        }
    }
    return text;
}

}  // namespace headlight
