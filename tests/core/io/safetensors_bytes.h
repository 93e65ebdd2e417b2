// Safetensors files made by hand, right or wrong.
#pragma once

#include "core/io/safetensors.h"

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace headlight::test {

/// A file with this header, after its length, and this data.
inline std::string safetensorsBytes(std::string_view header, std::string_view data = {})
{
    const std::uint64_t length = header.size();
    std::string bytes(sizeof length, '\0');
    std::memcpy(bytes.data(), &length, sizeof length);
    bytes += header;
    bytes += data;
    return bytes;
}

inline Result<Safetensors> parsed(std::string_view bytes)
{
    return parseSafetensors(std::as_bytes(std::span(bytes)));
}

}  // namespace headlight::test
