#include "tests/core/support/allocations.h"

#include <atomic>
#include <cstdlib>
#include <malloc.h>
#include <new>

namespace headlight::test {
namespace {

std::atomic<std::ptrdiff_t> inUse = 0;  // below 0 where a library allocated what the program frees
std::atomic<std::ptrdiff_t> mostInUse = 0;

void* added(void* memory)
{
    if (memory != nullptr) {
        const auto size = static_cast<std::ptrdiff_t>(::malloc_usable_size(memory));
        const std::ptrdiff_t now = inUse.fetch_add(size) + size;
        std::ptrdiff_t most = mostInUse.load();
        while (now > most && !mostInUse.compare_exchange_weak(most, now)) {
        }
    }
    return memory;
}

void remove(void* memory)
{
    if (memory != nullptr) {
        inUse.fetch_sub(static_cast<std::ptrdiff_t>(::malloc_usable_size(memory)));
    }
}

}  // namespace

AllocationWatch::AllocationWatch() : m_atBegin(inUse.load())
{
    mostInUse.store(m_atBegin);
}

std::size_t AllocationWatch::peak() const
{
    return static_cast<std::size_t>(mostInUse.load() - m_atBegin);
}

}  // namespace headlight::test

// The linker lets every call of malloc end here, and __real_malloc is the one it was meant for.
extern "C" {

void* __real_malloc(std::size_t size);
void* __real_calloc(std::size_t count, std::size_t size);
void* __real_realloc(void* memory, std::size_t size);
void __real_free(void* memory);

void* __wrap_malloc(std::size_t size)
{
    return headlight::test::added(__real_malloc(size));
}

void* __wrap_calloc(std::size_t count, std::size_t size)
{
    return headlight::test::added(__real_calloc(count, size));
}

void* __wrap_realloc(void* memory, std::size_t size)
{
    headlight::test::remove(memory);
    return headlight::test::added(__real_realloc(memory, size));
}

void __wrap_free(void* memory)
{
    headlight::test::remove(memory);
    __real_free(memory);
}
}

void* operator new(std::size_t size)
{
    if (void* const memory = std::malloc(size == 0 ? 1 : size)) {
        return memory;
    }
    throw std::bad_alloc();
}

void operator delete(void* memory) noexcept
{
    std::free(memory);
}

void operator delete(void* memory, std::size_t) noexcept
{
    std::free(memory);
}
