// How long attention takes on this machine. May use base/, tensor/ and attention/.
#pragma once

#include "core/attention/cost.h"
#include "core/base/progress.h"
#include "core/base/result.h"

#include <vector>

namespace headlight {

/// The lengths that are measured unless others are asked for: doubling from 16 to 4096 tokens.
inline constexpr std::array<Index, 9> kMeasuredLengths = {16, 32, 64, 128, 256, 512, 1024, 2048, 4096};

struct MeasurementOptions
{
    std::vector<Index> lengths = {kMeasuredLengths.begin(), kMeasuredLengths.end()};  ///< Ascending.
    int repeats = 5;  ///< The quickest counts, which is the one least disturbed by what else runs.
    double limitSeconds =
        10.0;  ///< Of all together; a point that would take longer than what is left of it is not begun.
};

/// One head's attention over random queries, keys and values.
struct MeasuredTime
{
    AttentionVariant variant = AttentionVariant::Full;
    Index tokens = 0;
    double seconds = 0.0;  ///< Of the quickest run.

    bool operator==(const MeasuredTime&) const = default;
};

/// Times the program's own four functions one after the other, on the calling thread alone. Sparse is timed without the making
/// of its pattern, which all heads and layers share.
///
/// @return the points by length, each with its variants in the order of kAttentionVariants; those left out for the limit are
/// the longest. Or InvalidArgument (of the setting), or Cancelled.
Result<std::vector<MeasuredTime>> measureTimes(const CostSetting& setting, const MeasurementOptions& options = {},
                                               const Progress& progress = {});

}  // namespace headlight
