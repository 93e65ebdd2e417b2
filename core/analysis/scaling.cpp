#include "core/analysis/scaling.h"

#include "core/analysis/difference.h"
#include "core/analysis/stage_matrix.h"
#include "core/attention/mask.h"
#include "core/attention/positions.h"
#include "core/attention/scores.h"
#include "core/attention/softmax.h"
#include "core/base/random.h"
#include "core/tensor/matmul.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>

namespace headlight {
namespace {

/// Which of a seed's independent streams a set of vectors comes from.
enum class Stream : std::uint64_t {
    PairQueries = 1,
    PairKeys,
    Queries,
    Keys,
    ExampleQuery,
    ExampleKey,
    LayerQueries,
    LayerKeys
};

Matrix normalMatrix(Index rows, Index cols, std::uint64_t seed, Stream stream)
{
    Random random(seed, static_cast<std::uint64_t>(stream));
    return Matrix::NullaryExpr(rows, cols, [&random] { return random.normal(); });
}

RowGauge gaugeOf(const std::vector<double>& values)
{
    const Eigen::Map<const Eigen::ArrayXd> all(values.data(), static_cast<Index>(values.size()));
    const double mean = all.mean();
    return {.mean = mean, .deviation = std::sqrt((all - mean).square().mean())};
}

double varianceOfVisible(ConstMatrixRef scores)
{
    const auto visible = scores.array().isFinite();
    const auto count = static_cast<double>(visible.count());
    const Eigen::ArrayXXd wide = scores.array().cast<double>();
    const double mean = visible.select(wide, 0.0).sum() / count;
    return visible.select((wide - mean).square(), 0.0).sum() / count;
}

/// 1, 2, 3, 4, 6, 8, 12, …
std::vector<Index> curveWidths()
{
    std::vector<Index> widths;
    for (Index power = 1; power < kMostHeadWidth; power *= 2) {
        widths.push_back(power);
        if (power > 1) {
            widths.push_back(power + power / 2);
        }
    }
    widths.push_back(kMostHeadWidth);
    return widths;
}

tl::unexpected<Error> cancelled()
{
    return failure(ErrorCode::Cancelled, "The measurement was cancelled.");
}

}  // namespace

double softmaxGradientNorm(ConstRowVectorRef weights, float temperature)
{
    assert(weights.size() > 0 && temperature > 0.0F);
    Index top = 0;
    weights.maxCoeff(&top);
    // ‖J‖² = Σ_i w_i²(1 − w_i)² + Σ_{i≠j} w_i²w_j². Near 1, the largest weight's 1 − w is had from the others, whose digits are
    // not lost.
    double others = 0.0;
    double squares = 0.0;
    double fourths = 0.0;
    double diagonal = 0.0;
    for (Index i = 0; i < weights.size(); ++i) {
        if (i != top) {
            const auto weight = static_cast<double>(weights(i));
            const double square = weight * weight;
            others += weight;
            squares += square;
            fourths += square * square;
            diagonal += square * (1.0 - weight) * (1.0 - weight);
        }
    }
    const double largest = static_cast<double>(weights(top)) * static_cast<double>(weights(top));
    const double squaredNorm =
        diagonal + largest * others * others + 2.0 * largest * squares + std::max(squares * squares - fourths, 0.0);
    return std::sqrt(squaredNorm) / static_cast<double>(temperature);
}

SoftmaxGauges softmaxGauges(ConstMatrixRef scores, float temperature)
{
    const Matrix weights = softmaxRows(scores, temperature);
    std::vector<double> entropy;
    std::vector<double> largest;
    std::vector<double> gradient;
    for (Index i = 0; i < weights.rows(); ++i) {
        entropy.push_back(entropyBits(weights.row(i)));
        largest.push_back(static_cast<double>(weights.row(i).maxCoeff()));
        gradient.push_back(softmaxGradientNorm(weights.row(i), temperature));
    }
    return {.scoreVariance = varianceOfVisible(scores),
            .entropyBits = gaugeOf(entropy),
            .largestWeight = gaugeOf(largest),
            .gradientNorm = gaugeOf(gradient)};
}

ScalingGauges scalingGauges(ConstMatrixRef raw, const AttentionOptions& options)
{
    assert(options.scale != 0.0F);
    const auto gaugesOf = [&](Matrix scores) {
        if (options.alibiSlope != 0.0F) {
            scores += alibiBias(options.alibiSlope, scores.rows(), scores.cols());
        }
        return softmaxGauges(applyMask(scores, options.mask), options.temperature);
    };
    return {.scaled = gaugesOf(options.scale * raw), .unscaled = gaugesOf(raw)};
}

Result<RandomScaling> RandomScaling::draw(std::uint64_t seed, const std::stop_token& stop)
{
    RandomScaling drawn(seed);
    drawn.m_queries = normalMatrix(kQueries, kMostHeadWidth, seed, Stream::Queries);
    drawn.m_keys = normalMatrix(kKeySets * kKeys, kMostHeadWidth, seed, Stream::Keys);
    for (const Index width : curveWidths()) {
        if (stop.stop_requested()) {
            return cancelled();
        }
        drawn.m_curve.push_back({width, drawn.gauges(width)});
    }
    drawn.m_pairQueries = normalMatrix(kPairs, kMostHeadWidth, seed, Stream::PairQueries);
    if (stop.stop_requested()) {
        return cancelled();
    }
    drawn.m_pairKeys = normalMatrix(kPairs, kMostHeadWidth, seed, Stream::PairKeys);
    return drawn;
}

RowVector RandomScaling::pairScores(Index headWidth) const
{
    assert(headWidth >= 1 && headWidth <= kMostHeadWidth);
    // A block's products of every query with every key have those of the pairs on their diagonal.
    constexpr Index kBlock = 16;
    static_assert(kPairs % kBlock == 0);
    const OneProductThread oneThread;
    RowVector scores(kPairs);
    for (Index pair = 0; pair < kPairs; pair += kBlock) {
        scores.segment(pair, kBlock) =
            rawScores(m_pairQueries.block(pair, 0, kBlock, headWidth), m_pairKeys.block(pair, 0, kBlock, headWidth))
                .diagonal()
                .transpose();
    }
    return scores;
}

ScalingGauges RandomScaling::gauges(Index headWidth) const
{
    assert(headWidth >= 1 && headWidth <= kMostHeadWidth);
    const OneProductThread
        oneThread;  // for small products, and so that all who ask are told the same to the last digit
    Matrix raw(kQueries, kKeys);
    for (Index set = 0; set < kKeySets; ++set) {
        raw.middleRows(set * kQueriesASet, kQueriesASet) =
            rawScores(m_queries.block(set * kQueriesASet, 0, kQueriesASet, headWidth),
                      m_keys.block(set * kKeys, 0, kKeys, headWidth));
    }
    return scalingGauges(raw, {.scale = scoreScale(headWidth)});
}

SampleMoments momentsOf(ConstRowVectorRef sample)
{
    assert(sample.size() > 0);
    const Eigen::ArrayXd wide = sample.transpose().cast<double>().array();
    const double mean = wide.mean();
    return {.mean = mean, .variance = (wide - mean).square().mean()};
}

Histogram histogramOf(ConstRowVectorRef sample, double reach, Index bins)
{
    assert(sample.size() > 0 && reach > 0.0 && bins > 0);
    Histogram histogram{.low = -reach,
                        .binWidth = 2.0 * reach / static_cast<double>(bins),
                        .density = std::vector<double>(static_cast<std::size_t>(bins))};
    const double one = 1.0 / (static_cast<double>(sample.size()) * histogram.binWidth);
    for (const float value : sample) {
        const double bin = std::floor((static_cast<double>(value) + reach) / histogram.binWidth);
        if (bin >= 0.0 && bin < static_cast<double>(bins)) {
            histogram.density[static_cast<std::size_t>(bin)] += one;
        } else {
            ++histogram.beyond;
        }
    }
    return histogram;
}

double normalDensity(double x, double variance)
{
    return std::exp(-0.5 * x * x / variance) / std::sqrt(2.0 * std::numbers::pi * variance);
}

ScalingExample scalingExample(std::uint64_t seed)
{
    ScalingExample example;
    example.query = normalMatrix(ScalingExample::kTokens, ScalingExample::kHeadWidth, seed, Stream::ExampleQuery);
    example.key = normalMatrix(ScalingExample::kTokens, ScalingExample::kHeadWidth, seed, Stream::ExampleKey);
    example.rawScores = rawScores(example.query, example.key);
    example.scaledScores = scaledScores(example.query, example.key, scoreScale(ScalingExample::kHeadWidth));
    example.rawWeights = softmaxRows(example.rawScores);
    example.scaledWeights = softmaxRows(example.scaledScores);
    return example;
}

Result<TraceScaling> traceScaling(const Trace& trace, const ModelConfig& config, std::uint64_t seed,
                                  const std::stop_token& stop)
{
    const TraceInfo& info = trace.info();
    const bool isAlibi = info.experiment.positions.value_or(config.positions) == PositionScheme::Alibi;
    const std::vector<float> slopes = alibiSlopes(info.heads);
    const Matrix query = normalMatrix(trace.tokens(), config.headWidth(), seed, Stream::LayerQueries);
    const Matrix key = normalMatrix(trace.tokens(), config.headWidth(), seed, Stream::LayerKeys);
    const OneProductThread oneThread;
    TraceScaling scaling;
    for (Index layer = 0; layer < info.layers; ++layer) {
        AttentionOptions options{.scale = config.scoreScaleOf(LayerIndex(layer)),
                                 .temperature = info.experiment.temperature,
                                 .mask = info.maskOf(LayerIndex(layer))};
        scaling.random.push_back(scalingGauges(rawScores(query, key), options));
        for (Index head = 0; head < info.heads; ++head) {
            if (stop.stop_requested()) {
                return cancelled();
            }
            const auto raw = stageMatrix(trace, {StageId::RawScores, LayerIndex(layer)}, HeadIndex(head));
            if (!raw) {
                return tl::unexpected(raw.error());
            }
            options.alibiSlope = isAlibi ? slopes[static_cast<std::size_t>(head)] : 0.0F;
            scaling.heads.push_back({{LayerIndex(layer), HeadIndex(head)}, scalingGauges((*raw)->cells(), options)});
        }
    }
    return scaling;
}

}  // namespace headlight
