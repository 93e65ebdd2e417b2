#include "tests/ui/support/fixtures.h"
#include "tests/ui/support/wait.h"
#include "ui/pages/flow_page.h"

#include <QDoubleSpinBox>
#include <QLabel>
#include <QSlider>
#include <QTest>
#include <QToolButton>

#include <gtest/gtest.h>

namespace headlight::ui::test {
namespace {

class FlowPageTest : public testing::Test
{
protected:
    void SetUp() override
    {
        m_page.resize(1000, 700);
        m_page.show();
        m_session.setText(QString::fromLatin1(kSentence));
        ASSERT_TRUE(waitFor([this] { return m_session.trace() != nullptr; }));
        m_session.select({.head = {LayerIndex(1), HeadIndex(3)}});
    }

    template <typename Widget>
    Widget* find(const QString& name)
    {
        auto* found = m_page.findChild<Widget*>(name);
        EXPECT_NE(found, nullptr) << name.toStdString();
        return found;
    }

    const FlowPicture& picture() { return *find<FlowView>(QStringLiteral("flow"))->flow(); }
    const FlowOptions& options() { return m_session.viewOptions().flow; }
    QToolButton* chip(int head) { return find<QToolButton>(QStringLiteral("head%1").arg(head)); }

    QPoint centreOf(FlowToken token)
    {
        return picture().tokenRect(token, find<FlowView>(QStringLiteral("flow"))->pictureArea()).center().toPoint();
    }

    Session m_session{defaultModel()};
    FlowPage m_page{m_session};
};

TEST_F(FlowPageTest, FollowsTheSelectedHead)
{
    EXPECT_EQ(picture().title(), QStringLiteral("Attention flow · layer 1 · head 3"));
    EXPECT_TRUE(find<QLabel>(QStringLiteral("flowHeading"))->text().contains(QStringLiteral("untrained")));
    EXPECT_TRUE(chip(3)->isChecked());
    m_session.select({.head = {LayerIndex(2), HeadIndex(5)}});
    EXPECT_EQ(picture().title(), QStringLiteral("Attention flow · layer 2 · head 5"));
    EXPECT_FALSE(chip(3)->isChecked());
    EXPECT_TRUE(chip(5)->isChecked());
    EXPECT_TRUE(find<QToolButton>(QStringLiteral("selectedHeadOnly"))->isChecked());
}

TEST_F(FlowPageTest, ChipsShowAndHideHeads)
{
    chip(0)->click();
    EXPECT_EQ(options().heads, (std::set{HeadIndex(0), HeadIndex(3)}));
    EXPECT_EQ(picture().title(), QStringLiteral("Attention flow · layer 1 · heads 0, 3"));
    chip(0)->click();
    EXPECT_TRUE(options().heads.empty());
    chip(3)->click();
    EXPECT_TRUE(chip(3)->isChecked()) << "the last one stays";
    find<QToolButton>(QStringLiteral("allHeads"))->click();
    EXPECT_EQ(options().heads.size(), 8U);
    for (int head = 0; head < 8; ++head) {
        EXPECT_TRUE(chip(head)->isChecked());
    }
    find<QToolButton>(QStringLiteral("selectedHeadOnly"))->click();
    EXPECT_TRUE(options().heads.empty());
}

TEST_F(FlowPageTest, SliderAndNumberAreOneThreshold)
{
    const std::size_t before = picture().lines().size();
    auto* number = find<QDoubleSpinBox>(QStringLiteral("threshold"));
    auto* slider = find<QSlider>(QStringLiteral("thresholdSlider"));
    slider->setValue(40);
    EXPECT_FLOAT_EQ(options().threshold, 0.2F);
    EXPECT_DOUBLE_EQ(number->value(), 0.2);
    EXPECT_LT(picture().lines().size(), before);
    number->setValue(0.013);
    EXPECT_FLOAT_EQ(options().threshold, 0.013F) << "the slider's coarser steps change nothing";
    EXPECT_EQ(slider->value(), 3);
}

TEST_F(FlowPageTest, PointingShowsAndClickingLocks)
{
    auto* view = find<FlowView>(QStringLiteral("flow"));
    const FlowToken it{FlowSide::Query, TokenIndex(8)};
    const FlowToken animal{FlowSide::Key, TokenIndex(1)};
    QTest::mouseMove(view, centreOf(it));
    EXPECT_EQ(m_session.shown().query, TokenIndex(8));
    EXPECT_FALSE(m_session.document().selection.query);
    EXPECT_FALSE(picture().outstandingLines().empty());

    QTest::mouseClick(view, Qt::LeftButton, {}, centreOf(animal));
    EXPECT_EQ(m_session.document().selection, (Selection{.head = {LayerIndex(1), HeadIndex(3)}, .key = TokenIndex(1)}));
    QTest::keyClick(view, Qt::Key_Down);
    EXPECT_EQ(m_session.document().selection.key, TokenIndex(2));
    QTest::keyClick(view, Qt::Key_Escape);
    EXPECT_FALSE(m_session.document().selection.key);
    EXPECT_EQ(m_session.document().selection.head, (HeadAddress{LayerIndex(1), HeadIndex(3)}));
}

TEST_F(FlowPageTest, WithoutTextItShowsAHint)
{
    m_session.setText(QString());
    ASSERT_TRUE(waitFor([this] { return m_session.trace() == nullptr; }));
    EXPECT_EQ(find<FlowView>(QStringLiteral("flow"))->picture(), nullptr);
    EXPECT_FALSE(m_page.grab().isNull());
}

}  // namespace
}  // namespace headlight::ui::test
