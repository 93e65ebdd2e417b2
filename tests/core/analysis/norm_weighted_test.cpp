#include "core/analysis/norm_weighted.h"

#include "tests/core/support/closeness.h"
#include "tests/core/support/models.h"
#include "tests/core/support/traces.h"

#include <cmath>

namespace headlight::test {
namespace {

TEST(NormWeightedAttention, OfAHandComputedHead)
{
    Matrix weights(2, 2);
    weights << 0.25F, 0.75F, 1.0F, 0.0F;
    TraceInfo info;
    info.tokens = tokensOf({"a", "b"});
    Trace::Tensors tensors = tensorsOf(*traceOfWeights({{weights}}, info));
    Tensor values({1, 2, 2});
    values.matrix(0) << 1.0F, 0.0F, 2.0F, 1.0F;
    tensors.emplace(StageKey{StageId::Value}, std::make_shared<const Tensor>(std::move(values)));
    info.layers = 1;
    info.heads = 1;
    Model model;
    model.weights.blocks.resize(1);
    model.weights.blocks[0].output.weight = Matrix(2, 2);
    model.weights.blocks[0].output.weight << 3.0F, 4.0F, 0.0F, -8.0F;
    // f(a) = (3, 4), 5 long; f(b) = (6, 0), 6 long.
    Matrix expected(2, 2);
    expected << 0.25F * 5.0F, 0.75F * 6.0F, 5.0F, 0.0F;
    EXPECT_TRUE(isClose(normWeightedAttention(Trace(info, tensors), model, {}).value(), expected));
}

/// Every vector α_ij·f(x_j) formed and measured, from the layer's input on.
DoubleMatrix naive(const Trace& trace, const Model& model, HeadAddress head)
{
    const ModelConfig& config = model.config;
    const Index width = config.headWidth();
    const Index group = head.head.value * config.groups() / config.heads;
    const BlockWeights& block = model.weights.blocks[static_cast<std::size_t>(head.layer.value)];
    const Matrix input = stage(trace, {StageId::AttentionNorm, head.layer});
    const Matrix weights = stage(trace, {StageId::Weights, head.layer}, head.head.value);
    DoubleMatrix result(weights.rows(), weights.cols());
    for (Index i = 0; i < weights.rows(); ++i) {
        for (Index j = 0; j < weights.cols(); ++j) {
            double squares = 0.0;
            for (Index e = 0; e < config.width; ++e) {
                double entry = 0.0;
                for (Index d = 0; d < width; ++d) {
                    double value = static_cast<double>(block.value.bias(group * width + d));
                    for (Index c = 0; c < config.width; ++c) {
                        value += static_cast<double>(input(j, c)) *
                                 static_cast<double>(block.value.weight(c, group * width + d));
                    }
                    entry += value * static_cast<double>(block.output.weight(head.head.value * width + d, e));
                }
                squares += std::pow(static_cast<double>(weights(i, j)) * entry, 2.0);
            }
            result(i, j) = std::sqrt(squares);
        }
    }
    return result;
}

TEST(NormWeightedAttention, AgreesWithItsNaiveTwinAlsoWhereHeadsShareValues)
{
    Random random;
    SCOPED_TRACE(random.describe());
    for (const Index groups : {4, 2, 1}) {
        ModelConfig config = smallConfig();
        config.keyValueHeads = groups;
        config.mask.direction = groups == 2 ? Direction::Causal : Direction::Bidirectional;
        const Model model = randomModel(config, random);
        const auto trace = run(model, randomText(config, 7, random));
        for (Index layer = 0; layer < config.layers; ++layer) {
            for (Index head = 0; head < config.heads; ++head) {
                const HeadAddress address{LayerIndex(layer), HeadIndex(head)};
                EXPECT_TRUE(
                    isClose(normWeightedAttention(*trace, model, address).value(), naive(*trace, model, address)));
            }
        }
    }
}

TEST(NormWeightedAttention, GrowsWithTheOutputWeightsAndIsZeroWhereTheMaskHides)
{
    Random random;
    SCOPED_TRACE(random.describe());
    ModelConfig config = smallConfig();
    config.mask.direction = Direction::Causal;
    Model model = randomModel(config, random);
    const auto trace = run(model, randomText(config, 6, random));
    const HeadAddress head{LayerIndex(1), HeadIndex(2)};
    const Matrix before = normWeightedAttention(*trace, model, head).value();
    EXPECT_EQ(before.triangularView<Eigen::StrictlyUpper>().toDenseMatrix().maxCoeff(), 0.0F);
    EXPECT_GE(before.minCoeff(), 0.0F);
    model.weights.blocks[1].output.weight *= -3.0F;
    EXPECT_TRUE(isClose(normWeightedAttention(*trace, model, head).value(), 3.0F * before));
}

TEST(NormWeightedAttention, SaysWhatDoesNotFit)
{
    Random random;
    SCOPED_TRACE(random.describe());
    const ModelConfig config = smallConfig();
    const Model model = randomModel(config, random);
    const auto trace = run(model, randomText(config, 5, random));
    Trace::Tensors tensors = tensorsOf(*trace);
    tensors.erase({StageId::Value, LayerIndex(0)});
    EXPECT_EQ(normWeightedAttention(Trace(trace->info(), tensors), model, {}).error().code, ErrorCode::NotFound);
    Model wider = model;
    wider.weights.blocks[0].output.weight = random.matrix(2 * config.width, config.width);
    EXPECT_EQ(normWeightedAttention(*trace, wider, {}).error().code, ErrorCode::ShapeMismatch);
}

}  // namespace
}  // namespace headlight::test
