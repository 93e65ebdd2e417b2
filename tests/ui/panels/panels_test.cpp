#include "tests/ui/support/fixtures.h"
#include "tests/ui/support/wait.h"
#include "ui/panels/experiment_panel.h"
#include "ui/panels/head_grid.h"
#include "ui/panels/loading_row.h"
#include "ui/panels/prediction_row.h"
#include "ui/panels/text_box.h"
#include "ui/panels/toggle_button.h"
#include "ui/panels/token_strip.h"
#include "ui/plots/colour_map.h"
#include "ui/plots/theme.h"
#include "ui/plots/token_label.h"
#include "ui/session/model_loader.h"

#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QContextMenuEvent>
#include <QDoubleSpinBox>
#include <QElapsedTimer>
#include <QGuiApplication>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTest>
#include <QToolButton>

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

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

TEST(TokenStrip, DeleteAndTheMenuZeroAValueAndItsTokenIsStruckThrough)
{
    const auto trace = traceOf(kSentence);
    TokenStrip strip;
    strip.resize(900, 60);
    strip.QWidget::show();
    strip.show(trace, {.head = {}, .query = TokenIndex(8), .key = {}}, ColourMap::named(QStringLiteral("viridis")));
    QSignalSpy toggled(&strip, &TokenStrip::valueToggled);
    QTest::keyClick(&strip, Qt::Key_Delete);
    ASSERT_EQ(toggled.size(), 1);
    EXPECT_EQ(toggled.back().front().value<TokenIndex>(), TokenIndex(8));

    const QPoint animal = strip.chipRect(TokenIndex(1)).center().toPoint();
    QContextMenuEvent event(QContextMenuEvent::Mouse, animal, strip.viewport()->mapToGlobal(animal));
    QCoreApplication::sendEvent(strip.viewport(), &event);
    auto* menu = strip.findChild<QMenu*>(QStringLiteral("tokenMenu"));
    ASSERT_NE(menu, nullptr);
    EXPECT_FALSE(menu->actions().front()->isChecked());
    menu->actions().front()->trigger();
    menu->close();
    ASSERT_EQ(toggled.size(), 2);
    EXPECT_EQ(toggled.back().front().value<TokenIndex>(), TokenIndex(1));

    const auto chip = [&strip](Index token) {
        return strip.viewport()->grab(strip.chipRect(TokenIndex(token)).toAlignedRect()).toImage();
    };
    const QImage animalBefore = chip(1);
    const QImage itBefore = chip(8);
    strip.setZeroed({TokenIndex(1)});
    EXPECT_NE(chip(1), animalBefore);
    EXPECT_EQ(chip(8), itBefore);
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
    mask->setCurrentIndex(mask->findText(QStringLiteral("block-sparse")));
    EXPECT_TRUE(find<QSpinBox>("globalTokens")->isVisible());
    find<QSpinBox>("globalTokens")->setValue(1);
    EXPECT_EQ(experiment().mask, MaskChoice::Block);
    EXPECT_EQ(experiment().globalTokens, 1);
    find<QCheckBox>("keysAsValues")->click();
    EXPECT_EQ(experiment().values, ValueSource::Keys);
    find<QCheckBox>("sharedHeads")->click();
    EXPECT_EQ(experiment().sharing, HeadSharing::FirstHead);
    auto* kernel = find<QComboBox>("kernel");
    kernel->setCurrentIndex(1);
    EXPECT_EQ(experiment().kernel, AttentionKernel::Linear);
    EXPECT_FALSE(find<QDoubleSpinBox>("temperature")->isEnabled()) << "linear attention has none";
    EXPECT_FALSE(find<QCheckBox>("scaling")->isEnabled());
    auto* grid = find<HeadGrid>("headGrid");
    const HeadAddress head{LayerIndex(2), HeadIndex(6)};
    QTest::mouseClick(grid, Qt::LeftButton, {}, grid->dotRect(head).center().toPoint());
    EXPECT_TRUE(experiment().ablatedHeads.contains(head));

    find<QPushButton>("reset")->click();
    EXPECT_EQ(experiment(), Experiment{});
    EXPECT_TRUE(find<QCheckBox>("scaling")->isChecked());
    EXPECT_FALSE(find<QPushButton>("reset")->isEnabled());
    EXPECT_FALSE(find<QSpinBox>("maskReach")->isVisible());
    EXPECT_FALSE(find<QSpinBox>("globalTokens")->isVisible());
    EXPECT_FALSE(find<QCheckBox>("keysAsValues")->isChecked());
    EXPECT_FALSE(find<QCheckBox>("sharedHeads")->isChecked());
    EXPECT_EQ(kernel->currentIndex(), 0);
    EXPECT_TRUE(find<QDoubleSpinBox>("temperature")->isEnabled());
}

