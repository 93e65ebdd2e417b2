#include "ui/session/cost_meter.h"

#include "tests/ui/support/wait.h"

#include <QTest>

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace headlight::ui::test {
namespace {

const CostSetting kSetting{.headWidth = 4, .mask = {.pattern = MaskPattern::Window, .reach = 2}, .block = {8, 8}};
const MeasurementOptions kShort{.lengths = {16, 32}, .repeats = 1};
const MeasurementOptions kEndless{.lengths = std::vector<Index>(100'000, 64), .repeats = 1, .limitSeconds = 1e9};

TEST(CostMeter, GivesTheTimesOfItsSetting)
{
    CostMeter meter;
    std::vector<float> shares;
    QObject::connect(&meter, &CostMeter::changed, &meter, [&] { shares.push_back(meter.shareDone()); });
    EXPECT_TRUE(meter.timesOf(kSetting).empty());
    meter.measure(kSetting, kShort);
    EXPECT_TRUE(meter.isMeasuring());
    ASSERT_TRUE(waitFor([&] { return !meter.isMeasuring(); }));
    EXPECT_EQ(meter.timesOf(kSetting).size(), 8U);
    EXPECT_EQ(meter.message(), QString());
    EXPECT_TRUE(std::ranges::is_sorted(shares));
    EXPECT_EQ(shares.back(), 1.0F);
    CostSetting other = kSetting;
    other.mask.reach = 3;
    EXPECT_TRUE(meter.timesOf(other).empty());
}

TEST(CostMeter, CancelledItKeepsTheTimesThatThereWere)
{
    CostMeter meter;
    meter.measure(kSetting, kShort);
    ASSERT_TRUE(waitFor([&] { return !meter.isMeasuring(); }));
    const std::vector<MeasuredTime> before = meter.timesOf(kSetting);
    meter.measure(kSetting, kEndless);
    ASSERT_TRUE(waitFor([&] { return meter.shareDone() > 0.0F; }));
    meter.cancel();
    EXPECT_FALSE(meter.isMeasuring());
    QTest::qWait(50);
    EXPECT_EQ(meter.timesOf(kSetting), before);
    meter.cancel();
    EXPECT_FALSE(meter.isMeasuring());
}

TEST(CostMeter, TheNewestMeasurementWins)
{
    CostMeter meter;
    meter.measure(kSetting, kEndless);
    CostSetting other = kSetting;
    other.headWidth = 2;
    meter.measure(other, kShort);
    ASSERT_TRUE(waitFor([&] { return !meter.isMeasuring(); }));
    EXPECT_TRUE(meter.timesOf(kSetting).empty());
    EXPECT_EQ(meter.timesOf(other).size(), 8U);
}

TEST(CostMeter, SaysWhyThereIsNothing)
{
    CostMeter meter;
    meter.measure({.headWidth = 0}, kShort);
    ASSERT_TRUE(waitFor([&] { return !meter.isMeasuring(); }));
    EXPECT_TRUE(meter.message().contains(QStringLiteral("1 or more wide")));
}

TEST(CostMeter, DestroyedWhileBusyEndsSoon)
{
    for (int i = 0; i < 5; ++i) {
        CostMeter meter;
        meter.measure(kSetting, kEndless);
        QTest::qWait(i);
    }
}

}  // namespace
}  // namespace headlight::ui::test
