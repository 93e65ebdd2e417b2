#include "tests/ui/support/wait.h"
#include "ui/session/toy_trainer.h"

#include <QCoreApplication>

#include <gtest/gtest.h>

namespace headlight::ui::test {
namespace {

/// The quickest there is.
ToySetup narrowLookup(ScalingChoice scaling = ScalingChoice::On, std::uint64_t seed = 1)
{
    return {.kind = ToyKind::Lookup, .scaling = scaling, .width = kNarrowWidth, .seed = seed};
}

bool isBuilt(const ToyTrainer& trainer)
{
    return waitFor([&] { return trainer.state() != TrainingState::Building; });
}

/// Of so many single steps.
std::vector<double> losses(const ToySetup& setup, Index steps)
{
    ToyTrainer trainer;
    trainer.restart(setup);
    EXPECT_TRUE(isBuilt(trainer));
    for (Index i = 0; i < steps; ++i) {
        trainer.stepOnce();
    }
    EXPECT_TRUE(waitFor([&] { return trainer.stepsDone() == steps; }));
    std::vector<double> all;
    for (const StepReport& report : trainer.histories().front().steps) {
        all.push_back(report.loss.total);
    }
    return all;
}

TEST(ToyTrainer, BuildsTheToyAndWaits)
{
    ToyTrainer trainer;
    EXPECT_EQ(trainer.state(), TrainingState::Idle);
    EXPECT_TRUE(trainer.histories().empty());
    trainer.restart(narrowLookup());
    EXPECT_EQ(trainer.state(), TrainingState::Building);
    ASSERT_TRUE(isBuilt(trainer));
    EXPECT_EQ(trainer.state(), TrainingState::Paused);
    ASSERT_EQ(trainer.histories().size(), 1U);
    EXPECT_TRUE(trainer.histories().front().steps.empty());
    ASSERT_EQ(trainer.histories().front().snapshots.size(), 1U);
    EXPECT_EQ(trainer.histories().front().snapshots.front().step, 0);
    EXPECT_EQ(trainer.histories().front().toy->config.width, kNarrowWidth);
}

TEST(ToyTrainer, OneStepIsOneReportWithItsSnapshot)
{
    ToyTrainer trainer;
    trainer.restart(narrowLookup());
    ASSERT_TRUE(isBuilt(trainer));
    trainer.stepOnce();
    ASSERT_TRUE(waitFor([&] { return trainer.stepsDone() == 1; }));
    EXPECT_EQ(trainer.state(), TrainingState::Paused);
    const ToyHistory& history = trainer.histories().front();
    EXPECT_EQ(history.steps.front().step, 1);
    ASSERT_EQ(history.snapshots.size(), 2U);
    EXPECT_EQ(history.snapshots.back().step, 1);
    EXPECT_NE(history.snapshots[0].model->weights.tokenEmbedding, history.snapshots[1].model->weights.tokenEmbedding);
}

TEST(ToyTrainer, RunsPausesAndRunsOnWithoutLosingAStep)
{
    ToyTrainer trainer;
    trainer.restart(narrowLookup());
    trainer.run();
    EXPECT_TRUE(trainer.isRunning()) << "as soon as it is built";
    ASSERT_TRUE(waitFor([&] { return trainer.stepsDone() >= 20; }));
    EXPECT_EQ(trainer.state(), TrainingState::Running);
    EXPECT_GT(trainer.sentencesPerSecond(), 0.0);
    trainer.pause();
    EXPECT_EQ(trainer.state(), TrainingState::Paused);
    // A step in progress still comes, so let two round trips pass.
    const Index atPause = trainer.stepsDone();
    trainer.stepOnce();
    ASSERT_TRUE(waitFor([&] { return trainer.stepsDone() > atPause; }));
    trainer.run();
    ASSERT_TRUE(waitFor([&] { return trainer.stepsDone() >= atPause + 20; }));
    trainer.pause();
    const std::vector<StepReport>& steps = trainer.histories().front().steps;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        ASSERT_EQ(steps[i].step, static_cast<Index>(i) + 1);
    }
    for (const Snapshot& snapshot : trainer.histories().front().snapshots) {
        EXPECT_LE(snapshot.step, trainer.stepsDone());
    }
}

TEST(ToyTrainer, FinishesAfterTheToysSteps)
{
    ToyTrainer trainer;
    trainer.restart(narrowLookup());
    trainer.run();
    ASSERT_TRUE(waitFor([&] { return trainer.state() == TrainingState::Finished; }));
    const ToyHistory& history = trainer.histories().front();
    EXPECT_EQ(trainer.stepsDone(), history.toy->options.steps);
    EXPECT_EQ(history.snapshots.size(), 101U);
    EXPECT_EQ(history.snapshots.back().step, trainer.stepsDone());
    EXPECT_FALSE(trainer.isRunning());
    trainer.run();
    trainer.stepOnce();
    EXPECT_EQ(trainer.state(), TrainingState::Finished);
    trainer.restart(narrowLookup());
    ASSERT_TRUE(isBuilt(trainer));
    EXPECT_EQ(trainer.stepsDone(), 0);
}

TEST(ToyTrainer, TheSameSeedGivesTheSameNumbers)
{
    const std::vector<double> first = losses(narrowLookup(), 5);
    EXPECT_EQ(losses(narrowLookup(), 5), first);
    EXPECT_NE(losses(narrowLookup(ScalingChoice::On, 2), 5), first);
}

TEST(ToyTrainer, SideBySideAreTheTwoThatRunAlone)
{
    ToyTrainer trainer;
    trainer.restart(narrowLookup(ScalingChoice::SideBySide));
    ASSERT_TRUE(isBuilt(trainer));
    trainer.stepOnce();
    trainer.stepOnce();
    ASSERT_TRUE(waitFor([&] { return trainer.stepsDone() == 2; }));
    ASSERT_EQ(trainer.histories().size(), 2U);
    const ToyHistory& scaled = trainer.histories()[0];
    const ToyHistory& unscaled = trainer.histories()[1];
    EXPECT_EQ(scaled.scaling, Scaling::On);
    EXPECT_EQ(unscaled.scaling, Scaling::Off);
    EXPECT_EQ(unscaled.steps.size(), 2U);
    EXPECT_EQ(unscaled.snapshots.size(), scaled.snapshots.size());
    EXPECT_EQ(scaled.snapshots.front().model->weights.tokenEmbedding,
              unscaled.snapshots.front().model->weights.tokenEmbedding);
    EXPECT_EQ(scaled.steps.back().loss.total, losses(narrowLookup(ScalingChoice::On), 2).back());
    EXPECT_EQ(unscaled.steps.back().loss.total, losses(narrowLookup(ScalingChoice::Off), 2).back());
    EXPECT_NE(unscaled.steps.back().loss.total, scaled.steps.back().loss.total);
}

TEST(ToyTrainer, ANewSetupDropsWhatTheOldOneWasDoing)
{
    ToyTrainer trainer;
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        trainer.restart(narrowLookup(ScalingChoice::SideBySide, seed));
        trainer.run();
        QCoreApplication::processEvents(QEventLoop::AllEvents, 5);
    }
    trainer.restart(narrowLookup(ScalingChoice::Off, 9));
    ASSERT_TRUE(isBuilt(trainer));
    EXPECT_EQ(trainer.state(), TrainingState::Paused);
    EXPECT_EQ(trainer.stepsDone(), 0);
    ASSERT_EQ(trainer.histories().size(), 1U);
    EXPECT_EQ(trainer.histories().front().toy->options.seed, 9U);
    EXPECT_EQ(trainer.histories().front().scaling, Scaling::Off);
}

