#include "core/io/bundled_models.h"
#include "tests/ui/support/fixtures.h"
#include "tests/ui/support/wait.h"
#include "ui/pages/compare_page.h"
#include "ui/session/toy_trainer.h"

#include <QComboBox>
#include <QElapsedTimer>
#include <QLabel>
#include <QLineEdit>
#include <QSlider>
#include <QSpinBox>
#include <QTest>
#include <QToolButton>

#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>

namespace headlight::ui::test {
namespace {

class ComparePageTest : public testing::Test
{
protected:
    void SetUp() override
    {
        m_page.resize(1000, 700);
        m_page.show();
        m_session.setText(QStringLiteral("Dog bites man"));
        ASSERT_TRUE(settled());
    }

    bool settled()
    {
        return waitFor([this] { return m_page.isUpToDate(); });
    }

    template <typename Widget>
    Widget* find(const char* name)
    {
        auto* found = m_page.findChild<Widget*>(QString::fromLatin1(name));
        EXPECT_NE(found, nullptr) << name;
        return found;
    }

    void choose(const char* box, int index)
    {
        auto* combo = find<QComboBox>(box);
        combo->setCurrentIndex(index);
        emit combo->activated(index);
        ASSERT_TRUE(settled());
    }

    void chooseKind(ComparisonKind kind) { choose("comparisonKind", static_cast<int>(kind)); }

    CellView& view() { return *find<CellView>("comparison"); }
    const ComparisonPicture& picture() { return dynamic_cast<const ComparisonPicture&>(*view().picture()); }
    QString summary() { return picture().summary().join(QLatin1Char(' ')); }
    bool isZero() { return (picture().numbers().change.array() == 0.0F).all(); }

    QPoint centreOf(ComparisonPanel panel, Index query, Index key)
    {
        return picture().cellRect(panel, {TokenIndex(query), TokenIndex(key)}, view().pictureArea()).center().toPoint();
    }

    /// For people to look at, if they name a folder for it.
    void keepPicture(const QString& name)
    {
        if (const QString folder = qEnvironmentVariable("HEADLIGHT_SCREENSHOTS"); !folder.isEmpty()) {
            m_page.grab().save(QStringLiteral("%1/compare_%2.png").arg(folder, name));
        }
    }

