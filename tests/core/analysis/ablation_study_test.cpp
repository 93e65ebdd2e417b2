#include "core/analysis/ablation_study.h"

#include "core/analysis/predictions.h"
#include "tests/core/support/models.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <gtest/gtest.h>
#include <stop_token>

namespace headlight::test {
namespace {

const HeadEffect& effectOf(const AblationStudy& study, HeadAddress address)
{
    return *std::ranges::find(study.effects, address, &HeadEffect::head);
}

LinearWeights constant(const Matrix& weight)
{
    return {weight, RowVector::Zero(weight.cols())};
}

/// One layer of two heads, each of width 2, and one token (2, 2, 2, 2), whose norm is (1, 1, 1, 1), as are all values. Head 0 adds
/// (3, 3, 0, 0) and head 1 nothing, so that the output is (5, 5, 2, 2). The logits are y₀·ln 3 / 3 − ln 9 / 3 and 0.
Model workedModel()
{
    Model model{.name = "worked",
                .note = "",
                .config = {.vocabulary = 2,
                           .width = 4,
                           .layers = 1,
                           .heads = 2,
                           .feedForwardWidth = 1,
                           .maxTokens = 4,
                           .normKind = NormKind::RmsNorm,
                           .positions = PositionScheme::None,
                           .normEpsilon = 0.0F,
                           .outputEmbedding = OutputEmbedding::Own,
                           .hasOutputBias = true},
                .weights = {},
                .tokenizer = nullptr};
    model.weights.tokenEmbedding = Matrix::Constant(2, 4, 2.0F);
    BlockWeights block;
    block.query = constant(Matrix::Zero(4, 4));
    block.key = constant(Matrix::Zero(4, 4));
    block.value = constant(Matrix::Identity(4, 4));
    block.output = constant(Eigen::Vector4f(3.0F, 3.0F, 0.0F, 0.0F).asDiagonal().toDenseMatrix());
    block.attentionNorm = {RowVector::Ones(4), {}};
    block.feedForwardNorm = {RowVector::Ones(4), {}};
    block.expand = constant(Matrix::Zero(4, 1));
    block.contract = constant(Matrix::Zero(1, 4));
    model.weights.blocks.push_back(block);
    model.weights.outputHead.embedding = Matrix::Zero(2, 4);
    model.weights.outputHead.embedding(0, 0) = std::log(3.0F) / 3.0F;
    model.weights.outputHead.bias = RowVector::Zero(2);
    model.weights.outputHead.bias(0) = -std::log(9.0F) / 3.0F;
    return model;
}

TEST(StudyAblation, MeasuresTheOutputAsWorkedByHand)
{
    const AblationStudy study =
        studyAblation(shared(workedModel()), textOf({0}), {}, OutputTarget{TokenIndex(0)}).value();
    EXPECT_NEAR(study.before, std::sqrt(58.0), 1e-6);
    ASSERT_EQ(study.effects.size(), 2U);
    const TargetChange first = study.effects[0].change.value();
    EXPECT_NEAR(first.before, std::sqrt(58.0), 1e-6);
    EXPECT_NEAR(first.after, 4.0, 1e-6);
    EXPECT_NEAR(first.effect, std::sqrt(18.0 / 58.0), 1e-6);
    EXPECT_FALSE(first.prediction);
    EXPECT_EQ(study.effects[1].change->effect, 0.0);
}

TEST(StudyAblation, MeasuresAPredictionAsWorkedByHand)
{
    const AblationStudy study =
        studyAblation(shared(workedModel()), textOf({0}), {}, PredictionTarget{TokenIndex(0), 0}).value();
    const TargetChange first = study.effects[0].change.value();  // logits ln 3 and 0, then 0 and 0
    EXPECT_NEAR(first.before, 0.75, 1e-6);
    EXPECT_NEAR(first.after, 0.5, 1e-6);
    EXPECT_NEAR(first.effect, -0.25, 1e-6);
    ASSERT_TRUE(first.prediction);
    EXPECT_NEAR(first.prediction->logProbability, std::log2(2.0 / 3.0), 1e-6);
    EXPECT_NEAR(first.prediction->divergence, 0.75 * std::log2(1.5) - 0.25, 1e-6);
    EXPECT_EQ(study.effects[1].change->effect, 0.0);
    EXPECT_EQ(study.effects[1].change->prediction->divergence, 0.0);
}

/// A model with random weights and what a study of it needs.
class RandomStudy : public testing::Test
{
protected:
    RandomStudy()
    {
        m_config.layers = 3;
        m_model = randomModel(m_config, m_random);
        m_text = randomText(m_config, 7, m_random);
    }

    AblationStudy study(const AblationTarget& target, const Experiment& base = {}) const
    {
        return studyAblation(shared(m_model), m_text, base, target).value();
    }

