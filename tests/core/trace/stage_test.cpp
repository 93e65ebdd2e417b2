#include "core/trace/stage.h"

#include <gtest/gtest.h>
#include <map>
#include <set>

namespace headlight {
namespace {

// The design's table of tensor names, which files and other programs rely on, and the scores that no pass keeps.
const std::vector<std::string> kModelNames = {"embedding.token",  "embedding.position", "embedding.type",
                                              "embedding.output", "final.norm",         "logits"};
const std::vector<std::string> kLayerNames = {
    "input",
    "attention.norm",
    "attention.query",
    "attention.key",
    "attention.value",
    "attention.raw_scores",
    "attention.scores",
    "attention.masked_scores",
    "attention.weights",
    "attention.heads",
    "attention.concat",
    "attention.output",
    "attention.residual",
    "feed_forward.norm",
    "feed_forward.hidden",
    "feed_forward.gate",
    "feed_forward.activation",
    "feed_forward.output",
    "output",
};

TEST(Stages, AreExactlyTheDesignsTable)
{
    std::set<std::string> expected(kModelNames.begin(), kModelNames.end());
    for (const std::string& name : kLayerNames) {
        expected.insert("layers.12." + name);
    }
    std::set<std::string> names;
    for (const Stage& stage : stages()) {
        names.insert(tensorName({stage.id, LayerIndex(stage.scope == StageScope::Layer ? 12 : 0)}));
    }
    EXPECT_EQ(names, expected);
    EXPECT_EQ(stages().size(), expected.size()) << "no name twice";
}

TEST(Stages, StandInTheOrderOfTheirIdsAndSayWhatTheyAre)
{
    for (std::size_t i = 0; i < stages().size(); ++i) {
        const Stage& stage = stages()[i];
        EXPECT_EQ(static_cast<std::size_t>(stage.id), i) << stage.name;
        EXPECT_EQ(&stageInfo(stage.id), &stage);
        EXPECT_FALSE(stage.title.empty()) << stage.name;
        EXPECT_FALSE(stage.formula.empty()) << stage.name;
        EXPECT_FALSE(stage.axes.empty()) << stage.name;
        EXPECT_TRUE(stage.purpose.ends_with('.')) << stage.name;
        EXPECT_EQ(stage.axes.find_first_not_of("TSHGdDFVC"), std::string_view::npos) << stage.name;
    }
}

TEST(Stages, HaveTheAxesOfTheDesignsTable)
{
    using enum StageId;
    const std::map<StageId, std::string_view> axes = {
        {RawScores, "HTS"}, {MaskedScores, "HTS"},     {Query, "HTd"},          {Key, "GSd"},
        {Value, "GSd"},     {Scores, "HTS"},           {Weights, "HTS"},        {Heads, "HTd"},
        {Concat, "TC"},     {FeedForwardHidden, "TF"}, {FeedForwardGate, "TF"}, {FeedForwardActivation, "TF"},
        {Logits, "TV"},
    };
    for (const Stage& stage : stages()) {
        const auto listed = axes.find(stage.id);
        EXPECT_EQ(stage.axes, listed == axes.end() ? "TD" : listed->second) << stage.name;
    }
}

TEST(TensorName, RoundTripsForEveryStageAndLayer)
{
    for (const Stage& stage : stages()) {
        for (const Index layer : {0, 1, 9, 10, 123}) {
            if (stage.scope == StageScope::Model && layer != 0) {
                continue;
            }
            const StageKey key{stage.id, LayerIndex(layer)};
            const Result<StageKey> parsed = parseTensorName(tensorName(key));
            ASSERT_TRUE(parsed) << tensorName(key);
            EXPECT_EQ(*parsed, key);
        }
    }
}

TEST(ParseTensorName, RejectsWhatIsNoTensorOfATrace)
{
    for (const char* name : {
             "",
             "logit",
             "logits ",
             "Logits",
             "attention.weights",
             "input",
             "layers",
             "layers.",
             "layers.0",
             "layers.0.",
             "layers..input",
             "layers.x.input",
             "layers.-1.input",
             "layers.-0.input",
             "layers.+1.input",
             "layers.01.input",
             "layers. 1.input",
             "layers.1 .input",
             "layers.1.0.input",
             "layers.0x1.input",
             "layers.1e3.input",
             "layers.9223372036854775808.input",
             "layers.99999999999999999999999.input",
             "layers.0.logits",
             "layers.logits",
             "layers.embedding.token",
             "layers.0.attention",
             "layers.0.attention.weights.0",
             "layers.0.Attention.weights",
             "h.0.attn.bias",
         }) {
        const Result<StageKey> parsed = parseTensorName(name);
        ASSERT_FALSE(parsed) << name;
        EXPECT_EQ(parsed.error(),
                  (Error{ErrorCode::NotFound, "\"" + std::string(name) + "\" is no stage of a trace."}));
    }
    EXPECT_FALSE(parseTensorName(std::string_view("logits\0", 7)));
}

}  // namespace
}  // namespace headlight
