#include "tests/ui/support/fixtures.h"
#include "tests/ui/support/wait.h"
#include "ui/pages/training_page.h"
#include "ui/panels/rate_box.h"
#include "ui/session/toy_trainer.h"

#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSlider>
#include <QSpinBox>
#include <QTemporaryDir>
#include <QTest>

#include <gtest/gtest.h>

namespace headlight::ui::test {
namespace {

class TrainingPageTest : public testing::Test
{
protected:
    void SetUp() override
    {
        m_page.resize(1000, 600);
        m_page.show();
        ASSERT_TRUE(settled());
    }

    bool settled()
    {
        return waitFor([this] { return status() != QStringLiteral("making the toy …"); });
    }

    template <typename Widget>
    Widget* find(const char* name)
    {
        auto* found = m_page.findChild<Widget*>(QString::fromLatin1(name));
        EXPECT_NE(found, nullptr) << name;
        return found;
    }

    QString status() { return find<QLabel>("trainingStatus")->text(); }
    QString text() { return find<QLabel>("trainingText")->text(); }
    void click(const char* name) { find<QPushButton>(name)->click(); }

    bool waitForStep(int step)
    {
        return QTest::qWaitFor([&] { return stepsDone() >= step; }, 60'000);
    }

    int stepsDone() { return status().section(QLatin1Char(' '), 1, 1).remove(QLatin1Char(',')).toInt(); }

    /// The quickest toy there is.
    void chooseNarrowLookup()
    {
        find<QComboBox>("toy")->setCurrentIndex(1);
        find<QComboBox>("width")->setCurrentIndex(0);
        ASSERT_TRUE(settled());
    }

    HeatmapView* view(int side) { return find<HeatmapView>(side == 0 ? "trainingHeatmap0" : "trainingHeatmap1"); }
    const HeatmapPicture& heatmap(int side = 0) { return dynamic_cast<const HeatmapPicture&>(*view(side)->picture()); }
    Matrix weights(int side = 0)
    {
        const AttentionMap& map = *heatmap(side).map();
        return map.tile({0, map.rows()}, {0, map.cols()}, {map.rows(), map.cols()});
    }

    Session m_session{defaultModel()};
    TrainingPage m_page{m_session};
};

TEST_F(TrainingPageTest, OpensOnTheGrammarToyWithThePronounMarked)
{
    EXPECT_EQ(status(), QStringLiteral("step 0 of 3,000 · paused"));
    EXPECT_EQ(find<QComboBox>("sentence")->currentText(),
              QStringLiteral("The dog did not cross the street because it was too tired."));
    EXPECT_EQ(find<QComboBox>("head")->currentText(), QStringLiteral("layer 1 · head 0 · asked for the antecedent"));
    EXPECT_EQ(heatmap().head(), (HeadAddress{LayerIndex(1), HeadIndex(0)}));
    EXPECT_EQ(heatmap().map()->rows(), 13);
    EXPECT_TRUE(text().contains(QStringLiteral("never where to look")));
    EXPECT_FALSE(view(1)->isVisible());
    EXPECT_FALSE(find<QComboBox>("width")->isVisible()) << "the lookup toy's alone";
    EXPECT_TRUE(m_page.isUpToDate() || waitFor([this] { return m_page.isUpToDate(); }));
}

TEST_F(TrainingPageTest, ItsHeadingHasAColouredMarkAndNoMarkupInSight)
{
    auto* heading = find<QLabel>("trainingHeading0");
    EXPECT_EQ(heading->textFormat(), Qt::RichText);
    EXPECT_STREQ(heading->metaObject()->className(), "QLabel");  // one that cuts its text would show the markup
}

TEST_F(TrainingPageTest, FollowsATrainingThatWasBegunElsewhere)
{
    ToySetup setup = defaultSetup(ToyKind::Lookup);
    setup.scaling = ScalingChoice::Off;
    m_session.toyTrainer().restart(setup);
    ASSERT_TRUE(waitFor([this] { return find<QComboBox>("toy")->currentIndex() == 1; }));
    ASSERT_TRUE(settled());
    EXPECT_EQ(m_session.toyTrainer().setup(), setup);
}

TEST_F(TrainingPageTest, StepsTrainsPausesAndBeginsAgain)
{
    chooseNarrowLookup();
    click("step");
    ASSERT_TRUE(waitForStep(1));
    EXPECT_EQ(status(), QStringLiteral("step 1 of 400 · paused"));
    auto* train = find<QPushButton>("train");
    EXPECT_EQ(train->text(), QStringLiteral("Train"));
    train->click();
    EXPECT_EQ(train->text(), QStringLiteral("Pause"));
    ASSERT_TRUE(waitForStep(10));
    train->click();
    EXPECT_EQ(train->text(), QStringLiteral("Train"));
    EXPECT_TRUE(status().endsWith(QStringLiteral("paused"))) << status().toStdString();
    click("restart");
    ASSERT_TRUE(settled());
    EXPECT_EQ(status(), QStringLiteral("step 0 of 400 · paused"));
    EXPECT_EQ(find<QSlider>("snapshots")->maximum(), 0);
}

TEST_F(TrainingPageTest, AnotherSettingBeginsAgainAndRunsOnIfItRan)
{
    chooseNarrowLookup();
    EXPECT_EQ(find<QComboBox>("scaling")->currentText(), QStringLiteral("side by side"));
    EXPECT_TRUE(view(1)->isVisible());
    click("train");
    ASSERT_TRUE(waitForStep(3));
    find<QSpinBox>("seed")->setValue(7);
    EXPECT_EQ(find<QPushButton>("train")->text(), QStringLiteral("Pause"));
    ASSERT_TRUE(waitForStep(3));
    click("train");
    find<QComboBox>("scaling")->setCurrentIndex(1);
    ASSERT_TRUE(settled());
    EXPECT_EQ(status(), QStringLiteral("step 0 of 400 · paused"));
    EXPECT_FALSE(view(1)->isVisible());
    EXPECT_EQ(heatmap().title(), QStringLiteral("Attention weights · layer 0 · head 0"));
    find<RateBox>("rate")->setValue(0.01);
    ASSERT_TRUE(settled());
    const std::optional<Figure> figure = m_page.figure();
    ASSERT_TRUE(figure);
    EXPECT_TRUE(figure->caption.join(QLatin1Char('\n')).contains(QStringLiteral("seed 7 · learning rate 0.01")))
        << figure->caption.join(QLatin1Char('\n')).toStdString();
}

TEST_F(TrainingPageTest, TheScrubberGoesBackToAnyMomentThatWasKept)
{
    chooseNarrowLookup();
    const Matrix start = weights();
    click("train");
    ASSERT_TRUE(waitForStep(100));
    click("train");
    const Matrix now = weights();
    EXPECT_NE(now, start);
    auto* slider = find<QSlider>("snapshots");
    auto* newest = find<QCheckBox>("newest");
    EXPECT_EQ(slider->value(), slider->maximum());
    slider->setValue(0);
    EXPECT_FALSE(newest->isChecked());
    EXPECT_EQ(weights(), start);
    const int kept = slider->maximum();
    click("train");
    ASSERT_TRUE(waitFor([&] { return slider->maximum() > kept; }));
    click("train");
    EXPECT_EQ(slider->value(), 0) << "it stays where it was put";
    EXPECT_EQ(weights(), start);
    newest->click();
    EXPECT_EQ(slider->value(), slider->maximum());
    EXPECT_NE(weights(), start);
    slider->setValue(0);
    click("step");
    EXPECT_TRUE(newest->isChecked()) << "who steps wants to see what the step did";
    EXPECT_EQ(slider->value(), slider->maximum());
    EXPECT_NE(weights(), start);
}

TEST_F(TrainingPageTest, SideBySideShowsTheSameSentenceTwice)
{
    chooseNarrowLookup();
    find<QComboBox>("width")->setCurrentIndex(2);
    ASSERT_TRUE(settled());
    click("step");
    ASSERT_TRUE(waitForStep(1));
    EXPECT_NE(weights(0), weights(1));
    EXPECT_LT(weights(0).rowwise().maxCoeff().mean(), weights(1).rowwise().maxCoeff().mean());
    EXPECT_TRUE(text().contains(QStringLiteral("saturation does not make the first gradient small")))
        << text().toStdString();
    EXPECT_FALSE(find<QComboBox>("head")->isVisible()) << "there is one";
}

TEST_F(TrainingPageTest, ASentenceIsTypedAndUnknownWordsAreNamed)
{
    auto* sentence = find<QComboBox>("sentence");
    auto* note = find<QLabel>("sentenceNote");
    EXPECT_FALSE(note->isVisible());
    sentence->lineEdit()->selectAll();
    QTest::keyClicks(sentence->lineEdit(), QStringLiteral("The zebra chased the dog."));
    EXPECT_EQ(note->text(), QStringLiteral("The toy does not know: zebra."));
    EXPECT_TRUE(note->isVisible());
    sentence->lineEdit()->selectAll();
    QTest::keyClicks(sentence->lineEdit(), QStringLiteral("The man chased the dog."));
    EXPECT_FALSE(note->isVisible());
    EXPECT_EQ(heatmap().map()->rows(), 6);
    sentence->lineEdit()->clear();
    EXPECT_EQ(view(0)->picture(), nullptr);
    ASSERT_TRUE(m_page.figure()) << "of the charts alone";
    EXPECT_FALSE(figureImage(*m_page.figure()).isNull());
    sentence->lineEdit()->setText(QString(400, QLatin1Char('x')));
    EXPECT_NE(view(0)->picture(), nullptr);
}

TEST_F(TrainingPageTest, ClickingMarksACellAndTheMainModelStaysUntouched)
{
    const QPoint centre = heatmap().cellRect({TokenIndex(3), TokenIndex(5)}, view(0)->pictureArea()).center().toPoint();
    const QImage before = view(0)->grab().toImage();
    const Document document = m_session.document();
    QTest::mouseClick(view(0), Qt::LeftButton, {}, centre);
    const QImage marked = view(0)->grab().toImage();
    EXPECT_NE(marked, before);
    QTest::keyClick(view(0), Qt::Key_Right);
    EXPECT_NE(view(0)->grab().toImage(), marked);
    QTest::keyClick(view(0), Qt::Key_Escape);
    QTest::keyClick(view(0), Qt::Key_Space);
    EXPECT_EQ(m_session.document().selection, document.selection);
    EXPECT_EQ(m_session.document().experiment, document.experiment);
}

TEST_F(TrainingPageTest, TheAntecedentHeadIsSeenToAppear)
{
    // The share of pronouns that the head must be right for takes some three hundred steps.
    click("train");
    ASSERT_TRUE(QTest::qWaitFor([this] { return text().contains(QStringLiteral("over 90 % first at step")); }, 180'000))
        << text().toStdString();
    click("train");
}

TEST_F(TrainingPageTest, ItsFigureIsAFileLikeAnyOther)
{
    chooseNarrowLookup();
    EXPECT_EQ(find<QPushButton>("train")->text(), QStringLiteral("Train"));
    click("step");
    ASSERT_TRUE(waitForStep(1));
    const std::optional<Figure> figure = m_page.figure();
    ASSERT_TRUE(figure);
    EXPECT_EQ(figure->name, QStringLiteral("training"));
    EXPECT_TRUE(figureCsv(*figure).startsWith("step,scaling,loss,"));
    EXPECT_EQ(figureCsv(*figure).count("\r\n"), 3) << "a header and a step of each side";
    QTemporaryDir folder;
    for (const QString& extension : figureExtensions()) {
        const Result<void> written = exportFigure(*figure, folder.filePath(QStringLiteral("f.") + extension));
        EXPECT_TRUE(written) << (written ? "" : written.error().message);
    }
}

TEST_F(TrainingPageTest, FollowsTheColoursAndCatchesUpWhenItIsShownAgain)
{
    const QImage viridis = view(0)->grab().toImage();
    ViewOptions options = m_session.viewOptions();
    options.colourMap = QStringLiteral("greys");
    m_session.setViewOptions(options);
    EXPECT_NE(view(0)->grab().toImage(), viridis);
    chooseNarrowLookup();
    m_page.hide();
    click("train");
    QTest::qWait(300);
    m_page.show();
    ASSERT_TRUE(waitForStep(1));
}

TEST(RateBox, StepsAlongASeriesAndKeepsThreeDigits)
{
    RateBox box;
    box.setValue(0.001);
    EXPECT_EQ(box.text(), QStringLiteral("0.001"));
    box.stepBy(1);
    EXPECT_DOUBLE_EQ(box.value(), 0.002);
    box.stepBy(3);
    EXPECT_DOUBLE_EQ(box.value(), 0.01);
    box.stepBy(-4);
    EXPECT_DOUBLE_EQ(box.value(), 0.001);
    box.stepBy(-100);
    EXPECT_DOUBLE_EQ(box.value(), RateBox::kSmallest);
    box.stepBy(100);
    EXPECT_DOUBLE_EQ(box.value(), RateBox::kLargest);
    box.selectAll();
    QTest::keyClicks(&box, QStringLiteral("1.2345e-3"));
    QTest::keyClick(&box, Qt::Key_Return);
    EXPECT_NEAR(box.value(), 0.00123, 1e-9);
    box.selectAll();
    QTest::keyClicks(&box, QStringLiteral("7"));
    QTest::keyClick(&box, Qt::Key_Return);
    EXPECT_LE(box.value(), RateBox::kLargest);
}

}  // namespace
}  // namespace headlight::ui::test
