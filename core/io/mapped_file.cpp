#include "core/io/mapped_file.h"

#include "core/io/file_descriptor.h"

#include <cstdint>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace headlight {

Result<MappedFile> MappedFile::open(const std::filesystem::path& path)
{
    // Non-blocking, so that a pipe is refused below instead of waited for.
    const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat status
    {};
    if (!file.isOpen() || ::fstat(file.get(), &status) != 0) {
        return failure(ErrorCode::NotFound, "Cannot open " + quoted(path) + ": " + lastSystemError() + ".");
    }
    if (!S_ISREG(status.st_mode)) {
        return failure(ErrorCode::NotFound, quoted(path) + " is " +
                                                (S_ISDIR(status.st_mode) ? "a folder" : "no regular file") +
                                                "; name a file.");
    }
    const auto size = static_cast<std::size_t>(status.st_size);
    if (size == 0) {
        return MappedFile({});
    }
    void* const address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
    if (address == MAP_FAILED) {
        return failure(ErrorCode::NotFound, "Cannot map " + quoted(path) + ": " + lastSystemError() + ".");
    }
    return MappedFile({static_cast<const std::byte*>(address), size});
}

MappedFile::MappedFile(MappedFile&& other) noexcept : m_bytes(std::exchange(other.m_bytes, {})) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept
{
    std::swap(m_bytes, other.m_bytes);
    return *this;
}

void MappedFile::release(std::span<const std::byte> part) const noexcept
{
    const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
    const auto begin = (reinterpret_cast<std::uintptr_t>(part.data()) + page - 1) / page * page;
    const auto end = reinterpret_cast<std::uintptr_t>(part.data() + part.size()) / page * page;
    if (begin < end) {
        ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED);
    }
}

MappedFile::~MappedFile()
{
    if (!m_bytes.empty()) {
        ::munmap(const_cast<std::byte*>(m_bytes.data()), m_bytes.size());
    }
}

}  // namespace headlight
