#include "core/analysis/cost_measurement.h"

#include "core/tensor/matmul.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace headlight::test {
namespace {

const CostSetting kSetting{
    .headWidth = 8, .mask = {Direction::Bidirectional, MaskPattern::Window, 4}, .block = {.queries = 16, .keys = 16}};

TEST(MeasureTimes, TimesEveryVariantAtEveryLength)
{
    const Result<std::vector<MeasuredTime>> times = measureTimes(kSetting, {.lengths = {16, 32, 512}, .repeats = 3});
    ASSERT_TRUE(times) << times.error().message;
    ASSERT_EQ(times->size(), 12U);
    std::size_t next = 0;
    for (const Index tokens : {16, 32, 512}) {
        for (const AttentionVariant variant : kAttentionVariants) {
            const MeasuredTime& time = times->at(next++);
            EXPECT_EQ(time.variant, variant);
            EXPECT_EQ(time.tokens, tokens);
            EXPECT_GT(time.seconds, 0.0);
            EXPECT_LT(time.seconds, 10.0);
        }
    }
    // 1024 times the cells; whatever else the machine does, they take longer.
    EXPECT_GT(times->at(8).seconds, times->at(0).seconds);
}

TEST(MeasureTimes, LeavesOutWhatItsTimeDoesNotSuffice)
{
    const Result<std::vector<MeasuredTime>> times =
        measureTimes(kSetting, {.lengths = {16, 4096}, .repeats = 1, .limitSeconds = 0.1});
    ASSERT_TRUE(times);
    for (const MeasuredTime& time : *times) {
        EXPECT_FALSE(time.variant == AttentionVariant::Full && time.tokens == 4096);
    }
    const Result<std::vector<MeasuredTime>> none = measureTimes(kSetting, {.lengths = {16, 32}, .limitSeconds = 0.0});
    ASSERT_TRUE(none);
    EXPECT_TRUE(none->empty());
}

TEST(MeasureTimes, ReportsAscendingSharesAndLeavesTheThreadsAsTheyWere)
{
    setProductThreads(2);
    std::vector<float> shares;
    ASSERT_TRUE(measureTimes(kSetting, {.lengths = {16, 32}, .repeats = 1},
                             {.report = [&shares](float share) { shares.push_back(share); }}));
    EXPECT_EQ(shares.size(), 9U);
    EXPECT_TRUE(std::ranges::is_sorted(shares));
    EXPECT_EQ(shares.front(), 0.0F);
    EXPECT_EQ(shares.back(), 1.0F);
    EXPECT_EQ(productThreads(), 2);
    setProductThreads(1);
}

TEST(MeasureTimes, EndsWhereItIsStopped)
{
    std::stop_source stop;
    const Result<std::vector<MeasuredTime>> times = measureTimes(
        kSetting, {.lengths = {16, 32}, .repeats = 1},
        {.report = [&stop](float share) { share > 0.2F ? stop.request_stop() : false; }, .stop = stop.get_token()});
    ASSERT_FALSE(times);
    EXPECT_EQ(times.error().code, ErrorCode::Cancelled);
}

TEST(MeasureTimes, RefusesASettingOutOfRange)
{
    const Result<std::vector<MeasuredTime>> narrow = measureTimes({.headWidth = 0});
    ASSERT_FALSE(narrow);
    EXPECT_EQ(narrow.error().message, "A head is 1 or more wide, not 0.");
    const Result<std::vector<MeasuredTime>> stride =
        measureTimes({.mask = {Direction::Causal, MaskPattern::Strided, 0}});
    ASSERT_FALSE(stride);
    EXPECT_EQ(stride.error().code, ErrorCode::InvalidArgument);
    const Result<std::vector<MeasuredTime>> block = measureTimes({.block = {.queries = 0, .keys = 8}});
    ASSERT_FALSE(block);
    EXPECT_EQ(block.error().code, ErrorCode::InvalidArgument);
}

}  // namespace
}  // namespace headlight::test
