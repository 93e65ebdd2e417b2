#include "tests/ui/support/fixtures.h"
#include "ui/main_window.h"
#include "ui/panels/text_box.h"
#include "ui/panels/token_strip.h"
#include "ui/plots/gallery_view.h"
#include "ui/plots/heatmap_view.h"

#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QDoubleSpinBox>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QMessageBox>
#include <QTabBar>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>
#include <QToolButton>
#include <QWheelEvent>

#include <gtest/gtest.h>

namespace headlight::ui::test {
namespace {

/// The whole window, as a person meets it.
class MainWindowTest : public testing::Test
{
protected:
    void SetUp() override
    {
        m_window.resize(1280, 800);
        m_window.show();
        m_session.openOnExample();
        ASSERT_TRUE(settled());
    }

    void TearDown() override { m_window.setBrightness(Brightness::Light); }

    bool settled()
    {
        return QTest::qWaitFor([this] { return m_session.isUpToDate(); }, 20'000);
    }

    template <typename Widget>
    Widget* find(const char* name)
    {
        auto* found = m_window.findChild<Widget*>(QString::fromLatin1(name));
        EXPECT_NE(found, nullptr) << name;
        return found;
    }

    void typeInstead(const QString& text)
    {
        auto* box = find<TextBox>("text");
        box->selectAll();
        QTest::keyClicks(box, text);
    }

    const HeatmapPicture& heatmap()
    {
        return dynamic_cast<const HeatmapPicture&>(*find<HeatmapView>("heatmap")->picture());
    }

    QPoint cellCentre(Cell cell)
    {
        return heatmap().cellRect(cell, find<HeatmapView>("heatmap")->pictureArea()).center().toPoint();
    }

    Session m_session{defaultModel()};
    MainWindow m_window{m_session};
};

TEST_F(MainWindowTest, OpensOnAPictureWithThePronounAsQueryAndSaysUntrained)
{
    EXPECT_EQ(find<QTabBar>("pages")->count(), 5);
    EXPECT_TRUE(find<QLabel>("heatmapHeading")->text().contains(QStringLiteral("untrained")));
    EXPECT_EQ(find<QToolButton>("model")->text(), QStringLiteral("Model: Untrained"));
    EXPECT_TRUE(find<QLabel>("status")->text().startsWith(QStringLiteral("13 tokens")));
    EXPECT_TRUE(find<QLabel>("status")->text().contains(QStringLiteral("it → ")));
}

TEST_F(MainWindowTest, TheModelButtonOpensTheProgramsOwnModelsAndMarksTheOneThatIsOpen)
{
    auto* button = find<QToolButton>("model");
    const auto marked = [button] {
        QStringList titles;
        for (const QAction* action : button->menu()->actions()) {
            if (action->isChecked()) {
                titles.append(action->text());
            }
        }
        return titles.join(QLatin1Char(','));
    };
    EXPECT_EQ(marked(), QStringLiteral("Untrained"));
    const QList<QAction*> actions = button->menu()->actions().first(3);
    for (QAction* action : actions) {
        action->trigger();
        ASSERT_TRUE(settled()) << action->text().toStdString();
        EXPECT_EQ(marked(), action->text());
        EXPECT_EQ(m_session.trace()->info().modelName, m_session.model().name);
        EXPECT_TRUE(button->text().endsWith(action->text()));
    }
    actions.front()->trigger();
    ASSERT_TRUE(settled());
    EXPECT_EQ(marked(), QStringLiteral("Headlight small"));
    EXPECT_TRUE(button->toolTip().contains(QStringLiteral("antecedent 3.0")));
}

TEST_F(MainWindowTest, TheExperimentStandsBesideThePagesThatItChanges)
{
    for (const QString& name : MainWindow::pageNames()) {
        m_window.showPage(name);
        EXPECT_EQ(find<QCheckBox>("scaling")->isVisible(), name != QStringLiteral("training")) << name.toStdString();
    }
}

TEST_F(MainWindowTest, TheWheelChangesNoBoxThatItOnlyPassesOver)
{
    m_window.showPage(QStringLiteral("training"));
    auto* rate = find<QDoubleSpinBox>("rate");
    const double before = rate->value();
    const auto turnWheel = [rate] {
        QWheelEvent event(QPointF(5.0, 5.0), rate->mapToGlobal(QPointF(5.0, 5.0)), QPoint(), QPoint(0, 120),
                          Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase, false);
        QApplication::sendEvent(rate, &event);
    };
    find<QWidget>("text")->setFocus();
    turnWheel();
    EXPECT_EQ(rate->value(), before);
    rate->setFocus();
    turnWheel();
    EXPECT_GT(rate->value(), before);
    rate->findChild<QLineEdit*>()->setText(QStringLiteral("7"));
    rate->interpretText();
    EXPECT_EQ(rate->value(), rate->maximum()) << "the nearest that there is";
}

TEST_F(MainWindowTest, ThePictureFollowsTyping)
{
    typeInstead(QStringLiteral("Dog bites man"));
    ASSERT_TRUE(settled());
    EXPECT_EQ(heatmap().map()->rows(), 3);
    EXPECT_TRUE(find<QLabel>("status")->text().startsWith(QStringLiteral("3 tokens")));
}

TEST_F(MainWindowTest, ABurstOf200KeystrokesEndsOnTheFinalText)
{
    QString text;
    for (int i = 0; i < 50; ++i) {
        text += QStringLiteral("cat ");
    }
    ASSERT_EQ(text.size(), 200);
    typeInstead(text);
    ASSERT_TRUE(settled());
    EXPECT_EQ(m_session.document().text, text);
    EXPECT_EQ(m_session.trace()->tokens(), 50);
    EXPECT_EQ(heatmap().map()->rows(), 50);
}

TEST_F(MainWindowTest, ClickingACellSelectsItEverywhereAndEscapeFreesIt)
{
    auto* view = find<HeatmapView>("heatmap");
    QTest::mouseClick(view, Qt::LeftButton, {}, cellCentre({TokenIndex(4), TokenIndex(6)}));
    EXPECT_EQ(m_session.shown().query, TokenIndex(4));
    EXPECT_EQ(m_session.shown().key, TokenIndex(6));
    EXPECT_TRUE(find<QLabel>("status")->text().contains(QStringLiteral("cross → street")))
        << find<QLabel>("status")->text().toStdString();
    QTest::keyClick(view, Qt::Key_Down);
    QTest::keyClick(view, Qt::Key_Right);
    EXPECT_EQ(m_session.shown().query, TokenIndex(5));
    EXPECT_EQ(m_session.shown().key, TokenIndex(7));
    QTest::keyClick(view, Qt::Key_Escape);
    EXPECT_FALSE(m_session.shown().query);
    EXPECT_FALSE(m_session.shown().key);
}

TEST_F(MainWindowTest, HoveringLightsUpAndLeavingGoesBack)
{
    auto* view = find<HeatmapView>("heatmap");
    const QImage before = find<TokenStrip>("tokens")->grab().toImage();
    const Selection locked = m_session.shown();
    QTest::mouseMove(view, cellCentre({TokenIndex(2), TokenIndex(3)}));
    ASSERT_TRUE(QTest::qWaitFor([&] { return m_session.shown().query == TokenIndex(2); }, 2'000));
    EXPECT_NE(find<TokenStrip>("tokens")->grab().toImage(), before);
    QEvent leave(QEvent::Leave);
    QApplication::sendEvent(view, &leave);
    EXPECT_EQ(m_session.shown(), locked);
    EXPECT_EQ(find<TokenStrip>("tokens")->grab().toImage(), before);
}

TEST_F(MainWindowTest, BracketsAndBracesChooseHeadAndLayerOnPagesOnly)
{
    auto* view = find<HeatmapView>("heatmap");
    view->setFocus();
    QTest::keyClick(view, Qt::Key_BracketRight);
    QTest::keyClick(view, Qt::Key_BraceRight, Qt::ShiftModifier);
    QTest::keyClick(view, Qt::Key_BraceRight, Qt::ShiftModifier);
    EXPECT_EQ(m_session.shown().head, (HeadAddress{LayerIndex(2), HeadIndex(1)}));
    QTest::keyClick(view, Qt::Key_BracketLeft);
    QTest::keyClick(view, Qt::Key_BracketLeft);
    EXPECT_EQ(m_session.shown().head, (HeadAddress{LayerIndex(2), HeadIndex(0)})) << "there is no head −1";
    typeInstead(QStringLiteral("[]"));
    EXPECT_EQ(m_session.document().text, QStringLiteral("[]"));
}

TEST_F(MainWindowTest, SpaceSwitchesTheHeadOffAndUndoOnAgain)
{
    auto* view = find<HeatmapView>("heatmap");
    view->setFocus();
    QTest::keyClick(view, Qt::Key_Space);
    EXPECT_TRUE(m_session.document().experiment.ablatedHeads.contains(HeadAddress{}));
    ASSERT_TRUE(settled());
    EXPECT_TRUE(find<QLabel>("heatmapHeading")->text().contains(QStringLiteral("switched off")));
    EXPECT_TRUE(find<QLabel>("effect")->isVisible());
    find<QAction>("undo")->trigger();
    EXPECT_TRUE(m_session.document().experiment.ablatedHeads.empty());
}

TEST_F(MainWindowTest, KeysOnTheTrainingPageLeaveTheModelAlone)
{
    m_window.showPage(QStringLiteral("training"));
    ASSERT_TRUE(QTest::qWaitFor([this] { return m_window.isUpToDate(); }, 20'000));
    const Document document = m_session.document();
    auto* view = find<HeatmapView>("trainingHeatmap0");
    view->setFocus();
    for (const Qt::Key key : {Qt::Key_Space, Qt::Key_BracketRight, Qt::Key_BraceRight, Qt::Key_Right, Qt::Key_Escape}) {
        QTest::keyClick(view, key);
    }
    EXPECT_EQ(m_session.document().selection, document.selection);
    EXPECT_EQ(m_session.document().experiment, document.experiment);
}

TEST_F(MainWindowTest, TheGalleryPreviewsSelectsAndSwitches)
{
    m_window.showPage(QStringLiteral("heads"));
    auto* gallery = find<GalleryView>("gallery");
    const auto& picture = dynamic_cast<const GalleryPicture&>(*gallery->picture());
    const HeadAddress head{LayerIndex(2), HeadIndex(5)};
    const QPoint centre = picture.thumbnailRect(head, gallery->pictureArea()).center().toPoint();
    const QPoint corner = picture.switchRect(head, gallery->pictureArea()).center().toPoint();
    QTest::mouseMove(gallery, centre);
    ASSERT_TRUE(QTest::qWaitFor([&] { return m_session.shown().head == head; }, 2'000));
    EXPECT_NE(m_session.document().selection.head, head) << "hovering previews only";
    QTest::mouseClick(gallery, Qt::LeftButton, {}, centre);
    EXPECT_EQ(m_session.document().selection.head, head);
    QTest::mouseClick(gallery, Qt::LeftButton, {}, corner);
    EXPECT_TRUE(m_session.document().experiment.ablatedHeads.contains(head));
    QTest::keyClick(gallery, Qt::Key_Right);
    EXPECT_EQ(m_session.document().selection.head, (HeadAddress{LayerIndex(2), HeadIndex(6)}));
}

TEST_F(MainWindowTest, ControlsOfTheHeatmapChangeThePicture)
{
    auto* view = find<HeatmapView>("heatmap");
    const QImage plain = view->grab().toImage();
    find<QCheckBox>("numbers")->click();
    const QImage numbered = view->grab().toImage();
    EXPECT_NE(numbered, plain);
    find<QCheckBox>("numbers")->click();
    EXPECT_EQ(view->grab().toImage(), plain);
    find<QCheckBox>("fitRange")->click();
    EXPECT_NE(view->grab().toImage(), plain);
}

TEST_F(MainWindowTest, EveryPageIsDrawnLightAndDarkSmallAndLarge)
{
    for (const Brightness brightness : {Brightness::Light, Brightness::Dark}) {
        m_window.setBrightness(brightness);
        for (const QSize size : {QSize(1024, 640), QSize(1280, 800), QSize(1920, 1080)}) {
            m_window.resize(size);
            for (const QString& name : MainWindow::pageNames()) {
                m_window.showPage(name);
                QCoreApplication::processEvents();
                const QImage image = m_window.grab().toImage();
                EXPECT_EQ(image.size(), size);
                const bool dark = QColor(image.pixel(3, size.height() / 2)).lightness() < 128;
                EXPECT_EQ(dark, brightness == Brightness::Dark) << name.toStdString();
                if (const QString folder = qEnvironmentVariable("HEADLIGHT_SCREENSHOTS"); !folder.isEmpty()) {
                    image.save(QStringLiteral("%1/%2-%3-%4.png")
                                   .arg(folder, name, dark ? QStringLiteral("dark") : QStringLiteral("light"))
                                   .arg(size.width()));
                }
            }
        }
    }
}

TEST_F(MainWindowTest, BadInputNeitherCrashesNorFreezesAndIsExplained)
{
    struct Case
    {
        const char* name;
        QString text;
    };
    const std::array cases = {
        Case{"empty", QString()},
        Case{"only spaces", QStringLiteral("   \n\t  ")},
        Case{"10,000 words", QString::fromStdString(words(10'000))},
        Case{"1 MB", QString(1'000'000, QLatin1Char('x'))},
        Case{"emoji", QStringLiteral("👩‍👩‍👧‍👦 loves 🍕 and 🏳️‍🌈")},
        Case{"CJK", QStringLiteral("動物は疲れていたので道を渡らなかった。")},
        Case{"right to left", QStringLiteral("الحيوان لم يعبر الشارع שלום עולם")},
        Case{"control characters", QStringLiteral("a\x01\x02\x7f\x1b[31mred")},
        Case{"combining marks", QStringLiteral("e\u0301\u0301\u0301 Z\u0351\u036b\u0343")},
        Case{"lone surrogate", QString(QChar(0xd800)) + QStringLiteral(" x")},
    };
    auto* box = find<TextBox>("text");
    for (const Case& bad : cases) {
        for (const QString& page : MainWindow::pageNames()) {
            m_window.showPage(page);
            box->selectAll();
            QApplication::clipboard()->setText(bad.text);
            bad.text.isEmpty() ? box->clear() : box->paste();
            ASSERT_TRUE(settled()) << bad.name;
            m_window.grab();
        }
        const bool tooLong = bad.text.size() > 20'000;
        EXPECT_EQ(find<QLabel>("notice")->isVisible(), tooLong) << bad.name;
    }
}

TEST_F(MainWindowTest, AFileThatIsNoUtf8IsRefusedAndTheTextStays)
{
    QTemporaryDir folder;
    QFile file(folder.filePath(QStringLiteral("bad.txt")));
    ASSERT_TRUE(file.open(QIODevice::WriteOnly));
    file.write("caf\xe9 au lait");
    file.close();
    const QString before = m_session.document().text;
    QString said;
    QTimer::singleShot(200, &m_window, [&said] {
        auto* message = qobject_cast<QMessageBox*>(QApplication::activeModalWidget());
        ASSERT_NE(message, nullptr);
        said = message->text();
        message->accept();
    });
    m_window.open(file.fileName());
    EXPECT_TRUE(said.contains(QStringLiteral("UTF-8"))) << said.toStdString();
    EXPECT_EQ(m_session.document().text, before);
}

TEST_F(MainWindowTest, CopyPutsPictureAndNumbersOnTheClipboard)
{
    m_window.copyPicture();
    const QImage image = QApplication::clipboard()->image();
    EXPECT_FALSE(image.isNull());
    EXPECT_EQ(image.size(), figureImage(*m_window.figure(), {.scale = 2.0}).size());
    m_window.copyNumbers();
    EXPECT_EQ(QApplication::clipboard()->text().toUtf8(), figureCsv(*m_window.figure()));
}

TEST_F(MainWindowTest, ClosesWhileTheEngineIsBusy)
{
    m_session.setText(QString::fromStdString(words(1024)));
    m_window.close();
    EXPECT_FALSE(m_window.isVisible());
}

}  // namespace
}  // namespace headlight::ui::test