TEST(ToyTrainer, SaysOfTheGrammarToyHowItsHeadsDo)
{
    ToyTrainer trainer;
    trainer.restart({});
    ASSERT_TRUE(isBuilt(trainer));
    const ToyHistory& history = trainer.histories().front();
    EXPECT_EQ(history.snapshots.front().scores.size(), history.toy->askedHeads.size());
    EXPECT_EQ(askedHead(history, Role::Antecedent), std::size_t{3});
    EXPECT_FALSE(askedHead(history, Role::Previous));
}

TEST(ToyTrainer, IsDestroyedWhileBusyWithoutHanging)
{
    for (int i = 0; i < 10; ++i) {
        ToyTrainer trainer;
        trainer.restart(narrowLookup(ScalingChoice::SideBySide));
        trainer.run();
        if (i % 2 == 0) {
            waitFor([&] { return trainer.stepsDone() > 0; });
        }
    }
}

ToyHistory historyOf(const std::vector<double>& antecedentRight)
{
    ToyHistory history{
        .scaling = Scaling::On, .toy = std::make_shared<const Toy>(grammarToy({})), .steps = {}, .snapshots = {}};
    for (const double right : antecedentRight) {
        Snapshot snapshot{.step = static_cast<Index>(100 * history.snapshots.size()), .model = {}, .scores = {}};
        snapshot.scores.resize(history.toy->askedHeads.size());
        snapshot.scores[3].rightShare = right;
        history.snapshots.push_back(snapshot);
    }
    return history;
}

