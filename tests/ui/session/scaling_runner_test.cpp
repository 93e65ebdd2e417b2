#include "tests/ui/support/fixtures.h"
#include "ui/session/scaling_runner.h"

#include <QSignalSpy>
#include <QTest>

#include <gtest/gtest.h>

namespace headlight::ui::test {
namespace {

constexpr int kPatienceMs = 30'000;

TEST(ScalingRunner, MeasuresWhatIsMeasuredWithoutIt)
{
    const ScalingRequest request{.seed = 3, .trace = traceOf(kSentence), .model = defaultModel()};
    ScalingRunner runner;
    EXPECT_FALSE(runner.isUpToDate());
    runner.request(request);
    ASSERT_TRUE(QTest::qWaitFor([&] { return runner.isUpToDate(); }, kPatienceMs));
    const ScalingMeasurements expected = measureScaling(request).value();
    const ScalingMeasurements& measured = runner.measurements();
    EXPECT_EQ(measured.random->seed(), 3U);
    EXPECT_EQ(measured.random->pairScores(64), expected.random->pairScores(64));
    ASSERT_EQ(measured.heads->heads.size(), expected.heads->heads.size());
    EXPECT_EQ(measured.heads->heads[5].gauges.scaled.entropyBits.mean,
              expected.heads->heads[5].gauges.scaled.entropyBits.mean);
}

TEST(ScalingRunner, TheLastRequestIsAnsweredWhateverCameBefore)
{
    ScalingRunner runner;
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
        runner.request({.seed = seed});
    }
    QSignalSpy answers(&runner, &ScalingRunner::measured);
    ASSERT_TRUE(QTest::qWaitFor([&] { return runner.isUpToDate(); }, kPatienceMs));
    EXPECT_EQ(runner.measurements().random->seed(), 50U);
    EXPECT_LT(answers.count(), 50) << "those before were cancelled";
    EXPECT_FALSE(runner.measurements().heads);
}

TEST(ScalingRunner, KeepsTheVectorsOfTheSameSeed)
{
    ScalingRunner runner;
    runner.request({.seed = 2});
    ASSERT_TRUE(QTest::qWaitFor([&] { return runner.isUpToDate(); }, kPatienceMs));
    const auto random = runner.measurements().random;
    runner.request({.seed = 2, .trace = traceOf(kSentence), .model = defaultModel()});
    ASSERT_TRUE(QTest::qWaitFor([&] { return runner.isUpToDate(); }, kPatienceMs));
    EXPECT_EQ(runner.measurements().random, random);
    EXPECT_TRUE(runner.measurements().heads);
}

TEST(ScalingRunner, SaysWhyHeadsCouldNotBeMeasured)
{
    const auto whole = traceOf(kSentence);
    const auto bare = std::make_shared<const Trace>(whole->info(), Trace::Tensors{});
    ScalingRunner runner;
    runner.request({.seed = 1, .trace = bare, .model = defaultModel()});
    ASSERT_TRUE(QTest::qWaitFor([&] { return runner.isUpToDate(); }, kPatienceMs));
    EXPECT_FALSE(runner.measurements().heads);
    ASSERT_TRUE(runner.measurements().error);
    EXPECT_EQ(runner.measurements().error->code, ErrorCode::NotFound);
}

TEST(ScalingRunner, CanBeDestroyedWhileItIsBusy)
{
    for (int i = 0; i < 5; ++i) {
        ScalingRunner runner;
        runner.request({.seed = 1, .trace = traceOf(words(100)), .model = defaultModel()});
        QTest::qWait(2 * i);
    }
}

}  // namespace
}  // namespace headlight::ui::test
