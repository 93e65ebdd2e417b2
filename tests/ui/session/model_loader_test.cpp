#include "tests/ui/support/fixtures.h"
#include "tests/ui/support/wait.h"
#include "ui/session/model_loader.h"

#include <QDeadlineTimer>
#include <QTest>

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

namespace headlight::ui::test {
namespace {

/// What a loader said.
struct Said
{
    explicit Said(ModelLoader& loader)
    {
        QObject::connect(&loader, &ModelLoader::opened, &loader,
                         [this](const std::shared_ptr<const Model>& model, const ModelSource& source) {
                             EXPECT_NE(model, nullptr);
                             opened.append(source.title);
                         });
        QObject::connect(&loader, &ModelLoader::failed, &loader,
                         [this](const QString& message, const ModelSource& source) {
                             failed.append(source.title + QStringLiteral(": ") + message);
                         });
        QObject::connect(&loader, &ModelLoader::progressed, &loader,
                         [this, &loader] { shares.push_back(loader.current() ? loader.shareDone() : -1.0F); });
    }

    bool isAnything() const { return !opened.isEmpty() || !failed.isEmpty(); }

    QStringList opened;
    QStringList failed;
    std::vector<float> shares;
};

ModelSource readAtOnce(const QString& title)
{
    return {.title = title, .folder = {}, .read = [](const Progress&) -> Result<std::shared_ptr<const Model>> {
                return defaultModel();
            }};
}

/// Takes until it is cancelled.
ModelSource endless(const QString& title, std::atomic<int>& cancelled)
{
    return {.title = title,
            .folder = {},
            .read = [&cancelled](const Progress& progress) -> Result<std::shared_ptr<const Model>> {
                for (int i = 1; !progress.stop.stop_requested(); ++i) {
                    progress.at(1.0F - 1.0F / static_cast<float>(i));
                    std::this_thread::sleep_for(std::chrono::milliseconds(1));
                }
                ++cancelled;
                return failure(ErrorCode::Cancelled, "Opening the model was cancelled.");
            }};
}

TEST(ModelLoader, GivesTheModelAndIsIdleAgain)
{
    ModelLoader loader;
    Said said(loader);
    EXPECT_EQ(loader.current(), nullptr);
    loader.open(readAtOnce(QStringLiteral("a")));
    ASSERT_NE(loader.current(), nullptr);
    EXPECT_EQ(loader.current()->title, QStringLiteral("a"));
    ASSERT_TRUE(waitFor([&] { return said.isAnything(); }));
    EXPECT_EQ(said.opened, QStringList{QStringLiteral("a")});
    EXPECT_EQ(loader.current(), nullptr);
    EXPECT_EQ(said.shares.back(), -1.0F);
}

TEST(ModelLoader, SaysHowFarItIs)
{
    ModelLoader loader;
    Said said(loader);
    std::atomic<int> cancelled = 0;
    loader.open(endless(QStringLiteral("a"), cancelled));
    ASSERT_TRUE(waitFor([&] { return loader.shareDone() > 0.9F; }));
    EXPECT_EQ(said.shares.front(), 0.0F);
    EXPECT_TRUE(std::ranges::is_sorted(said.shares));
    EXPECT_FALSE(said.isAnything());
}

TEST(ModelLoader, ANewerOneCancelsTheOneBefore)
{
    ModelLoader loader;
    Said said(loader);
    std::atomic<int> cancelled = 0;
    for (int i = 0; i < 3; ++i) {
        loader.open(endless(QStringLiteral("old"), cancelled));
        QTest::qWait(5);
    }
    loader.open(readAtOnce(QStringLiteral("new")));
    ASSERT_TRUE(waitFor([&] { return said.isAnything(); }));
    EXPECT_EQ(said.opened, QStringList{QStringLiteral("new")});
    EXPECT_TRUE(said.failed.isEmpty()) << "what was cancelled is no failure";
    EXPECT_GT(cancelled, 0);
}

TEST(ModelLoader, NothingFollowsACancel)
{
    ModelLoader loader;
    Said said(loader);
    std::atomic<int> cancelled = 0;
    loader.open(endless(QStringLiteral("a"), cancelled));
    loader.cancel();
    EXPECT_EQ(loader.current(), nullptr);
    loader.open(endless(QStringLiteral("b"), cancelled));
    ASSERT_TRUE(waitFor([&] { return loader.shareDone() > 0.5F; }));
    loader.cancel();
    ASSERT_TRUE(waitFor([&] { return cancelled > 0; }));
    QTest::qWait(20);
    EXPECT_FALSE(said.isAnything());
    EXPECT_EQ(said.shares.back(), -1.0F);
}

TEST(ModelLoader, SaysWhyAFolderCannotBeOpened)
{
    ModelLoader loader;
    Said said(loader);
    loader.open(folderSource(QStringLiteral("/no/such/model/")));
    ASSERT_TRUE(waitFor([&] { return said.isAnything(); }));
    ASSERT_EQ(said.failed.size(), 1);
    EXPECT_TRUE(said.failed.front().startsWith(QStringLiteral("model: "))) << said.failed.front().toStdString();
    EXPECT_TRUE(said.failed.front().contains(QStringLiteral("config.json"))) << said.failed.front().toStdString();
}

TEST(ModelLoader, IsDestroyedWhileBusyWithoutHanging)
{
    const QDeadlineTimer deadline(10'000);
    std::atomic<int> cancelled = 0;
    for (int i = 0; i < 20; ++i) {
        ModelLoader loader;
        loader.open(endless(QStringLiteral("a"), cancelled));
        if (i % 2 == 0) {
            QTest::qWait(2);
        }
    }
    EXPECT_FALSE(deadline.hasExpired());
}

}  // namespace
}  // namespace headlight::ui::test