TEST(ToyHistory, TellsWhenTheAntecedentHeadWasFirstRight)
{
    EXPECT_FALSE(firstRight(historyOf({0.1, 0.5, 0.9}), 3, 0.9));
    EXPECT_EQ(firstRight(historyOf({0.1, 0.95, 0.8, 0.97}), 3, 0.9), Index{100});

    const QString before = trainingNotes({}, {historyOf({0.1, 0.5})}, 100).join(QLatin1Char(' '));
    EXPECT_TRUE(before.contains(QStringLiteral("The antecedent head at step 100: right in 50 %.")))
        << before.toStdString();
    EXPECT_TRUE(before.contains(QStringLiteral("never where to look")));
    const QString after = trainingNotes({}, {historyOf({0.1, 0.95, 0.97})}, 200).join(QLatin1Char(' '));
    EXPECT_TRUE(after.contains(QStringLiteral("at step 200: right in 97 %, over 90 % first at step 100.")))
        << after.toStdString();
}

TEST(ToyHistory, TellsWhenAHeadAnswersFromElsewhere)
{
    ToyHistory history = historyOf({0.1, 0.5});
    const auto notes = [&] { return trainingNotes({}, {history}, 100).join(QLatin1Char(' ')); };
    const QString elsewhere = QStringLiteral("from another word");
    for (Index step = 1; step <= 200; ++step) {
        StepReport report{.step = step};
        report.loss.roles[static_cast<std::size_t>(Role::Antecedent)] = step <= 100 ? 0.7 : 0.3;
        history.steps.push_back(report);
        if (step == 100) {
            EXPECT_FALSE(notes().contains(elsewhere)) << "it does not answer well";
        }
    }
    EXPECT_TRUE(notes().contains(elsewhere)) << notes().toStdString();
    history.snapshots.back().scores[3].rightShare = 0.95;
    EXPECT_FALSE(notes().contains(elsewhere));
}

