#include "core/text/pre_tokenizer.h"

#include "core/text/byte_level.h"
#include "core/text/character_classes.h"

#include <algorithm>
#include <cassert>

namespace headlight {
namespace {

/// The words of GPT-2, each with the space before it  (Radford et al. 2019, their published code).
constexpr std::string_view kGpt2Words = R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+)";

constexpr std::string_view kSpace = " ";

/// A part of a text between matches, or a match.
struct Piece
{
    ByteSpan range;
    bool isMatch = false;
    bool isLeftOut = false;
};

/// All of the text: matches, and what stands between them.
std::vector<Piece> piecesOf(std::size_t length, std::span<const ByteSpan> matches)
{
    std::vector<Piece> pieces;
    pieces.reserve(2 * matches.size() + 1);
    std::size_t end = 0;
    for (const ByteSpan match : matches) {
        if (match.begin != end) {
            pieces.push_back({{end, match.begin}});
        }
        pieces.push_back({match, true});
        end = match.end;
    }
    if (end != length) {
        pieces.push_back({{end, length}});
    }
    return pieces;
}

/// Joins each piece that `joins` its predecessor to it.
template <typename Joins>
std::vector<Piece> joined(const std::vector<Piece>& pieces, Joins joins)
{
    std::vector<Piece> result;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        if (i > 0 && joins(i)) {
            result.back().range.end = pieces[i].range.end;
        } else {
            result.push_back(pieces[i]);
        }
    }
    return result;
}

std::vector<Piece> behaving(std::vector<Piece> pieces, SplitBehavior behavior)
{
    const auto isMatch = [&](std::size_t i) { return i < pieces.size() && pieces[i].isMatch; };
    switch (behavior) {
    case SplitBehavior::Isolated:
        return pieces;
    case SplitBehavior::Removed:
        for (Piece& piece : pieces) {
            piece.isLeftOut = piece.isMatch;
        }
        return pieces;
    case SplitBehavior::Contiguous:
        return joined(pieces, [&](std::size_t i) { return isMatch(i) == isMatch(i - 1); });
    case SplitBehavior::MergedWithPrevious:
        return joined(pieces, [&](std::size_t i) { return isMatch(i) && !isMatch(i - 1); });
    case SplitBehavior::MergedWithNext:
        return joined(pieces, [&](std::size_t i) { return isMatch(i - 1) && !isMatch(i); });
    }
    return pieces;
}

using Matches = Result<std::vector<ByteSpan>>;

/// Cuts each part on at what `find` finds in it.
template <typename Find>
Result<CutText> cutAt(CutText text, SplitBehavior behavior, SplitAt at, Find find)
{
    std::vector<Cut> cuts;
    cuts.reserve(text.cuts.size());
    for (const Cut& cut : text.cuts) {
        if (cut.token) {
            cuts.push_back(cut);
            continue;
        }
        const std::size_t length = cut.range.end - cut.range.begin;
        const Matches matches = find(std::string_view(text.text.text()).substr(cut.range.begin, length));
        if (!matches) {
            return tl::unexpected(matches.error());
        }
        std::vector<Piece> pieces = piecesOf(length, *matches);
        for (Piece& piece : pieces) {
            piece.isMatch = piece.isMatch != (at == SplitAt::BetweenMatches);
        }
        for (const Piece& piece : behaving(std::move(pieces), behavior)) {
            if (!piece.isLeftOut && piece.range.begin != piece.range.end) {
                cuts.push_back({{cut.range.begin + piece.range.begin, cut.range.begin + piece.range.end}});
            }
        }
    }
    text.cuts = std::move(cuts);
    return text;
}

Matches charactersThat(std::string_view text, bool (*isMatch)(char32_t))
{
    std::vector<ByteSpan> found;
    forEachCodePoint(text, [&](char32_t codePoint, ByteSpan span) {
        if (isMatch(codePoint)) {
            found.push_back(span);
        }
    });
    return found;
}

Result<CutText> cutAtCharacters(CutText text, SplitBehavior behavior, bool (*isMatch)(char32_t))
{
    return cutAt(std::move(text), behavior, SplitAt::Matches,
                 [&](std::string_view part) { return charactersThat(part, isMatch); });
}

/// Runs of word characters, and runs of what is neither word nor white space.
Matches words(std::string_view text)
{
    enum class Kind { Space, Word, Other };
    std::vector<ByteSpan> found;
    Kind last = Kind::Space;
    forEachCodePoint(text, [&](char32_t codePoint, ByteSpan span) {
        const Kind kind = isWordCharacter(codePoint) ? Kind::Word : isWhitespace(codePoint) ? Kind::Space : Kind::Other;
        if (kind != Kind::Space && kind == last) {
            found.back().end = span.end;
        } else if (kind != Kind::Space) {
            found.push_back(span);
        }
        last = kind;
    });
    return found;
}

