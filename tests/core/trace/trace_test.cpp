#include "core/trace/trace.h"

#include "tests/core/support/closeness.h"
#include "tests/core/support/random.h"

namespace headlight::test {
namespace {

Trace sampleTrace()
{
    Tensor weights({2, 3, 3});
    weights.matrix(0).setConstant(0.25F);
    weights.matrix(1).setConstant(0.75F);
    TraceInfo info;
    info.tokens = {{1, "a", {}}, {2, "b", {}}, {3, "c", {}}};
    return {std::move(info), {{{StageId::Weights, LayerIndex(1)}, std::make_shared<const Tensor>(std::move(weights))}}};
}

TEST(Trace, FindsWhatItHoldsAndNullForTheRest)
{
    const Trace trace = sampleTrace();
    EXPECT_EQ(trace.tokens(), 3);
    ASSERT_TRUE(trace.find({StageId::Weights, LayerIndex(1)}));
    EXPECT_EQ(trace.find({StageId::Weights, LayerIndex(1)})->shape(), (Tensor::Shape{2, 3, 3}));
    EXPECT_FALSE(trace.find({StageId::Weights, LayerIndex(0)}));
    EXPECT_FALSE(trace.find({StageId::Scores, LayerIndex(1)}));
}

TEST(Trace, MapIsTheHeadsOwnSliceAndOutlivesTheTrace)
{
    auto trace = std::make_unique<Trace>(sampleTrace());
    const auto map = trace->map(StageId::Weights, {LayerIndex(1), HeadIndex(1)});
    trace.reset();
    ASSERT_TRUE(map);
    EXPECT_EQ((*map)->at(TokenIndex(2), TokenIndex(0)), 0.75F);
}

TEST(Trace, SaysWhichMapItDoesNotHold)
{
    const Trace trace = sampleTrace();
    struct Case
    {
        const char* name;
        StageId stage;
        HeadAddress head;
        const char* message;
    };
    for (const auto& [name, stage, head, message] : {
             Case{"layer beyond the last",
                  StageId::Weights,
                  {LayerIndex(2), HeadIndex(0)},
                  "The trace holds no layers.2.attention.weights of head 0."},
             Case{"head beyond the last",
                  StageId::Weights,
                  {LayerIndex(1), HeadIndex(2)},
                  "The trace holds no layers.1.attention.weights of head 2."},
             Case{"negative head",
                  StageId::Weights,
                  {LayerIndex(1), HeadIndex(-1)},
                  "The trace holds no layers.1.attention.weights of head -1."},
             Case{"stage that a file left out",
                  StageId::Scores,
                  {LayerIndex(1), HeadIndex(0)},
                  "The trace holds no layers.1.attention.scores of head 0."},
         }) {
        SCOPED_TRACE(name);
        const auto map = trace.map(stage, head);
        ASSERT_FALSE(map);
        EXPECT_EQ(map.error(), (Error{ErrorCode::NotFound, message}));
    }
}

}  // namespace
}  // namespace headlight::test
