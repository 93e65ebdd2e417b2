#include "core/analysis/stage_matrix.h"

#include "core/attention/mask.h"
#include "core/trace/stage.h"
#include "tests/core/support/models.h"

#include <gtest/gtest.h>

namespace headlight {
namespace {

/// 4 heads of which two at a time share keys and values, and may not look ahead.
std::shared_ptr<const Trace> groupedTrace()
{
    test::Random random;
    ModelConfig config = test::smallConfig();
    config.keyValueHeads = 2;
    config.mask.direction = Direction::Causal;
    return test::run(test::randomModel(config, random), test::randomText(config, 6, random));
}

TEST(StageMatrix, IsTheHeadsSliceOrItsGroupsOrTheWholeStage)
{
    const auto trace = groupedTrace();
    for (Index head = 0; head < 4; ++head) {
        const auto matrix = [&](StageId id) { return (*stageMatrix(*trace, {id}, HeadIndex(head)))->cells(); };
        EXPECT_EQ(matrix(StageId::Query), test::stage(*trace, {StageId::Query}, head));
        EXPECT_EQ(matrix(StageId::Key), test::stage(*trace, {StageId::Key}, head / 2));
        EXPECT_EQ(matrix(StageId::Concat), test::stage(*trace, {StageId::Concat}));
    }
}

TEST(StageMatrix, WorksOutTheProductsBeforeScaling)
{
    const auto trace = groupedTrace();
    for (Index head = 0; head < 4; ++head) {
        const Matrix raw = (*stageMatrix(*trace, {StageId::RawScores}, HeadIndex(head)))->cells();
        const Matrix query = test::stage(*trace, {StageId::Query}, head);
        const Matrix key = test::stage(*trace, {StageId::Key}, head / 2);
        for (Index i = 0; i < raw.rows(); ++i) {
            for (Index j = 0; j < raw.cols(); ++j) {
                EXPECT_NEAR(raw(i, j), query.row(i).dot(key.row(j)), 1e-5F);
            }
        }
    }
}

TEST(StageMatrix, HidesWhatTheMaskHidesAndNothingElse)
{
    const auto trace = groupedTrace();
    const Matrix masked = (*stageMatrix(*trace, {StageId::MaskedScores, LayerIndex(1)}, HeadIndex(3)))->cells();
    const Matrix scores = test::stage(*trace, {StageId::Scores, LayerIndex(1)}, 3);
    for (Index i = 0; i < masked.rows(); ++i) {
        for (Index j = 0; j < masked.cols(); ++j) {
            EXPECT_EQ(masked(i, j), j > i ? kMasked : scores(i, j));
        }
    }
}

TEST(StageMatrix, RefusesAHeadOrStageThatIsNotThere)
{
    const auto trace = groupedTrace();
    for (const Index head : {-1, 4}) {
        const auto refused = stageMatrix(*trace, {StageId::Weights}, HeadIndex(head));
        ASSERT_FALSE(refused);
        EXPECT_EQ(refused.error(),
                  (Error{ErrorCode::NotFound,
                         "The trace holds no layers.0.attention.weights of head " + std::to_string(head) + "."}));
    }
    EXPECT_FALSE(stageMatrix(*trace, {StageId::FeedForwardGate}, HeadIndex(0)));
    EXPECT_FALSE(stageMatrix(*trace, {StageId::Weights, LayerIndex(2)}, HeadIndex(0)));
    const Trace bare(trace->info(), {{{StageId::Weights}, trace->find({StageId::Weights})}});
    EXPECT_TRUE(stageMatrix(bare, {StageId::Weights}, HeadIndex(0)));
    EXPECT_FALSE(stageMatrix(bare, {StageId::RawScores}, HeadIndex(0)));
    EXPECT_FALSE(stageMatrix(bare, {StageId::MaskedScores}, HeadIndex(0)));
}

TEST(StageMatrix, HasExactlyTheCellsOfItsMatrix)
{
    const auto trace = groupedTrace();
    for (const Stage& stage : stages()) {
        const StageKey key{stage.id};
        const auto matrix = stageMatrix(*trace, key, HeadIndex(3));
        const auto has = [&](Index head, Index row, Index column) {
            return hasCell(*trace, {.stage = key, .head = HeadIndex(head), .row = row, .column = column});
        };
        EXPECT_EQ(has(3, 0, 0), matrix.has_value()) << stage.name;
        if (matrix) {
            const Index rows = (*matrix)->rows();
            const Index cols = (*matrix)->cols();
            EXPECT_TRUE(has(3, rows - 1, cols - 1)) << stage.name;
            EXPECT_FALSE(has(3, rows, 0) || has(3, 0, cols) || has(3, -1, 0) || has(3, 0, -1)) << stage.name;
            EXPECT_FALSE(has(4, 0, 0) || has(-1, 0, 0)) << stage.name;
        }
    }
    EXPECT_FALSE(hasCell(*trace, {.stage = {StageId::Weights, LayerIndex(9)}}));
}

}  // namespace
}  // namespace headlight
