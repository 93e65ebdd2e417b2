#include "tests/ui/support/fixtures.h"
#include "ui/panels/experiment_panel.h"
#include "ui/panels/head_grid.h"
#include "ui/panels/text_box.h"
#include "ui/panels/toggle_button.h"
#include "ui/panels/token_strip.h"
#include "ui/plots/colour_map.h"
#include "ui/plots/theme.h"

#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QElapsedTimer>
#include <QGuiApplication>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTest>

#include <gtest/gtest.h>

namespace headlight::ui::test {
namespace {

TEST(TextBox, GrowsFromOneLineToFour)
{
    TextBox box;
    box.resize(300, 100);
    box.show();
    box.setText(QStringLiteral("one"));
    const int one = box.height();
    box.setText(QStringLiteral("one\ntwo\nthree"));
    const int three = box.height();
    box.setText(QStringLiteral("1\n2\n3\n4\n5\n6\n7\n8"));
    const int eight = box.height();
    EXPECT_GT(three, one);
    EXPECT_GT(eight, three);
    EXPECT_LT(eight, 6 * one);
}

TEST(TextBox, AMegabytePastedIsCutAndSaidWithoutFreezing)
{
    TextBox box;
    box.resize(600, 60);
    box.show();
    QSignalSpy cuts(&box, &TextBox::cut);
    QGuiApplication::clipboard()->setText(QString(1'000'000, QLatin1Char('x')));
    QElapsedTimer timer;
    timer.start();
    box.paste();
    QCoreApplication::processEvents();
    EXPECT_LT(timer.elapsed(), 20'000);
    EXPECT_EQ(box.toPlainText().size(), TextBox::kLongestText);
    ASSERT_EQ(cuts.size(), 1);
    EXPECT_EQ(cuts.front().at(0).toInt(), 1'000'000);
}

TEST(TextBox, NeverCutsACharacterInHalf)
{
    const QString smiles = QStringLiteral("x") + QStringLiteral("😀").repeated(TextBox::kLongestText / 2 + 5);
    const QString kept = TextBox::fitting(smiles);
    EXPECT_EQ(kept.size(), TextBox::kLongestText - 1);
    EXPECT_TRUE(kept.back().isLowSurrogate());
}

TEST(TokenStrip, AClickAndAnArrowChooseTheQuery)
{
    TokenStrip strip;
    strip.resize(900, 60);
    strip.QWidget::show();
    strip.show(traceOf(kSentence), {}, ColourMap::named(QStringLiteral("viridis")));
    QSignalSpy clicks(&strip, &TokenStrip::clicked);
    QTest::mouseClick(strip.viewport(), Qt::LeftButton, {}, strip.chipRect(TokenIndex(8)).center().toPoint());
    ASSERT_EQ(clicks.size(), 1);
    EXPECT_EQ(clicks.back().front().value<TokenIndex>(), TokenIndex(8));
    strip.show(traceOf(kSentence), {.head = {}, .query = TokenIndex(8), .key = {}},
               ColourMap::named(QStringLiteral("viridis")));
    QTest::keyClick(&strip, Qt::Key_Right);
    ASSERT_EQ(clicks.size(), 2);
    EXPECT_EQ(clicks.back().front().value<TokenIndex>(), TokenIndex(9));
}

TEST(TokenStrip, ShadesEveryTokenByTheQuerysWeight)
{
    const auto trace = traceOf(kSentence);
    const ColourMap& viridis = ColourMap::named(QStringLiteral("viridis"));
    TokenStrip strip;
    strip.resize(900, 60);
    strip.QWidget::show();
    strip.show(trace, {.head = {}, .query = TokenIndex(8), .key = {}}, viridis);
    const QImage image = strip.viewport()->grab().toImage();
    const RowVector row = trace->map(StageId::Weights, {}).value()->row(TokenIndex(8));
    for (Index token = 0; token < row.size(); ++token) {
        const QRectF chip = strip.chipRect(TokenIndex(token));
        const QPoint bar(qRound(chip.center().x()), qRound(chip.bottom()) - 6);
        EXPECT_EQ(image.pixel(bar), viridis.colour(row(token), 0.0F, 1.0F)) << token;
    }
}

class ExperimentPanelTest : public testing::Test
{
protected:
    void SetUp() override { m_panel.show(); }

    const Experiment& experiment() const { return m_session.document().experiment; }

    template <typename Widget>
    Widget* find(const char* name)
    {
        return m_panel.findChild<Widget*>(QString::fromLatin1(name));
    }

    Session m_session{defaultModel()};
    ExperimentPanel m_panel{m_session};
};

TEST_F(ExperimentPanelTest, EveryControlChangesTheExperimentAndResetUndoesAll)
{
    find<QCheckBox>("scaling")->click();
    EXPECT_EQ(experiment().scaling, Scaling::Off);
    find<QDoubleSpinBox>("temperature")->setValue(2.5);
    EXPECT_FLOAT_EQ(experiment().temperature, 2.5F);
    auto* positions = find<QComboBox>("positions");
    positions->setCurrentIndex(positions->findText(QStringLiteral("rotary")));
    EXPECT_EQ(experiment().positions, PositionScheme::Rotary);
    auto* mask = find<QComboBox>("mask");
    mask->setCurrentIndex(mask->findText(QStringLiteral("sliding window")));
    EXPECT_EQ(experiment().mask, MaskChoice::Window);
    EXPECT_TRUE(find<QSpinBox>("maskReach")->isVisible());
    find<QSpinBox>("maskReach")->setValue(2);
    EXPECT_EQ(experiment().maskReach, 2);
    auto* grid = find<HeadGrid>("headGrid");
    const HeadAddress head{LayerIndex(2), HeadIndex(6)};
    QTest::mouseClick(grid, Qt::LeftButton, {}, grid->dotRect(head).center().toPoint());
    EXPECT_TRUE(experiment().ablatedHeads.contains(head));

    find<QPushButton>("reset")->click();
    EXPECT_EQ(experiment(), Experiment{});
    EXPECT_TRUE(find<QCheckBox>("scaling")->isChecked());
    EXPECT_FALSE(find<QPushButton>("reset")->isEnabled());
    EXPECT_FALSE(find<QSpinBox>("maskReach")->isVisible());
}

TEST_F(ExperimentPanelTest, SaysWhichShareOfTheCellsIsVisible)
{
    m_session.setText(QStringLiteral("Dog bites man"));
    auto* mask = find<QComboBox>("mask");
    mask->setCurrentIndex(mask->findText(QStringLiteral("causal")));
    const auto* share = find<QLabel>("maskShare");
    EXPECT_TRUE(QTest::qWaitFor([&] { return share->text().startsWith(QStringLiteral("67 %")); }, 10'000))
        << share->text().toStdString();
}

TEST(ToggleButton, LooksPressedOnEitherThemeAlsoAfterAChange)
{
    ToggleButton button(QStringLiteral("All"), QString());
    button.resize(button.sizeHint());
    for (const Brightness brightness : {Brightness::Light, Brightness::Dark, Brightness::Light}) {
        const Theme& theme = Theme::of(brightness);
        QApplication::setPalette(widgetPalette(theme));
        QCoreApplication::processEvents();
        for (const bool on : {false, true}) {
            button.setChecked(on);
            const QImage image = button.grab().toImage();
            EXPECT_EQ(image.pixelColor(image.width() / 2, 0) == theme.accent, on) << "dark: " << int(brightness);
            EXPECT_EQ(image.pixelColor(4, 4), on ? theme.paper : theme.panel);
        }
    }
}

TEST_F(ExperimentPanelTest, AStrideOfZeroCannotBeChosen)
{
    auto* mask = find<QComboBox>("mask");
    mask->setCurrentIndex(mask->findText(QStringLiteral("sliding window")));
    find<QSpinBox>("maskReach")->setValue(0);
    mask->setCurrentIndex(mask->findText(QStringLiteral("strided (sparse)")));
    EXPECT_EQ(experiment().maskReach, 1);
}

}  // namespace
}  // namespace headlight::ui::test
