#include "core/train/backward.h"

#include "core/attention/softmax.h"
#include "tests/core/support/random.h"
#include "tests/core/train/gradients.h"

#include <gtest/gtest.h>
#include <limits>

namespace headlight::test {
namespace {

TEST(LinearBackward, IsTheDerivativeAndAddsToTheGradient)
{
    Random random;
    SCOPED_TRACE(random.describe());
    Matrix x = random.matrix(5, 3);
    LinearWeights weights{random.matrix(3, 4), random.row(4, 1.0F)};
    const Matrix probe = random.matrix(5, 4);
    const auto loss = [&] { return probed(linear(x, weights), probe); };
    LinearWeights gradient{Matrix::Ones(3, 4), RowVector::Ones(4)};
    const Matrix inputGradient = linearBackward(x, weights, probe, gradient);
    EXPECT_TRUE(isClose(inputGradient, finiteDifferences(x, loss), kFiniteDifference));
    EXPECT_TRUE(isClose(gradient.weight, DoubleMatrix(finiteDifferences(weights.weight, loss).array() + 1.0),
                        kFiniteDifference));
    Matrix bias = weights.bias;
    const auto biasLoss = [&] { return probed(linear(x, {weights.weight, bias}), probe); };
    EXPECT_TRUE(isClose(Matrix(gradient.bias), DoubleMatrix(finiteDifferences(bias, biasLoss).array() + 1.0),
                        kFiniteDifference));
}

TEST(LayerNormBackward, IsTheDerivative)
{
    Random random;
    SCOPED_TRACE(random.describe());
    constexpr float kEpsilon = 1e-5F;
    Matrix x = random.matrix(4, 6);
    Matrix gain = random.matrix(1, 6);
    Matrix bias = random.matrix(1, 6);
    const Matrix probe = random.matrix(4, 6);
    const auto loss = [&] { return probed(layerNorm(x, {gain, bias}, kEpsilon), probe); };
    NormWeights gradient{RowVector::Zero(6), RowVector::Zero(6)};
    const Matrix inputGradient = layerNormBackward(x, {gain, bias}, kEpsilon, probe, gradient);
    EXPECT_TRUE(isClose(inputGradient, finiteDifferences(x, loss, 3e-3F), kFiniteDifference));
    EXPECT_TRUE(isClose(Matrix(gradient.gain), finiteDifferences(gain, loss), kFiniteDifference));
    EXPECT_TRUE(isClose(Matrix(gradient.bias), finiteDifferences(bias, loss), kFiniteDifference));
}

class ActivateBackward : public testing::TestWithParam<Activation>
{};

TEST_P(ActivateBackward, IsTheDerivative)
{
    Random random;
    SCOPED_TRACE(random.describe());
    Matrix hidden = random.matrix(4, 7);
    if (GetParam() == Activation::Relu) {
        // A finite difference across the kink at 0 would be no derivative.
        hidden = hidden.unaryExpr([](float x) { return std::abs(x) < 0.05F ? 0.05F : x; });
    }
    const Matrix probe = random.matrix(4, 7);
    const auto loss = [&] { return probed(activate(hidden, GetParam()), probe); };
    EXPECT_TRUE(isClose(activateBackward(hidden, GetParam(), probe), finiteDifferences(hidden, loss, 5e-3F),
                        kFiniteDifference));
}

INSTANTIATE_TEST_SUITE_P(Each, ActivateBackward,
                         testing::Values(Activation::Relu, Activation::Gelu, Activation::GeluTanh,
                                         Activation::QuickGelu, Activation::Silu));

TEST(AttendBackward, IsTheDerivativeUnderMasksBiasesAndTemperature)
{
    Random random;
    SCOPED_TRACE(random.describe());
    for (const Mask& mask : {Mask{}, Mask{Direction::Causal, MaskPattern::Full, 0},
                             Mask{Direction::Bidirectional, MaskPattern::Window, 1}}) {
        AttentionOptions options;
        options.scale = 0.6F;
        options.temperature = 1.4F;
        options.mask = mask;
        options.alibiSlope = 0.25F;
        Matrix query = random.matrix(5, 3);
        Matrix key = random.matrix(5, 3);
        Matrix value = random.matrix(5, 3);
        const Matrix probe = random.matrix(5, 3);
        const auto loss = [&] { return probed(attend(query, key, value, options)->output, probe); };
        const Matrix weights = attend(query, key, value, options)->weights;
        const AttentionGradients gradients = attendBackward(query, key, value, options, weights, probe);
        EXPECT_TRUE(isClose(gradients.query, finiteDifferences(query, loss), kFiniteDifference));
        EXPECT_TRUE(isClose(gradients.key, finiteDifferences(key, loss), kFiniteDifference));
        EXPECT_TRUE(isClose(gradients.value, finiteDifferences(value, loss), kFiniteDifference));
    }
}

TEST(SoftmaxRowsBackward, GivesNothingToMaskedEntries)
{
    Random random;
    SCOPED_TRACE(random.describe());
    Matrix scores = random.matrix(4, 4);
    scores.triangularView<Eigen::StrictlyUpper>().setConstant(-std::numeric_limits<float>::infinity());
    const Matrix weights = softmaxRows(scores);
    const Matrix gradient = softmaxRowsBackward(weights, 1.0F, random.matrix(4, 4));
    for (Index row = 0; row < 4; ++row) {
        for (Index col = row + 1; col < 4; ++col) {
            EXPECT_EQ(gradient(row, col), 0.0F);
        }
        EXPECT_NEAR(gradient.row(row).sum(), 0.0F, 1e-6F);
    }
}

TEST(CrossEntropy, LeavesItsDerivative)
{
    Random random;
    SCOPED_TRACE(random.describe());
    constexpr float kWeight = 0.7F;
    Matrix logits = random.matrix(1, 5, 3.0F);
    for (Index target = 0; target < logits.cols(); ++target) {
        const auto exponentials = logits.row(0).cast<double>().array().exp();
        const double expected = -std::log(exponentials(target) / exponentials.sum());
        Matrix gradient = logits;
        const CrossEntropy entropy = crossEntropyGradient(gradient.row(0), target, kWeight);
        EXPECT_NEAR(entropy.nats, expected, 1e-6);
        EXPECT_EQ(entropy.isTargetLargest, logits(0, target) == logits.maxCoeff());
        EXPECT_TRUE(isClose(gradient,
                            finiteDifferences(logits,
                                              [&] {
                                                  Matrix copy = logits;
                                                  return static_cast<double>(kWeight) *
                                                         crossEntropyGradient(copy.row(0), target, 1.0F).nats;
                                              }),
                            kFiniteDifference));
    }
}

TEST(CrossEntropy, SurvivesLargeLogits)
{
    RowVector logits(2);
    logits << 1000.0F, 0.0F;
    EXPECT_NEAR(crossEntropyGradient(logits, 1, 1.0F).nats, 1000.0, 1e-3);
    EXPECT_EQ(logits, (RowVector(2) << 1.0F, -1.0F).finished());
}

}  // namespace
}  // namespace headlight::test