    /// Applies `check` to a study of each kind of target.
    void forEachTarget(const std::function<void(const AblationTarget&)>& check) const
    {
        for (const AblationTarget& target :
             {AblationTarget(OutputTarget{TokenIndex(4)}), AblationTarget(PredictionTarget{TokenIndex(6), 3}),
              AblationTarget(AttentionTarget{head(2, 1), TokenIndex(5), TokenIndex(2)})}) {
            SCOPED_TRACE(target.index());
            check(target);
        }
    }

    Random m_random;
    ModelConfig m_config = smallConfig();
    Model m_model;
    EncodedText m_text;
};

/// The target's number in a whole pass, told anew.
double valueIn(const Trace& trace, const Model& model, const AblationTarget& target)
{
    if (const auto* output = std::get_if<OutputTarget>(&target)) {
        const RowVector row = stage(trace, outputStage(model)).row(output->token.value);
        return row.cast<double>().norm();
    }
    if (const auto* prediction = std::get_if<PredictionTarget>(&target)) {
        const auto all = topPredictions(trace, prediction->token, model.config.vocabulary).value();
        return std::ranges::find(all, prediction->id, &Prediction::id)->probability;
    }
    const auto& attention = std::get<AttentionTarget>(target);
    return static_cast<double>(stage(trace, {StageId::Weights, attention.head.layer},
                                     attention.head.head.value)(attention.query.value, attention.key.value));
}

TEST_F(RandomStudy, IsTheDifferenceOfTwoWholePassesForEveryHead)
{
    SCOPED_TRACE(m_random.describe());
    for (const NormPlacement placement : {NormPlacement::Before, NormPlacement::After}) {
        m_config.normPlacement = placement;
        m_model = randomModel(m_config, m_random);
        const auto whole = run(m_model, m_text);
        forEachTarget([&](const AblationTarget& target) {
            const AblationStudy measured = study(target);
            ASSERT_EQ(measured.effects.size(), 12U);
            for (const auto& [address, change] : measured.effects) {
                const auto without = run(m_model, m_text, {.ablatedHeads = {address}});
                ASSERT_TRUE(change);
                // One row of logits may round otherwise than all of them together.
                const double rounding = std::holds_alternative<PredictionTarget>(target) ? 1e-6 : 0.0;
                EXPECT_NEAR(change->before, valueIn(*whole, m_model, target), rounding);
                EXPECT_NEAR(change->after, valueIn(*without, m_model, target), rounding);
                if (const auto* output = std::get_if<OutputTarget>(&target)) {
                    const StageKey key = outputStage(m_model);
                    const RowVector difference =
                        stage(*without, key).row(output->token.value) - stage(*whole, key).row(output->token.value);
                    EXPECT_DOUBLE_EQ(change->effect, difference.cast<double>().norm() / change->before);
                } else {
                    EXPECT_EQ(change->effect, change->after - change->before);
                }
            }
        });
    }
}

TEST_F(RandomStudy, AHeadWhoseOutputIsMultipliedByZerosHasNoEffectAtAll)
{
    SCOPED_TRACE(m_random.describe());
    m_model.weights.blocks[1].output.weight.middleRows(3 * m_config.headWidth(), m_config.headWidth()).setZero();
    forEachTarget([&](const AblationTarget& target) {
        const AblationStudy measured = study(target);
        const TargetChange change = effectOf(measured, head(1, 3)).change.value();
        EXPECT_EQ(change.effect, 0.0);
        EXPECT_EQ(change.after, change.before);
        if (change.prediction) {
            EXPECT_EQ(change.prediction->divergence, 0.0);
            EXPECT_EQ(change.prediction->logProbability, 0.0);
        }
        EXPECT_NE(effectOf(measured, head(1, 2)).change->effect, 0.0) << "the others have one";
    });
}

TEST_F(RandomStudy, HeadsBesideOrAfterAnAttentionCannotReachIt)
{
    SCOPED_TRACE(m_random.describe());
    const AblationStudy measured = study(AttentionTarget{head(1, 1), TokenIndex(5), TokenIndex(2)});
    for (const auto& [address, change] : measured.effects) {
        EXPECT_EQ(change->effect != 0.0, address.layer < LayerIndex(1))
            << address.layer.value << '.' << address.head.value;
    }
}

TEST_F(RandomStudy, ADivergenceIsNeverNegativeAndFollowsTheWholeDistribution)
{
    SCOPED_TRACE(m_random.describe());
    const auto whole = run(m_model, m_text);
    const auto distribution = [&](const Trace& trace) {
        std::vector<double> probabilities(static_cast<std::size_t>(m_config.vocabulary));
        const auto all = topPredictions(trace, TokenIndex(6), m_config.vocabulary).value();
        for (const Prediction& entry : all) {
            probabilities[static_cast<std::size_t>(entry.id)] = entry.probability;
        }
        return probabilities;
    };
    const std::vector<double> p = distribution(*whole);
    for (const auto& [address, change] : study(PredictionTarget{TokenIndex(6), 3}).effects) {
        const std::vector<double> q = distribution(*run(m_model, m_text, {.ablatedHeads = {address}}));
        double divergence = 0.0;
        for (std::size_t i = 0; i < p.size(); ++i) {
            divergence += p[i] * std::log2(p[i] / q[i]);
        }
        EXPECT_GE(change->prediction->divergence, 0.0);
        EXPECT_NEAR(change->prediction->divergence, divergence, 1e-5);
        EXPECT_NEAR(change->prediction->logProbability, std::log2(q[3] / p[3]), 1e-5);
    }
}

TEST_F(RandomStudy, HeadsThatAreOffAlreadyAreMarkedAndStayOff)
{
    SCOPED_TRACE(m_random.describe());
    const Experiment base{.ablatedHeads = {head(0, 2), head(2, 0)}};
    forEachTarget([&](const AblationTarget& target) {
        const AblationStudy measured = study(target, base);
        EXPECT_NEAR(measured.before, valueIn(*run(m_model, m_text, base), m_model, target), 1e-6)
            << "of the experiment at hand";
        for (const auto& [address, change] : measured.effects) {
            EXPECT_EQ(change.has_value(), !base.ablatedHeads.contains(address));
        }
        const std::vector<HeadEffect> order = ranked(measured);
        EXPECT_EQ(order[10].head, head(0, 2));
        EXPECT_EQ(order[11].head, head(2, 0));
    });
}

TEST_F(RandomStudy, RanksByTheSizeOfTheEffectWhateverItsSign)
{
    const auto with = [](HeadAddress address, double effect) {
        return HeadEffect{address, TargetChange{.effect = effect}};
    };
    AblationStudy study;
    study.effects = {with(head(0, 0), 0.1), {head(0, 1)}, with(head(1, 0), -0.7), with(head(1, 1), 0.1)};
    std::vector<HeadAddress> order;
    for (const HeadEffect& effect : ranked(study)) {
        order.push_back(effect.head);
    }
    EXPECT_EQ(order, (std::vector{head(1, 0), head(0, 0), head(1, 1), head(0, 1)}));
}

TEST_F(RandomStudy, ReportsEachHeadAndEndsAtOne)
{
    forEachTarget([&](const AblationTarget& target) {
        std::vector<float> shares;
        const Progress progress{.report = [&](float share) { shares.push_back(share); }};
        ASSERT_TRUE(studyAblation(shared(m_model), m_text, {}, target, progress));
        EXPECT_EQ(shares.size(), 12U);
        EXPECT_TRUE(std::ranges::is_sorted(shares));
        EXPECT_GT(shares.front(), 0.0F);
        EXPECT_EQ(shares.back(), 1.0F);
    });
}

TEST_F(RandomStudy, EndsSoonAfterItIsCancelled)
{
    std::stop_source stop;
    int heads = 0;
    const Progress progress{.report =
                                [&](float) {
                                    if (++heads == 3) {
                                        stop.request_stop();
                                    }
                                },
                            .stop = stop.get_token()};
    const auto study = studyAblation(shared(m_model), m_text, {}, OutputTarget{TokenIndex(0)}, progress);
    ASSERT_FALSE(study);
    EXPECT_EQ(study.error().code, ErrorCode::Cancelled);
    EXPECT_EQ(heads, 3);
}

TEST_F(RandomStudy, SaysWhatIsNotThere)
{
    const auto refusal = [&](const AblationTarget& target) {
        const auto study = studyAblation(shared(m_model), m_text, {}, target);
        return study ? Error{} : study.error();
    };
    EXPECT_EQ(refusal(OutputTarget{TokenIndex(7)}),
              (Error{ErrorCode::InvalidArgument, "There is no token 7: the text has tokens 0 to 6."}));
    EXPECT_EQ(refusal(PredictionTarget{TokenIndex(0), 11}),
              (Error{ErrorCode::InvalidArgument, "There is no id 11: the vocabulary of random has ids 0 to 10."}));
    EXPECT_EQ(
        refusal(AttentionTarget{head(3, 0), TokenIndex(0), TokenIndex(0)}),
        (Error{ErrorCode::InvalidArgument, "There is no layer 3 head 0: random has layers 0 to 2 and heads 0 to 3."}));
    EXPECT_EQ(refusal(AttentionTarget{head(0, 0), TokenIndex(0), TokenIndex(-1)}).code, ErrorCode::InvalidArgument);
    m_model.config.outputHead = OutputHead::None;
    EXPECT_EQ(refusal(PredictionTarget{TokenIndex(0), 0}),
              (Error{ErrorCode::NotFound, "random has no logits, so that it predicts nothing."}));
    EXPECT_TRUE(studyAblation(shared(m_model), m_text, {}, OutputTarget{TokenIndex(0)}))
        << "it has an output all the same";
    m_model.weights.finalNorm->gain.setZero();
    m_model.weights.finalNorm->bias.setZero();
    EXPECT_EQ(refusal(OutputTarget{TokenIndex(0)}).code, ErrorCode::Malformed);
    m_model.weights.finalNorm->gain.setConstant(std::nanf(""));
    EXPECT_EQ(refusal(OutputTarget{TokenIndex(0)}).code, ErrorCode::Malformed);
}

}  // namespace
}  // namespace headlight::test
