#include "core/analysis/scaling.h"

#include "core/analysis/difference.h"
#include "core/attention/scores.h"
#include "core/attention/softmax.h"
#include "tests/core/support/closeness.h"
#include "tests/core/support/models.h"
#include "tests/core/support/naive.h"

#include <cmath>
#include <limits>

namespace headlight::test {
namespace {

constexpr std::uint64_t kSeed = 1;

const RandomScaling& drawn()
{
    static const RandomScaling random = RandomScaling::draw(kSeed).value();
    return random;
}

RowVector rowOf(std::initializer_list<float> values)
{
    return Eigen::Map<const RowVector>(values.begin(), static_cast<Index>(values.size()));
}

// diag(w) − w·wᵀ has ±w₁w₂ in all four cells.
TEST(SoftmaxGradientNorm, OfTwoKeysIsTwiceTheProductOfTheirWeights)
{
    EXPECT_FLOAT_EQ(static_cast<float>(softmaxGradientNorm(rowOf({0.5F, 0.5F}))), 0.5F);
    EXPECT_FLOAT_EQ(static_cast<float>(softmaxGradientNorm(rowOf({0.75F, 0.25F}))), 0.375F);
    EXPECT_FLOAT_EQ(static_cast<float>(softmaxGradientNorm(rowOf({0.25F, 0.75F}), 2.0F)), 0.1875F);
    EXPECT_EQ(softmaxGradientNorm(rowOf({1.0F, 0.0F})), 0.0);
    EXPECT_EQ(softmaxGradientNorm(rowOf({1.0F})), 0.0);
}

TEST(SoftmaxGradientNorm, KeepsItsDigitsWhereOneKeyHasNearlyAllTheWeight)
{
    const float small = 1e-12F;
    EXPECT_NEAR(softmaxGradientNorm(rowOf({1.0F, small})) / 2e-12, 1.0, 1e-6);
}

TEST(SoftmaxGradientNorm, IsTheNormOfTheBackwardPassAndOfFiniteDifferences)
{
    Random random;
    SCOPED_TRACE(random.describe());
    for (const Index keys : {1, 2, 3, 17, 64}) {
        for (const float temperature : {1.0F, 0.5F, 3.0F}) {
            const Matrix scores = random.matrix(1, keys, 3.0F);
            const Matrix weights = softmaxRows(scores, temperature);
            const double norm = softmaxGradientNorm(weights.row(0), temperature);
            const Matrix jacobian =
                softmaxRowsBackward(weights.replicate(keys, 1), temperature, Matrix::Identity(keys, keys));
            EXPECT_NEAR(norm, static_cast<double>(jacobian.norm()), 1e-6);

            constexpr double kStep = 1e-5;
            DoubleMatrix differences(keys, keys);
            for (Index key = 0; key < keys; ++key) {
                DoubleMatrix above = widen(scores);
                DoubleMatrix below = above;
                above(0, key) += kStep;
                below(0, key) -= kStep;
                const auto tau = static_cast<double>(temperature);
                differences.row(key) =
                    (naiveSoftmax(above, {}, tau) - naiveSoftmax(below, {}, tau)).row(0) / (2.0 * kStep);
            }
            EXPECT_NEAR(norm, differences.norm(), 1e-6) << keys << " keys, τ = " << temperature;
        }
    }
}

TEST(SoftmaxGauges, AreTheMeansAndDeviationsOverTheRows)
{
    const float three = std::log(3.0F);
    Matrix scores(2, 2);
    scores << 0.0F, 0.0F,  // weights 1/2, 1/2
        three, 0.0F;       // weights 3/4, 1/4
    const SoftmaxGauges gauges = softmaxGauges(scores);
    const double entropy = 2.0 - 0.75 * std::log2(3.0);
    EXPECT_NEAR(gauges.entropyBits.mean, (1.0 + entropy) / 2.0, 1e-6);
    EXPECT_NEAR(gauges.entropyBits.deviation, (1.0 - entropy) / 2.0, 1e-6);
    EXPECT_NEAR(gauges.largestWeight.mean, 0.625, 1e-6);
    EXPECT_NEAR(gauges.largestWeight.deviation, 0.125, 1e-6);
    EXPECT_NEAR(gauges.gradientNorm.mean, 0.4375, 1e-6);
    EXPECT_NEAR(gauges.gradientNorm.deviation, 0.0625, 1e-6);
    EXPECT_NEAR(gauges.scoreVariance, 3.0 / 16.0 * std::log(3.0) * std::log(3.0), 1e-6);
}

TEST(SoftmaxGauges, OfEvenRowsAreThoseOfAUniformDistribution)
{
    for (const Index keys : {1, 2, 7, 64, 1000}) {
        const auto count = static_cast<double>(keys);
        const SoftmaxGauges gauges = softmaxGauges(Matrix::Constant(3, keys, 5.0F));
        EXPECT_NEAR(gauges.entropyBits.mean, std::log2(count), 1e-5);
        EXPECT_NEAR(gauges.entropyBits.deviation, 0.0, 1e-5);
        EXPECT_NEAR(gauges.largestWeight.mean, 1.0 / count, 1e-7);
        EXPECT_NEAR(gauges.gradientNorm.mean, std::sqrt(count - 1.0) / count, 1e-6);
        EXPECT_EQ(gauges.scoreVariance, 0.0);
    }
}

TEST(SoftmaxGauges, LeaveOutWhatIsMasked)
{
    Matrix scores(2, 3);
    scores << 1.0F, kMasked, kMasked,  //
        1.0F, 3.0F, kMasked;
    const SoftmaxGauges gauges = softmaxGauges(scores);
    EXPECT_NEAR(gauges.scoreVariance, 8.0 / 9.0, 1e-6) << "of 1, 1 and 3";
    const double larger = std::exp(2.0) / (1.0 + std::exp(2.0));
    EXPECT_NEAR(gauges.largestWeight.mean, (1.0 + larger) / 2.0, 1e-6);
    EXPECT_NEAR(gauges.gradientNorm.mean, larger * (1.0 - larger), 1e-6);
}

TEST(ScalingGauges, DifferInTheScaleAlone)
{
    Random random;
    SCOPED_TRACE(random.describe());
    const Matrix raw = random.matrix(6, 6, 9.0F);
    const AttentionOptions options{
        .scale = 0.25F, .alibiSlope = 0.5F, .temperature = 2.0F, .mask = {.direction = Direction::Causal}};
    const ScalingGauges gauges = scalingGauges(raw, options);
    const Matrix values = Matrix::Ones(6, 1);
    const auto entropyOf = [&](float scale) {
        AttentionOptions with = options;
        with.scale = scale;
        // attend takes raw scores as the products of a query with the axes.
        const Matrix weights = attend(raw, Matrix::Identity(6, 6), values, with).value().weights;
        double sum = 0.0;
        for (Index i = 0; i < 6; ++i) {
            sum += entropyBits(weights.row(i));
        }
        return sum / 6.0;
    };
    EXPECT_NEAR(gauges.scaled.entropyBits.mean, entropyOf(0.25F), 1e-6);
    EXPECT_NEAR(gauges.unscaled.entropyBits.mean, entropyOf(1.0F), 1e-6);
    EXPECT_GT(gauges.scaled.entropyBits.mean, gauges.unscaled.entropyBits.mean + 0.01);
}

// E(q·k)² = d and E(q·k)⁴ = 3d² + 6d, so the sample variance of n pairs strays by √((2d² + 6d)/n).
TEST(RandomScaling, PairsHaveMeanZeroAndVarianceD)
{
    constexpr double kPairs = RandomScaling::kPairs;
    for (const Index width : {1, 2, 3, 8, 64, 100, 512, 1024}) {
        const auto d = static_cast<double>(width);
        const RowVector scores = drawn().pairScores(width);
        ASSERT_EQ(scores.size(), RandomScaling::kPairs);
        const SampleMoments moments = momentsOf(scores);
        EXPECT_NEAR(moments.mean, 0.0, 4.0 * std::sqrt(d / kPairs)) << width;
        EXPECT_NEAR(moments.variance, d, 4.0 * std::sqrt((2.0 * d * d + 6.0 * d) / kPairs)) << width;
        const double scaled = momentsOf(scores * scoreScale(width)).variance;
        EXPECT_NEAR(scaled, moments.variance / d, 1e-5) << width;
    }
}

TEST(RandomScaling, ComesFromItsSeedAlone)
{
    const RandomScaling again = RandomScaling::draw(kSeed).value();
    const RandomScaling other = RandomScaling::draw(kSeed + 1).value();
    EXPECT_EQ(again.seed(), kSeed);
    EXPECT_TRUE(isIdentical(again.pairScores(64), drawn().pairScores(64)));
    EXPECT_EQ(again.gauges(64).unscaled.entropyBits.mean, drawn().gauges(64).unscaled.entropyBits.mean);
    EXPECT_FALSE(isIdentical(other.pairScores(64), drawn().pairScores(64)));
    EXPECT_NE(other.gauges(64).unscaled.entropyBits.mean, drawn().gauges(64).unscaled.entropyBits.mean);
}

TEST(RandomScaling, WidthOneIsNotChangedByItsScale)
{
    const ScalingGauges gauges = drawn().gauges(1);
    EXPECT_EQ(gauges.scaled.entropyBits.mean, gauges.unscaled.entropyBits.mean);
    EXPECT_EQ(gauges.scaled.gradientNorm.mean, gauges.unscaled.gradientNorm.mean);
}

TEST(RandomScaling, TheCurveIsMeasuredAtRisingWidths)
{
    const std::vector<ScalingPoint>& curve = drawn().curve();
    ASSERT_EQ(curve.front().headWidth, 1);
    ASSERT_EQ(curve.back().headWidth, kMostHeadWidth);
    for (std::size_t i = 1; i < curve.size(); ++i) {
        EXPECT_GT(curve[i].headWidth, curve[i - 1].headWidth);
        EXPECT_EQ(curve[i].gauges.scaled.entropyBits.mean, drawn().gauges(curve[i].headWidth).scaled.entropyBits.mean);
    }
}

// What footnote 4 is about: without the scale a wide head's softmax has one key, and hardly any gradient.
TEST(RandomScaling, WithoutTheScaleWideHeadsSaturate)
{
    const ScalingGauges narrow = drawn().gauges(16);
    const ScalingGauges wide = drawn().gauges(1024);
    EXPECT_GT(wide.unscaled.largestWeight.mean, 0.9);
    EXPECT_LT(wide.unscaled.gradientNorm.mean, 0.5 * wide.scaled.gradientNorm.mean);
    EXPECT_NEAR(wide.scaled.entropyBits.mean, narrow.scaled.entropyBits.mean, 0.3);
    EXPECT_LT(wide.unscaled.entropyBits.mean, narrow.unscaled.entropyBits.mean - 1.0);
}

TEST(RandomScaling, StopsWhenAskedTo)
{
    std::stop_source stop;
    stop.request_stop();
    const Result<RandomScaling> random = RandomScaling::draw(kSeed, stop.get_token());
    ASSERT_FALSE(random);
    EXPECT_EQ(random.error().code, ErrorCode::Cancelled);
}

TEST(HistogramOf, IsADensity)
{
    const Histogram histogram = histogramOf(rowOf({-1.5F, -0.5F, 0.5F, 0.75F, 2.0F}), 2.0, 4);
    EXPECT_EQ(histogram.low, -2.0);
    EXPECT_EQ(histogram.binWidth, 1.0);
    EXPECT_EQ(histogram.density, (std::vector<double>{0.2, 0.2, 0.4, 0.0}));
    EXPECT_EQ(histogram.beyond, 1) << "2 is where the last bin ends";
}

TEST(NormalDensity, IntegratesToOneWithItsVariance)
{
    EXPECT_NEAR(normalDensity(0.0, 1.0), 0.3989423, 1e-7);
    for (const double variance : {0.25, 1.0, 64.0}) {
        double area = 0.0;
        double squares = 0.0;
        const double step = 0.01 * std::sqrt(variance);
        for (int i = -1000; i <= 1000; ++i) {
            const double x = i * step;
            area += normalDensity(x, variance) * step;
            squares += x * x * normalDensity(x, variance) * step;
        }
        EXPECT_NEAR(area, 1.0, 1e-9);
        EXPECT_NEAR(squares, variance, 1e-9 * variance);
    }
}

TEST(ScalingExample, IsOneHeadOnFourRandomTokens)
{
    const ScalingExample example = scalingExample(3);
    ASSERT_EQ(example.query.rows(), 4);
    ASSERT_EQ(example.query.cols(), 8);
    const DoubleMatrix raw = naiveMultiply(widen(example.query), naiveTranspose(widen(example.key)));
    EXPECT_TRUE(isClose(example.rawScores, raw));
    EXPECT_TRUE(isClose(example.scaledScores, DoubleMatrix(raw / std::sqrt(8.0))));
    EXPECT_TRUE(isClose(example.rawWeights, naiveSoftmax(raw, {}, 1.0)));
    EXPECT_TRUE(isClose(example.scaledWeights, naiveSoftmax(raw / std::sqrt(8.0), {}, 1.0)));
    EXPECT_TRUE(isIdentical(scalingExample(3).query, example.query));
    EXPECT_FALSE(isIdentical(scalingExample(4).query, example.query));
    EXPECT_FALSE(isIdentical(example.key, example.query));
}

double meanEntropy(const Trace& trace, const HeadAddress& head)
{
    return meanEntropyBits(**trace.map(StageId::Weights, head));
}

TEST(TraceScaling, HasTheWeightsOfTheTraceOnTheSideThatIsInForce)
{
    Random random;
    SCOPED_TRACE(random.describe());
    for (const PositionScheme positions : {PositionScheme::None, PositionScheme::Rotary, PositionScheme::Alibi}) {
        for (const Scaling scaling : {Scaling::On, Scaling::Off}) {
            ModelConfig config = smallConfig();
            config.mask.direction = Direction::Causal;
            config.keyValueHeads = 2;
            const Model model = randomModel(config, random);
            Experiment experiment;
            experiment.positions = positions;
            experiment.scaling = scaling;
            experiment.temperature = 1.5F;
            const auto trace = run(model, randomText(config, 9, random), experiment);
            const TraceScaling measured = traceScaling(*trace, config, 1).value();
            ASSERT_EQ(measured.heads.size(), static_cast<std::size_t>(config.layers * config.heads));
            ASSERT_EQ(measured.random.size(), static_cast<std::size_t>(config.layers));
            for (const HeadScaling& head : measured.heads) {
                const SoftmaxGauges& inForce = scaling == Scaling::On ? head.gauges.scaled : head.gauges.unscaled;
                EXPECT_NEAR(inForce.entropyBits.mean, meanEntropy(*trace, head.head), 1e-5);
            }
            EXPECT_EQ(measured.heads[5].head, (HeadAddress{LayerIndex(1), HeadIndex(1)}));
        }
    }
}

TEST(TraceScaling, SaysWhatItMissesAndStops)
{
    Random random;
    const ModelConfig config = smallConfig();
    const auto trace = run(randomModel(config, random), randomText(config, 5, random));
    const Trace bare(trace->info(), {});
    EXPECT_EQ(traceScaling(bare, config, 1).error().code, ErrorCode::NotFound);
    std::stop_source stop;
    stop.request_stop();
    EXPECT_EQ(traceScaling(*trace, config, 1, stop.get_token()).error().code, ErrorCode::Cancelled);
}

}  // namespace
}  // namespace headlight::test
