#include "core/text/character_classes.h"

#include <algorithm>
#include <array>
#include <utf8proc.h>

namespace headlight {
namespace {

struct Range
{
    char32_t first;
    char32_t last;
};

template <std::size_t Size>
bool isIn(const std::array<Range, Size>& ranges, char32_t codePoint)
{
    return std::ranges::any_of(ranges,
                               [&](Range range) { return codePoint >= range.first && codePoint <= range.last; });
}

utf8proc_category_t categoryOf(char32_t codePoint)
{
    return utf8proc_category(static_cast<utf8proc_int32_t>(codePoint));
}

bool isAsciiPunctuation(char32_t c)
{
    return (c >= U'!' && c <= U'/') || (c >= U':' && c <= U'@') || (c >= U'[' && c <= U'`') || (c >= U'{' && c <= U'~');
}

/// Letters that are symbols by their category: circled and squared ones.
constexpr auto kSymbolLetters =
    std::to_array<Range>({{0x24B6, 0x24E9}, {0x1F130, 0x1F149}, {0x1F150, 0x1F169}, {0x1F170, 0x1F189}});

constexpr auto kBertIdeographs = std::to_array<Range>({{0x4E00, 0x9FFF},
                                                       {0x3400, 0x4DBF},
                                                       {0x20000, 0x2A6DF},
                                                       {0x2A700, 0x2B73F},
                                                       {0x2B740, 0x2B81F},
                                                       {0x2B920, 0x2CEAF},
                                                       {0xF900, 0xFAFF},
                                                       {0x2F800, 0x2FA1F}});

constexpr char32_t kZeroWidthNonJoiner = 0x200C;
constexpr char32_t kZeroWidthJoiner = 0x200D;

}  // namespace

bool isWhitespace(char32_t codePoint)
{
    return characterKind(codePoint) == CharacterKind::Whitespace;
}

bool isPunctuation(char32_t codePoint)
{
    if (codePoint < 0x80) {
        return isAsciiPunctuation(codePoint);
    }
    const utf8proc_category_t category = categoryOf(codePoint);
    return category >= UTF8PROC_CATEGORY_PC && category <= UTF8PROC_CATEGORY_PO;
}

bool isNumeric(char32_t codePoint)
{
    const utf8proc_category_t category = categoryOf(codePoint);
    return category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO;
}

bool isMark(char32_t codePoint)
{
    const utf8proc_category_t category = categoryOf(codePoint);
    return category >= UTF8PROC_CATEGORY_MN && category <= UTF8PROC_CATEGORY_ME;
}

bool isNonspacingMark(char32_t codePoint)
{
    return categoryOf(codePoint) == UTF8PROC_CATEGORY_MN;
}

bool isWordCharacter(char32_t codePoint)
{
    const utf8proc_category_t category = categoryOf(codePoint);
    return (category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_NL) || category == UTF8PROC_CATEGORY_PC ||
           codePoint == kZeroWidthNonJoiner || codePoint == kZeroWidthJoiner || isIn(kSymbolLetters, codePoint);
}

bool isBertControl(char32_t codePoint)
{
    if (codePoint == U'\t' || codePoint == U'\n' || codePoint == U'\r') {
        return false;
    }
    const utf8proc_category_t category = categoryOf(codePoint);
    return category == UTF8PROC_CATEGORY_CC || category == UTF8PROC_CATEGORY_CF || category == UTF8PROC_CATEGORY_CO;
}

bool isBertIdeograph(char32_t codePoint)
{
    return isIn(kBertIdeographs, codePoint);
}

std::size_t previousCharacter(std::string_view text, std::size_t end)
{
    constexpr unsigned kContinuationMask = 0xC0;
    constexpr unsigned kContinuation = 0x80;
    do {
        --end;
    } while (end > 0 && (static_cast<unsigned char>(text[end]) & kContinuationMask) == kContinuation);
    return end;
}

}  // namespace headlight
