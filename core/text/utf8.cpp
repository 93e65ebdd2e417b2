#include "core/text/utf8.h"

#include <array>
#include <cassert>
#include <cstdlib>
#include <memory>
#include <utf8proc.h>

namespace headlight {
namespace {

const utf8proc_uint8_t* bytesOf(std::string_view text)
{
    return reinterpret_cast<const utf8proc_uint8_t*>(text.data());
}

std::string hexByte(char byte)
{
    constexpr std::string_view kHexDigits = "0123456789ABCDEF";
    const auto value = static_cast<unsigned char>(byte);
    return {'0', 'x', kHexDigits[value >> 4U], kHexDigits[value & 15U]};
}

bool isAscii(std::string_view text)
{
    for (const char c : text) {
        if (static_cast<unsigned char>(c) > 0x7F) {
            return false;
        }
    }
    return true;
}

char lowerAscii(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// What utf8proc makes of the text; the text itself where it cannot.
std::string mapped(const std::string& text, int options)
{
    utf8proc_uint8_t* result = nullptr;
    const utf8proc_ssize_t length = utf8proc_map(bytesOf(text), static_cast<utf8proc_ssize_t>(text.size()), &result,
                                                 static_cast<utf8proc_option_t>(options));
    if (length < 0) {
        return text;
    }
    const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(result, &std::free);
    return {reinterpret_cast<const char*>(result), static_cast<std::size_t>(length)};
}

}  // namespace

Result<void> validateUtf8(std::string_view text)
{
    std::size_t offset = 0;
    while (offset < text.size()) {
        const std::string_view rest = text.substr(offset);
        utf8proc_int32_t codePoint = 0;
        const utf8proc_ssize_t length =
            utf8proc_iterate(bytesOf(rest), static_cast<utf8proc_ssize_t>(rest.size()), &codePoint);
        if (length <= 0) {
            return failure(ErrorCode::InvalidUtf8,
                           "The byte " + hexByte(rest.front()) + " at offset " + std::to_string(offset) +
                               " is not UTF-8; convert the text to UTF-8, for example with iconv.");
        }
        offset += static_cast<std::size_t>(length);
    }
    return {};
}

CodePoint codePointAt(std::string_view text, std::size_t offset)
{
    assert(offset < text.size());
    const std::string_view rest = text.substr(offset);
    utf8proc_int32_t codePoint = 0;
    const utf8proc_ssize_t length =
        utf8proc_iterate(bytesOf(rest), static_cast<utf8proc_ssize_t>(rest.size()), &codePoint);
    assert(length > 0);
    return {static_cast<char32_t>(codePoint), static_cast<std::size_t>(length)};
}

void appendUtf8(std::string& text, char32_t codePoint)
{
    std::array<utf8proc_uint8_t, 4> bytes{};
    const utf8proc_ssize_t length = utf8proc_encode_char(static_cast<utf8proc_int32_t>(codePoint), bytes.data());
    text.append(reinterpret_cast<const char*>(bytes.data()), static_cast<std::size_t>(length));
}

CharacterKind characterKind(char32_t codePoint)
{
    if ((codePoint >= U'\t' && codePoint <= U'\r') || codePoint == U'\u0085') {
        return CharacterKind::Whitespace;
    }
    switch (utf8proc_category(static_cast<utf8proc_int32_t>(codePoint))) {
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
        return CharacterKind::Whitespace;
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
        return CharacterKind::Word;
    default:
        return CharacterKind::Other;
    }
}

bool isLetter(char32_t codePoint)
{
    const utf8proc_category_t category = utf8proc_category(static_cast<utf8proc_int32_t>(codePoint));
    return category == UTF8PROC_CATEGORY_LU || category == UTF8PROC_CATEGORY_LL || category == UTF8PROC_CATEGORY_LO;
}

std::string excerpt(std::string_view text)
{
    constexpr std::size_t kLongest = 80;
    constexpr unsigned kContinuationMask = 0xC0;
    constexpr unsigned kContinuation = 0x80;
    if (text.size() <= kLongest) {
        return "\"" + std::string(text) + "\"";
    }
    std::size_t end = kLongest;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & kContinuationMask) == kContinuation) {
        --end;
    }
    return "\"" + std::string(text.substr(0, end)) + "…\"";
}

std::vector<ByteSpan> graphemeClusters(std::string_view text)
{
    std::vector<ByteSpan> clusters;
    utf8proc_int32_t state = 0;
    char32_t previous = 0;
    std::size_t offset = 0;
    while (offset < text.size()) {
        const auto [codePoint, bytes] = codePointAt(text, offset);
        const bool starts =
            clusters.empty() || utf8proc_grapheme_break_stateful(static_cast<utf8proc_int32_t>(previous),
                                                                 static_cast<utf8proc_int32_t>(codePoint), &state);
        if (starts) {
            clusters.push_back({offset, offset});
        }
        offset += bytes;
        clusters.back().end = offset;
        previous = codePoint;
    }
    return clusters;
}

std::string lookupForm(std::string_view text)
{
    std::string lower;
    lower.reserve(text.size());
    if (isAscii(text)) {
        for (const char c : text) {
            lower += lowerAscii(c);
        }
        return lower;
    }
    for (std::size_t offset = 0; offset < text.size();) {
        const auto [codePoint, bytes] = codePointAt(text, offset);
        appendUtf8(lower, static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(codePoint))));
        offset += bytes;
    }
    return mapped(lower, UTF8PROC_STABLE | UTF8PROC_COMPOSE);
}

std::string withoutAccents(std::string_view text)
{
    return isAscii(text) ? std::string(text)
                         : mapped(std::string(text), UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_STRIPMARK);
}

}  // namespace headlight
