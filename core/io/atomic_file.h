// Writing a file as a whole or not at all. May use base/ only.
#pragma once

#include "core/base/result.h"
#include "core/io/file_descriptor.h"

#include <cstddef>
#include <filesystem>
#include <span>

namespace headlight {

/// A file that appears under its name only once all of it is written: until `commit` its bytes go to a temporary file in
/// the same folder, which is removed if `commit` is never reached. Every error is Unwritable and names path and reason.
/// One thread at a time.
class AtomicFile
{
public:
    /// Refuses what a finished file could not replace: a folder, a device, a file that may not be written.
    static Result<AtomicFile> create(const std::filesystem::path& path);

    AtomicFile(AtomicFile&& other) noexcept;
    AtomicFile& operator=(AtomicFile&&) = delete;
    AtomicFile(const AtomicFile&) = delete;
    AtomicFile& operator=(const AtomicFile&) = delete;
    ~AtomicFile();

    Result<void> write(std::span<const std::byte> bytes);

    /// Puts the file in place of whatever had its name.
    Result<void> commit();

private:
    AtomicFile(std::filesystem::path path, std::filesystem::path temporary, FileDescriptor file);

    tl::unexpected<Error> unwritable() const;

    std::filesystem::path m_path;
    std::filesystem::path m_temporary;  ///< Empty once it is gone.
    FileDescriptor m_file;
};

}  // namespace headlight
