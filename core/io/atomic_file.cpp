#include "core/io/atomic_file.h"

#include <atomic>
#include <fcntl.h>
#include <sys/stat.h>

namespace headlight {
namespace {

tl::unexpected<Error> cannotWrite(const std::filesystem::path& path, const std::string& reason)
{
    return failure(ErrorCode::Unwritable, "Cannot write " + quoted(path) + ": " + reason + ".");
}

/// A name in the file's folder that no other run and no other file of this run uses.
std::filesystem::path temporaryNameFor(const std::filesystem::path& target)
{
    static std::atomic<unsigned> counter = 0;
    std::filesystem::path name = target.parent_path();
    name /= ".headlight-" + std::to_string(::getpid()) + "-" + std::to_string(counter++) + ".tmp";
    return name;
}

}  // namespace

Result<AtomicFile> AtomicFile::create(const std::filesystem::path& path)
{
    if (!path.has_filename()) {
        return cannotWrite(path, "it names no file");
    }
    // A link stays a link: what it points to is replaced.
    std::error_code error;
    std::filesystem::path target = std::filesystem::canonical(path, error);
    if (error) {
        target = path;
    }
    mode_t mode = 0;
    if (struct stat status{}; ::stat(target.c_str(), &status) == 0) {
        if (!S_ISREG(status.st_mode)) {
            return cannotWrite(path, S_ISDIR(status.st_mode) ? "it is a folder" : "it is no regular file");
        }
        if (::access(target.c_str(), W_OK) != 0) {
            return cannotWrite(path, lastSystemError());
        }
        mode = status.st_mode & 0777U;
    } else if (errno != ENOENT) {
        return cannotWrite(path, lastSystemError());
    }
    std::filesystem::path temporary = temporaryNameFor(target);
    FileDescriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (!file.isOpen()) {
        return cannotWrite(path, lastSystemError());
    }
    AtomicFile created(target, std::move(temporary), std::move(file));
    if (mode != 0 && ::fchmod(created.m_file.get(), mode) != 0) {
        return created.unwritable();
    }
    return created;
}

AtomicFile::AtomicFile(std::filesystem::path path, std::filesystem::path temporary, FileDescriptor file)
    : m_path(std::move(path))
    , m_temporary(std::move(temporary))
    , m_file(std::move(file))
{}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : m_path(std::move(other.m_path))
    , m_temporary(std::exchange(other.m_temporary, {}))
    , m_file(std::move(other.m_file))
{}

AtomicFile::~AtomicFile()
{
    if (!m_temporary.empty()) {
        ::unlink(m_temporary.c_str());
    }
}

Result<void> AtomicFile::write(std::span<const std::byte> bytes)
{
    while (!bytes.empty()) {
        const ssize_t written = ::write(m_file.get(), bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return unwritable();
        }
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
    return {};
}

Result<void> AtomicFile::commit()
{
    if (::fsync(m_file.get()) != 0 || !m_file.close() || ::rename(m_temporary.c_str(), m_path.c_str()) != 0) {
        return unwritable();
    }
    m_temporary.clear();
    return {};
}

tl::unexpected<Error> AtomicFile::unwritable() const
{
    return cannotWrite(m_path, lastSystemError());
}

}  // namespace headlight
