#include "core/train/batch_pass.h"

#include "core/model/parameters.h"
#include "core/model/transformer.h"
#include "tests/core/support/models.h"
#include "tests/core/support/random.h"
#include "tests/core/train/gradients.h"

#include <gtest/gtest.h>

namespace headlight::test {
namespace {

struct Variant
{
    std::string name;
    NormPlacement norms;
    Activation activation;
    PositionScheme positions;
    Mask mask;
};

const std::vector<Variant>& variants()
{
    static const std::vector<Variant> kVariants = {
        {"BeforeSinusoidal", NormPlacement::Before, Activation::GeluTanh, PositionScheme::Sinusoidal, {}},
        {"BeforeNone", NormPlacement::Before, Activation::Gelu, PositionScheme::None, {}},
        {"BeforeRotaryCausal",
         NormPlacement::Before,
         Activation::Gelu,
         PositionScheme::Rotary,
         {Direction::Causal, MaskPattern::Full, 0}},
        {"BeforeAlibiWindow",
         NormPlacement::Before,
         Activation::GeluTanh,
         PositionScheme::Alibi,
         {Direction::Bidirectional, MaskPattern::Window, 2}},
        {"AfterLearned", NormPlacement::After, Activation::Gelu, PositionScheme::Learned, {}},
        {"AfterSinusoidalStrided",
         NormPlacement::After,
         Activation::GeluTanh,
         PositionScheme::Sinusoidal,
         {Direction::Causal, MaskPattern::Strided, 2}},
    };
    return kVariants;
}

class BatchPass : public testing::TestWithParam<Variant>
{
protected:
    static Model model()
    {
        ModelConfig config = smallConfig();
        config.normPlacement = GetParam().norms;
        config.activation = GetParam().activation;
        config.positions = GetParam().positions;
        config.mask = GetParam().mask;
        Random random;
        Model made = randomModel(config, random);
        if (config.positions != PositionScheme::Learned) {
            made.weights.positionEmbedding.resize(0, 0);
        }
        return made;
    }

    static Batch batch()
    {
        Batch batch;
        batch.append(std::vector<std::int32_t>{3, 1, 4, 1, 5});
        batch.append(std::vector<std::int32_t>{9});
        batch.append(std::vector<std::int32_t>{2, 6, 5});
        return batch;
    }
};

TEST_P(BatchPass, AgreesWithTheForwardPassOfEverySentence)
{
    const Model made = model();
    const Batch all = batch();
    for (const Scaling scaling : {Scaling::On, Scaling::Off}) {
        const Activations activations = forwardBatch(made.config, made.weights, all, scaling);
        for (Index s = 0; s < all.sentences(); ++s) {
            const Index start = all.starts[static_cast<std::size_t>(s)];
            const Index tokens = all.starts[static_cast<std::size_t>(s) + 1] - start;
            const EncodedText text = textOf({all.ids.begin() + start, all.ids.begin() + start + tokens});
            Experiment experiment;
            experiment.scaling = scaling;
            const auto trace = run(made, text, experiment);
            for (Index layer = 0; layer < made.config.layers; ++layer) {
                const BlockActivations& block = activations.blocks[static_cast<std::size_t>(layer)];
                for (Index head = 0; head < made.config.heads; ++head) {
                    EXPECT_TRUE(isClose(block.weights[static_cast<std::size_t>(s * made.config.heads + head)],
                                        stage(*trace, {StageId::Weights, LayerIndex(layer)}, head)));
                }
            }
            EXPECT_TRUE(isClose(Matrix(activations.blocksOutput.middleRows(start, tokens)),
                                stage(*trace, {StageId::LayerOutput, LayerIndex(made.config.layers - 1)})));
        }
    }
}

TEST_P(BatchPass, BackwardIsTheDerivativeWithRespectToEveryParameter)
{
    Model made = model();
    const Batch all = batch();
    Random random;
    OutputGradients probes{.final = random.matrix(all.tokens(), made.config.width), .heads = {}};
    for (Index layer = 0; layer < made.config.layers; ++layer) {
        probes.heads.push_back(layer == 0 ? Matrix() : random.matrix(all.tokens(), made.config.width));
    }
    const auto loss = [&] {
        const Activations activations = forwardBatch(made.config, made.weights, all, Scaling::On);
        double sum = probed(activations.final, probes.final);
        for (std::size_t layer = 1; layer < probes.heads.size(); ++layer) {
            sum += probed(activations.blocks[layer].heads, probes.heads[layer]);
        }
        return sum;
    };
    Weights gradient = zeroWeights(made.config);
    backwardBatch(made.config, made.weights, all, Scaling::On,
                  forwardBatch(made.config, made.weights, all, Scaling::On), probes, gradient);
    std::vector<Parameter> weights = parameters(made.weights);
    const std::vector<Parameter> gradients = parameters(gradient);
    ASSERT_EQ(weights.size(), gradients.size());
    for (std::size_t i = 0; i < weights.size(); ++i) {
        EXPECT_EQ(weights[i].name, gradients[i].name);
        EXPECT_TRUE(isClose(gradients[i].values, finiteDifferences(weights[i].values, loss, 3e-3F),
                            {.absolute = 1e-2, .relative = 1e-2}))
            << weights[i].name;
    }
}

INSTANTIATE_TEST_SUITE_P(Each, BatchPass, testing::ValuesIn(variants()),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace headlight::test
