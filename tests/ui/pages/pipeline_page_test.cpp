#include "tests/ui/support/fixtures.h"
#include "tests/ui/support/wait.h"
#include "ui/pages/pipeline_page.h"
#include "ui/panels/toggle_button.h"

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QScrollBar>
#include <QTest>
#include <QToolButton>

#include <gtest/gtest.h>

#include <cmath>

namespace headlight::ui::test {
namespace {

using enum StageId;

class PipelinePageTest : public testing::Test
{
protected:
    void SetUp() override
    {
        m_page.resize(1000, 700);
        m_page.show();
        m_session.setText(QString::fromLatin1(kSentence));
        ASSERT_TRUE(waitFor([this] { return m_session.trace() != nullptr; }));
        m_session.select({.head = {LayerIndex(1), HeadIndex(3)}});
        view()->setFocus();
        ASSERT_TRUE(QTest::qWaitForWindowActive(&m_page));
    }

    template <typename Widget>
    Widget* find(const char* name)
    {
        auto* found = m_page.findChild<Widget*>(QString::fromLatin1(name));
        EXPECT_NE(found, nullptr) << name;
        return found;
    }

    PipelineView* view() { return find<PipelineView>("pipeline"); }
    const PipelinePicture& picture() { return *view()->pipeline(); }
    StageView* stageView() { return find<StageView>("stage"); }
    const StagePicture& stage() { return *stageView()->stage(); }
    const PipelineOptions& options() { return m_session.viewOptions().pipeline; }
    Index indexOf(StageId id) { return *picture().content().indexOf(id); }

    QPoint pointIn(StageId id, Index row)
    {
        const Index matrix = indexOf(id);
        return picture().rowRect(matrix, row, view()->pictureArea()).center().toPoint();
    }

    void open(StageId id)
    {
        auto* stages = find<QComboBox>("stages");
        const int index = stages->findData(static_cast<int>(id));
        ASSERT_GT(index, 0);
        stages->setCurrentIndex(index);
        emit stages->activated(index);
    }