    Session m_session{defaultModel()};
    ComparePage m_page{m_session};
};

TEST_F(ComparePageTest, OpensOnBeforeAndAfterAndSaysThatNothingIsSwitched)
{
    EXPECT_EQ(find<QLabel>("compareHeading")->text(),
              QStringLiteral("Before and after · weights · layer 0 · head 0 — untrained"));
    EXPECT_TRUE(isZero());
    EXPECT_TRUE(summary().contains(QStringLiteral("No switch of the experiment is set")));
    EXPECT_TRUE(summary().contains(QStringLiteral("Exactly the same")));
}

TEST_F(ComparePageTest, WhatIsTheSameIsExactlySoHoweverTheTextWasTyped)
{
    m_session.setModel(causalModel());
    m_page.hide();  // another page is shown while the text is typed, so that this one has not followed
    for (const char* text : {"Dog", "Dog bites", "Dog bites the", "Dog bites the man", "Dog bites the man and"}) {
        m_session.setText(QString::fromUtf8(text));
        ASSERT_TRUE(QTest::qWaitFor([this] { return m_session.isUpToDate(); }));
    }
    m_page.show();
    ASSERT_TRUE(settled());
    EXPECT_TRUE(summary().contains(QStringLiteral("Exactly the same"))) << summary().toStdString();
    m_session.setExperiment({.ablatedHeads = {{LayerIndex(2), HeadIndex(3)}}});
    ASSERT_TRUE(settled());
    EXPECT_TRUE(isZero()) << "layer 0 knows nothing of a head in layer 2";
    EXPECT_FALSE(summary().contains(QStringLiteral("Exactly the same")));
    m_session.setExperiment({});
    chooseKind(ComparisonKind::Texts);
    auto* other = find<QLineEdit>("otherText");
    other->setText(QStringLiteral("Dog bites the man but"));
    emit other->textEdited(other->text());
    ASSERT_TRUE(settled());
    EXPECT_TRUE((picture().numbers().change.topRows(4).array() == 0.0F).all()) << "what follows changes nothing before";
}

TEST_F(ComparePageTest, FollowsSwitchesUndoAndTyping)
{
    m_session.setExperiment({.scaling = Scaling::Off});
    ASSERT_TRUE(settled());
    EXPECT_FALSE(isZero());
    EXPECT_EQ(picture().panelTitle(ComparisonPanel::B), QStringLiteral("B · scaling off"));
    keepPicture(QStringLiteral("before_after"));
    m_session.undoStack().undo();
    ASSERT_TRUE(settled());
    EXPECT_TRUE(isZero());
    m_session.setText(QStringLiteral("The dog bites the man"));
    ASSERT_TRUE(settled());
    EXPECT_EQ(picture().side(), 5);
    m_session.selectHead({LayerIndex(2), HeadIndex(1)});
    ASSERT_TRUE(settled());
    EXPECT_EQ(picture().numbers().a.head, (HeadAddress{LayerIndex(2), HeadIndex(1)}));
    EXPECT_EQ(find<QSpinBox>("compareLayer")->value(), 2);
}

TEST_F(ComparePageTest, DogBitesManWithoutPositionsIsTheSameUpToOrder)
{
    chooseKind(ComparisonKind::Texts);
    EXPECT_EQ(find<QLineEdit>("otherText")->text(), QStringLiteral("Man bites dog"));
    EXPECT_TRUE(summary().contains(QStringLiteral("order matters here")));
    m_session.setExperiment({.positions = PositionScheme::None});
    ASSERT_TRUE(settled());
    EXPECT_TRUE(summary().contains(QStringLiteral("The same up to order"))) << summary().toStdString();
    std::cout << "[ measured ] largest difference of any weight, Dog bites man / Man bites dog without positions: "
              << picture().numbers().most->largest << '\n';
    keepPicture(QStringLiteral("texts"));
    choose("alignment", 1);
    EXPECT_FALSE(summary().contains(QStringLiteral("The same up to order"))) << "by position they are not";
}

TEST_F(ComparePageTest, TheOtherTextFollowsUntilItIsTyped)
{
    chooseKind(ComparisonKind::Texts);
    m_session.setText(QStringLiteral("The street was too wide"));
    ASSERT_TRUE(settled());
    EXPECT_EQ(find<QLineEdit>("otherText")->text(), QStringLiteral("Wide too was street the"));
    auto* text = find<QLineEdit>("otherText");
    text->selectAll();
    QTest::keyClicks(text, QStringLiteral("The street was too wide"));
    ASSERT_TRUE(settled());
    EXPECT_TRUE(isZero()) << "a text with itself";
    find<QToolButton>("reverseWords")->click();
    ASSERT_TRUE(settled());
    EXPECT_EQ(picture().numbers().b.trace->info().text, "Wide too was street the");
}

TEST_F(ComparePageTest, TwoHeadsAndTwoLayersAreChosenInBoxes)
{
    chooseKind(ComparisonKind::Heads);
    EXPECT_EQ(picture().panelTitle(ComparisonPanel::A), QStringLiteral("A · layer 0 · head 0"));
    EXPECT_EQ(picture().panelTitle(ComparisonPanel::B), QStringLiteral("B · layer 0 · head 1"));
    find<QSpinBox>("otherLayer")->setValue(3);
    ASSERT_TRUE(settled());
    EXPECT_EQ(picture().numbers().b.head, (HeadAddress{LayerIndex(3), HeadIndex(1)}));
    find<QSpinBox>("compareHead")->setValue(5);
    ASSERT_TRUE(settled());
    EXPECT_EQ(m_session.document().selection.head, (HeadAddress{LayerIndex(0), HeadIndex(5)}));
    keepPicture(QStringLiteral("heads"));
    find<QToolButton>("swapSides")->click();
    ASSERT_TRUE(settled());
    EXPECT_EQ(picture().numbers().a.head, (HeadAddress{LayerIndex(3), HeadIndex(1)}));
    find<QToolButton>("swapSides")->click();
    chooseKind(ComparisonKind::Layers);
    EXPECT_EQ(picture().numbers().b.head, (HeadAddress{LayerIndex(1), HeadIndex(5)}));
    EXPECT_FALSE(find<QSpinBox>("otherHead")->isVisible());
    find<QSpinBox>("otherLayer")->setValue(0);
    ASSERT_TRUE(settled());
    EXPECT_TRUE(isZero()) << "a layer with itself";
    keepPicture(QStringLiteral("layers"));
}

TEST_F(ComparePageTest, TwoModelsBeginWithAnotherOfTheProgramsOwn)
{
    chooseKind(ComparisonKind::Models);
    ASSERT_TRUE(waitFor([this] { return m_page.isUpToDate() && view().picture() != nullptr; }));
    EXPECT_EQ(find<QToolButton>("otherModel")->text(), QStringLiteral("Model: Headlight small"));
    EXPECT_TRUE(picture().panelTitle(ComparisonPanel::A).contains(QStringLiteral("untrained")));
    EXPECT_FALSE(isZero());
    keepPicture(QStringLiteral("models"));
}

TEST_F(ComparePageTest, TwoMomentsOfATrainingOrHowToGetThem)
{
    chooseKind(ComparisonKind::Snapshots);
    EXPECT_EQ(view().picture(), nullptr);
    ToyTrainer& trainer = m_session.toyTrainer();
    trainer.restart(defaultSetup(ToyKind::Grammar));
    trainer.run();
    ASSERT_TRUE(QTest::qWaitFor([&] { return trainer.stepsDone() > 60; }, 120'000));
    trainer.pause();
    ASSERT_TRUE(settled());
    ASSERT_NE(view().picture(), nullptr);
    EXPECT_EQ(picture().panelTitle(ComparisonPanel::A), QStringLiteral("A · toy after 0 steps · ÷ √d"));
    EXPECT_FALSE(isZero());
    keepPicture(QStringLiteral("snapshots"));
    const auto at = centreOf(ComparisonPanel::B, 2, 3);
    QTest::mouseClick(&view(), Qt::LeftButton, {}, at);
    EXPECT_FALSE(m_session.document().selection.query) << "the toy's tokens are not the session's";
    find<QSlider>("momentA")->setValue(1);
    ASSERT_TRUE(settled());
    EXPECT_EQ(find<QLabel>("stepA")->text(), QStringLiteral("step 30"));
    find<QSlider>("momentB")->setValue(1);
    ASSERT_TRUE(settled());
    EXPECT_TRUE(isZero()) << "a moment with itself";
    ASSERT_TRUE(m_page.figure());
    EXPECT_TRUE(m_page.figure()->caption.join(QLatin1Char(' ')).contains(QStringLiteral("toy after 30 steps")));
}

TEST_F(ComparePageTest, PointingAndClickingInAnyMapSelectsInTheSession)
{
    for (const ComparisonPanel panel : kComparisonPanels) {
        QTest::mouseMove(&view(), centreOf(panel, 2, 1));
        EXPECT_EQ(m_session.shown().query, TokenIndex(2));
        EXPECT_EQ(m_session.shown().key, TokenIndex(1));
        QTest::mouseMove(&view(), QPoint(1, 1));
        EXPECT_FALSE(m_session.shown().query);
    }
    QTest::mouseClick(&view(), Qt::LeftButton, {}, centreOf(ComparisonPanel::Change, 1, 0));
    EXPECT_EQ(m_session.document().selection.query, TokenIndex(1));
    QTest::keyClick(&view(), Qt::Key_Down);
    EXPECT_EQ(m_session.document().selection.query, TokenIndex(2));
    chooseKind(ComparisonKind::Texts);
    ASSERT_TRUE(picture().numbers().predictions);
    EXPECT_EQ(picture().numbers().predictions->b.token, TokenIndex(0)) << "“dog” of “Man bites dog” stands for “Dog”";
}

TEST_F(ComparePageTest, WithoutTextItShowsAHint)
{
    m_session.setText(QString());
    ASSERT_TRUE(waitFor([this] { return m_session.trace() == nullptr && m_page.isUpToDate(); }));
    EXPECT_EQ(view().picture(), nullptr);
    EXPECT_FALSE(m_page.figure());
    EXPECT_FALSE(m_page.grab().isNull());
}

TEST_F(ComparePageTest, AnsweredWhileHiddenItIsThereWhenItIsShown)
{
    m_session.setExperiment({.scaling = Scaling::Off});
    m_page.hide();
    ASSERT_TRUE(waitFor([this] { return m_session.isUpToDate(); }));
    m_page.show();
    ASSERT_TRUE(settled());
    EXPECT_EQ(picture().panelTitle(ComparisonPanel::B), QStringLiteral("B · scaling off"));
}

TEST_F(ComparePageTest, FitsANarrowWindow)
{
    EXPECT_LE(m_page.minimumSizeHint().width(), 500);
    for (const int kind : {0, 1, 2, 3}) {
        chooseKind(static_cast<ComparisonKind>(kind));
        EXPECT_LE(m_page.minimumSizeHint().width(), 500) << kind;
    }
}

TEST(ComparePage, StaysLiveWith256TokensAnd12LayersOf12Heads)
{
    ModelConfig config = seededModelConfig(*defaultTokenizer());
    config.layers = 12;
    config.heads = 12;
    config.width = 192;
    config.feedForwardWidth = 768;
    Session session(makeSeededModel(config, 1, defaultTokenizer()).value());
    ComparePage page(session);
    page.resize(1000, 700);
    page.show();
    session.setText(QString::fromStdString(words(256)));
    const auto settled = [&] { return QTest::qWaitFor([&] { return page.isUpToDate(); }, 120'000); };
    ASSERT_TRUE(settled());
    session.setExperiment({.scaling = Scaling::Off});
    QElapsedTimer timer;
    timer.start();
    qint64 longest = 0;
    QElapsedTimer since;
    since.start();
    while (!page.isUpToDate()) {
        QTest::qWait(1);
        longest = std::max(longest, since.restart());
    }
    const qint64 all = timer.elapsed();
    QElapsedTimer drawing;
    drawing.start();
    page.grab();
    std::cout << "[ measured ] 256 tokens, 12 × 12 heads: " << all
              << " ms from switch to comparison, both passes; drawing " << drawing.elapsed()
              << " ms; longest pause of the window " << longest << " ms\n";
    EXPECT_EQ(
        dynamic_cast<const ComparisonPicture&>(*page.findChild<CellView*>(QStringLiteral("comparison"))->picture())
            .side(),
        256);
}

}  // namespace
}  // namespace headlight::ui::test
