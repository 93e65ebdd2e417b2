#include "core/text/spelling.h"

#include "core/text/byte_level.h"
#include "core/text/character_classes.h"

#include <optional>
#include <utf8proc.h>

namespace headlight {
namespace {

constexpr std::string_view kDigits = "0123456789ABCDEF";

/// The byte that "<0xE2>" is the number of.
std::optional<char> numberedByte(std::string_view piece)
{
    constexpr std::size_t kLength = 6;
    if (piece.size() != kLength || !piece.starts_with("<0x") || piece.back() != '>') {
        return std::nullopt;
    }
    const std::size_t high = kDigits.find(piece[3]);
    const std::size_t low = kDigits.find(piece[4]);
    if (high == std::string_view::npos || low == std::string_view::npos) {
        return std::nullopt;
    }
    return static_cast<char>(high << 4U | low);
}

/// The bytes that byte-level characters stand for; the piece itself if it has others.
std::string spelledBytes(std::string_view piece)
{
    std::string bytes;
    bool isByteLevel = true;
    forEachCodePoint(piece, [&](char32_t codePoint, ByteSpan) {
        const std::optional<unsigned char> byte = byteOf(codePoint);
        isByteLevel = isByteLevel && byte.has_value();
        bytes += static_cast<char>(byte.value_or(0));
    });
    return isByteLevel ? bytes : std::string(piece);
}

/// `text` with a space for each `what`.
std::string spaced(std::string_view text, std::string_view what)
{
    std::string spaced;
    for (std::size_t at = text.find(what); at != std::string_view::npos; at = text.find(what)) {
        spaced.append(text.substr(0, at)).append(" ");
        text.remove_prefix(at + what.size());
    }
    return spaced.append(text);
}

}  // namespace

std::string readable(std::string_view piece, const Spelling& spelling)
{
    if (spelling.bytes == Spelling::Bytes::Characters) {
        return readableBytes(spelledBytes(piece));
    }
    if (const std::optional<char> byte = numberedByte(piece); byte && spelling.bytes == Spelling::Bytes::Numbers) {
        return readableBytes({&*byte, 1});
    }
    if (!spelling.continuingPrefix.empty() && piece.starts_with(spelling.continuingPrefix)) {
        piece.remove_prefix(spelling.continuingPrefix.size());
    }
    if (!spelling.endOfWordSuffix.empty() && piece.ends_with(spelling.endOfWordSuffix)) {
        piece.remove_suffix(spelling.endOfWordSuffix.size());
    }
    return spelling.space.empty() ? std::string(piece) : spaced(piece, spelling.space);
}

std::string readableBytes(std::string_view bytes)
{
    std::string text;
    while (!bytes.empty()) {
        utf8proc_int32_t codePoint = 0;
        const utf8proc_ssize_t length = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(bytes.data()),
                                                         static_cast<utf8proc_ssize_t>(bytes.size()), &codePoint);
        if (length > 0) {
            text += bytes.substr(0, static_cast<std::size_t>(length));
            bytes.remove_prefix(static_cast<std::size_t>(length));
            continue;
        }
        const auto byte = static_cast<unsigned char>(bytes.front());
        text += {'<', '0', 'x', kDigits[byte >> 4U], kDigits[byte & 15U], '>'};
        bytes.remove_prefix(1);
    }
    return text;
}

}  // namespace headlight
