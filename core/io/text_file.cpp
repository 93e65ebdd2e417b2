#include "core/io/text_file.h"

#include "core/io/file_descriptor.h"
#include "core/text/utf8.h"

#include <fcntl.h>

namespace headlight {
namespace {

constexpr std::size_t kChunkBytes = std::size_t{64} << 10U;

tl::unexpected<Error> cannotRead(const std::filesystem::path& path)
{
    return failure(ErrorCode::NotFound, "Cannot read " + quoted(path) + ": " + lastSystemError() + ".");
}

}  // namespace

Result<std::string> readTextFile(const std::filesystem::path& path, std::size_t limit)
{
    const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.isOpen()) {
        return cannotRead(path);
    }
    std::string text;
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

}  // namespace headlight
