#include "ui/session/comparer.h"

#include "tests/ui/support/fixtures.h"
#include "tests/ui/support/wait.h"
#include "ui/session/toy_trainer.h"

#include <QCoreApplication>
#include <QDeadlineTimer>

#include <gtest/gtest.h>

namespace headlight::ui::test {
namespace {

class ComparerTest : public testing::Test
{
protected:
    void SetUp() override { setText("Dog bites man"); }

    void setText(const char* text)
    {
        m_session.setText(QString::fromUtf8(text));
        ASSERT_TRUE(waitFor([this] { return m_session.isUpToDate(); }));
    }

    template <typename Change>
    void choose(Change change)
    {
        ViewOptions options = m_session.viewOptions();
        change(options.compare);
        m_session.setViewOptions(options);
    }

    void choose(ComparisonKind kind)
    {
        choose([kind](CompareOptions& options) { options.kind = kind; });
    }

    /// Null where there is none.
    std::shared_ptr<const Comparison> compared()
    {
        m_comparer.update();
        EXPECT_TRUE(waitFor([this] { return m_comparer.isUpToDate(); }));
        return m_comparer.comparison() ? m_comparer.comparison()->numbers : nullptr;
    }

    void trainToy(int steps)
    {
        ToyTrainer& trainer = m_session.toyTrainer();
        ToySetup setup = defaultSetup(ToyKind::Lookup);
        setup.width = kNarrowWidth;
        trainer.restart(setup);
        for (int i = 0; i < steps; ++i) {
            trainer.stepOnce();
        }
        ASSERT_TRUE(waitFor([&] { return trainer.stepsDone() >= steps; }));
    }

    static bool isZero(const Comparison& comparison)
    {
        return (comparison.change.array() == 0.0F).all() && comparison.largest == 0.0F && comparison.mean == 0.0;
    }

