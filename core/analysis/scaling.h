// What ÷√d does to scores and to the softmax that they go through: of random vectors and of a model's own queries and keys.
// Pure functions. May use base/, tensor/, attention/, trace/ and model/config.h.
#pragma once

#include "core/attention/attend.h"
#include "core/base/result.h"
#include "core/model/config.h"
#include "core/trace/trace.h"

#include <cstdint>
#include <stop_token>
#include <vector>

namespace headlight {

/// A number that every row has, over the rows.
struct RowGauge
{
    double mean = 0.0;
    double deviation = 0.0;  ///< √ of the mean squared difference from the mean.
};

/// What a softmax is given and what it makes of it.
struct SoftmaxGauges
{
    double scoreVariance = 0.0;  ///< Of all visible scores of all rows around their mean.
    RowGauge entropyBits;        ///< entropyBits of a row.
    RowGauge largestWeight;
    RowGauge gradientNorm;  ///< softmaxGradientNorm of a row.
};

/// How strongly the weights of one row follow its scores: the Frobenius norm ‖∂w/∂s‖ of the softmax's Jacobian
/// (diag(w) − w·wᵀ)/τ. 0 where one key has all the weight: then no gradient passes back; √(S − 1)/S for even weights; at most
/// 1/2, where two keys share all of it (all at τ = 1).
///
/// @param weights [S], summing to 1
double softmaxGradientNorm(ConstRowVectorRef weights, float temperature = 1.0F);

/// @param scores [T×S] as softmaxRows takes them: −∞ where masked
SoftmaxGauges softmaxGauges(ConstMatrixRef scores, float temperature = 1.0F);

/// The same scores with and without their scale.
struct ScalingGauges
{
    SoftmaxGauges scaled;
    SoftmaxGauges unscaled;
};

/// Of scale·Q·Kᵀ and of Q·Kᵀ, each with the options' ALiBi bias, mask and temperature.
///
/// @param raw [T×S] Q·Kᵀ  @param options whose scale is not 0
ScalingGauges scalingGauges(ConstMatrixRef raw, const AttentionOptions& options);

inline constexpr Index kMostHeadWidth = 1024;

/// One point of a curve over the head width.
struct ScalingPoint
{
    Index headWidth = 0;
    ScalingGauges gauges;
};

/// Queries and keys whose components are independent with mean 0 and variance 1, as footnote 4 of Vaswani et al. 2017, §3.2.1
/// assumes them; there q·k has mean 0 and variance d. The vectors of a width d are the first d components of those drawn, so that
/// widths can be compared without the noise of new draws. Immutable; reading it from several threads is safe.
class RandomScaling
{
public:
    static constexpr Index kPairs = 2048;
    static constexpr Index kKeySets = 8;
    static constexpr Index kQueriesASet = 16;
    static constexpr Index kQueries = kKeySets * kQueriesASet;
    static constexpr Index kKeys = 64;  ///< Of each set.

    /// About 50 ms.  @return Cancelled, and no other error
    static Result<RandomScaling> draw(std::uint64_t seed, const std::stop_token& stop = {});

    std::uint64_t seed() const noexcept { return m_seed; }

    /// q·k of independent pairs.  @param headWidth d, 1 to kMostHeadWidth  @return [kPairs]
    RowVector pairScores(Index headWidth) const;

    /// Of kQueries rows, each against the kKeys keys of its set; scaled by 1/√d.
    ScalingGauges gauges(Index headWidth) const;

    /// The gauges at d = 1, 2, 3, 4, 6, 8, 12, … 1024, each measured.
    const std::vector<ScalingPoint>& curve() const noexcept { return m_curve; }

private:
    explicit RandomScaling(std::uint64_t seed) : m_seed(seed) {}

    std::uint64_t m_seed;
    Matrix m_pairQueries;  ///< [kPairs×kMostHeadWidth], so m_pairKeys.
    Matrix m_pairKeys;
    Matrix m_queries;  ///< [kQueries×kMostHeadWidth]
    Matrix m_keys;     ///< [kKeySets·kKeys×kMostHeadWidth]
    std::vector<ScalingPoint> m_curve;
};

/// Mean and variance of a sample.
struct SampleMoments
{
    double mean = 0.0;
    double variance = 0.0;  ///< Mean squared difference from the mean.
};
SampleMoments momentsOf(ConstRowVectorRef sample);

/// How often a sample falls where, as a density: share of the sample ÷ width of the bin.
struct Histogram
{
    double low = 0.0;  ///< Where the first bin begins.
    double binWidth = 1.0;
    std::vector<double> density;
    Index beyond = 0;  ///< How many numbers are outside all bins.
};

/// `bins` bins of equal width from −reach to reach.
Histogram histogramOf(ConstRowVectorRef sample, double reach, Index bins);

/// exp(−x²/2σ²)/√(2πσ²)
double normalDensity(double x, double variance);

/// Four tokens with random queries and keys of width 8, so small that every number can be read.
struct ScalingExample
{
    static constexpr Index kTokens = 4;
    static constexpr Index kHeadWidth = 8;

    Matrix query;  ///< [4×8], so key.
    Matrix key;
    Matrix rawScores;      ///< [4×4] Q·Kᵀ, so all that follow.
    Matrix scaledScores;   ///< Q·Kᵀ/√8
    Matrix rawWeights;     ///< softmax(Q·Kᵀ)
    Matrix scaledWeights;  ///< softmax(Q·Kᵀ/√8)
};
ScalingExample scalingExample(std::uint64_t seed);

struct HeadScaling
{
    HeadAddress head;
    ScalingGauges gauges;
};

/// What the scale of a model's scores does to its heads on one text.
struct TraceScaling
{
    std::vector<HeadScaling> heads;  ///< All, layer by layer.
    std::vector<ScalingGauges>
        random;  ///< One a layer: random queries and keys of the same number and width under the same
                 ///< scale, mask and temperature.
};

/// From the trace's own Q and K, with the mask and temperature in force and, where positions are ALiBi's, each head's bias. The
/// scale is the model's, 1/√d unless it has one of its own, whatever the experiment does.
///
/// @param config of the trace's model  @param seed of the random vectors  @param stop checked between heads
/// @return NotFound where the trace holds no queries and keys; Cancelled.
Result<TraceScaling> traceScaling(const Trace& trace, const ModelConfig& config, std::uint64_t seed,
                                  const std::stop_token& stop = {});

}  // namespace headlight
