#include "core/analysis/difference.h"
#include "core/analysis/recurrence.h"
#include "core/analysis/scaling.h"
#include "core/analysis/stage_matrix.h"
#include "tests/ui/support/fixtures.h"
#include "ui/learn/laboratory.h"
#include "ui/learn/measurement_kinds.h"

#include <gtest/gtest.h>

namespace headlight::ui::test {
namespace {

/// Of the window's first sentence and the untrained model.
class MeasurementTest : public testing::Test
{
protected:
    Result<Measured> measured(const char* text) const
    {
        const Result<Measurement> measurement = parseMeasurement(QString::fromUtf8(text));
        if (!measurement) {
            return tl::unexpected(measurement.error());
        }
        return m_laboratory.measure(*measurement);
    }

    double number(const char* text) const
    {
        const Result<Measured> value = measured(text);
        EXPECT_TRUE(value) << text << ": " << (value ? "" : value.error().message);
        return value ? std::get<double>(*value) : -1.0;
    }

    bool holds(const char* text) const
    {
        const Result<Claim> claim = parseClaim(QString::fromUtf8(text));
        EXPECT_TRUE(claim) << text << (claim ? "" : claim.error().message);
        const Result<QStringList> unmet = m_laboratory.unmet(*claim);
        EXPECT_TRUE(unmet) << text << (unmet ? "" : unmet.error().message);
        return unmet && unmet->isEmpty();
    }

