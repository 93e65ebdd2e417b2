#include "core/io/recorded_stages.h"

#include "core/io/trace_file.h"
#include "tests/core/support/closeness.h"
#include "tests/core/support/models.h"
#include "tests/core/support/temporary_folder.h"

#include <gtest/gtest.h>

namespace headlight::test {
namespace {

std::shared_ptr<const Trace> writtenAndRead(const Trace& trace, const std::vector<std::string>& stages)
{
    const TemporaryFolder folder;
    EXPECT_TRUE(writeTrace(folder / "trace", trace, {.stages = stages}));
    return readTrace(folder / "trace").value();
}

/// A pass of a model whose scores have a bias, whose heads share keys and whose layers have other scales and masks.
std::shared_ptr<const Trace> involvedTrace(const Experiment& experiment = {})
{
    Random random;
    ModelConfig config = smallConfig();
    config.positions = PositionScheme::Alibi;
    config.keyValueHeads = 2;
    config.scalesByLayer = true;
    config.layerMasks = {{.direction = Direction::Causal},
                         {.direction = Direction::Causal, .pattern = MaskPattern::Window, .reach = 3}};
    const Model model = randomModel(config, random);
    return run(model, randomText(config, 9, random), experiment);
}

TEST(RecordedStages, ScoresAndWeightsFollowFromQueriesAndKeys)
{
    for (const Experiment& experiment : {Experiment{}, Experiment{.scaling = Scaling::Off, .temperature = 0.5F},
                                         Experiment{.mask = MaskChoice::None}}) {
        const auto trace = involvedTrace(experiment);
        const auto read = writtenAndRead(*trace, {"attention.query", "attention.key"});
        EXPECT_FALSE(read->has({StageId::Value}));
        for (const StageId stage : {StageId::Scores, StageId::Weights}) {
            for (const Index layer : {0, 1}) {
                for (const Index which : {0, 3}) {
                    const Matrix cells = trace->map(stage, head(layer, which)).value()->cells();
                    EXPECT_TRUE(isClose(read->map(stage, head(layer, which)).value()->cells(), cells))
                        << layer << "." << which;
                    EXPECT_TRUE(isClose(read->find({stage, LayerIndex(layer)})->matrix(which), cells));
                }
            }
        }
    }
}

TEST(RecordedStages, WithoutASoftmaxThereAreNoWeightsUnlessTheyWereRecorded)
{
    const auto trace = involvedTrace({.kernel = AttentionKernel::Linear, .positions = PositionScheme::None});
    EXPECT_FALSE(writtenAndRead(*trace, {"attention.query", "attention.key"})->has({StageId::Weights}));
    EXPECT_TRUE(writtenAndRead(*trace, {"attention.weights"})->has({StageId::Weights}));
}

TEST(RecordedStages, ReadsRowsAndPartsAsTheWholeHasThem)
{
    const auto trace = involvedTrace();
    const auto read = writtenAndRead(*trace, {});
    const StageKey output{StageId::LayerOutput, LayerIndex(1)};
    EXPECT_TRUE(isIdentical(read->row(output, TokenIndex(4)), trace->find(output)->matrix().row(4)));
    EXPECT_TRUE(isIdentical(stage(*read, {StageId::Weights, LayerIndex(1)}, 2),
                            stage(*trace, {StageId::Weights, LayerIndex(1)}, 2)));
}

/// More weights than there is room to remember: each head is read from the file as it is looked at.
TEST(RecordedStages, ReadsAMapOfAnyTypePartByPart)
{
    constexpr Index kTokens = 1500;
    constexpr Index kHeads = 12;
    Random random;
    Tensor weights({kHeads, kTokens, kTokens});
    for (Index h = 0; h < kHeads; ++h) {
        weights.matrix(h) = random.matrix(kTokens, kTokens).cwiseAbs();
    }
    const auto shared = std::make_shared<const Tensor>(std::move(weights));
    const TemporaryFolder folder;
    for (const DType type : {DType::F32, DType::F16}) {
        ASSERT_TRUE(writeSafetensors(folder / "trace", {{"layers.0.attention.weights", shared}}, {}, type));
        const auto trace = readTrace(folder / "trace").value();
        ASSERT_GT(kHeads * kTokens * kTokens * 4, static_cast<Index>(kTraceBytes));
        const auto map = trace->map(StageId::Weights, head(0, 7)).value();
        Matrix expected = shared->matrix(7);
        if (type == DType::F16) {
            expected = expected.cast<Eigen::half>().cast<float>();
        }
        EXPECT_TRUE(isIdentical(map->cells(), expected));
        EXPECT_TRUE(isIdentical(map->row(TokenIndex(1400)), expected.row(1400)));
        EXPECT_EQ(map->at(TokenIndex(1400), TokenIndex(3)), expected(1400, 3));
        EXPECT_TRUE(isIdentical(map->tile({100, 1400}, {7, 1500}, {200, 300}),
                                pooled(expected.block(100, 7, 1300, 1493), {200, 300})));
    }
}

TEST(RecordedStages, WhatTheFileSaysOfScoresIsChecked)
{
    const auto trace = involvedTrace();
    const TemporaryFolder folder;
    const NamedTensor keys{"layers.1.attention.key", trace->find({StageId::Key, LayerIndex(1)})};
    for (const char* scoring : {"[]", R"({"scales":[1]})", R"({"scales":["a","b"]})", R"({"alibi":1})", "{"}) {
        ASSERT_TRUE(writeSafetensors(folder / "trace", {keys}, {{"scoring", scoring}}));
        const auto read = readTrace(folder / "trace");
        ASSERT_FALSE(read) << scoring;
        EXPECT_NE(read.error().message.find("The metadata entry \"scoring\""), std::string::npos)
            << read.error().message;
    }
}

}  // namespace
}  // namespace headlight::test
