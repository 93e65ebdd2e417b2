#include "tests/ui/support/fixtures.h"
#include "tests/ui/support/wait.h"
#include "ui/pages/recurrence_page.h"
#include "ui/plots/recurrence_picture.h"

#include <QLabel>
#include <QPushButton>
#include <QTest>
#include <QToolButton>

#include <gtest/gtest.h>

namespace headlight::ui::test {
namespace {

class RecurrencePageTest : public testing::Test
{
protected:
    void SetUp() override
    {
        m_page.resize(900, 600);
        m_page.show();
        m_session.openOnExample();
        ASSERT_TRUE(waitFor([this] { return m_session.isUpToDate() && picture() != nullptr; }));
    }

    const RecurrencePicture* picture() const
    {
        return dynamic_cast<const RecurrencePicture*>(
            m_page.findChild<PictureView*>(QStringLiteral("recurrenceView"))->picture());
    }

    void click(const char* name) const { m_page.findChild<QAbstractButton*>(QString::fromLatin1(name))->click(); }

    Session m_session{defaultModel()};
    RecurrencePage m_page{m_session};
};

TEST_F(RecurrencePageTest, ItsStepsAreGoneThroughByButtonsAndKeys)
{
    EXPECT_EQ(picture()->stepsDone(), 13);
    click("stepForward");
    EXPECT_EQ(picture()->stepsDone(), 1);
    QTest::keyClick(&m_page, Qt::Key_Period);
    EXPECT_EQ(picture()->stepsDone(), 2);
    QTest::keyClick(&m_page, Qt::Key_Comma);
    click("stepBack");
    EXPECT_EQ(picture()->stepsDone(), 0);
    click("playSteps");
    EXPECT_TRUE(waitFor([this] { return picture()->stepsDone() == 2; }));
    click("playSteps");
}

TEST_F(RecurrencePageTest, ShowsTheSideThatIsChosenAndFollowsTheText)
{
    click("recurrenceDistance");
    EXPECT_EQ(m_session.viewOptions().recurrence.show, RecurrenceShow::Distance);
    EXPECT_FALSE(m_page.findChild<QToolButton*>(QStringLiteral("stepForward"))->isVisible());
    EXPECT_TRUE(
        m_page.findChild<QLabel*>(QStringLiteral("recurrenceHeading"))->text().contains(QStringLiteral("distance")));
    m_session.setText(QStringLiteral("Dog bites man"));
    ASSERT_TRUE(waitFor([this] { return m_session.isUpToDate(); }));
    EXPECT_EQ(picture()->drawnTokens(), 3);
    ASSERT_TRUE(m_page.figure());
    EXPECT_EQ(m_page.figure()->name, QStringLiteral("recurrence"));
}

TEST_F(RecurrencePageTest, TimesAreMeasuredWhenAskedForAndCanBeCancelled)
{
    click("recurrenceTime");
    auto* measure = m_page.findChild<QPushButton*>(QStringLiteral("measureLayers"));
    EXPECT_TRUE(measure->isVisible());
    EXPECT_TRUE(picture()->table().rows.empty());
    measure->click();
    EXPECT_TRUE(measure->text().startsWith(QStringLiteral("Cancel")));
    measure->click();
    EXPECT_TRUE(waitFor([&] { return measure->text() == QLatin1String("Measure"); }));
    measure->click();
    ASSERT_TRUE(QTest::qWaitFor([this] { return !picture()->table().rows.empty(); }, 60'000));
    EXPECT_EQ(std::get<Index>(picture()->table().rows.front().front()), kMeasuredLengths.front());
}

}  // namespace
}  // namespace headlight::ui::test
