#include "core/io/atomic_file.h"

#include "tests/core/support/printing.h"
#include "tests/core/support/temporary_folder.h"

#include <csignal>
#include <gtest/gtest.h>
#include <ostream>
#include <sys/resource.h>
#include <sys/stat.h>

namespace headlight::test {
namespace {

std::span<const std::byte> bytesOf(std::string_view text)
{
    return std::as_bytes(std::span(text));
}

/// Writes a small file in one go.
Result<void> writeAll(const std::filesystem::path& path, std::string_view text)
{
    Result<AtomicFile> file = AtomicFile::create(path);
    if (!file) {
        return tl::unexpected(file.error());
    }
    if (Result<void> written = file->write(bytesOf(text)); !written) {
        return written;
    }
    return file->commit();
}

TEST(AtomicFile, ReplacesTheOldFileOnlyWhenTheNewOneIsComplete)
{
    const TemporaryFolder folder;
    writeBytes(folder / "file", "old");
    {
        auto file = AtomicFile::create(folder / "file");
        ASSERT_TRUE(file);
        ASSERT_TRUE(file->write(bytesOf("new ")));
        ASSERT_TRUE(file->write(bytesOf("bytes")));
        EXPECT_EQ(readBytes(folder / "file"), "old");
        ASSERT_TRUE(file->commit());
    }
    EXPECT_EQ(readBytes(folder / "file"), "new bytes");
    EXPECT_EQ(folder.names(), std::vector<std::string>{"file"});
}

TEST(AtomicFile, LeavesNothingBehindWithoutCommit)
{
    const TemporaryFolder folder;
    {
        auto file = AtomicFile::create(folder / "file");
        ASSERT_TRUE(file);
        ASSERT_TRUE(file->write(bytesOf("half")));
    }
    EXPECT_TRUE(folder.names().empty());
}

TEST(AtomicFile, LeavesNothingBehindWhenTheDiskIsFull)
{
    const TemporaryFolder folder;
    rlimit before{};
    ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
    const auto oldHandler = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit small{.rlim_cur = 1000, .rlim_max = before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
    const auto written = writeAll(folder / "file", std::string(5000, 'x'));
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
    std::signal(SIGXFSZ, oldHandler);
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code, ErrorCode::Unwritable);
    EXPECT_EQ(written.error().message, "Cannot write \"" + (folder / "file").string() + "\": File too large.");
    EXPECT_TRUE(folder.names().empty());
}

struct UnwritablePath
{
    std::string name;
    std::string path;  ///< In a folder that holds a file called "file".
    std::string reason;

    friend std::ostream& operator<<(std::ostream& stream, const UnwritablePath& self) { return stream << self.name; }
};

class Unwritable : public testing::TestWithParam<UnwritablePath>
{};

TEST_P(Unwritable, IsRefusedByPathAndReason)
{
    const TemporaryFolder folder;
    writeBytes(folder / "file", "old");
    const std::filesystem::path path =
        GetParam().path.starts_with('/') ? std::filesystem::path(GetParam().path) : folder / GetParam().path;
    const auto written = writeAll(path, "new");
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error(),
              (Error{ErrorCode::Unwritable, "Cannot write \"" + path.string() + "\": " + GetParam().reason + "."}));
    EXPECT_EQ(folder.names(), std::vector<std::string>{"file"});
    EXPECT_EQ(readBytes(folder / "file"), "old");
}

INSTANTIATE_TEST_SUITE_P(Table, Unwritable,
                         testing::Values(UnwritablePath{"InAMissingFolder", "none/new", "No such file or directory"},
                                         UnwritablePath{"BelowAFile", "file/new", "Not a directory"},
                                         UnwritablePath{"AFolder", ".", "it is a folder"},
                                         UnwritablePath{"NoName", "", "it names no file"},
                                         UnwritablePath{"TooLongAName", std::string(300, 'x'), "File name too long"},
                                         UnwritablePath{"ADevice", "/dev/null", "it is no regular file"}),
                         [](const auto& test) { return test.param.name; });

TEST(AtomicFile, WritesThroughALinkAndKeepsPermissions)
{
    const TemporaryFolder folder;
    writeBytes(folder / "file", "old");
    ASSERT_EQ(::chmod((folder / "file").c_str(), 0640), 0);
    std::filesystem::create_symlink("file", folder / "link");
    ASSERT_TRUE(writeAll(folder / "link", "new"));
    EXPECT_TRUE(std::filesystem::is_symlink(folder / "link"));
    EXPECT_EQ(readBytes(folder / "file"), "new");
    struct stat status
    {};
    ASSERT_EQ(::stat((folder / "file").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0640U);
}

TEST(AtomicFile, RefusesAFileThatMayNotBeWritten)
{
    if (::geteuid() == 0) {
        GTEST_SKIP() << "the superuser may write everything";
    }
    const TemporaryFolder folder;
    writeBytes(folder / "file", "old");
    ::chmod((folder / "file").c_str(), 0400);
    EXPECT_EQ(writeAll(folder / "file", "new").error().code, ErrorCode::Unwritable);
    EXPECT_EQ(readBytes(folder / "file"), "old");
}

}  // namespace
}  // namespace headlight::test
