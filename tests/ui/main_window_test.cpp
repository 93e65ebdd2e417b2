#include "core/io/bundled_models.h"
#include "core/io/trace_file.h"
#include "tests/ui/support/fixtures.h"
#include "tests/ui/support/wait.h"
#include "ui/main_window.h"
#include "ui/pages/page_list.h"
#include "ui/panels/text_box.h"
#include "ui/panels/token_strip.h"
#include "ui/plots/gallery_view.h"
#include "ui/plots/heatmap_picture.h"
#include "ui/plots/heatmap_view.h"
#include "ui/session/recent_models.h"

#include <QAbstractButton>
#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QDir>
#include <QDockWidget>
#include <QDoubleSpinBox>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QMessageBox>
#include <QMouseEvent>
#include <QPushButton>
#include <QRadioButton>
#include <QSettings>
#include <QTabBar>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>
#include <QToolButton>
#include <QWheelEvent>

#include <gtest/gtest.h>

#include <chrono>
#include <limits>
#include <sys/stat.h>
#include <thread>

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
        return waitFor([this] { return !m_window.isOpening() && m_session.isUpToDate(); });
    }

    /// The window as it is, for people to look at, if they name a folder for it.
    void keepPicture(const QString& name)
    {
        if (const QString folder = qEnvironmentVariable("HEADLIGHT_SCREENSHOTS"); !folder.isEmpty()) {
            m_window.grab().save(QStringLiteral("%1/%2.png").arg(folder, name));
        }
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
    EXPECT_EQ(find<QTabBar>("pages")->count(), static_cast<int>(pageNames().size()));
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

/// The prediction chips that are in sight.
QList<QToolButton*> chipsOf(const QWidget& window)
{
    QList<QToolButton*> chips;
    for (Index i = 0; i < kMostPredictions; ++i) {
        auto* chip = window.findChild<QToolButton*>(QStringLiteral("prediction%1").arg(i));
        if (chip->isVisible()) {
            chips.append(chip);
        }
    }
    return chips;
}

TEST_F(MainWindowTest, PredictionsStandUnderTheTokensAndAClickWritesOne)
{
    auto* row = find<QWidget>("predictions");
    auto* place = find<QLabel>("predictionPlace");
    EXPECT_EQ(place->text(), QStringLiteral("at “it”:"));
    typeInstead(QStringLiteral("The [MASK] sat"));
    ASSERT_TRUE(settled());
    EXPECT_EQ(place->text(), QStringLiteral("at [MASK]:"));
    const QList<QToolButton*> chips = chipsOf(m_window);
    ASSERT_GE(chips.size(), 5);
    for (const QToolButton* chip : chips) {
        EXPECT_TRUE(chip->text().endsWith(QStringLiteral("%"))) << chip->text().toStdString();
        EXPECT_TRUE(chip->toolTip().contains(QStringLiteral("temperature 1")));
        EXPECT_LE(chip->geometry().right(), row->width());
    }
    auto* chip = *std::ranges::find_if(chips, &QToolButton::isEnabled);
    const QString token = chip->text().section(QLatin1Char(' '), 0, 0);
    chip->setFocus();
    QTest::keyClick(chip, Qt::Key_Space);
    EXPECT_TRUE(find<TextBox>("text")->toPlainText().contains(token)) << token.toStdString();
    EXPECT_FALSE(find<TextBox>("text")->toPlainText().contains(QStringLiteral("[MASK]")));
    m_session.undoStack().undo();
    EXPECT_EQ(find<TextBox>("text")->toPlainText(), QStringLiteral("The [MASK] sat"));

    m_window.resize(620, 640);
    QCoreApplication::processEvents();
    EXPECT_LT(chipsOf(m_window).size(), chips.size()) << "as many as fit";
    find<TextBox>("text")->clear();
    ASSERT_TRUE(settled());
    EXPECT_FALSE(row->isVisible());
}

TEST_F(MainWindowTest, ACausalModelSaysWhatComesNext)
{
    m_session.setModel(causalModel());
    ASSERT_TRUE(settled());
    EXPECT_EQ(find<QLabel>("predictionPlace")->text(), QStringLiteral("next:"));
}

TEST_F(MainWindowTest, WordsAndRawPiecesAreChosenInTheViewMenuAndRemembered)
{
    typeInstead(QStringLiteral("The blicket sat"));
    ASSERT_TRUE(settled());
    auto* words = find<QAction>("words");
    auto* raw = find<QAction>("rawPieces");
    const int tokens = static_cast<int>(m_session.trace()->tokens());
    words->trigger();
    ASSERT_TRUE(settled());
    EXPECT_EQ(heatmap().map()->rows(), 3);
    EXPECT_TRUE(find<QLabel>("status")->text().startsWith(QStringLiteral("3 words · %1 tokens").arg(tokens)));
    const auto* quantity = find<QComboBox>("quantity");
    for (int i = 0; i < quantity->count(); ++i) {
        const bool isThere = quantity->model()->flags(quantity->model()->index(i, 0)).testFlag(Qt::ItemIsEnabled);
        EXPECT_EQ(isThere, i == quantity->currentIndex()) << "scores are of tokens: " << i;
    }
    EXPECT_FALSE(find<QAbstractButton>("paintMask")->isEnabled()) << "so are painted cells";
    raw->trigger();
    ASSERT_TRUE(settled());
    EXPECT_TRUE(m_window.figure()->picture->table().header.back() == "sat");
    EXPECT_TRUE(m_window.figure()->picture->table().header.at(2).starts_with("b##"));
    {
        Session session(defaultModel());
        const MainWindow another(session);
        EXPECT_EQ(session.viewOptions().tokens, m_session.viewOptions().tokens);
    }
    m_window.showPage(QStringLiteral("positions"));
    m_window.grab();
    words->trigger();
    raw->trigger();
    ASSERT_TRUE(settled());
    EXPECT_EQ(m_session.viewOptions().tokens, TokenOptions{});
    EXPECT_EQ(m_session.trace(), m_session.fullTrace());
}

TEST_F(MainWindowTest, TheSecondTextIsThereForModelsThatTakeOne)
{
    auto* box = find<TextBox>("pair");
    EXPECT_FALSE(box->isVisible());
    m_session.setModel(pairModel());
    ASSERT_TRUE(settled());
    EXPECT_TRUE(box->isVisible());
    QTest::keyClicks(box, QStringLiteral("It slept."));
    ASSERT_TRUE(settled());
    EXPECT_EQ(m_session.document().pair, QStringLiteral("It slept."));
    EXPECT_EQ(m_session.trace()->info().pair, "It slept.");
    keepPicture(QStringLiteral("pair"));
    m_session.undoStack().undo();
    EXPECT_TRUE(box->toPlainText().isEmpty());
    m_session.setModel(defaultModel());
    EXPECT_FALSE(box->isVisible());
}

TEST_F(MainWindowTest, AModelFolderIsReadMeanwhileAndIsRecentThen)
{
    const QString small = QString::fromStdString(bundledModelFolder(BundledModel::Small).string());
    QSettings().remove(QStringLiteral("models/recent"));
    m_window.open(small);
    EXPECT_TRUE(m_window.isOpening());
    EXPECT_EQ(&m_session.model(), defaultModel().get()) << "the old one stays until the new one is there";
    EXPECT_NE(m_session.trace(), nullptr);
    ASSERT_TRUE(settled());
    EXPECT_EQ(m_session.model().name, "Headlight small");
    EXPECT_EQ(recentModels(), QStringList{small});

    QTemporaryDir gone;
    rememberModel(gone.path());
    EXPECT_EQ(recentModels(), (QStringList{gone.path(), small}));
    gone.remove();
    auto* menu = find<QMenu>("recentModels");
    emit qobject_cast<QMenu*>(menu->parentWidget())->aboutToShow();
    ASSERT_EQ(menu->actions().size(), 1) << "those that are no more are left out";
    EXPECT_EQ(menu->actions().front()->text(), QStringLiteral("headlight-small"));
    m_session.setModel(defaultModel());
    menu->actions().front()->trigger();
    ASSERT_TRUE(settled());
    EXPECT_EQ(m_session.model().name, "Headlight small");
}

TEST_F(MainWindowTest, AFolderThatCannotBeOpenedIsExplainedAndTheModelStays)
{
    const QTemporaryDir folder;
    const std::shared_ptr<const Trace> before = m_session.trace();
    QSettings().remove(QStringLiteral("models/recent"));
    QString said;
    QTimer lookout;
    QObject::connect(&lookout, &QTimer::timeout, &m_window, [&said] {
        if (auto* message = qobject_cast<QMessageBox*>(QApplication::activeModalWidget())) {
            said = message->text();
            message->accept();
        }
    });
    lookout.start(20);
    m_window.open(folder.path());
    EXPECT_TRUE(waitFor([&said] { return !said.isEmpty(); }));
    EXPECT_TRUE(said.contains(QStringLiteral("config.json"))) << said.toStdString();
    EXPECT_EQ(m_session.sharedModel(), defaultModel());
    EXPECT_EQ(m_session.trace(), before);
    EXPECT_TRUE(recentModels().isEmpty());
}

TEST_F(MainWindowTest, AModelOfDamagedWeightsIsOpenedWithAVisibleWarning)
{
    auto damaged = std::make_shared<Model>(*defaultModel());
    damaged->weights.blocks[0].query.weight(0, 0) = std::numeric_limits<float>::quiet_NaN();
    damaged->warning = "The weights are damaged.";
    m_session.setModel(damaged);
    ASSERT_TRUE(settled());
    EXPECT_TRUE(find<QLabel>("notice")->isVisible());
    EXPECT_EQ(find<QLabel>("notice")->text(), QStringLiteral("The weights are damaged."));
    EXPECT_EQ(m_session.trace()->tokens(), 13);
    keepPicture(QStringLiteral("damaged"));
}

TEST_F(MainWindowTest, APictureStaysWhileAModelIsOnItsWay)
{
    const std::shared_ptr<const Trace> before = m_session.trace();
    m_window.openModel({.title = QStringLiteral("gpt2"),
                        .folder = {},
                        .read = [](const Progress& progress) -> Result<std::shared_ptr<const Model>> {
                            progress.at(0.45F);
                            while (!progress.stop.stop_requested()) {
                                std::this_thread::sleep_for(std::chrono::milliseconds(1));
                            }
                            return failure(ErrorCode::Cancelled, "Opening the model was cancelled.");
                        }});
    auto* cancel = find<QToolButton>("cancelLoading");
    ASSERT_TRUE(waitFor([cancel] { return cancel->isVisible(); }));
    keepPicture(QStringLiteral("loading"));
    QTest::keyClicks(find<TextBox>("text"), QStringLiteral(" Yes"));
    ASSERT_TRUE(waitFor([this] { return m_session.isUpToDate(); }));
    EXPECT_NE(m_session.trace(), before) << "the window answers meanwhile";
    cancel->click();
    EXPECT_FALSE(m_window.isOpening());
    EXPECT_EQ(m_session.sharedModel(), defaultModel());
}

TEST(RecentModels, AreAtMostEightAndEachOnce)
{
    QSettings().remove(QStringLiteral("models/recent"));
    const QTemporaryDir root;
    for (int i = 0; i < 10; ++i) {
        const QString folder = root.filePath(QString::number(i));
        ASSERT_TRUE(QDir().mkpath(folder));
        rememberModel(folder);
    }
    rememberModel(root.filePath(QStringLiteral("5")));
    QStringList names;
    for (const QString& folder : recentModels()) {
        names.append(QDir(folder).dirName());
    }
    EXPECT_EQ(names.join(QString()), QStringLiteral("59876432"));
    QSettings().remove(QStringLiteral("models/recent"));
}

TEST_F(MainWindowTest, TheExperimentStandsBesideThePagesThatItChanges)
{
    for (const QString& name : pageNames()) {
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

TEST_F(MainWindowTest, AStrokeHidesCellsAndOneThatBeginsOnAHiddenCellShowsThem)
{
    auto* view = find<HeatmapView>("heatmap");
    auto* paint = find<QToolButton>("paintMask");
    const auto at = [this](Index query, Index key) { return cellCentre({TokenIndex(query), TokenIndex(key)}); };
    const auto drag = [&](QPoint from, QPoint to) {
        QTest::mousePress(view, Qt::LeftButton, {}, from);
        QMouseEvent move(QEvent::MouseMove, to, view->mapToGlobal(to), Qt::NoButton, Qt::LeftButton, {});
        QCoreApplication::sendEvent(view, &move);
        QTest::mouseRelease(view, Qt::LeftButton, {}, to);
    };
    const auto pixel = [&](Index query, Index key) { return view->grab().toImage().pixelColor(at(query, key)); };
    const QColor hidden = Theme::of(Brightness::Light).hidden;
    EXPECT_FALSE(find<QPushButton>("clearMask")->isVisible());
    const int steps = m_session.undoStack().count();

    paint->click();
    drag(at(3, 1), at(3, 5));
    EXPECT_EQ(m_session.undoStack().count(), steps + 1);
    EXPECT_EQ(pixel(3, 4), hidden) << "before the new weights are there";
    ASSERT_TRUE(settled());
    for (Index key = 0; key < 13; ++key) {
        const bool isHidden = key >= 1 && key <= 5;
        EXPECT_EQ(heatmap().map()->at(TokenIndex(3), TokenIndex(key)) == 0.0F, isHidden) << key;
        EXPECT_EQ(pixel(3, key) == hidden, isHidden) << key;
    }
    keepPicture(QStringLiteral("painted"));

    drag(at(3, 5), at(3, 4));
    ASSERT_TRUE(settled());
    EXPECT_EQ(m_session.document().experiment.hiddenCells, CellSet({{3, 1, 4}}));
    EXPECT_NE(pixel(3, 4), hidden);
    find<QAction>("undo")->trigger();
    EXPECT_EQ(m_session.document().experiment.hiddenCells, CellSet({{3, 1, 6}}));

    EXPECT_TRUE(find<QPushButton>("clearMask")->isVisible());
    find<QPushButton>("clearMask")->click();
    EXPECT_EQ(m_session.document().experiment, Experiment{});
    EXPECT_FALSE(find<QPushButton>("clearMask")->isVisible());
    ASSERT_TRUE(settled());

    paint->click();
    QTest::mouseClick(view, Qt::LeftButton, {}, at(7, 2));
    EXPECT_EQ(m_session.document().experiment, Experiment{}) << "a click selects again";
    QTest::keyClick(view, Qt::Key_H);
    EXPECT_EQ(m_session.document().experiment.hiddenCells, CellSet({{7, 2, 3}}));
    QTest::keyClick(view, Qt::Key_H);
    EXPECT_TRUE(m_session.document().experiment.hiddenCells.empty());
}

TEST_F(MainWindowTest, WhatAMaskHidesIsDrawnOnceAlsoWhereItCouldBePainted)
{
    auto* view = find<HeatmapView>("heatmap");
    m_session.setExperiment({.mask = MaskChoice::Block, .maskReach = 2});
    ASSERT_TRUE(settled());
    const QImage paintable = view->grab().toImage();
    view->setPaintableMask(std::nullopt, MouseTool::Pointer);
    EXPECT_EQ(view->grab().toImage(), paintable) << "nothing covers the frame of the selected row";
}

TEST_F(MainWindowTest, OnlyWeightsOfTokensCanBePainted)
{
    auto* paint = find<QToolButton>("paintMask");
    EXPECT_TRUE(paint->isEnabled());
    ViewOptions options = m_session.viewOptions();
    options.heatmap.quantity = Quantity::RawScores;
    m_session.setViewOptions(options);
    EXPECT_FALSE(paint->isEnabled());
    options.heatmap.quantity = Quantity::Weights;
    options.tokens.unit = TokenUnit::Word;
    m_session.setViewOptions(options);
    ASSERT_TRUE(settled());
    EXPECT_FALSE(paint->isEnabled());
    EXPECT_TRUE(paint->toolTip().contains(QStringLiteral("tokens")));
}

TEST_F(MainWindowTest, DeleteOnTheTokensZeroesAValue)
{
    auto* strip = find<TokenStrip>("tokens");
    strip->setFocus();
    QTest::keyClick(strip, Qt::Key_Delete);
    EXPECT_EQ(m_session.document().experiment.zeroedValues, std::set{TokenIndex(8)}) << "it is the pronoun";
    ASSERT_TRUE(settled());
    EXPECT_TRUE(m_session.fullTrace()->find({StageId::Value, LayerIndex(2)})->matrix(3).row(8).isZero(0.0F));
    keepPicture(QStringLiteral("zeroed"));
    find<QAction>("undo")->trigger();
    EXPECT_TRUE(m_session.document().experiment.zeroedValues.empty());
}

TEST_F(MainWindowTest, KeysOnTheTrainingPageLeaveTheModelAlone)
{
    m_window.showPage(QStringLiteral("training"));
    ASSERT_TRUE(waitFor([this] { return m_window.isUpToDate(); }));
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
    QCoreApplication::processEvents();  // lays out
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

TEST_F(MainWindowTest, TheCompareButtonShowsBeforeAndAfter)
{
    ViewOptions options = m_session.viewOptions();
    options.compare.kind = ComparisonKind::Layers;
    m_session.setViewOptions(options);
    m_session.setExperiment({.scaling = Scaling::Off});
    ASSERT_TRUE(settled());
    find<QToolButton>("compare")->click();
    EXPECT_EQ(m_session.viewOptions().compare.kind, ComparisonKind::BeforeAfter);
    ASSERT_TRUE(waitFor([this] { return m_window.isUpToDate(); }));
    ASSERT_TRUE(m_window.figure());
    EXPECT_EQ(m_window.figure()->name, QStringLiteral("compare"));
    EXPECT_TRUE(m_window.figure()->caption.contains(
        QStringLiteral("“%1”").arg(QChar(0x2068) + QString::fromLatin1(kSentence) + QChar(0x2069))));
    EXPECT_TRUE(m_window.figure()->caption.join(QLatin1Char('\n')).contains(QStringLiteral("scores not scaled")));
    keepPicture(QStringLiteral("compare"));
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
            for (const QString& name : pageNames()) {
                m_window.showPage(name);
                QCoreApplication::processEvents();
                const QImage image = m_window.grab().toImage();
                EXPECT_EQ(image.size(), size);
                const bool dark = QColor(image.pixel(3, size.height() / 2)).lightness() < 128;
                EXPECT_EQ(dark, brightness == Brightness::Dark) << name.toStdString();
                keepPicture(QStringLiteral("%1-%2-%3")
                                .arg(name, dark ? QStringLiteral("dark") : QStringLiteral("light"))
                                .arg(size.width()));
            }
        }
    }
}

TEST_F(MainWindowTest, BoxesAndRadioButtonsAreSeenLightAndDark)
{
    for (const Brightness brightness : {Brightness::Light, Brightness::Dark}) {
        m_window.setBrightness(brightness);
        QWidget page;
        const std::array<QAbstractButton*, 2> buttons = {new QCheckBox(&page), new QRadioButton(&page)};
        for (QAbstractButton* button : buttons) {
            button->adjustSize();
            button->move(10, 10);
            button->raise();
            const QImage image = page.grab(button->geometry()).toImage();
            int most = 0;
            for (int y = 0; y < image.height(); ++y) {
                for (int x = 0; x < image.width(); ++x) {
                    const int difference = image.pixelColor(x, y).lightness() - image.pixelColor(0, 0).lightness();
                    most = std::max(most, std::abs(difference));
                }
            }
            constexpr int kSeen = 40;  // of 255; what Fusion outlines by itself on a dark page differs by 13
            EXPECT_GT(most, kSeen) << button->metaObject()->className() << static_cast<int>(brightness);
            button->hide();
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
        for (const QString& page : pageNames()) {
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

TEST_F(MainWindowTest, APipeInPlaceOfATextIsRefusedAndNotWaitedFor)
{
    const QTemporaryDir folder;
    const QString pipe = folder.filePath(QStringLiteral("pipe.txt"));
    ASSERT_EQ(::mkfifo(pipe.toLocal8Bit().constData(), 0600), 0);
    const QString before = m_session.document().text;
    QString said;
    QTimer::singleShot(200, &m_window, [&said] {
        auto* message = qobject_cast<QMessageBox*>(QApplication::activeModalWidget());
        ASSERT_NE(message, nullptr);
        said = message->text();
        message->accept();
    });
    m_window.open(pipe);
    EXPECT_TRUE(said.contains(QStringLiteral("no regular file"))) << said.toStdString();
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

TEST_F(MainWindowTest, ADoubleClickOpensTheCellsDerivationAndClosingItFreesTheRoom)
{
    auto* view = find<HeatmapView>("heatmap");
    auto* dock = find<QDockWidget>("explanation");
    EXPECT_TRUE(dock->isHidden());
    QApplication::processEvents();
    const int before = view->width();
    const auto* picture = static_cast<const HeatmapPicture*>(view->picture());
    const Cell cell{TokenIndex(8), TokenIndex(1)};
    const QPoint centre = picture->cellRect(cell, view->pictureArea()).center().toPoint();
    QTest::mouseDClick(view, Qt::LeftButton, {}, centre);
    const HeadAddress head = m_session.locked().head;
    const CellAddress weight{.stage = {StageId::Weights, head.layer}, .head = head.head, .row = 8, .column = 1};
    EXPECT_EQ(m_session.explained(), weight);
    EXPECT_EQ(m_session.locked().query, TokenIndex(8));
    EXPECT_TRUE(dock->isVisible());
    QApplication::processEvents();
    EXPECT_LT(view->width(), before);
    keepPicture(QStringLiteral("explain"));
    dock->close();
    QApplication::processEvents();
    EXPECT_FALSE(m_session.explained());
    EXPECT_EQ(view->width(), before);

    view->setFocus();
    QTest::keyClick(view, Qt::Key_Right);
    QTest::keyClick(view, Qt::Key_X);
    EXPECT_EQ(m_session.explained()->column, 2);
    auto* action = find<QAction>("explain");
    EXPECT_TRUE(action->isChecked());
    action->trigger();
    EXPECT_TRUE(dock->isHidden());
    action->trigger();
    EXPECT_EQ(m_session.explained()->column, 2) << "the selected cell";
}

TEST_F(MainWindowTest, TheHeatmapsScoresAreExplainedAsScores)
{
    auto* view = find<HeatmapView>("heatmap");
    ViewOptions options = m_session.viewOptions();
    for (const auto& [quantity, stage] :
         {std::pair{Quantity::ScaledScores, StageId::Scores}, std::pair{Quantity::RawScores, StageId::RawScores}}) {
        options.heatmap.quantity = quantity;
        m_session.setViewOptions(options);
        view->setFocus();
        QTest::keyClick(view, Qt::Key_Right);
        QTest::keyClick(view, Qt::Key_X);
        ASSERT_TRUE(m_session.explained());
        EXPECT_EQ(m_session.explained()->stage.id, stage);
    }
}

TEST_F(MainWindowTest, ATraceFileIsShownWithWhatNeedsNoModel)
{
    const QTemporaryDir folder;
    const std::string file = folder.filePath(QStringLiteral("run.safetensors")).toStdString();
    ASSERT_TRUE(writeTrace(file, *m_session.fullTrace(), {.stages = {"attention.query", "attention.key"}}));
    auto* tabs = m_window.findChild<QTabBar*>(QStringLiteral("pages"));
    auto* text = m_window.findChild<TextBox*>(QStringLiteral("text"));
    m_window.showPage(QStringLiteral("positions"));
    m_window.open(QString::fromStdString(file));
    ASSERT_TRUE(settled());
    EXPECT_TRUE(m_session.isRecording());
    EXPECT_TRUE(text->isReadOnly());
    EXPECT_EQ(tabs->currentIndex(), 0);
    for (int tab = 0; tab < tabs->count(); ++tab) {
        const PageEntry& entry = pageList()[static_cast<std::size_t>(tab)];
        EXPECT_EQ(tabs->isTabEnabled(tab), entry.needs == PageNeeds::Trace) << entry.name.toStdString();
        for (const QAction* action : m_window.findChildren<QAction*>()) {
            EXPECT_TRUE(action->text() != entry.title || action->isEnabled() == tabs->isTabEnabled(tab));
        }
        if (entry.needs == PageNeeds::Trace) {
            m_window.showPage(entry.name);
            keepPicture(QStringLiteral("recorded_%1").arg(entry.name));
            EXPECT_TRUE(m_window.figure() || !m_window.findChild<Page*>() || entry.name == QStringLiteral("training"));
        }
    }
    EXPECT_FALSE(m_window.findChild<QToolButton*>(QStringLiteral("compare"))->isEnabled());
    tabs->setCurrentIndex(0);
    m_window.showPage(QStringLiteral("compare"));
    EXPECT_EQ(tabs->currentIndex(), 0);
    EXPECT_EQ(m_window.findChild<QToolButton*>(QStringLiteral("model"))->text(),
              QStringLiteral("Trace: run.safetensors"));
    m_session.setText(QStringLiteral("The bank approved the loan."));
    ASSERT_TRUE(settled());
    EXPECT_FALSE(text->isReadOnly());
    EXPECT_TRUE(tabs->isTabEnabled(3));
}

TEST_F(MainWindowTest, ATraceFileThatCannotBeReadIsExplainedAndAllStays)
{
    const QTemporaryDir folder;
    const QString file = folder.filePath(QStringLiteral("run.safetensors"));
    ASSERT_TRUE(writeSafetensors(file.toStdString(),
                                 {{"h.0.attn.c_attn.weight", m_session.fullTrace()->find({StageId::Query})}}));
    QString said;
    QTimer::singleShot(0, [&said] {
        auto* box = qobject_cast<QMessageBox*>(QApplication::activeModalWidget());
        ASSERT_TRUE(box);
        said = box->text();
        box->accept();
    });
    m_window.open(file);
    EXPECT_TRUE(said.contains(QStringLiteral("is no stage of a trace"))) << said.toStdString();
    EXPECT_FALSE(m_session.isRecording());
    EXPECT_TRUE(m_session.trace());
}

TEST_F(MainWindowTest, TheWheelShowsFewerCellsOfTheHeatmapAndADragOthers)
{
    m_window.showPage(QStringLiteral("heatmap"));
    auto* view = m_window.findChild<HeatmapView*>(QStringLiteral("heatmap"));
    auto* whole = m_window.findChild<QPushButton*>(QStringLiteral("wholeMap"));
    const auto& window = [this]() -> const CellWindow& { return m_session.viewOptions().heatmap.window; };
    const auto picture = [view] { return static_cast<const HeatmapPicture*>(view->picture()); };
    EXPECT_FALSE(whole->isVisible());
    const Cell cell{TokenIndex(8), TokenIndex(6)};
    const QPointF point = picture()->cellRect(cell, view->pictureArea()).center();
    const auto turn = [&](int notches) {
        QWheelEvent event(point, view->mapToGlobal(point), {}, {0, 120 * notches}, Qt::NoButton, Qt::NoModifier,
                          Qt::NoScrollPhase, false);
        QApplication::sendEvent(view, &event);
    };
    turn(2);
    EXPECT_LT(window().side, m_session.trace()->tokens());
    const std::optional<Cell> under = picture()->cellAt(point, view->pictureArea());
    ASSERT_TRUE(under);
    EXPECT_LE(std::abs(under->query.value - cell.query.value), 1) << "what is under the mouse stays there";
    EXPECT_LE(std::abs(under->key.value - cell.key.value), 1);
    EXPECT_TRUE(whole->isVisible());
    keepPicture(QStringLiteral("zoomed"));

    const CellWindow before = window();
    const qreal pitch = picture()->cellRect(cell, view->pictureArea()).width();
    QTest::mousePress(view, Qt::LeftButton, {}, point.toPoint());
    QMouseEvent move(QEvent::MouseMove, point + QPointF(pitch, -pitch), view->mapToGlobal(point), Qt::LeftButton,
                     Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(view, &move);
    QTest::mouseRelease(view, Qt::LeftButton, {}, point.toPoint());
    const CellWindow dragged =
        CellWindow{before.firstRow + 1, before.firstColumn - 1, before.side}.within(m_session.trace()->tokens());
    EXPECT_EQ(window(), dragged);

    QTest::keyClick(view, Qt::Key_End);
    EXPECT_EQ(window().firstColumn + window().side, m_session.trace()->tokens()) << "the cursor stays in view";
    QTest::keyClick(view, Qt::Key_Plus);
    QTest::keyClick(view, Qt::Key_Minus);
    QTest::keyClick(view, Qt::Key_0);
    EXPECT_EQ(window(), CellWindow{});
    turn(3);
    QTest::mouseClick(whole, Qt::LeftButton);
    EXPECT_EQ(window(), CellWindow{});
}

TEST_F(MainWindowTest, AMaskPaintedBesideWhatIsSeenStaysThere)
{
    m_window.showPage(QStringLiteral("heatmap"));
    auto* view = m_window.findChild<HeatmapView*>(QStringLiteral("heatmap"));
    ViewOptions options = m_session.viewOptions();
    options.heatmap.window = {.firstRow = 6, .firstColumn = 6, .side = 4};
    m_session.setViewOptions(options);
    view->setPaintableMask(Mask{}, MouseTool::Pointer);
    const QImage before = view->grab().toImage();
    Mask painted;
    painted.hidden = CellSet({{5, 6, 10}, {7, 0, 6}});
    view->setPaintableMask(painted, MouseTool::Pointer);
    EXPECT_EQ(view->grab().toImage(), before);
    painted.hidden = CellSet({{7, 7, 8}});
    view->setPaintableMask(painted, MouseTool::Pointer);
    EXPECT_NE(view->grab().toImage(), before);
}

}  // namespace
}  // namespace headlight::ui::test
