#include "tests/ui/support/fixtures.h"
#include "tests/ui/support/wait.h"
#include "ui/pages/scaling_page.h"
#include "ui/plots/head_scaling_picture.h"

#include <QAbstractButton>
#include <QLabel>
#include <QPushButton>
#include <QSlider>
#include <QSpinBox>
#include <QTest>

#include <gtest/gtest.h>

namespace headlight::ui::test {
namespace {

class ScalingPageTest : public testing::Test
{
protected:
    void SetUp() override
    {
        m_page.resize(1000, 700);
        m_page.show();
        m_session.setText(QString::fromLatin1(kSentence));
        settle();
    }

    void settle()
    {
        ASSERT_TRUE(waitFor([this] { return m_page.isUpToDate(); }));
    }

    template <typename Widget>
    Widget* find(const char* name)
    {
        auto* found = m_page.findChild<Widget*>(QString::fromLatin1(name));
        EXPECT_NE(found, nullptr) << name;
        return found;
    }

    void press(const char* name) { find<QAbstractButton>(name)->click(); }
    const ScalingOptions& options() { return m_session.viewOptions().scaling; }
    QString heading() { return find<QLabel>("scalingHeading")->text(); }

    Session m_session{defaultModel()};
    ScalingPage m_page{m_session};
};

TEST_F(ScalingPageTest, TheSliderGoesThroughAllWidthsInEvenDoublings)
{
    auto* slider = find<QSlider>("headWidthSlider");
    auto* box = find<QSpinBox>("headWidth");
    EXPECT_EQ(options().headWidth, 64);
    slider->setValue(slider->minimum());
    EXPECT_EQ(options().headWidth, 1);
    EXPECT_EQ(box->value(), 1);
    slider->setValue(slider->maximum());
    EXPECT_EQ(options().headWidth, 1024);
    slider->setValue(slider->maximum() - slider->pageStep());
    EXPECT_EQ(options().headWidth, 512) << "a page is a doubling";
    EXPECT_TRUE(heading().contains(QStringLiteral("d = 512")));
    for (const int width : {2, 3, 77, 1000, 1023}) {
        box->setValue(width);
        EXPECT_EQ(options().headWidth, width) << "the box has every width, also those between the slider's places";
    }
}

TEST_F(ScalingPageTest, ANewDrawIsTheNextSeed)
{
    press("newDraw");
    EXPECT_EQ(options().seed, 2U);
    settle();
    EXPECT_TRUE(heading().endsWith(QStringLiteral("seed 2"))) << heading().toStdString();
    press("scalingExample");
    EXPECT_TRUE(heading().endsWith(QStringLiteral("seed 2")));
    EXPECT_FALSE(find<QSlider>("headWidthSlider")->isVisible()) << "the example is of width 8";
    find<QSpinBox>("drawSeed")->setValue(1);
    settle();
    EXPECT_EQ(options().seed, 1U);
}

TEST_F(ScalingPageTest, HeadsAreThoseOfTheTextAndAnswerToTheMouse)
{
    press("scalingHeads");
    settle();
    auto* view = find<PointableView>("scalingView");
    const auto* picture = dynamic_cast<const HeadScalingPicture*>(view->pointable());
    ASSERT_NE(picture, nullptr);
    EXPECT_TRUE(heading().endsWith(QStringLiteral("untrained"))) << heading().toStdString();
    const QPoint dot = picture->dotAt(13, Gauge::Variance, Scaling::Off, view->pictureArea()).toPoint();
    const std::optional<Selection> there = picture->selectionAt(dot, view->pictureArea());
    ASSERT_TRUE(there);
    ASSERT_NE(there->head, m_session.shown().head);
    QTest::mouseMove(view, dot);
    EXPECT_EQ(m_session.shown().head, there->head);
    EXPECT_NE(m_session.locked().head, there->head);
    QTest::mouseClick(view, Qt::LeftButton, {}, dot);
    EXPECT_EQ(m_session.locked().head, there->head);
    EXPECT_EQ(dynamic_cast<const HeadScalingPicture*>(view->pointable())->head(), there->head);

    const CsvTable before = m_page.figure()->picture->table();
    m_session.setText(QStringLiteral("Dog bites man"));
    settle();
    EXPECT_NE(toCsv(m_page.figure()->picture->table()), toCsv(before));
}

TEST_F(ScalingPageTest, ExportsWhatTheCommandLineRenders)
{
    for (const char* side : {"scalingRandom", "scalingExample", "scalingHeads"}) {
        press(side);
        settle();
        const Figure expected = toFigure({.view = View::Scaling,
                                          .trace = m_session.fullTrace(),
                                          .model = defaultModel(),
                                          .selection = m_session.locked(),
                                          .options = m_session.viewOptions()});
        const std::optional<Figure> figure = m_page.figure();
        ASSERT_TRUE(figure) << side;
        EXPECT_EQ(figure->picture->title(), expected.picture->title());
        EXPECT_EQ(figureCsv(*figure), figureCsv(expected)) << side;
        EXPECT_EQ(figure->caption, expected.caption);
        EXPECT_EQ(figureImage(*figure), figureImage(expected)) << side;
    }
}

TEST_F(ScalingPageTest, WithoutATextOnlyTheHeadsAreMissing)
{
    m_session.setText(QString());
    settle();
    EXPECT_TRUE(m_page.figure());
    EXPECT_FALSE(heading().isEmpty());
    press("scalingHeads");
    settle();
    EXPECT_FALSE(m_page.figure());
    EXPECT_EQ(find<PointableView>("scalingView")->picture(), nullptr);
}

TEST_F(ScalingPageTest, FitsANarrowWindow)
{
    EXPECT_LE(m_page.minimumSizeHint().width(), 520) << "beside the experiment, at 788 pixels";
}

}  // namespace
}  // namespace headlight::ui::test
