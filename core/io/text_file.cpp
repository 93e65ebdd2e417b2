#include "core/io/text_file.h"

#include "core/io/file_descriptor.h"
#include "core/text/utf8.h"

#include <fcntl.h>
#include <sys/stat.h>

namespace headlight {
namespace {

constexpr std::size_t kChunkBytes = std::size_t{64} << 10U;

tl::unexpected<Error> cannotRead(const std::filesystem::path& path)
{
    return failure(ErrorCode::NotFound, "Cannot read " + quoted(path) + ": " + lastSystemError() + ".");
}

/// All that is left to read, of which `expected` bytes are known.
Result<std::string> readAll(const FileDescriptor& file, const std::filesystem::path& path, std::size_t limit,
                            std::size_t expected)
{
    std::string text;
    text.reserve(expected + kChunkBytes);
    std::size_t length = 0;
    while (true) {
        text.resize(length + kChunkBytes);
        const ssize_t count = ::read(file.get(), text.data() + length, kChunkBytes);
        if (count < 0 && errno == EINTR) {
            continue;
        }
        if (count < 0) {
            return cannotRead(path);
        }
        length += static_cast<std::size_t>(count);
        if (length > limit) {
            return failure(ErrorCode::TooLong, quoted(path) + " has more than the " + std::to_string(limit) +
                                                   " bytes of text that are read; cut it into parts.");
        }
        if (count == 0) {
            break;
        }
    }
    text.resize(length);
    if (const Result<void> valid = validateUtf8(text); !valid) {
        return failure(valid.error().code, quoted(path) + ": " + valid.error().message);
    }
    return text;
}

}  // namespace

Result<std::string> readTextFile(const std::filesystem::path& path, std::size_t limit)
{
    const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    return file.isOpen() ? readAll(file, path, limit, 0) : cannotRead(path);
}

Result<std::string> readRegularFile(const std::filesystem::path& path, std::size_t limit)
{
    // Non-blocking, so that a pipe is refused below instead of waited for.
    const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat status
    {};
    if (!file.isOpen() || ::fstat(file.get(), &status) != 0) {
        return cannotRead(path);
    }
    if (!S_ISREG(status.st_mode)) {
        return failure(ErrorCode::NotFound, quoted(path) + " is " +
                                                (S_ISDIR(status.st_mode) ? "a folder" : "no regular file") +
                                                "; expected a file.");
    }
    const auto size = static_cast<std::size_t>(status.st_size);
    if (size > limit) {
        return failure(ErrorCode::TooLong, quoted(path) + " has " + std::to_string(size) + " bytes; at most " +
                                               std::to_string(limit) + " are read.");
    }
    return readAll(file, path, limit, size);
}

}  // namespace headlight
