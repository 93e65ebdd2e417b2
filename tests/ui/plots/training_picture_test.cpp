#include "ui/plots/training_picture.h"

#include "tests/ui/support/pictures.h"

#include <gtest/gtest.h>

#include <numeric>

namespace headlight::ui::test {
namespace {

std::vector<StepReport> reports(Index count)
{
    std::vector<StepReport> steps;
    for (Index step = 1; step <= count; ++step) {
        const auto value = static_cast<double>(step);
        steps.push_back({.step = step,
                         .loss = {.total = 4.0 / value, .maskedWord = 2.0 / value, .wordsRight = 1.0 - 1.0 / value},
                         .gradientNorm = 8.0 / value,
                         .queryGradientNorm = 0.5,
                         .attention = {.largestWeight = 0.25, .saturation = 0.125, .slope = 0.75}});
    }
    return steps;
}

TrainingContent lookup(Index steps)
{
    TrainingContent content{.setup = defaultSetup(ToyKind::Lookup), .histories = {}, .shownStep = steps / 2};
    for (const Scaling scaling : {Scaling::On, Scaling::Off}) {
        const auto toy = std::make_shared<const Toy>(lookupToy({.scaling = scaling, .width = kNarrowWidth}));
        content.histories.push_back({.scaling = scaling,
                                     .toy = toy,
                                     .steps = reports(steps),
                                     .snapshots = {takeSnapshot(*toy, toy->start, 0)}});
    }
    return content;
}

TrainingContent grammar(Index steps)
{
    const auto toy = std::make_shared<const Toy>(grammarToy({}));
    ToyHistory history{.scaling = Scaling::On, .toy = toy, .steps = reports(steps), .snapshots = {}};
    for (const Index step : {Index{0}, Index{2}}) {
        Snapshot snapshot{.step = step, .model = {}, .scores = std::vector<HeadScore>(toy->askedHeads.size())};
        snapshot.scores[3].rightShare = step == 0 ? 0.25 : 0.5;
        history.snapshots.push_back(snapshot);
    }
    return {.setup = defaultSetup(ToyKind::Grammar), .histories = {history}, .shownStep = 2};
}

double mean(const QList<double>& values)
{
    return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

TEST(StepCurve, KeepsAFewStepsAsTheyAre)
{
    const Curve curve = stepCurve(reports(3), [](const StepReport& report) { return report.gradientNorm; });
    EXPECT_EQ(curve.keys, (QList<double>{1.0, 2.0, 3.0}));
    EXPECT_EQ(curve.values, (QList<double>{8.0, 4.0, 8.0 / 3.0}));
    EXPECT_TRUE(stepCurve({}, [](const StepReport&) { return 1.0; }).keys.isEmpty());
}

TEST(StepCurve, PutsManyTogetherAsMeans)
{
    const auto own = [](const StepReport& report) { return static_cast<double>(report.step * report.step); };
    const Curve all = stepCurve(reports(1000), own, 1000);
    const Curve few = stepCurve(reports(1000), own, 100);
    EXPECT_EQ(all.keys.size(), 1000);
    ASSERT_EQ(few.keys.size(), 100);
    EXPECT_DOUBLE_EQ(mean(few.values), mean(all.values));
    EXPECT_DOUBLE_EQ(few.keys.front(), 5.5);
    EXPECT_DOUBLE_EQ(few.values.front(), 38.5);  // (1² + … + 10²) / 10
    const Curve uneven = stepCurve(reports(1001), own, 100);
    EXPECT_LE(uneven.keys.size(), 100);
    EXPECT_DOUBLE_EQ(uneven.keys.back(), 996.0);  // of 991 … 1001
}

TEST(TrainingPicture, ChartsShowBothTrainingsInTheirColours)
{
    const Theme& theme = Theme::of(Brightness::Light);
    const TrainingPicture picture(lookup(40));
    const LineChart loss = picture.chart(TrainingChart::Loss, theme);
    ASSERT_EQ(loss.lines.size(), 2U);
    EXPECT_EQ(loss.lines[0].colour, scalingColour(Scaling::On, theme));
    EXPECT_EQ(loss.lines[1].colour, scalingColour(Scaling::Off, theme));
    EXPECT_NE(loss.lines[0].colour, loss.lines[1].colour);
    EXPECT_DOUBLE_EQ(loss.lines[0].values.front(), 2.0) << "of the answers";
    EXPECT_GE(loss.values.high, 2.0);
    EXPECT_EQ(loss.markedKeys, std::vector<double>{20.0});
    EXPECT_EQ(loss.keys.high, 40.0);

    const LineChart gradient = picture.chart(TrainingChart::Gradient, theme);
    ASSERT_EQ(gradient.lines.size(), 4U);
    EXPECT_DOUBLE_EQ(gradient.lines[0].values.front(), 0.5);
    EXPECT_DOUBLE_EQ(gradient.lines[1].values.front(), 8.0);
    EXPECT_EQ(gradient.lines[1].stroke, Stroke::Dashes);

    const LineChart softmax = picture.chart(TrainingChart::Softmax, theme);
    ASSERT_EQ(softmax.lines.size(), 4U);
    EXPECT_DOUBLE_EQ(softmax.lines[0].values.back(), 0.75);
    EXPECT_DOUBLE_EQ(softmax.lines[1].values.back(), 0.125);
    EXPECT_EQ(picture.chart(TrainingChart::Right, theme).lines.size(), 2U);
}

TEST(TrainingPicture, OfTheGrammarToyEveryAskedHeadHasALine)
{
    const Theme& theme = Theme::of(Brightness::Light);
    const TrainingPicture picture(grammar(3));
    const LineChart right = picture.chart(TrainingChart::Right, theme);
    ASSERT_EQ(right.lines.size(), 5U);
    EXPECT_EQ(right.lines[3].keys, (QList<double>{0.0, 2.0}));
    EXPECT_EQ(right.lines[3].values, (QList<double>{0.25, 0.5}));
    EXPECT_DOUBLE_EQ(picture.chart(TrainingChart::Loss, theme).lines.front().values.front(), 4.0) << "the whole loss";
}

TEST(TrainingPicture, IsDrawnLightAndDarkBeforeTheFirstStepAndAfter)
{
    for (const Brightness brightness : {Brightness::Light, Brightness::Dark}) {
        const Theme& theme = Theme::of(brightness);
        for (const Index steps : {Index{0}, Index{1}, Index{40}, Index{3000}}) {
            const TrainingPicture picture(lookup(steps));
            const QImage image = painted(picture, {{}, picture.naturalSize()}, brightness);
            EXPECT_TRUE(hasColour(image, theme.text)) << steps;
            EXPECT_TRUE(hasColour(image, scalingColour(Scaling::On, theme))) << steps;
            EXPECT_TRUE(hasColour(image, scalingColour(Scaling::Off, theme))) << steps;
        }
    }
}

TEST(TrainingPicture, HeatmapsStandBesideTheCharts)
{
    TrainingContent content = lookup(40);
    const QSizeF charts = TrainingPicture(content).naturalSize();
    const std::shared_ptr<const Trace> trace =
        toyTrace(content.histories.front().snapshots.front().model,
                 QString::fromStdString(content.histories.front().toy->examples.front()), Scaling::On);
    ASSERT_TRUE(trace);
    const ColourMap& colours = ColourMap::named(QStringLiteral("viridis"));
    for (int i = 0; i < 2; ++i) {
        content.heatmaps.push_back(std::make_shared<HeatmapPicture>(trace, Selection{}, HeatmapOptions{}, colours));
    }
    const TrainingPicture picture(content);
    EXPECT_GT(picture.naturalSize().width(), charts.width());
    EXPECT_GE(picture.naturalSize().height(), charts.height());
    const QImage image = painted(picture, {{}, picture.naturalSize()});
    EXPECT_TRUE(hasColour(image.copy(image.width() * 2 / 3, 0, image.width() / 3, image.height() / 2),
                          QColor(content.heatmaps.front()->colourScale().colour(1.0F))))
        << "its colour bar";
    EXPECT_EQ(picture.title(), QStringLiteral("Training · lookup toy · ÷ √d and not scaled"));
}

TEST(TrainingPicture, ItsTableHasEveryStepAndBothTrainings)
{
    EXPECT_EQ(toCsv(TrainingPicture(lookup(2)).table()),
              "step,scaling,loss,gradient_norm,query_gradient_norm,answers_right,largest_weight,saturation,slope\r\n"
              "1,on,2,8,0.5,0,0.25,0.125,0.75\r\n"
              "2,on,1,4,0.5,0.5,0.25,0.125,0.75\r\n"
              "1,off,2,8,0.5,0,0.25,0.125,0.75\r\n"
              "2,off,1,4,0.5,0.5,0.25,0.125,0.75\r\n");
    EXPECT_EQ(toCsv(TrainingPicture(grammar(2)).table()),
              "step,scaling,loss,gradient_norm,query_gradient_norm,subject_right,object_right,determiner_right,"
              "antecedent_right,sense_right,largest_weight,saturation,slope\r\n"
              "1,on,4,8,0.5,,,,,,0.25,0.125,0.75\r\n"
              "2,on,2,4,0.5,0,0,0,0.5,0,0.25,0.125,0.75\r\n");
}

}  // namespace
}  // namespace headlight::ui::test
