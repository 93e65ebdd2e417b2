// Independent pieces of work on several threads. May be used in core alone, whose sources are compiled for OpenMP.
#pragma once

#include "core/tensor/types.h"

namespace headlight {

/// Below so many operations a second thread costs more than it brings.
inline constexpr double kWorthAThread = 2e5;

/// work(i) for every i from 0 to count − 1, on as many threads as a product may use from here (see setProductThreads) where
/// that pays, each i on one; products within it use one thread. `work` must not throw, and the order is not given.
///
/// @param operations of all of them together, about
template <typename Work>
void forEachInParallel(Index count, double operations, const Work& work)
{
#pragma omp parallel for schedule(dynamic) if (count > 1 && operations > kWorthAThread)
    for (Index i = 0; i < count; ++i) {
        work(i);
    }
}

}  // namespace headlight
