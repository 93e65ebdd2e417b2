#include "tests/ui/support/fixtures.h"
#include "tests/ui/support/wait.h"
#include "ui/pages/ablation_page.h"

#include <QComboBox>
#include <QLabel>
#include <QProgressBar>
#include <QTest>
#include <QToolButton>

#include <gtest/gtest.h>

namespace headlight::ui::test {
namespace {

class AblationPageTest : public testing::Test
{
protected:
    void SetUp() override
    {
        start(StudyStart::WhenAsked);
        m_page.resize(1000, 700);
        m_page.show();
        setText(kSentence);
        m_session.select({.head = {LayerIndex(1), HeadIndex(3)}, .query = TokenIndex(8)});
    }

    void start(StudyStart start)
    {
        ViewOptions options = m_session.viewOptions();
        options.ablation.start = start;
        m_session.setViewOptions(options);
    }

    void setText(const char* text)
    {
        m_session.setText(QString::fromLatin1(text));
        ASSERT_TRUE(waitFor([this] { return m_session.isUpToDate(); }));
    }

    void runStudy()
    {
        find<QToolButton>("ablationRun")->click();
        ASSERT_TRUE(QTest::qWaitFor([this] { return m_page.isUpToDate(); }, 60'000));
    }

    template <typename Widget>
    Widget* find(const char* name)
    {
        auto* found = m_page.findChild<Widget*>(QString::fromLatin1(name));
        EXPECT_NE(found, nullptr) << name;
        return found;
    }

    const AblationPicture* picture() { return find<AblationView>("ablation")->ablation(); }
    QString status() { return find<QLabel>("ablationStatus")->text(); }

    void choose(const char* box, int row)
    {
        auto* combo = find<QComboBox>(box);
        combo->setCurrentIndex(row);
        emit combo->activated(row);
    }

    Session m_session{defaultModel()};
    AblationPage m_page{m_session};
};

TEST_F(AblationPageTest, RunsWhenAskedAndShowsEveryHead)
{
    EXPECT_EQ(picture(), nullptr);
    EXPECT_FALSE(m_page.figure());
    runStudy();
    ASSERT_NE(picture(), nullptr);
    EXPECT_TRUE(picture()->title().contains(QStringLiteral("the output at “it”")));
    EXPECT_TRUE(find<QLabel>("ablationHeading")->text().contains(QStringLiteral("untrained")));
    EXPECT_TRUE(status().startsWith(QStringLiteral("32 heads switched off in turn")));
    EXPECT_FALSE(find<QProgressBar>("ablationProgress")->isVisible());
    ASSERT_TRUE(m_page.figure());
    EXPECT_EQ(m_page.figure()->picture->table().rows.size(), 32U);
}

TEST_F(AblationPageTest, AnOlderAnswerStaysAndSaysThatItIsOne)
{
    runStudy();
    setText("Dog bites man");
    ASSERT_NE(picture(), nullptr);
    EXPECT_TRUE(status().contains(QStringLiteral("earlier text"))) << status().toStdString();
    ASSERT_TRUE(m_page.figure());
    EXPECT_TRUE(m_page.figure()->caption.front().contains(QString::fromLatin1(kSentence))) << "the text it is of";
    setText(kSentence);
    EXPECT_TRUE(status().startsWith(QStringLiteral("32 heads"))) << "of this text again";
    m_session.toggleHead({LayerIndex(0), HeadIndex(0)});
    ASSERT_TRUE(waitFor([this] { return m_session.isUpToDate(); }));
    EXPECT_TRUE(status().contains(QStringLiteral("earlier experiment")));
    runStudy();
    EXPECT_TRUE(picture()->describe({LayerIndex(0), HeadIndex(0)}).contains(QStringLiteral("off already")));
    choose("ablationMeasure", 2);
    EXPECT_TRUE(status().contains(QStringLiteral("another target")));
}

TEST_F(AblationPageTest, ChoosesAmongPredictionsAndHeads)
{
    choose("ablationMeasure", 1);
    auto* choice = find<QComboBox>("ablationChoice");
    ASSERT_EQ(choice->count(), 11) << "the most probable, and the ten of them by name";
    runStudy();
    EXPECT_TRUE(picture()->title().contains(QStringLiteral("the probability of")));
    const std::int32_t second = choice->itemData(2).toInt();
    choose("ablationChoice", 2);
    EXPECT_EQ(m_session.viewOptions().ablation.id, second);
    runStudy();
    EXPECT_TRUE(
        choice->currentText().contains(QString::fromStdString(m_session.model().tokenizer->token(second)->text)));

    choose("ablationMeasure", 2);
    EXPECT_EQ(choice->count(), 1) << "a model with no head that was asked for anything";
    choose("ablationChoice", 0);
    EXPECT_EQ(m_session.viewOptions().ablation.head, (HeadAddress{LayerIndex(1), HeadIndex(3)}));
    runStudy();
    m_session.selectHead({LayerIndex(0), HeadIndex(1)});
    EXPECT_TRUE(picture()->title().endsWith(QStringLiteral("of head 1.3"))) << "which is pinned";
    EXPECT_EQ(choice->count(), 2);
    EXPECT_TRUE(status().startsWith(QStringLiteral("32 heads"))) << status().toStdString();
}

TEST_F(AblationPageTest, PointingPreviewsClickingSelectsAndArrowsFollowTheRanking)
{
    runStudy();
    auto* view = find<AblationView>("ablation");
    const std::vector<HeadAddress> bars = picture()->bars(view->pictureArea());
    QTest::mouseMove(view, picture()->cellRect(bars[1], view->pictureArea()).center().toPoint());
    EXPECT_EQ(m_session.shown().head, bars[1]);
    EXPECT_EQ(m_session.document().selection.head, (HeadAddress{LayerIndex(1), HeadIndex(3)}));
    EXPECT_EQ(find<QLabel>("ablationReading")->text(), picture()->describe(bars[1]));
    QTest::mouseClick(view, Qt::LeftButton, {}, picture()->barRow(bars[0], view->pictureArea()).center().toPoint());
    EXPECT_EQ(m_session.document().selection.head, bars[0]);
    EXPECT_EQ(m_session.document().selection.query, TokenIndex(8)) << "the tokens stay";
    QTest::keyClick(view, Qt::Key_Down);
    EXPECT_EQ(m_session.document().selection.head, bars[1]);
    QTest::keyClick(view, Qt::Key_Up);
    EXPECT_EQ(m_session.document().selection.head, bars[0]);
}

TEST_F(AblationPageTest, LiveRunsByItself)
{
    start(StudyStart::WhenQuick);
    ASSERT_TRUE(QTest::qWaitFor([this] { return picture() != nullptr; }, 60'000));
    EXPECT_TRUE(status().startsWith(QStringLiteral("32 heads")));
}

TEST_F(AblationPageTest, WithoutTextItShowsAHint)
{
    runStudy();
    m_session.setText(QString());
    ASSERT_TRUE(waitFor([this] { return m_session.trace() == nullptr; }));
    EXPECT_EQ(picture(), nullptr);
    EXPECT_FALSE(find<QToolButton>("ablationRun")->isEnabled());
    EXPECT_FALSE(m_page.grab().isNull());
}

TEST(AblationPage, OffersNoPredictionOfAModelWithoutLogits)
{
    ModelConfig config = seededModelConfig(*defaultTokenizer());
    config.outputHead = OutputHead::None;
    Session session(makeSeededModel(config, 1, defaultTokenizer()).value());
    const AblationPage page(session);
    const auto* measure = page.findChild<QComboBox*>(QStringLiteral("ablationMeasure"));
    EXPECT_EQ(measure->findData(static_cast<int>(AblationMeasure::Prediction)), -1);
    EXPECT_EQ(measure->count(), 2);
}

TEST(AblationTarget, WhatIsLeftOpenFollowsTheSelectionAndTheModel)
{
    const auto trace = traceOf(kSentence);
    const Model& model = *defaultModel();
    const Selection nothing{.head = {LayerIndex(1), HeadIndex(3)}};
    EXPECT_EQ(ablationTarget({}, model, *trace, nothing).value(), AblationTarget(OutputTarget{TokenIndex(12)}));
    const Selection it{.head = {LayerIndex(1), HeadIndex(3)}, .query = TokenIndex(8)};
    EXPECT_EQ(ablationTarget({}, model, *trace, it).value(), AblationTarget(OutputTarget{TokenIndex(8)}));

    const AblationOptions prediction{.measure = AblationMeasure::Prediction};
    EXPECT_EQ(ablationTarget(prediction, model, *trace, nothing).error().code, ErrorCode::NotFound);
    const auto top = topPredictions(*trace, TokenIndex(8), 1).value().front();
    EXPECT_EQ(ablationTarget(prediction, model, *trace, it).value(),
              AblationTarget(PredictionTarget{TokenIndex(8), top.id}));

    const auto map = trace->map(StageId::Weights, it.head).value();
    Index key = 0;
    map->row(TokenIndex(8)).maxCoeff(&key);
    const AblationOptions attention{.measure = AblationMeasure::Attention};
    EXPECT_EQ(ablationTarget(attention, model, *trace, it).value(),
              AblationTarget(AttentionTarget{it.head, TokenIndex(8), TokenIndex(key)}));
    Model asked = model;
    asked.askedHeads = {{"antecedent", {LayerIndex(3), HeadIndex(0)}}};
    EXPECT_EQ(std::get<AttentionTarget>(ablationTarget(attention, asked, *trace, it).value()).head,
              asked.askedHeads.front().head);
}

}  // namespace
}  // namespace headlight::ui::test
