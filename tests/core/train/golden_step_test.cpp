#include "core/train/adamw.h"
#include "core/train/trainer.h"
#include "tests/core/support/closeness.h"
#include "tests/core/support/golden.h"

#include <gtest/gtest.h>

namespace headlight::test {
namespace {

ModelConfig config()
{
    return {.vocabulary = 24,
            .width = 16,
            .layers = 2,
            .heads = 4,
            .feedForwardWidth = 24,
            .maxTokens = 16,
            .activation = Activation::GeluTanh,
            .mask = {}};
}

TrainedWeights shaped()
{
    TrainedWeights weights{.model = zeroWeights(config())};
    weights.readOuts = zeroReadOuts(config(), {});
    return weights;
}

/// The parameters under a prefix of the file.
TrainedWeights read(const GoldenFile& file, const std::string& prefix)
{
    TrainedWeights weights = shaped();
    for (Parameter& parameter : parameters(weights)) {
        parameter.values = file.matrix(prefix + parameter.name)
                               .reshaped<Eigen::RowMajor>(parameter.values.rows(), parameter.values.cols());
    }
    return weights;
}

class GoldenStep : public testing::Test
{
protected:
    GoldenStep() : m_file(readGolden("training_step")), m_weights(read(m_file, "before/")), m_gradient(shaped())
    {
        for (const auto& sentence : m_file.metadata.at("sentences")) {
            m_exercise.batch.append(sentence.get<std::vector<std::int32_t>>());
        }
        for (const auto& question : m_file.metadata.at("questions")) {
            const auto role = question.at(2).get<int>();
            const bool isHead = question.at(3).get<std::string>() == "head";
            m_exercise.questions.push_back(
                {.row = question.at(0).get<Index>(),
                 .answer = question.at(1).get<std::int32_t>(),
                 .asked = role < 0 ? Asked::MaskedWord
                          : isHead ? Asked::Head
                                   : Asked::Output,
                 .role = role < 0 ? Role::Subject : kRoles.at(static_cast<std::size_t>(role)),
                 .weight = question.at(4).get<float>()});
        }
        m_exercise.candidates = m_file.metadata.at("candidates").get<std::vector<std::int32_t>>();
        for (const Role role : kRoles) {
            const auto& seat = m_file.metadata.at("seats").at(std::string(roleName(role)));
            m_options.roleHeads[static_cast<std::size_t>(role)] = {LayerIndex(seat.at(0).get<Index>()),
                                                                   HeadIndex(seat.at(1).get<Index>())};
        }
        m_loss = differentiate(config(), m_weights, m_exercise, m_options, m_gradient);
    }

    GoldenFile m_file;
    TrainedWeights m_weights;
    TrainedWeights m_gradient;
    Exercise m_exercise;
    ObjectiveOptions m_options;
    Loss m_loss;
};

TEST_F(GoldenStep, LossAndGradientsAreThoseOfAutograd)
{
    const double expected = m_file.metadata.at("loss").get<double>();
    EXPECT_NEAR(m_loss.total, expected, 1e-5 * expected);
    for (const Parameter& gradient : parameters(m_gradient)) {
        const Matrix golden = m_file.matrix("gradient/" + gradient.name)
                                  .reshaped<Eigen::RowMajor>(gradient.values.rows(), gradient.values.cols());
        EXPECT_TRUE(isClose(gradient.values, golden)) << gradient.name;
    }
}

TEST_F(GoldenStep, ClippingAndAdamWGiveTheSameWeights)
{
    std::vector<Parameter> gradients = parameters(m_gradient);
    const double norm = clipGradients(gradients, m_file.metadata.at("longest_gradient").get<double>());
    EXPECT_NEAR(norm, m_file.metadata.at("gradient_norm").get<double>(), 1e-4);
    std::vector<Parameter> weights = parameters(m_weights);
    AdamW(weights, {}).step(weights, gradients, m_file.metadata.at("learning_rate").get<float>());
    TrainedWeights golden = read(m_file, "after/");
    const std::vector<Parameter> expected = parameters(golden);
    for (std::size_t i = 0; i < weights.size(); ++i) {
        // A key's bias shifts a row of scores as a whole, so its gradient is 0 but for rounding, which AdamW scales to full steps.
        if (!weights[i].name.ends_with("key.bias")) {
            EXPECT_TRUE(isClose(weights[i].values, expected[i].values)) << weights[i].name;
        }
    }
}

}  // namespace
}  // namespace headlight::test
