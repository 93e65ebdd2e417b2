// How much memory a test asks for. Only for programs linked with --wrap=malloc and its like (tests/core/CMakeLists.txt).
#pragma once

#include <cstddef>

namespace headlight::test {

/// Watches all threads' allocations by new and malloc: those of this program and its static libraries.
class AllocationWatch
{
public:
    /// Forgets what was before.
    AllocationWatch();

    /// The most bytes that were in use at once, beyond those at the beginning.
    std::size_t peak() const;

private:
    std::ptrdiff_t m_atBegin;
};

}  // namespace headlight::test
