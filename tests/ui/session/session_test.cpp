#include "tests/ui/support/fixtures.h"
#include "ui/session/examples.h"
#include "ui/session/session.h"

#include <QSignalSpy>
#include <QTest>

#include <gtest/gtest.h>

namespace headlight::ui::test {
namespace {

/// A session whose newest document has its trace.
class SessionTest : public testing::Test
{
protected:
    void SetUp() override
    {
        m_session.setText(QString::fromLatin1(kSentence));
        ASSERT_TRUE(settled());
    }

    bool settled()
    {
        return QTest::qWaitFor([this] { return m_session.isUpToDate(); }, 10'000);
    }

    Matrix weights(Index layer, Index head)
    {
        return m_session.trace()->find({StageId::Weights, LayerIndex(layer)})->matrix(head);
    }

    Session m_session{defaultModel()};
};

TEST_F(SessionTest, ATogglesUndoGivesTheIdenticalBits)
{
    struct Toggle
    {
        const char* name;
        void (*change)(Experiment&);
    };
    const std::array toggles = {
        Toggle{"scaling", [](Experiment& e) { e.scaling = Scaling::Off; }},
        Toggle{"temperature", [](Experiment& e) { e.temperature = 0.3F; }},
        Toggle{"positions", [](Experiment& e) { e.positions = PositionScheme::None; }},
        Toggle{"mask", [](Experiment& e) { e.mask = MaskChoice::Causal; }},
        Toggle{"window",
               [](Experiment& e) {
                   e.mask = MaskChoice::Window;
                   e.maskReach = 1;
               }},
        Toggle{"head",
               [](Experiment& e) {
                   e.ablatedHeads.insert({LayerIndex(0), HeadIndex(0)});
               }},
    };
    const Matrix before = weights(3, 2);
    for (const Toggle& toggle : toggles) {
        Experiment experiment;
        toggle.change(experiment);
        m_session.setExperiment(experiment);
        ASSERT_TRUE(settled()) << toggle.name;
        EXPECT_FALSE((weights(3, 2).array() == before.array()).all()) << toggle.name << " changed nothing downstream";
        m_session.undoStack().undo();
        ASSERT_TRUE(settled()) << toggle.name;
        EXPECT_TRUE((weights(3, 2).array() == before.array()).all()) << toggle.name;
    }
}

TEST_F(SessionTest, UndoGoesBackOverTextExperimentAndSelection)
{
    const Document first = m_session.document();
    m_session.select({.head = {LayerIndex(1), HeadIndex(3)}, .query = TokenIndex(2), .key = {}});
    Experiment experiment;
    experiment.scaling = Scaling::Off;
    m_session.setExperiment(experiment);
    m_session.setText(QStringLiteral("Dog bites man"));
    for (int i = 0; i < 3; ++i) {
        ASSERT_TRUE(m_session.undoStack().canUndo());
        m_session.undoStack().undo();
    }
    EXPECT_EQ(m_session.document(), first);
    m_session.undoStack().redo();
    EXPECT_EQ(m_session.document().selection.head, (HeadAddress{LayerIndex(1), HeadIndex(3)}));
}

TEST_F(SessionTest, QuickTypingIsOneStepOfUndo)
{
    m_session.undoStack().clear();
    QString text = m_session.document().text;
    for (const char* letter : {" N", "o", "w"}) {
        text += QString::fromLatin1(letter);
        m_session.setText(text);
    }
    EXPECT_EQ(m_session.undoStack().count(), 1);
}

TEST_F(SessionTest, EmptyTextHasNoTraceAndNoError)
{
    m_session.setText(QStringLiteral("   \n "));
    ASSERT_TRUE(QTest::qWaitFor([this] { return m_session.state() == SessionState::Empty; }, 10'000));
    EXPECT_FALSE(m_session.trace());
    m_session.setText(QStringLiteral("Dog bites man"));
    ASSERT_TRUE(settled());
    EXPECT_EQ(m_session.state(), SessionState::Ready);
}

TEST_F(SessionTest, TextBeyondTheModelsLimitIsCutAndThatIsSaid)
{
    m_session.setText(QString::fromStdString(words(2000)));
    ASSERT_TRUE(settled());
    EXPECT_EQ(m_session.trace()->tokens(), defaultModel()->config.maxTokens);
    EXPECT_TRUE(m_session.note().contains(QStringLiteral("1,024"))) << m_session.note().toStdString();
    EXPECT_TRUE(m_session.note().contains(QStringLiteral("2,000"))) << m_session.note().toStdString();
}

TEST_F(SessionTest, ASelectionOutsideTheTextIsDropped)
{
    m_session.select({.head = {LayerIndex(0), HeadIndex(1)}, .query = TokenIndex(12), .key = TokenIndex(1)});
    m_session.setText(QStringLiteral("Dog bites man"));
    ASSERT_TRUE(settled());
    EXPECT_FALSE(m_session.shown().query);
    EXPECT_EQ(m_session.shown().key, TokenIndex(1));
    m_session.select({.head = {LayerIndex(9), HeadIndex(1)}});
    EXPECT_EQ(m_session.shown().head, (HeadAddress{LayerIndex(0), HeadIndex(1)})) << "there is no layer 9";
}

TEST_F(SessionTest, TheQueryIsBackWhenTheTextIsLongEnoughAgain)
{
    m_session.select({.head = {}, .query = TokenIndex(8), .key = {}});
    for (const char* text : {"Dog bites man", "The animal didn't cross the street because it was too wide."}) {
        m_session.setText(QString::fromUtf8(text));
        ASSERT_TRUE(settled());
    }
    EXPECT_EQ(m_session.shown().query, TokenIndex(8));
}

TEST_F(SessionTest, PointingShowsWithoutChangingTheDocument)
{
    const Selection locked = m_session.document().selection;
    const Selection pointed{.head = {LayerIndex(2), HeadIndex(2)}, .query = TokenIndex(3), .key = TokenIndex(4)};
    m_session.point(pointed);
    EXPECT_EQ(m_session.shown(), pointed);
    EXPECT_EQ(m_session.document().selection, locked);
    m_session.point(std::nullopt);
    EXPECT_EQ(m_session.shown(), locked);
}

TEST_F(SessionTest, SaysWhatAToggleChanged)
{
    QSignalSpy effects(&m_session, &Session::effectMeasured);
    Experiment experiment;
    experiment.temperature = 5.0F;
    m_session.setExperiment(experiment);
    ASSERT_TRUE(settled());
    const QString said = effects.back().front().toString();
    EXPECT_TRUE(said.contains(QStringLiteral("largest change"))) << said.toStdString();
    EXPECT_TRUE(said.contains(QStringLiteral("entropy"))) << said.toStdString();
    m_session.setText(QStringLiteral("Dog bites man"));
    ASSERT_TRUE(settled());
    EXPECT_TRUE(effects.back().front().toString().isEmpty());
}

TEST_F(SessionTest, AnotherModelRunsTheSameDocument)
{
    ModelConfig config = defaultModel()->config;
    config.layers = 2;
    const auto smaller = makeSeededModel(config, 2, defaultTokenizer()).value();
    m_session.toggleHead({LayerIndex(3), HeadIndex(1)});
    m_session.select({.head = {LayerIndex(3), HeadIndex(2)}, .query = TokenIndex(8), .key = {}});
    ASSERT_TRUE(settled());
    QSignalSpy changed(&m_session, &Session::modelChanged);
    m_session.setModel(smaller);
    EXPECT_EQ(changed.size(), 1);
    EXPECT_EQ(m_session.trace(), nullptr) << "no picture of one model under the name of another";
    ASSERT_TRUE(settled());
    EXPECT_EQ(m_session.trace()->info().layers, 2);
    EXPECT_EQ(m_session.document().text.toStdString(), kSentence);
    EXPECT_EQ(m_session.document().selection.head, HeadAddress{});
    EXPECT_TRUE(m_session.document().experiment.ablatedHeads.empty());
    EXPECT_FALSE(m_session.undoStack().canUndo());
}

TEST_F(SessionTest, AModelOfTheSameShapeKeepsExperimentAndUndo)
{
    m_session.toggleHead({LayerIndex(3), HeadIndex(1)});
    m_session.setModel(makeSeededModel(defaultModel()->config, 2, defaultTokenizer()).value());
    ASSERT_TRUE(settled());
    EXPECT_TRUE(m_session.document().experiment.ablatedHeads.contains({LayerIndex(3), HeadIndex(1)}));
    EXPECT_TRUE(m_session.undoStack().canUndo());
}

TEST(Examples, TenSentencesBeginWithTheOneThatTheWindowOpensOn)
{
    const QStringList sentences = exampleSentences();
    EXPECT_EQ(sentences.size(), 10);
    EXPECT_EQ(sentences.front().toStdString(), kSentence);
    for (const char* sentence : {"The bank approved the loan.", "Dog bites man", "Man bites dog"}) {
        EXPECT_TRUE(sentences.contains(QString::fromLatin1(sentence))) << sentence;
    }
    for (const QString& sentence : sentences) {
        EXPECT_TRUE(encode(*defaultModel(), sentence.toStdString()).has_value()) << sentence.toStdString();
    }
}

TEST(Examples, TheWindowOpensOnThePronoun)
{
    Session session(defaultModel());
    session.openOnExample();
    ASSERT_TRUE(QTest::qWaitFor([&] { return session.trace() != nullptr; }, 10'000));
    const std::optional<TokenIndex> query = session.shown().query;
    ASSERT_TRUE(query);
    EXPECT_EQ(session.trace()->info().tokens[static_cast<std::size_t>(query->value)].text, "it");
    EXPECT_FALSE(session.undoStack().canUndo());
}

TEST(Examples, TheWindowOpensOnTheHeadThatWasAskedForAntecedents)
{
    auto model = std::make_shared<Model>(*defaultModel());
    model->askedHeads = {{"subject", {LayerIndex(0), HeadIndex(1)}}, {"antecedent", {LayerIndex(3), HeadIndex(2)}}};
    Session session(model);
    session.openOnExample();
    EXPECT_EQ(session.shown().head, (HeadAddress{LayerIndex(3), HeadIndex(2)}));
}

}  // namespace
}  // namespace headlight::ui::test
