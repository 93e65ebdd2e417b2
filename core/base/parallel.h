// Work side by side. Uses nothing.
#pragma once

#include <cstddef>
#include <thread>
#include <vector>

namespace headlight {

/// Calls `task(0)` to `task(count − 1)`, each on its own thread, and returns when all are done. `task` must not throw.
template <typename Task>
void inParallel(std::size_t count, const Task& task)
{
    std::vector<std::jthread> threads;
    threads.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        threads.emplace_back([&task, i] { task(i); });
    }
}

}  // namespace headlight