    Session m_session{defaultModel()};
    PipelinePage m_page{m_session};
};

TEST_F(PipelinePageTest, FollowsTheSelectedHeadAndSaysThatTheModelIsUntrained)
{
    EXPECT_TRUE(find<QLabel>("pipelineHeading")->text().startsWith(QStringLiteral("Pipeline · layer 1 · head 3")));
    EXPECT_TRUE(find<QLabel>("pipelineHeading")->text().contains(QStringLiteral("untrained")));
    m_session.selectHead({LayerIndex(2), HeadIndex(5)});
    EXPECT_EQ(picture().title(), QStringLiteral("Pipeline · layer 2 · head 5"));
    EXPECT_EQ(picture().content().matrices()[static_cast<std::size_t>(indexOf(Weights))].step.key.layer, LayerIndex(2));
}

TEST_F(PipelinePageTest, PointingPreparesNothingAnew)
{
    const PipelineContent* before = &picture().content();
    QTest::mouseMove(view(), pointIn(Query, 4));
    EXPECT_EQ(m_session.shown().query, TokenIndex(4));
    EXPECT_FALSE(m_session.document().selection.query);
    EXPECT_EQ(picture().markedRows(indexOf(LayerOutput)), std::vector<Index>{4});
    QTest::mouseMove(view(), pointIn(Key, 6));
    EXPECT_EQ(m_session.shown().key, TokenIndex(6));
    EXPECT_EQ(&picture().content(), before);
}

TEST_F(PipelinePageTest, AClickSelectsTheTokenAndOpensTheMatrixAndEscapeGoesBack)
{
    QTest::mouseClick(view(), Qt::LeftButton, {}, pointIn(AttentionOutput, 7));
    EXPECT_EQ(m_session.document().selection.query, TokenIndex(7));
    EXPECT_EQ(options().zoomed, AttentionOutput);
    EXPECT_TRUE(stageView()->isVisible());
    EXPECT_FALSE(view()->isVisible());
    EXPECT_TRUE(find<QLabel>("stageCaption")->text().startsWith(QStringLiteral("concat·W_O + b_O — ")));
    QTest::keyClick(stageView(), Qt::Key_Escape);
    EXPECT_FALSE(options().zoomed);
    EXPECT_TRUE(view()->isVisible());
    EXPECT_EQ(m_session.document().selection.query, TokenIndex(7)) << "the selection stays";
}

TEST_F(PipelinePageTest, TheKeyboardChoosesTokensAndMatricesAndOpensThem)
{
    QTest::keyClick(view(), Qt::Key_Down);
    EXPECT_EQ(m_session.document().selection.query, TokenIndex(0));
    QTest::keyClick(view(), Qt::Key_Right);
    QTest::keyClick(view(), Qt::Key_Right);
    EXPECT_EQ(picture().pointed(), 1);
    QTest::keyClick(view(), Qt::Key_Return);
    EXPECT_EQ(options().zoomed, picture().content().matrices()[1].step.key.id);
    find<QToolButton>("backToPipeline")->click();
    EXPECT_FALSE(options().zoomed);
}

TEST_F(PipelinePageTest, StepsGoFromTheFirstStageToTheLastAndBack)
{
    const auto last = static_cast<Index>(picture().content().matrices().size()) - 1;
    QTest::keyClick(view(), Qt::Key_Period);
    EXPECT_EQ(options().step, 0);
    QTest::keyClick(view(), Qt::Key_Period);
    EXPECT_EQ(options().step, 1);
    QTest::keyClick(view(), Qt::Key_Comma);
    EXPECT_EQ(options().step, 0);
    find<QToolButton>("stepPrevious")->click();
    EXPECT_EQ(options().step, 0) << "there is none before";
    for (Index i = 0; i < last + 3; ++i) {
        find<QToolButton>("stepNext")->click();
    }
    EXPECT_EQ(options().step, last);
    find<QToolButton>("stepReset")->click();
    EXPECT_FALSE(options().step);
}

TEST_F(PipelinePageTest, PlayingShowsStageAfterStageAndEndsWithTheLast)
{
    auto* play = find<ToggleButton>("stepPlay");
    if (!play->isEnabled()) {
        GTEST_SKIP() << "this desktop asks for no animations";
    }
    const auto last = static_cast<Index>(picture().content().matrices().size()) - 1;
    find<QDoubleSpinBox>("stepPace")->setValue(0.2);
    ViewOptions all = m_session.viewOptions();
    all.pipeline.step = last - 2;
    m_session.setViewOptions(all);
    play->click();
    EXPECT_EQ(play->text(), QStringLiteral("Pause"));
    EXPECT_EQ(options().step, last - 1) << "at once";
    EXPECT_TRUE(waitFor([this, last] { return options().step == last; }));
    EXPECT_FALSE(play->isChecked());
    play->click();
    EXPECT_EQ(options().step, 0) << "from the beginning again";
    play->click();
    EXPECT_EQ(play->text(), QStringLiteral("Play"));
}

TEST_F(PipelinePageTest, EveryNumberOfALargeMatrixIsReachedByScrolling)
{
    open(Logits);
    find<ToggleButton>("stageNumbers")->click();
    EXPECT_EQ(options().cellSize, CellSize::Readable);
    auto* across = find<QScrollBar>("stageColumns");
    ASSERT_TRUE(across->isVisible());
    const IndexRange first = stage().columnsIn(stageView()->pictureArea());
    EXPECT_EQ(first.begin, 0);
    EXPECT_EQ(across->maximum() + first.size(), stage().matrix()->cols());
    across->setValue(across->maximum());
    EXPECT_EQ(stage().columnsIn(stageView()->pictureArea()).end, stage().matrix()->cols());
    QTest::keyClick(stageView(), Qt::Key_Home);
    EXPECT_EQ(stage().columnsIn(stageView()->pictureArea()).begin, 0) << "the cursor is always seen";
}

TEST_F(PipelinePageTest, AClickOnACellAsksForItsDerivation)
{
    open(Weights);
    const QPoint centre = stage().cellRect({8, 1}, stageView()->pictureArea()).center().toPoint();
    QTest::mouseClick(stageView(), Qt::LeftButton, {}, centre);
    const CellAddress expected{.stage = {Weights, LayerIndex(1)}, .head = HeadIndex(3), .row = 8, .column = 1};
    EXPECT_EQ(m_session.explained(), expected);
    EXPECT_EQ(m_session.document().selection,
              (Selection{.head = {LayerIndex(1), HeadIndex(3)}, .query = TokenIndex(8), .key = TokenIndex(1)}));
    QTest::keyClick(stageView(), Qt::Key_Right);
    EXPECT_EQ(m_session.explained()->column, 2);
}

TEST_F(PipelinePageTest, GoesWhereTheExplanationGoes)
{
    open(Weights);
    const CellAddress cell{.stage = {Query, LayerIndex(2)}, .head = HeadIndex(5), .row = 4, .column = 9};
    m_session.explain(cell);
    EXPECT_EQ(options().zoomed, Query);
    EXPECT_EQ(m_session.document().selection.head, (HeadAddress{LayerIndex(2), HeadIndex(5)}));
    EXPECT_TRUE(stage().title().startsWith(QStringLiteral("Queries · layer 2 · head 5")));
    const QImage image = stageView()->grab().toImage();
    const QRectF rect = stage().cellRect({4, 9}, stageView()->pictureArea());
    EXPECT_EQ(image.pixel(static_cast<int>(rect.center().x()), static_cast<int>(std::round(rect.top()))),
              themeOf(*stageView()).accent.rgb())
        << "its cell is framed";
    m_page.hide();
    m_session.explain(CellAddress{.stage = {Key, LayerIndex(0)}, .row = 1, .column = 1});
    EXPECT_EQ(options().zoomed, Query) << "only while it is seen";
}

TEST_F(PipelinePageTest, WithWordsMergedItIsOfTokensAndSaysSo)
{
    m_session.setText(QStringLiteral("The blickets sat"));
    ViewOptions all = m_session.viewOptions();
    all.tokens.unit = TokenUnit::Word;
    m_session.setViewOptions(all);
    ASSERT_TRUE(
        waitFor([this] { return m_session.isUpToDate() && m_session.trace()->info().unit == TokenUnit::Word; }));
    EXPECT_LT(m_session.trace()->tokens(), m_session.fullTrace()->tokens());
    EXPECT_EQ(picture().content().trace().tokens(), m_session.fullTrace()->tokens());
    EXPECT_TRUE(find<QLabel>("pipelineHeading")->text().contains(QStringLiteral("of tokens, not of words")));
    ASSERT_TRUE(m_page.figure());
    EXPECT_EQ(m_page.figure()->picture->title(), picture().title());
}

TEST_F(PipelinePageTest, ExportsWhatIsSeen)
{
    open(Scores);
    EXPECT_EQ(m_page.figure()->picture->title(), stage().title());
    EXPECT_EQ(toCsv(m_page.figure()->picture->table()), toCsv(stage().table()));
    find<QToolButton>("backToPipeline")->click();
    find<QToolButton>("stepNext")->click();
    EXPECT_EQ(m_page.figure()->picture->title(), picture().title());
}

TEST_F(PipelinePageTest, AStageThatAnotherModelHasNotIsSaid)
{
    open(Logits);
    ModelConfig config = defaultModel()->config;
    config.outputHead = OutputHead::None;
    m_session.setModel(makeSeededModel(config, 1, defaultTokenizer()).value());
    ASSERT_TRUE(waitFor([this] { return m_session.trace() != nullptr; }));
    EXPECT_EQ(stage().matrix(), nullptr);
    EXPECT_FALSE(m_page.grab().isNull());
    QTest::keyClick(stageView(), Qt::Key_Escape);
    EXPECT_FALSE(picture().content().indexOf(Logits));
}

TEST_F(PipelinePageTest, WithoutTextItShowsAHint)
{
    open(Weights);
    m_session.setText(QString());
    ASSERT_TRUE(waitFor([this] { return m_session.trace() == nullptr; }));
    EXPECT_EQ(view()->picture(), nullptr);
    EXPECT_FALSE(m_page.grab().isNull());
}

}  // namespace
}  // namespace headlight::ui::test
