// Any bytes as a safetensors file: every tensor that it claims to hold can be read to its last byte, and a trace made of them.
#include "core/io/safetensors.h"
#include "core/io/trace_file.h"
#include "tests/fuzz/require.h"

#include <cstdint>
#include <functional>
#include <numeric>

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
    if (!trace) {
        require(!trace.error().message.empty());
        return 0;
    }
    // It is read as it is looked at.
    constexpr Index kFew = 100'000;
    for (const auto& [key, shape] : (*trace)->shapes()) {
        if (std::accumulate(shape.begin(), shape.end(), 1.0, std::multiplies<>()) <= kFew) {
            require((*trace)->find(key)->shape() == shape);
            require(shape.size() != 2 || (*trace)->row(key, TokenIndex(0)).size() == shape.back());
        }
    }
    return 0;
}
