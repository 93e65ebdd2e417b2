#include "core/train/adamw.h"

#include <gtest/gtest.h>

namespace headlight::test {
namespace {

Parameter view(std::string name, Matrix& values)
{
    return {std::move(name), {values.data(), values.rows(), values.cols()}, values.rows() == 1 ? 1 : 2};
}

TEST(AdamW, FollowsTheAlgorithmOfThePaper)
{
    Matrix theta = Matrix::Constant(2, 1, 0.5F);
    Matrix gradient(2, 1);
    gradient << 0.3F, -2.0F;
    std::vector<Parameter> parameters = {view("w", theta)};
    const AdamWOptions options{.beta1 = 0.9F, .beta2 = 0.98F, .epsilon = 1e-8F, .weightDecay = 0.1F};
    AdamW optimiser(parameters, options);
    std::array<double, 2> expected = {0.5, 0.5};
    std::array<double, 2> first = {};
    std::array<double, 2> second = {};
    for (int step = 1; step <= 5; ++step) {
        optimiser.step(parameters, {view("w", gradient)}, 0.01F);
        for (std::size_t i = 0; i < 2; ++i) {
            const double g = static_cast<double>(gradient(static_cast<Index>(i), 0));
            first[i] = 0.9 * first[i] + 0.1 * g;
            second[i] = 0.98 * second[i] + 0.02 * g * g;
            const double m = first[i] / (1.0 - std::pow(0.9, step));
            const double v = second[i] / (1.0 - std::pow(0.98, step));
            expected[i] -= 0.01 * (m / (std::sqrt(v) + 1e-8) + 0.1 * expected[i]);
            EXPECT_NEAR(static_cast<double>(theta(static_cast<Index>(i), 0)), expected[i], 1e-6);
        }
    }
    EXPECT_EQ(optimiser.steps, 5);
}

TEST(AdamW, DoesNotDecayBiasesAndGains)
{
    Matrix matrix = Matrix::Ones(2, 2);
    Matrix bias = Matrix::Ones(1, 2);
    Matrix none = Matrix::Zero(2, 2);
    Matrix noneOfBias = Matrix::Zero(1, 2);
    std::vector<Parameter> parameters = {view("w", matrix), view("b", bias)};
    AdamW optimiser(parameters, {.weightDecay = 0.5F});
    optimiser.step(parameters, {view("w", none), view("b", noneOfBias)}, 0.1F);
    EXPECT_FLOAT_EQ(matrix(0, 0), 0.95F);
    EXPECT_FLOAT_EQ(bias(0, 0), 1.0F);
}

TEST(ClipGradients, ScalesLongOnesAndLeavesShortOnes)
{
    Matrix a = Matrix::Constant(2, 2, 3.0F);
    Matrix b = Matrix::Constant(1, 1, 8.0F);
    std::vector<Parameter> gradients = {view("a", a), view("b", b)};
    EXPECT_NEAR(clipGradients(gradients, 5.0), 10.0, 1e-5);
    EXPECT_NEAR(gradientNorm(gradients), 5.0, 1e-5);
    EXPECT_FLOAT_EQ(a(0, 0), 1.5F);
    EXPECT_NEAR(clipGradients(gradients, 6.0), 5.0, 1e-5);
    EXPECT_FLOAT_EQ(b(0, 0), 4.0F);
}

TEST(LearningRateFactor, WarmsUpAndFalls)
{
    EXPECT_FLOAT_EQ(learningRateFactor(0, 10, 110, 0.1F), 0.1F);
    EXPECT_FLOAT_EQ(learningRateFactor(4, 10, 110, 0.1F), 0.5F);
    EXPECT_FLOAT_EQ(learningRateFactor(9, 10, 110, 0.1F), 1.0F);
    EXPECT_GT(learningRateFactor(50, 10, 110, 0.1F), learningRateFactor(51, 10, 110, 0.1F));
    EXPECT_NEAR(learningRateFactor(109, 10, 110, 0.1F), 0.1F, 1e-3F);
}

}  // namespace
}  // namespace headlight::test
