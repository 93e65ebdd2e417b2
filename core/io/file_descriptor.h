// An open file of the operating system. May use base/ only.
#pragma once

#include <cerrno>
#include <filesystem>
#include <string>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace headlight {

/// Owns a descriptor and closes it.
class FileDescriptor
{
public:
    explicit FileDescriptor(int descriptor) : m_descriptor(descriptor) {}
    FileDescriptor(FileDescriptor&& other) noexcept : m_descriptor(std::exchange(other.m_descriptor, -1)) {}
    FileDescriptor& operator=(FileDescriptor&& other) noexcept
    {
        std::swap(m_descriptor, other.m_descriptor);
        return *this;
    }
    FileDescriptor(const FileDescriptor&) = delete;
    FileDescriptor& operator=(const FileDescriptor&) = delete;
    ~FileDescriptor() { close(); }

    bool isOpen() const noexcept { return m_descriptor >= 0; }
    int get() const noexcept { return m_descriptor; }

    /// False where the system reports an error only now, as a full network disk does; errno says which.
    bool close() noexcept
    {
        const int descriptor = std::exchange(m_descriptor, -1);
        return descriptor < 0 || ::close(descriptor) == 0;
    }

private:
    int m_descriptor;
};

/// Whether there is anything of that name. A link counts even where it leads nowhere, so that opening it says what is wrong.
inline bool isThere(const std::filesystem::path& path)
{
    std::error_code ignored;
    return std::filesystem::exists(std::filesystem::symlink_status(path, ignored));
}

/// A path in a message: quoted, as it was given.
inline std::string quoted(const std::filesystem::path& path)
{
    return "\"" + path.string() + "\"";
}

/// What went wrong in the last call to the system: "No such file or directory".
inline std::string lastSystemError()
{
    return std::generic_category().message(errno);
}

}  // namespace headlight
