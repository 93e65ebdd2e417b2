#include "core/text/spelling.h"

#include "core/text/byte_level.h"
#include "core/text/utf8.h"

#include <gtest/gtest.h>
#include <set>

namespace headlight::test {
namespace {

TEST(Readable, WritesBytesOutThatAreCharacters)
{
    const Spelling spelling{.bytes = Spelling::Bytes::Characters};
    EXPECT_EQ(readable("Ġcat", spelling), " cat");
    EXPECT_EQ(readable("Ċ", spelling), "\n");
    EXPECT_EQ(readable("Ã©", spelling), "é");
    EXPECT_EQ(readable("Ġâ", spelling), " <0xE2>");
    EXPECT_EQ(readable("語", spelling), "語") << "no byte's character";
}

TEST(Readable, WritesBytesOutThatAreNumbers)
{
    const Spelling spelling{.bytes = Spelling::Bytes::Numbers, .space = "▁"};
    EXPECT_EQ(readable("▁cat▁", spelling), " cat ");
    EXPECT_EQ(readable("<0x0A>", spelling), "\n");
    EXPECT_EQ(readable("<0xE2>", spelling), "<0xE2>");
    EXPECT_EQ(readable("<0xG2>", spelling), "<0xG2>");
    EXPECT_EQ(readable("<0x0A>", {}), "<0x0A>");
}

TEST(Readable, LeavesOutWhatSaysWhereInAWordAPieceIs)
{
    EXPECT_EQ(readable("##ing", {.continuingPrefix = "##"}), "ing");
    EXPECT_EQ(readable("the", {.continuingPrefix = "##"}), "the");
    EXPECT_EQ(readable("cat</w>", {.endOfWordSuffix = "</w>"}), "cat");
    EXPECT_EQ(readable("##ing", {}), "##ing");
}

TEST(ReadableBytes, AreValidUtf8Always)
{
    EXPECT_EQ(readableBytes("é"), "é");
    EXPECT_EQ(readableBytes("a\xC3"), "a<0xC3>");
    EXPECT_EQ(readableBytes("\xA9 b"), "<0xA9> b");
    for (int byte = 0; byte < 256; ++byte) {
        EXPECT_TRUE(validateUtf8(readableBytes(std::string(1, static_cast<char>(byte))))) << byte;
    }
}

TEST(ByteCharacter, IsAnotherOneForEachByte)
{
    std::set<std::string> known;
    for (int byte = 0; byte < 256; ++byte) {
        const std::string character(byteCharacter(static_cast<unsigned char>(byte)));
        EXPECT_TRUE(known.insert(character).second);
        EXPECT_EQ(byteOf(codePointAt(character, 0).value), byte);
    }
    EXPECT_EQ(byteCharacter(' '), "Ġ");
    EXPECT_EQ(byteCharacter('a'), "a");
    EXPECT_EQ(byteCharacter(0xAD), "Ń");
    EXPECT_EQ(byteOf(U' '), std::nullopt);
    EXPECT_EQ(byteOf(U'語'), std::nullopt);
}

}  // namespace
}  // namespace headlight::test
