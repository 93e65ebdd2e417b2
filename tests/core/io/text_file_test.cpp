#include "core/io/text_file.h"

#include "tests/core/support/printing.h"
#include "tests/core/support/temporary_folder.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

namespace headlight::test {
namespace {

using namespace std::string_literals;

TEST(ReadTextFile, KeepsTheFileToItsLastByte)
{
    const TemporaryFolder folder;
    for (const std::string& text :
         {""s, "dog"s, "dog\n"s, "dog\r\n\r\n"s, "\uFEFFdog \0 é"s, std::string(200'000, '\n')}) {
        writeBytes(folder / "text", text);
        const auto read = readTextFile(folder / "text");
        ASSERT_TRUE(read);
        EXPECT_TRUE(*read == text) << text.size() << " bytes";
    }
}

TEST(ReadTextFile, TakesAFileOfExactlyTheLimit)
{
    const TemporaryFolder folder;
    writeBytes(folder / "text", "12345678");
    EXPECT_EQ(readTextFile(folder / "text", 8).value_or("refused"), "12345678");
    const auto refused = readTextFile(folder / "text", 7);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::TooLong);
    EXPECT_EQ(refused.error().message, "\"" + (folder / "text").string() +
                                           "\" has more than the 7 bytes of text that are read; cut it into parts.");
}

TEST(ReadTextFile, StopsAtTheLimitOfAnEndlessFile)
{
    const auto refused = readTextFile("/dev/zero");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::TooLong);
}

TEST(ReadTextFile, NamesPathAndReason)
{
    const TemporaryFolder folder;
    const std::string missing = (folder / "none.txt").string();
    EXPECT_EQ(readTextFile(missing).error(),
              (Error{ErrorCode::NotFound, "Cannot read \"" + missing + "\": No such file or directory."}));
    EXPECT_EQ(readTextFile(folder.path()).error(),
              (Error{ErrorCode::NotFound, "Cannot read \"" + folder.path().string() + "\": Is a directory."}));
    writeBytes(folder / "latin1.txt", "caf\xE9");
    EXPECT_EQ(readTextFile(folder / "latin1.txt").error(),
              (Error{ErrorCode::InvalidUtf8, "\"" + (folder / "latin1.txt").string() +
                                                 "\": The byte 0xE9 at offset 3 is not UTF-8; convert the text to "
                                                 "UTF-8, for example with iconv."}));
}

TEST(ReadTextFile, NamesTheFileThatMayNotBeRead)
{
    if (::geteuid() == 0) {
        GTEST_SKIP() << "the superuser may read everything";
    }
    const TemporaryFolder folder;
    writeBytes(folder / "secret", "dog");
    ::chmod((folder / "secret").c_str(), 0);
    EXPECT_EQ(readTextFile(folder / "secret").error(),
              (Error{ErrorCode::NotFound, "Cannot read \"" + (folder / "secret").string() + "\": Permission denied."}));
}

}  // namespace
}  // namespace headlight::test