TEST(ToyHistory, TellsOfTheFirstStepOnBothSidesWithTheirOwnNumbers)
{
    const auto history = [](Scaling scaling, const AttentionStatistics& attention, double queryGradient) {
        ToyHistory side{
            .scaling = scaling, .toy = std::make_shared<const Toy>(lookupToy({})), .steps = {}, .snapshots = {}};
        side.steps.push_back({.step = 1, .queryGradientNorm = queryGradient, .attention = attention});
        return side;
    };
    ToySetup setup = defaultSetup(ToyKind::Lookup);
    const ToyHistory scaled = history(Scaling::On, {.largestWeight = 0.264, .saturation = 0.0, .slope = 0.847}, 0.137);
    const ToyHistory unscaled = history(Scaling::Off, {.largestWeight = 0.89, .saturation = 0.388, .slope = 0.15}, 0.4);
    EXPECT_EQ(
        trainingNotes(setup, {scaled, unscaled}, 1),
        (QStringList{
            QStringLiteral("Each key at the end asks for the value that stands beside it at the start."),
            QStringLiteral("At step 1, scaled and not: mean largest weight 0.26 and 0.89, softmax slope 0.85 and 0.15, "
                           "gradient of W_q 0.14 and 0.40: saturation does not make the first gradient small."),
            QStringLiteral("At width 16, or 64 with PyTorch's start, scaling usually makes little difference.")}));
    EXPECT_EQ(trainingNotes(setup, {scaled, unscaled}, 0).size(), 2);
    setup.width = kMiddleWidth;
    setup.start = QueryKeyStart::TorchDefault;
    EXPECT_TRUE(trainingNotes(setup, {scaled}, 1).back().startsWith(QStringLiteral("In this setting")));
    const QString smaller = trainingNotes(setup, {scaled, history(Scaling::Off, {}, 0.1)}, 1).at(1);
    EXPECT_FALSE(smaller.contains(QStringLiteral("first gradient"))) << "said only where it is so";
}

TEST(ToyHistory, TellsHowFarTheLookupIsLearntAtTheStepThatIsShown)
{
    ToyHistory history{
        .scaling = Scaling::On, .toy = std::make_shared<const Toy>(lookupToy({})), .steps = {}, .snapshots = {}};
    for (Index step = 1; step <= 60; ++step) {
        StepReport report{.step = step};
        report.loss.wordsRight = step <= 30 ? 0.25 : 1.0;
        report.queryGradientNorm = step <= 30 ? 0.5 : 0.1;
        history.steps.push_back(report);
    }
    const auto outcome = [&](Index step) {
        return trainingNotes(defaultSetup(ToyKind::Lookup), {history}, step).at(2);
    };
    EXPECT_EQ(outcome(30), QStringLiteral("At step 30: 25 % of the answers right, gradient of W_q 0.500."));
    EXPECT_EQ(outcome(40), QStringLiteral("At step 40: 63 % of the answers right, gradient of W_q 0.300."));
    EXPECT_EQ(outcome(60), QStringLiteral("At step 60: 100 % of the answers right, gradient of W_q 0.100."));
}

TEST(ToyHistory, ReadsASentenceAndNamesWhatTheToyDoesNotKnow)
{
    const Toy toy = grammarToy({});
    const Snapshot start = takeSnapshot(toy, toy.start, 0);
    SentenceReading reading = readSentence(*start.model, QString::fromStdString(toy.examples.front()));
    EXPECT_EQ(reading.tellingQuery, TokenIndex(8));
    EXPECT_TRUE(reading.note.isEmpty()) << reading.note.toStdString();
    reading = readSentence(*start.model, QStringLiteral("The zebra chased the quokka."));
    EXPECT_EQ(reading.note, QStringLiteral("The toy does not know: zebra, quokka."));
    EXPECT_FALSE(reading.tellingQuery);
    EXPECT_TRUE(readSentence(*start.model, QStringLiteral("  ")).note.isEmpty());
    EXPECT_EQ(toyTrace(start.model, QStringLiteral("  "), Scaling::On), nullptr);

    const Toy lookup = lookupToy({});
    const Snapshot keys = takeSnapshot(lookup, lookup.start, 0);
    reading = readSentence(*keys.model, QStringLiteral("a1 b2 c3 a1 b2 c3 a1 b2 b c a b c a"));
    EXPECT_EQ(reading.tellingQuery, TokenIndex(8));
    EXPECT_EQ(readSentence(*keys.model, QStringLiteral("a1 zebra b")).tellingQuery, TokenIndex(6))
        << "no letter of a word";
    EXPECT_EQ(reading.note,
              QStringLiteral("It reads the first 12 tokens only; an unknown word is as many as it has letters."));
}

}  // namespace
}  // namespace headlight::ui::test
