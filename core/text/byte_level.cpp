#include "core/text/byte_level.h"

#include "core/text/utf8.h"

#include <array>

namespace headlight {
namespace {

constexpr std::size_t kByteValues = 256;
constexpr char32_t kFirstStandIn = 0x100;

/// Whether Latin-1 shows the byte as a mark of its own.
bool isPrintable(std::size_t byte)
{
    return (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
}

struct ByteCharacters
{
    ByteCharacters()
    {
        char32_t standIn = kFirstStandIn;
        for (std::size_t byte = 0; byte < kByteValues; ++byte) {
            const char32_t character = isPrintable(byte) ? static_cast<char32_t>(byte) : standIn++;
            appendUtf8(spelled[byte], character);
            bytes[character] = static_cast<unsigned char>(byte);
        }
    }

    std::array<std::string, kByteValues> spelled;
    std::array<std::optional<unsigned char>, 2 * kByteValues> bytes;  ///< By character.
};

const ByteCharacters& byteCharacters()
{
    static const ByteCharacters kCharacters;
    return kCharacters;
}

}  // namespace

std::string_view byteCharacter(unsigned char byte)
{
    return byteCharacters().spelled[byte];
}

std::optional<unsigned char> byteOf(char32_t character)
{
    const auto& bytes = byteCharacters().bytes;
    return character < bytes.size() ? bytes[character] : std::nullopt;
}

AlignedText toByteCharacters(const AlignedText& text)
{
    TextRewriter rewriter(text);
    for (std::size_t byte = 0; byte < text.text().size(); ++byte) {
        rewriter.replaceByte(byte, byteCharacter(static_cast<unsigned char>(text.text()[byte])));
    }
    return rewriter.finish();
}

}  // namespace headlight