    Session m_session{defaultModel()};
    Comparer m_comparer{m_session};
};

TEST_F(ComparerTest, BeforeIsTheModelAsItIsAndAfterTheExperiment)
{
    m_session.setExperiment({.scaling = Scaling::Off});
    ASSERT_TRUE(waitFor([this] { return m_session.isUpToDate(); }));
    const auto comparison = compared();
    ASSERT_TRUE(comparison);
    EXPECT_EQ(comparison->a.trace->info().experiment, Experiment{});
    EXPECT_EQ(comparison->b.trace, m_session.fullTrace());
    EXPECT_GT(comparison->largest, 0.0F);

    choose([](CompareOptions& options) { options.order = SideOrder::Swapped; });
    const auto swapped = compared();
    EXPECT_EQ(swapped->a.trace, m_session.fullTrace());
    EXPECT_TRUE((swapped->change.array() == -comparison->change.array()).all());
}

TEST_F(ComparerTest, OfEveryKindAStateWithItselfIsExactlyZero)
{
    const auto expectZero = [this](const char* what) {
        const auto comparison = compared();
        ASSERT_TRUE(comparison) << what << ": " << m_comparer.message().toStdString();
        EXPECT_TRUE(isZero(*comparison)) << what;
    };
    expectZero("before and after, run apart");
    choose([](CompareOptions& options) {
        options.kind = ComparisonKind::Texts;
        options.text = QStringLiteral("Dog bites man");
    });
    expectZero("texts, run apart");
    choose([](CompareOptions& options) {
        options.kind = ComparisonKind::Heads;
        options.head = HeadAddress{};
    });
    expectZero("heads");
    choose([](CompareOptions& options) {
        options.kind = ComparisonKind::Layers;
        options.layer = LayerIndex(0);
    });
    expectZero("layers");
    choose([](CompareOptions& options) {
        options.kind = ComparisonKind::Models;
        options.head.reset();
    });
    m_comparer.loader().open({.title = {}, .folder = {}, .read = [](const Progress&) {
                                  return makeSeededModel(seededModelConfig(*defaultTokenizer()), 1, defaultTokenizer());
                              }});
    ASSERT_TRUE(waitFor([this] { return m_comparer.otherModel() != nullptr; }));
    EXPECT_NE(m_comparer.otherModel(), m_session.sharedModel());
    expectZero("models, two of the same seed");
    trainToy(2);
    choose([](CompareOptions& options) {
        options.kind = ComparisonKind::Snapshots;
        options.snapshots = {SnapshotChoice{0, 1}, SnapshotChoice{0, 1}};
    });
    expectZero("snapshots");
}

TEST_F(ComparerTest, WithoutPositionsDogBitesManIsManBitesDogUpToOrder)
{
    choose(ComparisonKind::Texts);
    const auto with = compared();
    ASSERT_TRUE(with);
    EXPECT_EQ(with->b.trace->info().text, "Man bites dog");
    EXPECT_FALSE(with->isSameUpToOrder());
    m_session.setExperiment({.positions = PositionScheme::None});
    ASSERT_TRUE(waitFor([this] { return m_session.isUpToDate(); }));
    const auto without = compared();
    EXPECT_TRUE(without->isSameUpToOrder());
    EXPECT_LE(without->most->largest, kRoundingBound);
}

TEST_F(ComparerTest, HeadsAndLayersDefaultToTheNextAndRunNothing)
{
    m_session.selectHead({LayerIndex(3), HeadIndex(7)});
    choose(ComparisonKind::Heads);
    const auto heads = compared();
    EXPECT_EQ(heads->b.head, (HeadAddress{LayerIndex(3), HeadIndex(0)}));
    EXPECT_EQ(heads->a.trace, heads->b.trace);
    choose(ComparisonKind::Layers);
    const auto layers = compared();
    EXPECT_EQ(layers->b.head, (HeadAddress{LayerIndex(0), HeadIndex(7)}));
    EXPECT_EQ(layers->b.trace, m_session.fullTrace());
}

TEST_F(ComparerTest, SaysThatTheOtherModelLacksAHeadAndThatNoneIsChosen)
{
    choose(ComparisonKind::Models);
    EXPECT_FALSE(compared());
    EXPECT_EQ(m_comparer.message(), QStringLiteral("Choose the other model above."));
    m_session.selectHead({LayerIndex(3), HeadIndex(7)});
    m_session.setExperiment({.ablatedHeads = {{LayerIndex(3), HeadIndex(0)}, {LayerIndex(0), HeadIndex(0)}}});
    ASSERT_TRUE(waitFor([this] { return m_session.isUpToDate(); }));
    m_comparer.loader().open({.title = {}, .folder = {}, .read = [](const Progress&) {
                                  ModelConfig config = seededModelConfig(*defaultTokenizer());
                                  config.layers = 2;
                                  return makeSeededModel(config, 1, defaultTokenizer());
                              }});
    ASSERT_TRUE(waitFor([this] { return m_comparer.otherModel() != nullptr; }));
    EXPECT_FALSE(compared());
    EXPECT_TRUE(m_comparer.message().contains(QStringLiteral("has no layer 3 head 7: its layers are 0 to 1")))
        << m_comparer.message().toStdString();
    choose([](CompareOptions& options) { options.head = HeadAddress{LayerIndex(1), HeadIndex(7)}; });
    const auto comparison = compared();
    ASSERT_TRUE(comparison);
    EXPECT_EQ(comparison->b.trace->info().experiment.ablatedHeads, (std::set{HeadAddress{}}))
        << "of the heads that are off those that it has";
    EXPECT_EQ(m_comparer.comparison()->notes.size(), 1);
}

TEST_F(ComparerTest, AFailedModelIsSaid)
{
    choose(ComparisonKind::Models);
    EXPECT_TRUE(m_comparer.lacksModel());
    m_comparer.loader().open(folderSource(QStringLiteral("/nonexistent")));
    ASSERT_TRUE(waitFor([this] { return !m_comparer.loadProblem().isEmpty(); }));
    EXPECT_FALSE(m_comparer.lacksModel()) << "or it would be tried again and again";
    EXPECT_FALSE(compared());
}

TEST_F(ComparerTest, MomentsOfATrainingAreTheFirstAndTheNewest)
{
    choose(ComparisonKind::Snapshots);
    EXPECT_FALSE(compared());
    EXPECT_TRUE(m_comparer.message().contains(QStringLiteral("Training page")));
    trainToy(3);
    const auto comparison = compared();
    ASSERT_TRUE(comparison);
    EXPECT_EQ(comparison->a.trace->info().modelNote, "toy after 0 steps");
    EXPECT_EQ(comparison->b.trace->info().modelNote, "toy after 3 steps");
    EXPECT_GT(comparison->outputs->largest, 0.0F);
    choose([](CompareOptions& options) { options.snapshots = {SnapshotChoice{0, 2}, SnapshotChoice{1, 2}}; });
    const auto scaled = compared();
    EXPECT_EQ(scaled->a.trace->info().experiment.scaling, Scaling::On);
    EXPECT_EQ(scaled->b.trace->info().experiment.scaling, Scaling::Off) << "the second training of two";
}

TEST_F(ComparerTest, ABurstOfTextsEndsOnTheLast)
{
    choose(ComparisonKind::Texts);
    for (int i = 0; i < 200; ++i) {
        choose([i](CompareOptions& options) { options.text = QString::fromStdString(words(i % 30 + 1)); });
        m_comparer.update();
        if (i % 20 == 0) {
            QCoreApplication::processEvents();
        }
    }
    const auto last = compared();
    ASSERT_TRUE(last);
    EXPECT_EQ(last->b.trace->tokens(), 199 % 30 + 1);
}

TEST_F(ComparerTest, AnEmptyOtherTextIsSaid)
{
    choose([](CompareOptions& options) {
        options.kind = ComparisonKind::Texts;
        options.text = QString();
    });
    EXPECT_FALSE(compared());
    EXPECT_FALSE(m_comparer.message().isEmpty());
}

TEST_F(ComparerTest, WordsAreComparedAsWords)
{
    setText(kSentence);
    ViewOptions options = m_session.viewOptions();
    options.tokens.unit = TokenUnit::Word;
    options.compare.numbers.stage = StageId::Scores;
    m_session.setViewOptions(options);
    ASSERT_TRUE(waitFor([this] { return m_session.isUpToDate(); }));
    const auto comparison = compared();
    ASSERT_TRUE(comparison) << m_comparer.message().toStdString();
    EXPECT_EQ(comparison->rows.size(), 12U);
    EXPECT_EQ(comparison->options.stage, StageId::Weights) << "words have no scores";
    EXPECT_TRUE(isZero(*comparison));
}

TEST(Comparer, IsDestroyedWhileBusyWithoutHanging)
{
    const QDeadlineTimer deadline(30'000);
    Session session(defaultModel());
    session.setText(QString::fromStdString(words(200)));
    while (!session.isUpToDate()) {
        QCoreApplication::processEvents(QEventLoop::AllEvents, 20);
    }
    ViewOptions options;
    options.compare.kind = ComparisonKind::Texts;
    session.setViewOptions(options);
    for (int i = 0; i < 5; ++i) {
        Comparer comparer(session);
        comparer.update();
        if (i % 2 == 0) {
            QCoreApplication::processEvents(QEventLoop::AllEvents, 2);
        }
    }
    EXPECT_FALSE(deadline.hasExpired());
}

TEST(ReversedWords, KeepTheCapitalAtTheStartAndTheMarkAtTheEnd)
{
    EXPECT_EQ(reversedWords(QStringLiteral("Dog bites man")), QStringLiteral("Man bites dog"));
    EXPECT_EQ(reversedWords(QStringLiteral("The bank approved the loan.")),
              QStringLiteral("Loan the approved bank the."));
    EXPECT_EQ(reversedWords(QStringLiteral("  a   b ")), QStringLiteral("b a"));
    EXPECT_EQ(reversedWords(QStringLiteral("Alone")), QStringLiteral("Alone"));
    EXPECT_EQ(reversedWords(QStringLiteral("?!")), QStringLiteral("?!"));
    EXPECT_EQ(reversedWords(QString()), QString());
}

}  // namespace
}  // namespace headlight::ui::test
