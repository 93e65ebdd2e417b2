// A recurrent network beside self-attention: what it makes of a text, what either costs, and how long either takes on this machine. May use
// base/, tensor/, attention/, recurrent/, trace/ and model/config.h.
#pragma once

#include "core/analysis/cost_measurement.h"
#include "core/base/progress.h"
#include "core/base/result.h"
#include "core/model/config.h"
#include "core/trace/trace.h"

#include <vector>

namespace headlight {

/// An untrained Elman network's reading of a text, from the embeddings that the transformer begins with.
struct RecurrentReading
{
    Matrix states;        ///< [T×N]
    RowVector influence;  ///< [T] See elmanInfluence.
};

/// The widest network that reads; a wider model's embeddings are projected to it.
inline constexpr Index kWidestReading = 128;

/// The most tokens that are read: those after them are left out.
inline constexpr Index kLongestReading = 64;

/// Always the same for the same trace.
///
/// @param most how many tokens are read, kLongestReading at most; the last state is that after them
/// @return NotFound where the trace holds no embeddings
Result<RecurrentReading> readRecurrently(const Trace& trace, Index most = kLongestReading);

/// One layer, D wide.
struct LayerCost
{
    double multiplyAdds = 0.0;
    Index steps = 1;  ///< That wait for one another  (Vaswani et al. 2017, table 1, "sequential operations").
};

/// Recurrence: 2·T·D² multiply-adds in T steps. Exponentials are not counted.
LayerCost recurrentLayerCost(Index tokens, Index width);

/// Self-attention: 4·T·D² for Q, K, V and output, 2·T²·D for scores and weighted sums, in one step.
LayerCost attentionLayerCost(Index tokens, Index width);

struct LayerSetting
{
    Index width = 128;  ///< D
    Index heads = 8;    ///< A divisor of the width.

    bool operator==(const LayerSetting&) const = default;
};

/// The setting of a model; one head where its heads do not divide its width.
LayerSetting layerSetting(const ModelConfig& config);

struct LayerTime
{
    Index tokens = 0;
    double recurrentSeconds = 0.0;  ///< Of the quickest run, as the other.
    double attentionSeconds = 0.0;

    bool operator==(const LayerTime&) const = default;
};

/// Times one recurrent layer and one multi-head self-attention layer of the same width over random vectors, on the calling thread alone.
///
/// @return a point for each length that fits into the limit, or Cancelled
Result<std::vector<LayerTime>> measureLayers(const LayerSetting& setting, const MeasurementOptions& options = {},
                                             const Progress& progress = {});

}  // namespace headlight
