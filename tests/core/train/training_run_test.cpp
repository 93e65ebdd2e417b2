#include "core/train/training_run.h"

#include "core/train/checkpoint.h"
#include "tests/core/support/closeness.h"
#include "tests/core/support/models.h"
#include "tests/core/support/temporary_folder.h"

#include <fstream>
#include <gtest/gtest.h>
#include <sstream>

namespace headlight::test {
namespace {

TrainerOptions options(std::uint64_t seed = 1)
{
    TrainerOptions made;
    made.seed = seed;
    made.steps = 120;
    made.batchSentences = 8;
    made.warmUpSteps = 5;
    made.learningRate = 1e-2F;
    made.objective.maskId = 1;
    made.objective.firstWordId = 2;
    made.objective.otherCandidates = 2;
    for (std::size_t i = 0; i < kRoleCount; ++i) {
        made.objective.roleHeads[i] = {LayerIndex(static_cast<Index>(i) / 4), HeadIndex(static_cast<Index>(i) % 4)};
    }
    return made;
}

/// Four words of which the last copies the first, and looks at it.
Example copying(headlight::Random& random)
{
    Example example{.ids = {}, .links = {{Role::Antecedent, 3, 0}}, .isWord = {true, true, true, false}};
    for (int i = 0; i < 3; ++i) {
        example.ids.push_back(2 + static_cast<std::int32_t>(random.below(8)));
    }
    example.ids.push_back(10);
    return example;
}

Trainer trainer(const TrainerOptions& made = options())
{
    ModelConfig config = smallConfig();
    config.positions = PositionScheme::Sinusoidal;
    return {config, made, copying};
}

::testing::AssertionResult areIdentical(const TrainedWeights& a, const TrainedWeights& b)
{
    TrainedWeights left = a;
    TrainedWeights right = b;
    const std::vector<Parameter> lefts = parameters(left);
    const std::vector<Parameter> rights = parameters(right);
    for (std::size_t i = 0; i < lefts.size(); ++i) {
        if (::testing::AssertionResult same = isIdentical(lefts[i].values, rights[i].values); !same) {
            return std::move(same << " in " << lefts[i].name);
        }
    }
    return ::testing::AssertionSuccess();
}

std::string contentOf(const std::filesystem::path& path)
{
    std::ifstream file(path, std::ios::binary);
    std::ostringstream content;
    content << file.rdbuf();
    return content.str();
}

TEST(Trainer, LearnsAndIsTheSameFromTheSameSeed)
{
    Trainer first = trainer();
    Trainer second = trainer();
    Trainer other = trainer(options(2));
    const double before = first.step().loss.roles[static_cast<std::size_t>(Role::Antecedent)];
    second.step();
    other.step();
    double after = 0.0;
    while (!first.isDone()) {
        after = first.step().loss.roles[static_cast<std::size_t>(Role::Antecedent)];
        second.step();
        other.step();
    }
    EXPECT_TRUE(areIdentical(first.weights(), second.weights()));
    EXPECT_FALSE(areIdentical(first.weights(), other.weights()));
    EXPECT_LT(after, 0.6 * before);
}

TEST(TrainingRun, GoesOnAfterAStopAsIfThereHadBeenNone)
{
    const TemporaryFolder folder;
    Result<TrainingRun> whole = TrainingRun::open(folder.path() / "whole", trainer());
    ASSERT_TRUE(whole) << whole.error().message;
    while (!whole->isDone()) {
        whole->step();
    }
    ASSERT_TRUE(whole->save());
    {
        Result<TrainingRun> stopped = TrainingRun::open(folder.path() / "parts", trainer());
        ASSERT_TRUE(stopped);
        for (int i = 0; i < 20; ++i) {
            stopped->step();
        }
        ASSERT_TRUE(stopped->save());
        for (int i = 0; i < 7; ++i) {
            stopped->step();  // Lost with the stop.
        }
    }
    Result<TrainingRun> resumed = TrainingRun::open(folder.path() / "parts", trainer());
    ASSERT_TRUE(resumed) << resumed.error().message;
    EXPECT_EQ(resumed->trainer().stepsDone(), 20);
    while (!resumed->isDone()) {
        resumed->step();
    }
    ASSERT_TRUE(resumed->save());
    EXPECT_TRUE(areIdentical(whole->trainer().weights(), resumed->trainer().weights()));
    const std::string log = contentOf(folder.path() / "whole" / "log.csv");
    EXPECT_EQ(log, contentOf(folder.path() / "parts" / "log.csv"));
    EXPECT_EQ(std::ranges::count(log, '\n'), 121);
}

TEST(TrainingRun, RefusesAnotherRunsCheckpointAndLeavesIt)
{
    const TemporaryFolder folder;
    ASSERT_TRUE(TrainingRun::open(folder.path(), trainer()));
    const std::string before = contentOf(folder.path() / "checkpoint.safetensors");
    const Result<TrainingRun> other = TrainingRun::open(folder.path(), trainer(options(2)));
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().code, ErrorCode::InvalidArgument);
    EXPECT_NE(other.error().message.find("seed is 1, not 2"), std::string::npos) << other.error().message;
    EXPECT_EQ(contentOf(folder.path() / "checkpoint.safetensors"), before);
}

TEST(TrainingRun, RefusesADamagedCheckpoint)
{
    const TemporaryFolder folder;
    ASSERT_TRUE(TrainingRun::open(folder.path(), trainer()));
    const std::filesystem::path path = folder.path() / "checkpoint.safetensors";
    std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
    const Result<TrainingRun> damaged = TrainingRun::open(folder.path(), trainer());
    ASSERT_FALSE(damaged);
    EXPECT_EQ(damaged.error().code, ErrorCode::Malformed);
    EXPECT_NE(damaged.error().message.find(path.string()), std::string::npos) << damaged.error().message;
}

TEST(TrainingRun, SaysWhereItCannotWrite)
{
    const TemporaryFolder folder;
    std::ofstream(folder.path() / "file") << "no folder";
    const Result<TrainingRun> run = TrainingRun::open(folder.path() / "file" / "below", trainer());
    ASSERT_FALSE(run);
    EXPECT_EQ(run.error().code, ErrorCode::Unwritable);
    EXPECT_EQ(contentOf(folder.path() / "file"), "no folder");
}

TEST(TrainingRun, KeepsTheLastCheckpointWhereTheNextCannotBeWritten)
{
    const TemporaryFolder folder;
    Result<TrainingRun> run = TrainingRun::open(folder.path(), trainer());
    ASSERT_TRUE(run);
    const std::string before = contentOf(folder.path() / "checkpoint.safetensors");
    run->step();
    std::filesystem::remove(folder.path() / "log.csv");
    std::filesystem::create_directory(folder.path() / "log.csv");
    const Result<void> saved = run->save();
    ASSERT_FALSE(saved);
    EXPECT_EQ(saved.error().code, ErrorCode::Unwritable);
    EXPECT_EQ(contentOf(folder.path() / "checkpoint.safetensors"), before);
}

}  // namespace
}  // namespace headlight::test
