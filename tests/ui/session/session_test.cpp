#include "core/io/trace_file.h"
#include "core/model/seeded_model.h"
#include "tests/ui/support/fixtures.h"
#include "tests/ui/support/wait.h"
#include "ui/plots/heatmap_picture.h"
#include "ui/session/examples.h"
#include "ui/session/session.h"

#include <QSignalSpy>
#include <QTemporaryDir>

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
        return waitFor([this] { return m_session.isUpToDate(); });
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
        Toggle{"blocks",
               [](Experiment& e) {
                   e.mask = MaskChoice::Block;
                   e.maskReach = 2;
                   e.globalTokens = 1;
               }},
        Toggle{"painted",
               [](Experiment& e) {
                   e.mask = MaskChoice::Painted;
                   e.hiddenCells = CellSet({{8, 0, 3}});
               }},
        Toggle{"kernel", [](Experiment& e) { e.kernel = AttentionKernel::Linear; }},
        Toggle{"keys as values", [](Experiment& e) { e.values = ValueSource::Keys; }},
        Toggle{"shared heads", [](Experiment& e) { e.sharing = HeadSharing::FirstHead; }},
        Toggle{"zeroed value", [](Experiment& e) { e.zeroedValues = {TokenIndex(1)}; }},
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

TEST_F(SessionTest, APaintedMaskBeginsWithWhatTheOtherHidesAndIsKeptWhileAnotherIsChosen)
{
    const Index tokens = m_session.fullTrace()->tokens();
    m_session.chooseMask(MaskChoice::Causal);
    m_session.paintMask(CellSet({{3, 1, 2}}), Painting::Hide);
    const Experiment painted = m_session.document().experiment;
    EXPECT_EQ(painted.mask, MaskChoice::Painted);
    EXPECT_EQ(painted.hiddenCells.size(), tokens * (tokens - 1) / 2 + 1);
    m_session.paintMask(CellSet({{3, 1, 6}}), Painting::Show);
    EXPECT_EQ(m_session.document().experiment.hiddenCells.size(), tokens * (tokens - 1) / 2 - 2)
        << "cells 1 to 3 are in the past: of these one was hidden";
    m_session.undoStack().undo();
    EXPECT_EQ(m_session.document().experiment, painted);
    m_session.chooseMask(MaskChoice::None);
    m_session.chooseMask(MaskChoice::Painted);
    EXPECT_EQ(m_session.document().experiment, painted);
    m_session.chooseMask(MaskChoice::Window);
    m_session.setExperiment({.mask = MaskChoice::Window, .maskReach = 0});
    m_session.chooseMask(MaskChoice::Painted);
    EXPECT_EQ(m_session.document().experiment.hiddenCells.size(), tokens * (tokens - 1));
}

TEST_F(SessionTest, AMaskThatLeavesAQueryNothingIsNamedAndTheLastPictureStays)
{
    const auto before = m_session.trace();
    m_session.paintMask(CellSet({{3, 0, 13}}), Painting::Hide);
    ASSERT_TRUE(waitFor([this] { return m_session.state() == SessionState::Failed; }));
    EXPECT_TRUE(m_session.message().contains(QStringLiteral("hides all 13 keys from query 3")))
        << m_session.message().toStdString();
    EXPECT_EQ(m_session.trace(), before);
    m_session.paintMask(CellSet({{3, 3, 4}}), Painting::Show);
    ASSERT_TRUE(settled());
    EXPECT_EQ(m_session.state(), SessionState::Ready);
}

