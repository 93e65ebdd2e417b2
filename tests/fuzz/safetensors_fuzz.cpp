// Any bytes as a safetensors file: every tensor that it claims to hold can be read to its last byte, and a trace made of them.
#include "core/io/safetensors.h"
#include "core/io/trace_file.h"
#include "tests/fuzz/require.h"

#include <cstdint>

namespace {

using namespace headlight;
using fuzz::require;

/// Reads every byte, so that one outside the file would be noticed.
void touch(std::span<const std::byte> bytes)
{
    for (const std::byte& byte : bytes) {
        static_cast<void>(*static_cast<const volatile std::byte*>(&byte));
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto contents = parseSafetensors(std::as_bytes(std::span(data, size)));
    if (!contents) {
        require(!contents.error().message.empty());
        return 0;
    }
    for (const auto& [name, stored] : contents->tensors) {
        touch(stored.bytes);
        if (!stored.shape.empty() && stored.shape.size() <= 3) {
            const auto numbers = toFloat(stored, stored.shape);
            require(numbers.has_value() == isFloat(stored.dtype));
        }
    }
    const auto trace = makeTrace(*contents);
    require(trace.has_value() || !trace.error().message.empty());
    return 0;
}
