#include "core/analysis/rollout.h"

#include "core/attention/mask.h"
#include "core/attention/softmax.h"
#include "tests/core/support/closeness.h"
#include "tests/core/support/naive.h"
#include "tests/core/support/random.h"
#include "tests/core/support/traces.h"

namespace headlight::test {
namespace {

TraceInfo infoOf(Index tokens)
{
    TraceInfo info;
    info.tokens.resize(static_cast<std::size_t>(tokens));
    return info;
}

Matrix randomWeights(Random& random, Index tokens, Direction direction = Direction::Bidirectional)
{
    return softmaxRows(applyMask(random.matrix(tokens, tokens, 4.0F), {.direction = direction}), 1.0F);
}

TEST(AttentionRollout, OfAHandComputedTrace)
{
    Matrix toFirst(2, 2);
    toFirst << 1.0F, 0.0F, 1.0F, 0.0F;
    Matrix toSecond(2, 2);
    toSecond << 0.0F, 1.0F, 0.0F, 1.0F;
    // Layer 0: the mean is (1/2, 1/2) in each row, A_0 = (3/4, 1/4; 1/4, 3/4). Layer 1: A_1 = (1, 0; 1/2, 1/2).
    const auto rollout =
        attentionRollout(*traceOfWeights({{toFirst, toSecond}, {toFirst, toFirst}}, infoOf(2))).value();
    ASSERT_EQ(rollout.size(), 2U);
    Matrix first(2, 2);
    first << 0.75F, 0.25F, 0.25F, 0.75F;
    Matrix second(2, 2);
    second << 0.75F, 0.25F, 0.5F, 0.5F;
    EXPECT_TRUE(isIdentical(rollout[0], first));
    EXPECT_TRUE(isIdentical(rollout[1], second));
}

TEST(AttentionRollout, IsADistributionAndKeepsWhatACausalMaskHides)
{
    Random random;
    SCOPED_TRACE(random.describe());
    std::vector<std::vector<Matrix>> layers;
    for (int layer = 0; layer < 4; ++layer) {
        layers.push_back({randomWeights(random, 21, Direction::Causal), randomWeights(random, 21, Direction::Causal)});
    }
    const std::vector<Matrix> rollouts = attentionRollout(*traceOfWeights(layers, infoOf(21))).value();
    for (const Matrix& rollout : rollouts) {
        EXPECT_TRUE(rowsAreDistributions(rollout));
        EXPECT_EQ(rollout.triangularView<Eigen::StrictlyUpper>().toDenseMatrix().cwiseAbs().maxCoeff(), 0.0F);
    }
}

TEST(AttentionRollout, OfHeadsThatLookAtThemselvesIsTheIdentity)
{
    const Matrix self = Matrix::Identity(5, 5);
    const auto rollout =
        attentionRollout(*traceOfWeights({{self, self}, {self, self}, {self, self}}, infoOf(5))).value();
    EXPECT_TRUE(isClose(rollout.back(), self));
}

TEST(AttentionRollout, LeavesOutHeadsThatAreOff)
{
    Random random;
    SCOPED_TRACE(random.describe());
    const Matrix a = randomWeights(random, 6);
    const Matrix b = randomWeights(random, 6);
    TraceInfo info = infoOf(6);
    info.experiment.ablatedHeads = {{LayerIndex(0), HeadIndex(1)}};
    EXPECT_TRUE(isIdentical(attentionRollout(*traceOfWeights({{a, b}}, info)).value().front(),
                            attentionRollout(*traceOfWeights({{a}}, infoOf(6))).value().front()));
    info.experiment.ablatedHeads.insert({LayerIndex(0), HeadIndex(0)});
    EXPECT_TRUE(isIdentical(attentionRollout(*traceOfWeights({{a, b}}, info)).value().front(), Matrix::Identity(6, 6)))
        << "the residual connection carries all";
}

TEST(AttentionRollout, AgreesWithItsNaiveTwin)
{
    Random random;
    SCOPED_TRACE(random.describe());
    for (const Index tokens : {1, 3, 17, 40}) {
        std::vector<std::vector<Matrix>> layers;
        DoubleMatrix expected = DoubleMatrix::Identity(tokens, tokens);
        for (int layer = 0; layer < 3; ++layer) {
            layers.push_back(
                {randomWeights(random, tokens), randomWeights(random, tokens), randomWeights(random, tokens)});
            DoubleMatrix mixed(tokens, tokens);
            for (Index i = 0; i < tokens; ++i) {
                for (Index j = 0; j < tokens; ++j) {
                    double mean = 0.0;
                    for (const Matrix& head : layers.back()) {
                        mean += static_cast<double>(head(i, j)) / 3.0;
                    }
                    mixed(i, j) = 0.5 * mean + (i == j ? 0.5 : 0.0);
                }
            }
            expected = naiveMultiply(mixed, expected);
        }
        EXPECT_TRUE(isClose(attentionRollout(*traceOfWeights(layers, infoOf(tokens))).value().back(), expected));
    }
}

TEST(AttentionRollout, NamesAMissingLayerAndCanBeCancelled)
{
    const auto whole = traceOfWeights({{Matrix::Identity(2, 2)}, {Matrix::Identity(2, 2)}}, infoOf(2));
    Trace::Tensors tensors = tensorsOf(*whole);
    tensors.erase({StageId::Weights, LayerIndex(0)});
    const auto missing = attentionRollout(Trace(whole->info(), tensors));
    ASSERT_FALSE(missing);
    EXPECT_EQ(missing.error().code, ErrorCode::NotFound);
    EXPECT_NE(missing.error().message.find("layers.0.attention.weights"), std::string::npos);
    std::stop_source source;
    source.request_stop();
    EXPECT_EQ(attentionRollout(*whole, source.get_token()).error().code, ErrorCode::Cancelled);
}

}  // namespace
}  // namespace headlight::test