TEST_F(SessionTest, AWordsValuesAreZeroedTogether)
{
    ViewOptions options = m_session.viewOptions();
    options.tokens.unit = TokenUnit::Word;
    m_session.setViewOptions(options);
    ASSERT_TRUE(waitFor([this] { return m_session.trace()->info().unit == TokenUnit::Word; }));
    m_session.toggleValues(TokenIndex(2));
    EXPECT_EQ(m_session.document().experiment.zeroedValues, (std::set{TokenIndex(2), TokenIndex(3)})) << "did and n't";
    EXPECT_EQ(m_session.zeroedRows(), std::set{TokenIndex(2)});
    ASSERT_TRUE(settled());
    m_session.toggleValues(TokenIndex(2));
    EXPECT_EQ(m_session.document().experiment, Experiment{});
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

TEST_F(SessionTest, MeasuresComeWithEveryTraceAndRolloutAndSimilarityWhenTheyAreShown)
{
    const auto isOf = [this](const Analysis& analysis) {
        const auto map = m_session.trace()->map(StageId::Weights, {LayerIndex(1), HeadIndex(3)}).value();
        return analysis.measured.at({LayerIndex(1), HeadIndex(3)}).measures ==
               measure(map->cells(), m_session.trace()->info().tokens);
    };
    ASSERT_TRUE(m_session.analysis());
    EXPECT_TRUE(isOf(*m_session.analysis()));
    EXPECT_TRUE(m_session.analysis()->rollout.empty());
    const auto trace = m_session.fullTrace();
    ViewOptions options = m_session.viewOptions();
    options.heatmap.quantity = Quantity::Rollout;
    options.gallery.order = HeadAddress{LayerIndex(2), HeadIndex(1)};
    m_session.setViewOptions(options);
    ASSERT_TRUE(settled());
    EXPECT_EQ(m_session.fullTrace(), trace) << "the model did not run again";
    EXPECT_EQ(m_session.analysis()->rollout.size(), 4U);
    EXPECT_EQ(m_session.analysis()->similarities.size(), 32U);
    m_session.setText(QStringLiteral("Dog bites man"));
    ASSERT_TRUE(settled());
    EXPECT_TRUE(isOf(*m_session.analysis()));
    EXPECT_EQ(m_session.analysis()->rollout.front()->rows(), 3);
    m_session.setText(QString());
    ASSERT_TRUE(waitFor([this] { return m_session.state() == SessionState::Empty; }));
    EXPECT_FALSE(m_session.analysis());
}

TEST_F(SessionTest, AModelOfOtherSizesForgetsTheHeadThatOthersWereLike)
{
    ViewOptions options = m_session.viewOptions();
    options.gallery.order = HeadAddress{LayerIndex(3), HeadIndex(7)};
    m_session.setViewOptions(options);
    ModelConfig config = m_session.model().config;
    config.layers = 2;
    m_session.setModel(makeSeededModel(config, 1, m_session.model().tokenizer).value());
    ASSERT_TRUE(settled());
    EXPECT_EQ(m_session.viewOptions().gallery.order, HeadOrder());
    EXPECT_EQ(m_session.analysis()->measured.all.size(), 16U);
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
    ASSERT_TRUE(waitFor([this] { return m_session.state() == SessionState::Empty; }));
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

TEST_F(SessionTest, SaysWhatTheRunThatItWaitsForNeeds)
{
    ModelConfig config = m_session.model().config;
    config.layers = 16;
    const auto model = makeSeededModel(config, 1, m_session.model().tokenizer);
    ASSERT_TRUE(model);
    m_session.setModel(*model);
    ASSERT_TRUE(settled());
    m_session.setText(QString::fromStdString(words(600)));
    ASSERT_TRUE(waitFor([this] { return m_session.message().contains(QStringLiteral("need")); }));
    EXPECT_EQ(m_session.state(), SessionState::Busy);
    EXPECT_TRUE(m_session.message().startsWith(QStringLiteral("Computing … 600 tokens need ")) &&
                m_session.message().contains(QStringLiteral(" MB of memory and about ")))
        << m_session.message().toStdString();
    m_session.setText(QStringLiteral("Dog bites man"));
    EXPECT_EQ(m_session.message(), QStringLiteral("Computing …")) << "the figures are of another text";
    ASSERT_TRUE(settled());
    EXPECT_TRUE(m_session.message().isEmpty());
}

TEST_F(SessionTest, ARunThatDoesNotFitIntoMemoryIsRefusedAndTheTraceStays)
{
    ModelConfig config = m_session.model().config;
    config.maxTokens = 1'000'000;
    const auto model = makeSeededModel(config, 1, m_session.model().tokenizer);
    ASSERT_TRUE(model);
    m_session.setModel(*model);
    ASSERT_TRUE(settled());
    const std::shared_ptr<const Trace> before = m_session.trace();
    m_session.setText(QString::fromStdString(words(500'000)));
    ASSERT_TRUE(settled());
    EXPECT_EQ(m_session.state(), SessionState::Failed);
    EXPECT_EQ(m_session.trace(), before);
    EXPECT_TRUE(m_session.message().startsWith(QStringLiteral("A run of 500000 tokens needs ")))
        << m_session.message().toStdString();
    EXPECT_TRUE(m_session.message().endsWith(QStringLiteral(" tokens fits."))) << m_session.message().toStdString();
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

TEST_F(SessionTest, ASelectionStaysOnItsPlaceBetweenTokensAndWords)
{
    m_session.setText(QStringLiteral("The blicket sat"));
    ASSERT_TRUE(settled());
    const Index tokens = m_session.trace()->tokens();
    ASSERT_GT(tokens, 5) << "the middle word has several pieces";
    const Selection chosen{
        .head = {LayerIndex(1), HeadIndex(3)}, .query = TokenIndex(3), .key = TokenIndex(tokens - 1)};
    m_session.select(chosen);
    const int undoSteps = m_session.undoStack().count();
    const std::shared_ptr<const Trace> full = m_session.fullTrace();
    ViewOptions options = m_session.viewOptions();
    options.tokens.unit = TokenUnit::Word;
    m_session.setViewOptions(options);
    ASSERT_TRUE(settled());
    EXPECT_EQ(m_session.trace()->tokens(), 3);
    EXPECT_EQ(m_session.trace()->info().tokens[1].text, "blicket");
    EXPECT_EQ(m_session.fullTrace(), full) << "the model need not run again";
    EXPECT_EQ(m_session.locked(), (Selection{.head = chosen.head, .query = TokenIndex(1), .key = TokenIndex(2)}));
    EXPECT_EQ(m_session.document().selection, chosen);
    EXPECT_EQ(m_session.undoStack().count(), undoSteps) << "how it is shown is no part of the document";

    m_session.select({.head = chosen.head, .query = TokenIndex(1), .key = TokenIndex(0)});
    EXPECT_EQ(m_session.document().selection.query, TokenIndex(3)) << "still in the word";
    EXPECT_EQ(m_session.document().selection.key, TokenIndex(0));
    m_session.select({.head = chosen.head, .query = TokenIndex(2), .key = {}});
    EXPECT_EQ(m_session.document().selection.query, TokenIndex(tokens - 1));

    options.tokens.unit = TokenUnit::Token;
    m_session.setViewOptions(options);
    ASSERT_TRUE(settled());
    EXPECT_EQ(m_session.trace(), full);
    EXPECT_EQ(m_session.locked().query, TokenIndex(tokens - 1));
}

TEST_F(SessionTest, WhatAToggleChangedIsStillSaidOfWords)
{
    ViewOptions options = m_session.viewOptions();
    options.tokens.unit = TokenUnit::Word;
    m_session.setViewOptions(options);
    ASSERT_TRUE(settled());
    QSignalSpy effects(&m_session, &Session::effectMeasured);
    Experiment experiment;
    experiment.temperature = 5.0F;
    m_session.setExperiment(experiment);
    ASSERT_TRUE(settled());
    EXPECT_EQ(m_session.trace()->info().unit, TokenUnit::Word);
    ASSERT_EQ(effects.size(), 1);
    EXPECT_TRUE(effects.back().front().toString().contains(QStringLiteral("largest change")));
    options.tokens.names = TokenNames::RawPieces;
    m_session.setViewOptions(options);
    ASSERT_TRUE(settled());
    EXPECT_EQ(effects.size(), 1) << "showing it anew measures nothing";
}

TEST_F(SessionTest, RawPiecesAreTheVocabularysSpellings)
{
    m_session.setText(QStringLiteral("The blicket sat"));
    ViewOptions options = m_session.viewOptions();
    options.tokens.names = TokenNames::RawPieces;
    m_session.setViewOptions(options);
    ASSERT_TRUE(settled());
    const std::vector<Token>& tokens = m_session.trace()->info().tokens;
    EXPECT_EQ(tokens[0].text, "the");
    EXPECT_TRUE(tokens[2].text.starts_with("##")) << tokens[2].text;
    EXPECT_EQ(m_session.fullTrace()->info().tokens[0].text, "The");
    EXPECT_EQ(m_session.trace()->find({StageId::Logits}), m_session.fullTrace()->find({StageId::Logits}))
        << "the numbers are shared";
}

TEST_F(SessionTest, PredictsWhereOnePointsAndAtAMaskBeforeAll)
{
    ASSERT_TRUE(m_session.predictions());
    EXPECT_FALSE(m_session.predictions()->site) << "nothing is chosen yet";
    m_session.select({.head = {}, .query = TokenIndex(1), .key = {}});
    ASSERT_TRUE(m_session.predictions()->site);
    EXPECT_EQ(*m_session.predictions()->site, (PredictionSite{PredictionKind::SameToken, TokenIndex(1)}));
    EXPECT_EQ(*m_session.predictions()->top, *topPredictions(*m_session.fullTrace(), TokenIndex(1), kMostPredictions));
    m_session.point(Selection{.head = {}, .query = TokenIndex(4), .key = {}});
    EXPECT_EQ(m_session.predictions()->site->token, TokenIndex(4));
    m_session.point(std::nullopt);
    EXPECT_EQ(m_session.predictions()->site->token, TokenIndex(1));

    m_session.setText(QStringLiteral("The [MASK] sat"));
    ASSERT_TRUE(settled());
    EXPECT_EQ(*m_session.predictions()->site, (PredictionSite{PredictionKind::MaskedToken, TokenIndex(1)}));
    QSignalSpy changes(&m_session, &Session::predictionsChanged);
    m_session.point(Selection{.head = {}, .query = TokenIndex(2), .key = {}});
    EXPECT_EQ(changes.size(), 0) << "the same place as before";
    m_session.setText(QString());
    ASSERT_TRUE(settled());
    EXPECT_FALSE(m_session.predictions());
}

/// The first prediction that can be written.
std::int32_t writable(const Session& session)
{
    for (const Prediction& prediction : *session.predictions()->top) {
        if (session.refusal(session.model().tokenizer->token(prediction.id).value()).isEmpty()) {
            return prediction.id;
        }
    }
    ADD_FAILURE() << "no prediction can be written";
    return 0;
}

TEST_F(SessionTest, APredictionTakesTheMasksPlaceAndCanBeUndone)
{
    m_session.setText(QStringLiteral("The [MASK] sat"));
    ASSERT_TRUE(settled());
    const std::int32_t dog = defaultTokenizer()->tokensOf("dog")->front().id;
    QSignalSpy texts(&m_session, &Session::textChanged);
    m_session.writePrediction(dog);
    EXPECT_EQ(m_session.document().text, QStringLiteral("The dog sat"));
    EXPECT_EQ(texts.size(), 1);
    m_session.undoStack().undo();
    EXPECT_EQ(m_session.document().text, QStringLiteral("The [MASK] sat"));
    ASSERT_TRUE(settled());
    m_session.writePrediction(*defaultTokenizer()->maskToken());
    m_session.writePrediction(-1);
    EXPECT_EQ(m_session.document().text, QStringLiteral("The [MASK] sat"));

    m_session.setText(QStringLiteral("The cat sat"));
    m_session.writePrediction(dog);
    EXPECT_EQ(m_session.document().text, QStringLiteral("The cat sat")) << "its picture is not there yet";
}

TEST_F(SessionTest, ACausalModelsPredictionGoesAfterTheText)
{
    Session session(causalModel());
    const auto ready = [&session] { return waitFor([&] { return session.isUpToDate(); }); };
    session.setText(QStringLiteral("The dog"));
    session.select({.head = {}, .query = TokenIndex(0), .key = {}});
    ASSERT_TRUE(ready());
    EXPECT_EQ(*session.predictions()->site, (PredictionSite{PredictionKind::NextToken, TokenIndex(1)}));
    const std::int32_t id = writable(session);
    session.writePrediction(id);
    EXPECT_TRUE(session.document().text.startsWith(QStringLiteral("The dog"))) << session.document().text.toStdString();
    ASSERT_TRUE(ready());
    EXPECT_EQ(session.trace()->info().tokens.back().id, id);
    session.undoStack().undo();
    EXPECT_EQ(session.document().text, QStringLiteral("The dog"));

    session.setText(QString::fromStdString(words(1100)));
    ASSERT_TRUE(ready());
    const Token token = defaultTokenizer()->token(id).value();
    EXPECT_FALSE(session.refusal(token).isEmpty()) << "the text goes on after what the model has read";
}

TEST_F(SessionTest, ASecondTextIsReadByModelsThatTakeOne)
{
    m_session.setPair(QStringLiteral("the dog"));
    ASSERT_TRUE(settled());
    EXPECT_EQ(m_session.state(), SessionState::Ready) << "a model that takes one text is not given two";
    EXPECT_EQ(m_session.trace()->tokens(), 13);
    m_session.setModel(pairModel());
    ASSERT_TRUE(settled());
    EXPECT_EQ(m_session.trace()->tokens(), 13 + 2 + 2);
    EXPECT_EQ(m_session.trace()->info().pair, "the dog");

    m_session.select({.head = {}, .query = TokenIndex(16), .key = {}});
    m_session.writePrediction(defaultTokenizer()->tokensOf("cat")->front().id);
    EXPECT_EQ(m_session.document().pair, QStringLiteral("the cat"));
    EXPECT_EQ(m_session.document().text.toStdString(), kSentence);
    QSignalSpy pairs(&m_session, &Session::pairChanged);
    m_session.undoStack().undo();
    EXPECT_EQ(m_session.document().pair, QStringLiteral("the dog"));
    EXPECT_EQ(pairs.size(), 1);

    ASSERT_TRUE(settled());
    m_session.select({.head = {}, .query = TokenIndex(0), .key = {}});
    EXPECT_FALSE(m_session.refusal(defaultTokenizer()->token(100).value()).isEmpty())
        << "a mark that the tokenizer adds has no place in the text";
}

TEST(Predict, IsNothingWithoutLogits)
{
    const std::shared_ptr<const Trace> trace = traceOf(kSentence);
    ASSERT_TRUE(predict(*trace, *defaultModel(), TokenIndex(0)));
    EXPECT_FALSE(predict(*trace, *defaultModel(), TokenIndex(99))->site) << "of a text that is shorter now";
    const Trace headless(trace->info(), {});
    EXPECT_FALSE(predict(headless, *defaultModel(), TokenIndex(0)));
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
    ASSERT_TRUE(waitFor([&] { return session.trace() != nullptr; }));
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

TEST_F(SessionTest, KeepsTheExplainedCellUntilATraceHasItNoMore)
{
    QSignalSpy changes(&m_session, &Session::explainedChanged);
    const CellAddress cell{.stage = {StageId::Weights, LayerIndex(1)}, .head = HeadIndex(2), .row = 8, .column = 1};
    m_session.explain(cell);
    EXPECT_EQ(m_session.explained(), cell);
    CellAddress beyond = cell;
    beyond.column = 1000;
    m_session.explain(beyond);
    EXPECT_EQ(m_session.explained(), cell) << "a cell that is not there changed something";
    m_session.setText(QString::fromLatin1(kSentence) + QStringLiteral(" The"));
    ASSERT_TRUE(settled());
    EXPECT_EQ(m_session.explained(), cell);
    EXPECT_EQ(changes.count(), 1);
    m_session.setText(QStringLiteral("The animal"));
    ASSERT_TRUE(settled());
    EXPECT_FALSE(m_session.explained());
    EXPECT_EQ(changes.count(), 2);
}

TEST_F(SessionTest, ARecordingIsShownAsItIsUntilAModelOrATextIsChosen)
{
    const std::shared_ptr<const Model> model = m_session.sharedModel();
    const Document before = m_session.document();
    const auto recorded = m_session.fullTrace();
    m_session.setText(QStringLiteral("Something else."));
    ASSERT_TRUE(settled());
    for (const bool byText : {false, true}) {
        m_session.showRecording(recorded, QStringLiteral("run.safetensors"));
        ASSERT_TRUE(settled());
        EXPECT_TRUE(m_session.isRecording());
        EXPECT_EQ(m_session.fullTrace(), recorded) << "nothing was run";
        EXPECT_EQ(m_session.model().name, "run.safetensors");
        EXPECT_EQ(m_session.document().text, before.text);
        EXPECT_FALSE(m_session.undoStack().canUndo());
        EXPECT_FALSE(m_session.predictions());
        EXPECT_TRUE(m_session.analysis()->measured.at({}).measures[MeasureId::Entropy])
            << "heads are measured all the same";
        m_session.setExperiment({.scaling = Scaling::Off});
        m_session.explain(CellAddress{.stage = {StageId::Weights}});
        EXPECT_TRUE(m_session.isUpToDate());
        EXPECT_FALSE(m_session.explained());
        if (byText) {
            m_session.setText(QStringLiteral("A third."));
        } else {
            m_session.setModel(model);
        }
        ASSERT_TRUE(settled());
        EXPECT_FALSE(m_session.isRecording());
        EXPECT_EQ(m_session.sharedModel(), model);
        EXPECT_EQ(m_session.document().text, byText ? QStringLiteral("A third.") : QStringLiteral("Something else."));
        EXPECT_NE(m_session.fullTrace(), recorded);
    }
}

/// Of which no head's cells fit into memory: what works on whole heads leaves it alone, whatever options are set.
TEST_F(SessionTest, ARecordingOfManyTokensIsShownWithoutWhatNeedsWholeHeads)
{
    constexpr Index kTokens = 20'000;
    TraceInfo info;
    info.tokens = std::vector<Token>(kTokens, Token{0, "a", {}});
    info.layers = 1;
    info.heads = 2;
    const auto vectors = [] { return std::make_shared<const Tensor>(Tensor({2, kTokens, 2})); };
    const QTemporaryDir folder;
    const std::string file = folder.filePath(QStringLiteral("long")).toStdString();
    ASSERT_TRUE(writeTrace(file, Trace(info, {{{StageId::Query}, vectors()}, {{StageId::Key}, vectors()}})));
    ViewOptions options = m_session.viewOptions();
    options.tokens.unit = TokenUnit::Word;
    options.heatmap.quantity = Quantity::Rollout;
    options.gallery.order = HeadAddress{};
    m_session.setViewOptions(options);
    m_session.showRecording(readTrace(file).value(), QStringLiteral("long"));
    ASSERT_TRUE(settled());
    EXPECT_EQ(m_session.trace()->info().unit, TokenUnit::Token);
    EXPECT_TRUE(m_session.analysis()->rollout.empty());
    EXPECT_TRUE(m_session.analysis()->similarities.empty());
    EXPECT_FALSE(m_session.analysis()->measured.at({}).measures[MeasureId::Entropy]);
    EXPECT_TRUE(m_session.note().contains(QStringLiteral("20,000"))) << m_session.note().toStdString();
    for (const Quantity quantity : {Quantity::RawScores, Quantity::Rollout, Quantity::NormWeighted}) {
        const HeatmapPicture picture(m_session.trace(), {}, {.quantity = quantity},
                                     ColourMap::named(QStringLiteral("viridis")),
                                     {&m_session.model(), m_session.analysis()});
        EXPECT_EQ(picture.map(), nullptr);
    }
    const HeatmapPicture weights(m_session.trace(), {}, {}, ColourMap::named(QStringLiteral("viridis")));
    EXPECT_TRUE(weights.table().rows.empty());
    EXPECT_FLOAT_EQ(weights.map()->at(TokenIndex(19'000), TokenIndex(5)), 1.0F / kTokens);
}

}  // namespace
}  // namespace headlight::ui::test
