// A text as it stands in a file. May use base/, text/utf8.h and io/ only.
#pragma once

#include "core/base/result.h"

#include <cstddef>
#include <filesystem>
#include <string>

namespace headlight {

/// The longest text that is read.
inline constexpr std::size_t kMaxTextFileBytes = std::size_t{16} << 20U;

/// The whole file to its last byte, line ends and byte order mark included. A pipe is read to its end.
///
/// @return NotFound (missing, a folder, not permitted), TooLong beyond `limit` bytes, or InvalidUtf8; the message names
/// path and reason.
Result<std::string> readTextFile(const std::filesystem::path& path, std::size_t limit = kMaxTextFileBytes);

/// The same for a file of a folder from elsewhere, or one for which nobody may wait: a pipe or device is refused, and one that is
/// too long is not read.
///
/// @return NotFound for what is no regular file, too
Result<std::string> readRegularFile(const std::filesystem::path& path, std::size_t limit = kMaxTextFileBytes);

}  // namespace headlight
