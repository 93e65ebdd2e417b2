#include "tests/ui/support/wait.h"
#include "ui/session/background_task.h"

#include <QCoreApplication>

#include <atomic>
#include <gtest/gtest.h>
#include <thread>
#include <vector>

namespace headlight::ui::test {
namespace {

/// Ends when it is cancelled, and says so.
BackgroundTask::Finish untilStopped(const Progress& progress, std::atomic<int>& stopped)
{
    progress.at(0.5F);
    while (!progress.stop.stop_requested()) {
        std::this_thread::yield();
    }
    ++stopped;
    return [] { FAIL() << "of what was cancelled nothing is heard"; };
}

TEST(BackgroundTask, WorksInAnotherThreadAndFinishesInTheOwners)
{
    BackgroundTask task;
    std::thread::id worker;
    std::thread::id finisher;
    EXPECT_FALSE(task.isRunning());
    task.run([&](const Progress&) -> BackgroundTask::Finish {
        return [&, id = std::this_thread::get_id()] {
            worker = id;
            finisher = std::this_thread::get_id();
            EXPECT_FALSE(task.isRunning()) << "it may be given work from here";
        };
    });
    EXPECT_TRUE(task.isRunning());
    ASSERT_TRUE(waitFor([&] { return !task.isRunning(); }));
    EXPECT_EQ(finisher, std::this_thread::get_id());
    EXPECT_NE(worker, finisher);
    EXPECT_EQ(task.shareDone(), 1.0F);
    EXPECT_FALSE(task.secondsLeft());
}

TEST(BackgroundTask, TellsHowFarItIs)
{
    std::atomic<int> stopped = 0;
    std::vector<float> shares;
    BackgroundTask task;
    QObject::connect(&task, &BackgroundTask::progressed, &task, [&] { shares.push_back(task.shareDone()); });
    task.run([&](const Progress& progress) { return untilStopped(progress, stopped); });
    EXPECT_FALSE(task.secondsLeft()) << "before the first report";
    ASSERT_TRUE(waitFor([&] { return task.shareDone() > 0.0F; }));
    EXPECT_EQ(shares, (std::vector{0.0F, 0.5F}));
    EXPECT_TRUE(task.secondsLeft());
}

TEST(BackgroundTask, ANewerPieceOfWorkReplacesTheOneBefore)
{
    std::atomic<int> stopped = 0;
    BackgroundTask task;
    task.run([&](const Progress& progress) { return untilStopped(progress, stopped); });
    ASSERT_TRUE(waitFor([&] { return task.shareDone() > 0.0F; }));
    int finished = 0;
    task.run([&](const Progress&) { return [&] { ++finished; }; });
    ASSERT_TRUE(waitFor([&] { return !task.isRunning(); }));
    EXPECT_EQ(stopped, 1);
    EXPECT_EQ(finished, 1);
}

TEST(BackgroundTask, OfWhatIsCancelledNothingIsHeard)
{
    std::atomic<int> stopped = 0;
    BackgroundTask task;
    task.cancel();
    task.run([&](const Progress& progress) { return untilStopped(progress, stopped); });
    ASSERT_TRUE(waitFor([&] { return task.shareDone() > 0.0F; }));
    task.cancel();
    EXPECT_FALSE(task.isRunning());
    ASSERT_TRUE(waitFor([&] { return stopped == 1; }));
    QCoreApplication::processEvents(QEventLoop::AllEvents, 50);
}

}  // namespace
}  // namespace headlight::ui::test
