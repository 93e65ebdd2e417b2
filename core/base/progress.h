// How far a long piece of work is, and whether it is still wanted. Uses nothing.
#pragma once

#include <functional>
#include <stop_token>

namespace headlight {

/// What a caller may give to work that takes long. Both parts are optional.
struct Progress
{
    std::function<void(float share)> report = {};  ///< Called with 0 to 1, ascending, from the working thread.
    std::stop_token stop = {};                     ///< When requested, the work ends soon with Cancelled.

    void at(float share) const
    {
        if (report) {
            report(share);
        }
    }
};

}  // namespace headlight