TEST_F(ExperimentPanelTest, ZeroesTheValueOfTheChosenToken)
{
    auto* zero = find<QCheckBox>("zeroValue");
    EXPECT_FALSE(zero->isEnabled()) << "no token is chosen";
    m_session.setText(QStringLiteral("Dog bites man"));
    ASSERT_TRUE(waitFor([&] { return m_session.isUpToDate(); }));
    m_session.select({.head = {}, .query = TokenIndex(1), .key = {}});
    EXPECT_TRUE(zero->isEnabled());
    EXPECT_TRUE(zero->text().contains(QStringLiteral("bites"))) << zero->text().toStdString();
    zero->click();
    EXPECT_EQ(experiment().zeroedValues, std::set{TokenIndex(1)});
    EXPECT_TRUE(zero->isChecked());
    EXPECT_TRUE(find<QLabel>("zeroedValues")->isVisible());
    EXPECT_TRUE(find<QLabel>("zeroedValues")->text().contains(QStringLiteral("bites")));
    find<QPushButton>("reset")->click();
    EXPECT_FALSE(zero->isChecked());
    EXPECT_FALSE(find<QLabel>("zeroedValues")->isVisible());
}

TEST_F(ExperimentPanelTest, SaysWhichShareOfTheCellsIsVisibleAndWhatTheyCost)
{
    m_session.setText(QStringLiteral("Dog bites man"));
    auto* mask = find<QComboBox>("mask");
    mask->setCurrentIndex(mask->findText(QStringLiteral("causal")));
    const auto* share = find<QLabel>("maskShare");
    // d = 16: as many multiply-adds for a score and as many for its part of the sum.
    const QString expected = QStringLiteral("67 % of 9 cells computed\n192 multiply-adds a head");
    EXPECT_TRUE(waitFor([&] { return share->text() == expected; })) << share->text().toStdString();
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

TEST(LoadingRow, SaysHowFarTheModelIsAndCancels)
{
    ModelLoader loader;
    QWidget window;
    auto* row = new LoadingRow(loader, &window);
    window.show();
    EXPECT_FALSE(row->isVisible());
    loader.open({.title = QStringLiteral("gpt2"),
                 .folder = {},
                 .read = [](const Progress& progress) -> Result<std::shared_ptr<const Model>> {
                     progress.at(0.45F);
                     while (!progress.stop.stop_requested()) {
                         std::this_thread::sleep_for(std::chrono::milliseconds(1));
                     }
                     return failure(ErrorCode::Cancelled, "Opening the model was cancelled.");
                 }});
    EXPECT_FALSE(row->isVisible()) << "a small model is there before one could read this";
    const auto* text = row->findChild<QLabel*>(QStringLiteral("loading"));
    ASSERT_TRUE(waitFor([&] { return row->isVisible() && text->text() == QStringLiteral("Opening gpt2 … 45 %"); }));
    row->findChild<QToolButton*>(QStringLiteral("cancelLoading"))->click();
    EXPECT_FALSE(row->isVisible());
    EXPECT_EQ(loader.current(), nullptr);
    QTest::qWait(150);
    EXPECT_FALSE(row->isVisible());
}

/// A chip's token, without its share.
QString tokenOf(const QWidget& row, int chip)
{
    return row.findChild<QToolButton*>(QStringLiteral("prediction%1").arg(chip))->text().section(u' ', 0, 0);
}

TEST(PredictionRow, ShowsTheMostProbableFirstInTheSpellingThatIsChosen)
{
    Session session(defaultModel());
    PredictionRow row(session);
    row.resize(2000, 40);
    session.setText(QStringLiteral("The [MASK] sat"));
    ASSERT_TRUE(waitFor([&] { return session.isUpToDate(); }));
    ASSERT_TRUE(row.isVisible());
    const std::vector<Prediction>& top = *session.predictions()->top;
    ASSERT_EQ(top.size(), 10U);
    for (int i = 0; i < 10; ++i) {
        const Token token = defaultTokenizer()->token(top[static_cast<std::size_t>(i)].id).value();
        EXPECT_EQ(tokenOf(row, i), tokenLabel(token));
    }
    ViewOptions options = session.viewOptions();
    options.tokens.names = TokenNames::RawPieces;
    session.setViewOptions(options);
    for (int i = 0; i < 10; ++i) {
        const Token token = defaultTokenizer()->token(top[static_cast<std::size_t>(i)].id).value();
        EXPECT_EQ(tokenOf(row, i), QString::fromStdString(token.piece));
    }
    row.resize(200, 40);
    EXPECT_FALSE(row.findChild<QToolButton*>(QStringLiteral("prediction9"))->isVisible());
}

}  // namespace
}  // namespace headlight::ui::test