/// Each part as `rewrite` passes it to the rewriter; a token as it is.
template <typename Rewrite>
CutText rewrittenParts(const CutText& text, Rewrite rewrite)
{
    TextRewriter rewriter(text.text);
    std::vector<Cut> cuts;
    cuts.reserve(text.cuts.size());
    for (const Cut& cut : text.cuts) {
        const std::size_t begin = rewriter.size();
        if (cut.token) {
            rewriter.keep(cut.range);
        } else {
            rewrite(rewriter, cut.range);
        }
        cuts.push_back({{begin, rewriter.size()}, cut.token});
    }
    return {rewriter.finish(), std::move(cuts)};
}

CutText withPrefixSpaces(const CutText& text)
{
    return rewrittenParts(text, [&](TextRewriter& rewriter, ByteSpan range) {
        if (text.text.text()[range.begin] != ' ') {
            rewriter.insert(range.begin, kSpace);
        }
        rewriter.keep(range);
    });
}

CutText inByteCharacters(const CutText& text)
{
    return rewrittenParts(text, [&](TextRewriter& rewriter, ByteSpan range) {
        for (std::size_t byte = range.begin; byte < range.end; ++byte) {
            rewriter.replaceByte(byte, byteCharacter(static_cast<unsigned char>(text.text.text()[byte])));
        }
    });
}

CutText withMetaspaces(const CutText& text, const Metaspace& options)
{
    return rewrittenParts(text, [&](TextRewriter& rewriter, ByteSpan range) {
        const std::string_view part = std::string_view(text.text.text()).substr(range.begin, range.end - range.begin);
        const bool isPrefixed = part.starts_with(kSpace) || part.starts_with(options.replacement);
        const bool mayPrefix = options.prependScheme == PrependScheme::Always ||
                               (options.prependScheme == PrependScheme::First && text.text.origin(range).begin == 0);
        if (mayPrefix && !isPrefixed) {
            rewriter.insert(range.begin, options.replacement);
        }
        std::size_t kept = range.begin;
        for (std::size_t byte = range.begin; byte < range.end; ++byte) {
            if (text.text.text()[byte] == ' ') {
                rewriter.keep({kept, byte});
                rewriter.replace({byte, byte + 1}, options.replacement);
                kept = byte + 1;
            }
        }
        rewriter.keep({kept, range.end});
    });
}

/// One overload for each pre-tokenizer.
struct ApplySplit
{
    CutText& text;
    Patience& patience;

    Result<CutText> operator()(const ByteLevel& options) const
    {
        static const Result<Pattern> kWords = Pattern::regex(kGpt2Words);
        assert(kWords);
        Result<CutText> result = options.addPrefixSpace ? withPrefixSpaces(text) : std::move(text);
        if (options.useRegex) {
            result = cutAt(std::move(*result), SplitBehavior::Isolated, SplitAt::Matches,
                           [&](std::string_view part) { return kWords->matches(part, patience); });
        }
        return result ? inByteCharacters(*result) : result;
    }
    Result<CutText> operator()(const BertPreTokenizer&) const
    {
        Result<CutText> result = cutAtCharacters(std::move(text), SplitBehavior::Removed, isWhitespace);
        return result ? cutAtCharacters(std::move(*result), SplitBehavior::Isolated, isPunctuation) : result;
    }
    Result<CutText> operator()(const WhitespaceWords&) const
    {
        return cutAt(std::move(text), SplitBehavior::Removed, SplitAt::BetweenMatches, words);
    }
    Result<CutText> operator()(const WhitespaceSplit&) const
    {
        return cutAtCharacters(std::move(text), SplitBehavior::Removed, isWhitespace);
    }
    Result<CutText> operator()(const Split& options) const
    {
        return cutAt(std::move(text), options.behavior, options.at,
                     [&](std::string_view part) { return options.pattern.matches(part, patience); });
    }
    Result<CutText> operator()(const Digits& options) const
    {
        return cutAtCharacters(
            std::move(text), options.individualDigits ? SplitBehavior::Isolated : SplitBehavior::Contiguous, isNumeric);
    }
    Result<CutText> operator()(const Punctuation& options) const
    {
        return cutAtCharacters(std::move(text), options.behavior, isPunctuation);
    }
    Result<CutText> operator()(const Metaspace& options) const
    {
        CutText result = withMetaspaces(text, options);
        if (!options.split) {
            return result;
        }
        return cutAt(std::move(result), SplitBehavior::MergedWithNext, SplitAt::Matches, [&](std::string_view part) {
            return Pattern::literal(options.replacement).matches(part, patience);
        });
    }
};

}  // namespace

Result<CutText> preTokenize(std::span<const PreTokenizer> preTokenizers, CutText text, Patience& patience)
{
    for (const PreTokenizer& preTokenizer : preTokenizers) {
        Result<CutText> next = std::visit(ApplySplit{text, patience}, preTokenizer);
        if (!next) {
            return next;
        }
        text = std::move(*next);
        if (text.text.text().size() > kMaxRewrittenBytes) {
            return growsTooLong();
        }
    }
    return text;
}

}  // namespace headlight
