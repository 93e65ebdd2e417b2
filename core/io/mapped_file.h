// A file as memory. May use base/ only.
#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <filesystem>
#include <span>

namespace headlight {

/// A regular file that is mapped into memory for reading: its bytes are loaded as they are touched, and cost no memory of
/// the program's own. They stay where they are when the object is moved, and are gone with it.
///
/// A file that another program shortens while it is mapped ends this one (SIGBUS), as with every memory-mapped file.
class MappedFile
{
public:
    /// @return NotFound, which names path and reason: missing, a folder, not permitted.
    static Result<MappedFile> open(const std::filesystem::path& path);

    MappedFile(MappedFile&& other) noexcept;
    MappedFile& operator=(MappedFile&& other) noexcept;
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;
    ~MappedFile();

    std::span<const std::byte> bytes() const noexcept { return m_bytes; }

    /// Says that a part of the bytes is not needed soon, so that it does not count as memory in use; it can still be read.
    void release(std::span<const std::byte> part) const noexcept;

private:
    explicit MappedFile(std::span<const std::byte> bytes) : m_bytes(bytes) {}

    std::span<const std::byte> m_bytes;
};

}  // namespace headlight