    std::shared_ptr<const Trace> m_trace = traceOf(kSentence);
    Laboratory m_laboratory{defaultModel(),
                            {.text = QString::fromLatin1(kSentence), .pair = {}, .experiment = {}, .selection = {}}};
};

TEST_F(MeasurementTest, SizesAreThoseOfTheTextAndTheModel)
{
    const ModelConfig& config = defaultModel()->config;
    EXPECT_EQ(number("tokens"), 13.0);
    EXPECT_EQ(number("layers"), static_cast<double>(config.layers));
    EXPECT_EQ(number("heads"), static_cast<double>(config.heads));
    EXPECT_EQ(number("width"), static_cast<double>(config.width));
    EXPECT_EQ(number("head-width"), static_cast<double>(config.headWidth()));
    EXPECT_EQ(number("inner-width"), static_cast<double>(config.feedForwardWidth));
    EXPECT_EQ(number("vocabulary"), static_cast<double>(config.vocabulary));
    EXPECT_GT(number("parameters"), static_cast<double>(config.vocabulary * config.width));
    EXPECT_EQ(number("distance animal it"), 7.0);
    EXPECT_EQ(number("id it"), static_cast<double>(m_trace->info().tokens[8].id));
}

TEST_F(MeasurementTest, WeightsAndScoresAreTheTraces)
{
    const HeadAddress head{LayerIndex(1), HeadIndex(2)};
    const auto weights = m_trace->map(StageId::Weights, head).value();
    EXPECT_EQ(number("weight 1.2 it animal"), static_cast<double>(weights->at(TokenIndex(8), TokenIndex(1))));
    EXPECT_EQ(number("weight 1.2 @8 the#2"), static_cast<double>(weights->at(TokenIndex(8), TokenIndex(5))));
    const auto scores = m_trace->map(StageId::Scores, head).value();
    EXPECT_EQ(number("score 1.2 it animal"), static_cast<double>(scores->at(TokenIndex(8), TokenIndex(1))));
    EXPECT_NEAR(number("raw-score 1.2 it animal"),
                number("score 1.2 it animal") * std::sqrt(static_cast<double>(defaultModel()->config.headWidth())),
                1e-4);
    EXPECT_NEAR(number("entropy 1.2 it"), entropyBits(weights->row(TokenIndex(8))), 1e-9);
    EXPECT_NEAR(number("entropy 1.2"), meanEntropyBits(*weights), 1e-9);
    Index key = 0;
    weights->row(TokenIndex(8)).maxCoeff(&key);
    EXPECT_EQ(std::get<MeasuredToken>(*measured("most 1.2 it")).place, TokenIndex(key));
    double largest = 0.0;
    for (Index layer = 0; layer < m_trace->info().layers; ++layer) {
        for (const auto& map : m_trace->maps(StageId::Weights, LayerIndex(layer))) {
            largest = std::max(largest, static_cast<double>(map->at(TokenIndex(8), TokenIndex(1))));
        }
    }
    EXPECT_EQ(number("largest it animal"), largest);
}

TEST_F(MeasurementTest, AnyStageCanBeReadAndCompared)
{
    const auto query = stageMatrix(*m_trace, {StageId::Query, LayerIndex(0)}, HeadIndex(3)).value();
    EXPECT_EQ(number("cell layers.0.attention.query 3 it 5"),
              static_cast<double>(query->at(TokenIndex(8), TokenIndex(5))));
    EXPECT_NEAR(number("similarity embedding.token the the#2"), number("similarity embedding.token The the#2"), 1e-6);
    EXPECT_NEAR(number("similarity embedding.token it it"), 1.0, 1e-5);
    EXPECT_NEAR(number("length final.norm it"),
                static_cast<double>(m_trace->row({StageId::FinalNorm}, TokenIndex(8)).norm()), 1e-4);
    EXPECT_EQ(number("difference final.norm"), 0.0);
    EXPECT_GT(number("difference final.norm it under {\"scaling\": false}"), 0.0);
    EXPECT_GT(number("difference layers.3.output under {\"scaling\": false}"), 0.0);
    EXPECT_EQ(std::get<QString>(*measured("predicted it")).isEmpty(), false);
    EXPECT_GT(number("probability it animal"), 0.0);
}

TEST_F(MeasurementTest, AnotherTextOrExperimentIsRunForIt)
{
    Experiment unscaled;
    unscaled.scaling = Scaling::Off;
    const auto other = traceOf("Dog bites man", unscaled)->map(StageId::Weights, {}).value();
    EXPECT_EQ(number("weight 0.0 bites man for \"Dog bites man\" under {\"scaling\": false}"),
              static_cast<double>(other->at(TokenIndex(1), TokenIndex(2))));
    const Laboratory changed(
        defaultModel(), {.text = QString::fromLatin1(kSentence), .pair = {}, .experiment = unscaled, .selection = {}});
    const Measurement plain = parseMeasurement(QStringLiteral("weight 1.2 it animal without experiment")).value();
    EXPECT_EQ(std::get<double>(*changed.measure(plain)), number("weight 1.2 it animal"));
    EXPECT_NE(std::get<double>(*changed.measure(parseMeasurement(QStringLiteral("weight 1.2 it animal")).value())),
              number("weight 1.2 it animal"));
}

TEST_F(MeasurementTest, RandomVectorsAndTheExampleAreThoseOfTheScalingPage)
{
    const ScalingExample example = scalingExample(1);
    EXPECT_EQ(number("example score 1 2"), static_cast<double>(example.scaledScores(1, 2)));
    EXPECT_EQ(number("example raw-weight 0 3"), static_cast<double>(example.rawWeights(0, 3)));
    EXPECT_EQ(number("example product 2 1 6"), static_cast<double>(example.query(2, 6) * example.key(1, 6)));
    EXPECT_NEAR(number("example exponential 2 1"), std::exp(number("example score 2 1")), 1e-4);
    const ScalingGauges gauges = RandomScaling::draw(1).value().gauges(64);
    EXPECT_EQ(number("random largest 64 unscaled"), gauges.unscaled.largestWeight.mean);
    EXPECT_EQ(number("random variance 64 scaled"), gauges.scaled.scoreVariance);
    const RowVector influence = readRecurrently(*m_trace)->influence;
    EXPECT_NEAR(number("influence it"), static_cast<double>(influence(8) / influence(12)), 1e-6);
    EXPECT_EQ(number("influence @12"), 1.0);
    EXPECT_GT(number("operations full 1000"), number("operations linear 1000"));
    EXPECT_GT(number("memory full 1000"), number("memory tiled 1000"));
    EXPECT_GT(number("trained lookup 1 loss"), 0.0);
}

TEST_F(MeasurementTest, ClaimsCompareNumbersAndTokens)
{
    EXPECT_TRUE(holds("tokens = 13 and layers >= 2"));
    EXPECT_FALSE(holds("tokens = 13 and layers > 100"));
    EXPECT_TRUE(holds("weight 1.2 it animal < 1 and weight 1.2 it animal > 0"));
    EXPECT_TRUE(holds("tokens > tokens for \"Dog bites man\""));
    EXPECT_TRUE(holds("tokens <= 13"));
    EXPECT_TRUE(holds("tokens != 12"));
    const QString most = std::get<MeasuredToken>(*measured("most 1.2 it")).name;
    EXPECT_TRUE(
        holds(("most 1.2 it != " + (most == QLatin1String("tired") ? QStringLiteral("was") : QStringLiteral("tired")))
                  .toUtf8()
                  .constData()));
}

TEST_F(MeasurementTest, InlineNumbersAreWrittenAsAsked)
{
    const auto filled = [this](const char* text) { return m_laboratory.filledIn(QString::fromUtf8(text)).value(); };
    EXPECT_EQ(filled("It has {{tokens}} tokens, {{tokens | 1}}."), QStringLiteral("It has 13 tokens, 13.0."));
    EXPECT_EQ(filled("{{similarity embedding.token it it | percent}}"), QStringLiteral("100 %"));
    EXPECT_EQ(filled("{{difference final.norm under {\"scaling\": true}}} left"), QStringLiteral("0.00 left"));
    EXPECT_EQ(filled("nothing"), QStringLiteral("nothing"));
}

struct Refused
{
    const char* text;
    const char* why;
};

TEST_F(MeasurementTest, WhatCannotBeMeasuredIsSaid)
{
    const Refused cases[] = {
        {"wieght 3.0 it animal", "There is no measurement \"wieght\""},
        {"weight 1.2 it", "weight HEAD QUERY KEY"},
        {"weight 9.9 it animal", "no head 9.9"},
        {"weight 1 it animal", "layer.head"},
        {"weight 1.2 it zebra", "The text has no token \"zebra\"; its tokens are The | animal"},
        {"weight 1.2 it the#3", "no token \"the#3\""},
        {"weight 1.2 it @40", "no token \"@40\""},
        {"cell layers.9.output it 0", "no layer 9"},
        {"cell nonsense it 0", "nonsense"},
        {"probability it xyzzy", "not in the vocabulary"},
        {"example shoe 0 0", "example has"},
        {"random largest 64 sideways", "scaled or unscaled"},
        {"operations quick 10", "A variant is"},
        {"trained cat 1 loss", "A toy is"},
        {"tokens for \"\"", ""},
    };
    for (const Refused& refused : cases) {
        const Result<Measured> value = measured(refused.text);
        ASSERT_FALSE(value) << refused.text;
        EXPECT_NE(value.error().message.find(refused.why), std::string::npos) << value.error().message;
    }
}

TEST(Claims, ThatCompareNothingOrUnlikeThingsAreRefused)
{
    EXPECT_FALSE(parseClaim(QStringLiteral("tokens")));
    EXPECT_FALSE(parseClaim(QStringLiteral("tokens > nothing at all")));
    const Laboratory laboratory(
        defaultModel(), {.text = QStringLiteral("Dog bites man"), .pair = {}, .experiment = {}, .selection = {}});
    EXPECT_FALSE(laboratory.unmet(parseClaim(QStringLiteral("tokens = dog")).value()));
    EXPECT_FALSE(laboratory.unmet(parseClaim(QStringLiteral("most 0.0 dog > 1")).value()));
    EXPECT_FALSE(inlineNumbers(QStringLiteral("{{tokens")));
    EXPECT_FALSE(inlineNumbers(QStringLiteral("{{tokens | many}}")));
}

}  // namespace
}  // namespace headlight::ui::test
