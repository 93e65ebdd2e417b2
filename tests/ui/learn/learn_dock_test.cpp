#include "core/io/bundled_models.h"
#include "tests/ui/support/fixtures.h"
#include "tests/ui/support/window.h"
#include "ui/learn/choice_view.h"
#include "ui/learn/draw_view.h"
#include "ui/learn/flowing_text.h"
#include "ui/learn/learn_dock.h"
#include "ui/learn/lesson_map.h"
#include "ui/learn/question_view.h"
#include "ui/main_window.h"
#include "ui/pages/page_list.h"
#include "ui/panels/status_line.h"
#include "ui/panels/token_strip.h"
#include "ui/plots/heatmap_view.h"
#include "ui/session/toy_trainer.h"

#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QFile>
#include <QLabel>
#include <QListWidget>
#include <QMenuBar>
#include <QMessageBox>
#include <QPushButton>
#include <QRadioButton>
#include <QSlider>
#include <QTabBar>
#include <QTemporaryDir>
#include <QTest>
#include <QTimer>
#include <QToolButton>

#include <gtest/gtest.h>

namespace headlight::ui::test {
namespace {

constexpr int kLessons = 24;

/// The window with the model that lessons are about.
class LearnDockTest : public testing::Test
{
protected:
    void SetUp() override
    {
        LearningProgress().reset();
        m_window.resize(1400, 900);
        m_window.show();
        m_session.openOnExample();
        ASSERT_TRUE(settled());
    }

    void TearDown() override
    {
        m_window.setPresenting(false);
        LearningProgress().reset();
    }

    bool settled() { return settles(m_window, m_session); }

    bool isShown()
    {
        return QTest::qWaitFor([this] { return m_window.isLessonReady(); }, 120'000) && settled();
    }

    const LessonView& lesson() { return m_window.learning().lesson(); }

    LessonView& lessonView() { return *m_window.findChild<LessonView*>(); }

    template <typename Widget>
    Widget* find(const char* name)
    {
        auto* found = m_window.findChild<Widget*>(QString::fromLatin1(name));
        EXPECT_NE(found, nullptr) << name;
        return found;
    }

    QString pageShown() { return pageList()[static_cast<std::size_t>(find<QTabBar>("pages")->currentIndex())].name; }

    /// The scene that a step wants is what the window shows.
    void expectScene(const LessonStep& step)
    {
        const Scene& scene = step.scene;
        EXPECT_EQ(pageShown(), scene.page);
        const Document& document = m_session.document();
        if (scene.text) {
            EXPECT_EQ(document.text, *scene.text);
        }
        EXPECT_EQ(document.experiment, scene.experiment);
        if (scene.head) {
            EXPECT_EQ(document.selection.head, *scene.head);
        }
        EXPECT_EQ(document.selection.query.has_value(), scene.query.has_value());
        EXPECT_EQ(m_session.viewOptions(), viewOf(scene, m_session.viewOptions()));
        if (scene.model == QLatin1String("small")) {
            EXPECT_TRUE(isBundledModel(m_session.model(), BundledModel::Small));
        }
        if (scene.toy) {
            EXPECT_EQ(m_session.toyTrainer().setup(), *scene.toy);
        }
    }

    /// An answer that is not right.
    static Answer wrongAnswer(const PreparedQuestion& question)
    {
        const Truth& truth = question.truth;
        if (std::holds_alternative<ChoiceQuestion>(question.question.kind) ||
            std::holds_alternative<TokenQuestion>(question.question.kind)) {
            return Answer(truth.right == 0 ? Index{1} : Index{0});
        }
        if (const auto* order = std::get_if<OrderQuestion>(&question.question.kind)) {
            return Answer(shuffledOrder(static_cast<Index>(order->items.size())));
        }
        if (const auto* slider = std::get_if<SliderQuestion>(&question.question.kind)) {
            const bool isLow = truth.number - slider->lowest < slider->highest - truth.number;
            return Answer(isLow ? slider->highest : slider->lowest);
        }
        std::vector<double> shares(static_cast<std::size_t>(truth.tokens.size()), 0.0);
        Index least = 0;
        truth.weights->minCoeff(&least);
        shares[static_cast<std::size_t>(least)] = 1.0;
        return Answer(shares);
    }

    void keepPicture(const QString& name)
    {
        if (const QString folder = qEnvironmentVariable("HEADLIGHT_SCREENSHOTS"); !folder.isEmpty()) {
            m_window.grab().save(QStringLiteral("%1/%2.png").arg(folder, name));
        }
    }

    Session m_session{readBundledModel(BundledModel::Small).value()};
    MainWindow m_window{m_session};
};

class EveryLesson : public LearnDockTest, public testing::WithParamInterface<int>
{};

TEST_P(EveryLesson, ShowsItsScenesCoversThemAndSaysWhatIsRight)
{
    const CurriculumEntry& entry = curriculum().at(static_cast<std::size_t>(GetParam()));
    ASSERT_TRUE(m_window.openLesson(entry.shortName));
    for (std::size_t i = 0; i < entry.lesson.steps.size(); ++i) {
        SCOPED_TRACE(entry.id.toStdString() + ", step " + std::to_string(i + 1));
        ASSERT_TRUE(isShown());
        const LessonStep& step = entry.lesson.steps[i];
        ASSERT_EQ(lesson().step(), i);
        ASSERT_NE(lesson().prepared(), nullptr) << lesson().failure().toStdString();
        expectScene(step);
        EXPECT_EQ(find<FlowingText>("lessonText")->markdown(), lesson().prepared()->before);
        EXPECT_FALSE(find<QLabel>("lessonNote")->isVisible()) << find<QLabel>("lessonNote")->text().toStdString();
        EXPECT_EQ(m_window.isCovered(), step.question.has_value());
        if (step.question) {
            const PreparedQuestion& question = *lesson().prepared()->question;
            EXPECT_FALSE(m_window.figure());
            EXPECT_TRUE(lesson().feedback().isEmpty());

            lesson().question()->setAnswer(wrongAnswer(question));
            find<QPushButton>("check")->click();
            EXPECT_TRUE(lesson().feedback().startsWith(QStringLiteral("**✗"))) << lesson().feedback().toStdString();
            EXPECT_TRUE(lesson().feedback().contains(judge(question, wrongAnswer(question)).feedback));
            EXPECT_EQ(LearningProgress().answer(entry.id, i), false);
            EXPECT_FALSE(m_window.isCovered());
            ASSERT_TRUE(settled());
            expectScene(step);
            EXPECT_EQ(find<FlowingText>("lessonAfter")->markdown(), lesson().prepared()->after);

            find<QPushButton>("again")->click();
            EXPECT_TRUE(m_window.isCovered());
            lesson().question()->setAnswer(rightAnswer(*lesson().prepared()->question));
            find<QPushButton>("check")->click();
            EXPECT_TRUE(lesson().feedback().startsWith(QStringLiteral("**✓"))) << lesson().feedback().toStdString();
            EXPECT_EQ(LearningProgress().answer(entry.id, i), true);
        }
        keepPicture(QStringLiteral("%1-%2").arg(entry.id).arg(i + 1));
        find<QPushButton>("lessonNext")->click();
    }
    EXPECT_TRUE(LearningProgress().isDone(entry));
    EXPECT_FALSE(lesson().hasLesson());
    EXPECT_FALSE(m_window.isCovered());
}

INSTANTIATE_TEST_SUITE_P(All, EveryLesson, testing::Range(0, kLessons));

class EveryLessonByKeys : public LearnDockTest, public testing::WithParamInterface<int>
{
protected:
    /// What has the focus gets the key, as when a person presses it.
    void press(Qt::Key key, Qt::KeyboardModifiers modifiers = {})
    {
        QTest::keyClick(QApplication::focusWidget() == nullptr ? &m_window : QApplication::focusWidget(), key,
                        modifiers);
    }

    /// Tab until a widget of the kind is reached.
    template <typename Widget>
    Widget* tabTo()
    {
        constexpr int kMostWidgets = 400;
        for (int i = 0; i < kMostWidgets; ++i) {
            auto* focused = qobject_cast<Widget*>(QApplication::focusWidget());
            if (focused != nullptr && lessonView().isAncestorOf(focused)) {
                return focused;
            }
            press(Qt::Key_Tab);
        }
        return nullptr;
    }

    /// Some answer, given with keys alone.
    void answerByKeys(const PreparedQuestion& question)
    {
        const auto& kind = question.question.kind;
        if (std::holds_alternative<ChoiceQuestion>(kind)) {
            ASSERT_NE(tabTo<QRadioButton>(), nullptr);
            press(Qt::Key_Space);
        } else if (std::holds_alternative<TokenQuestion>(kind)) {
            QAbstractButton* button = nullptr;
            do {
                press(Qt::Key_Tab);
                button = tabTo<QAbstractButton>();
                ASSERT_NE(button, nullptr);
            } while (!button->objectName().startsWith(QLatin1String("token")));
            press(Qt::Key_Space);
        } else if (std::holds_alternative<DrawQuestion>(kind)) {
            ASSERT_NE(tabTo<DrawView>(), nullptr);
            press(Qt::Key_Down);
            press(Qt::Key_Right);
        } else if (std::holds_alternative<OrderQuestion>(kind)) {
            ASSERT_NE(tabTo<QListWidget>(), nullptr);
            press(Qt::Key_Down, Qt::ControlModifier);
        } else {
            ASSERT_NE(tabTo<QSlider>(), nullptr);
            press(Qt::Key_Right);
        }
    }
};

TEST_P(EveryLessonByKeys, IsGoneThroughWithoutAMouse)
{
    const CurriculumEntry& entry = curriculum().at(static_cast<std::size_t>(GetParam()));
    m_window.activateWindow();
    QTest::keyClick(&m_window, Qt::Key_L, Qt::ControlModifier);
    ASSERT_TRUE(m_window.learning().isVisible());
    auto* button = m_window.findChild<LessonButton*>(QStringLiteral("lesson-") + entry.shortName);
    constexpr int kMostWidgets = 400;
    for (int i = 0; i < kMostWidgets && !qobject_cast<LessonButton*>(QApplication::focusWidget()); ++i) {
        press(Qt::Key_Tab);
    }
    for (int i = 0; i < kLessons && QApplication::focusWidget() != button; ++i) {
        press(Qt::Key_Down);
    }
    ASSERT_EQ(QApplication::focusWidget(), button);
    press(Qt::Key_Space);
    if (!lesson().hasLesson()) {  // it builds on others; the note that says so offers to open it all the same
        auto* note = find<QLabel>("lockedNote");
        ASSERT_EQ(QApplication::focusWidget(), note);
        for (std::size_t link = 0; link <= LearningProgress().missingBefore(entry).size(); ++link) {
            press(Qt::Key_Tab);
        }
        press(Qt::Key_Return);
    }
    ASSERT_TRUE(lesson().hasLesson());
    ASSERT_EQ(lesson().lessonId(), entry.id);
    for (std::size_t i = 0; i < entry.lesson.steps.size(); ++i) {
        SCOPED_TRACE(entry.id.toStdString() + ", step " + std::to_string(i + 1));
        ASSERT_TRUE(isShown());
        ASSERT_EQ(lesson().step(), i);
        if (lesson().prepared()->question) {
            answerByKeys(*lesson().prepared()->question);
            press(Qt::Key_Return, Qt::ControlModifier);
            EXPECT_FALSE(lesson().feedback().isEmpty());
        }
        press(Qt::Key_Return, Qt::ControlModifier);
    }
    EXPECT_TRUE(LearningProgress().isDone(entry));
}

INSTANTIATE_TEST_SUITE_P(All, EveryLessonByKeys, testing::Range(0, kLessons));

TEST_F(LearnDockTest, TheMapNamesWhatALessonBuildsOn)
{
    m_window.learning().show();
    const auto tip = [this](const char* name) {
        return m_window.findChild<LessonButton*>(QString::fromLatin1(name))->toolTip();
    };
    EXPECT_TRUE(tip("lesson-14").endsWith(QStringLiteral("Builds on 7, 9."))) << tip("lesson-14").toStdString();
    EXPECT_TRUE(tip("lesson-quiz-4").contains(QStringLiteral("Builds on \"Attention is fixed\", ")))
        << tip("lesson-quiz-4").toStdString();
}

TEST_F(LearnDockTest, TheMapUnlocksMarksAndResets)
{
    ASSERT_TRUE(m_window.openLesson(QString()));
    const CurriculumEntry& third = *curriculumEntry(QStringLiteral("3"));
    const auto state = [&third] { return stateOf(third, LearningProgress()); };
    EXPECT_EQ(state(), LessonState::Locked);
    auto* map = find<LessonMap>("lessonMap");
    map->choose(third);
    EXPECT_FALSE(lesson().hasLesson());
    EXPECT_TRUE(find<QLabel>("lockedNote")->text().contains(curriculum().front().lesson.title));
    for (std::size_t step = 0; step < curriculum().front().lesson.steps.size(); ++step) {
        LearningProgress().setAnswer(curriculum().front().id, step, true);
    }
    EXPECT_EQ(state(), LessonState::Open);
    map->choose(third);
    EXPECT_EQ(lesson().lessonId(), third.id);
    ASSERT_TRUE(isShown());

    find<QToolButton>("leaveLesson")->click();
    EXPECT_FALSE(lesson().hasLesson());
    EXPECT_FALSE(m_window.isCovered());
    QTimer::singleShot(0, [] {
        auto* box = qobject_cast<QMessageBox*>(QApplication::activeModalWidget());
        ASSERT_NE(box, nullptr);
        box->button(QMessageBox::Yes)->click();
    });
    find<QPushButton>("resetProgress")->click();
    EXPECT_EQ(LearningProgress().total().answered, 0);
    EXPECT_TRUE(find<QLabel>("totalScore")->text().startsWith(QStringLiteral("0 of")));
}

TEST_F(LearnDockTest, WhileAQuestionWaitsNothingOfTheAnswerIsSeen)
{
    ASSERT_TRUE(m_window.openLesson(QStringLiteral("10")));
    ASSERT_TRUE(isShown());
    EXPECT_TRUE(m_window.isCovered());
    EXPECT_TRUE(find<QLabel>("cover")->isVisible());
    EXPECT_FALSE(find<QLabel>("status")->isVisible());
    EXPECT_FALSE(find<QWidget>("predictions")->isVisible());
    EXPECT_FALSE(find<HeatmapView>("heatmap")->isVisible());
    m_window.learning().close();
    EXPECT_FALSE(m_window.isCovered());
    EXPECT_TRUE(find<HeatmapView>("heatmap")->isVisible());
    m_window.learning().show();
    EXPECT_TRUE(m_window.isCovered());
}

TEST_F(LearnDockTest, AnAnswerIsOfTheSceneThatWasAskedAboutWhateverWasTyped)
{
    ASSERT_TRUE(m_window.openLesson(QStringLiteral("10")));
    ASSERT_TRUE(isShown());
    m_session.setText(QStringLiteral("Dog bites man"));
    ASSERT_TRUE(settled());
    lesson().question()->setAnswer(rightAnswer(*lesson().prepared()->question));
    find<QPushButton>("check")->click();
    ASSERT_TRUE(settled());
    EXPECT_EQ(m_session.document(), lesson().prepared()->document);
    m_session.undoStack().undo();
    EXPECT_EQ(m_session.document().text, QStringLiteral("Dog bites man"));
}

TEST_F(LearnDockTest, ALessonTakesTheModelThatItIsAbout)
{
    m_session.setModel(defaultModel());
    ASSERT_TRUE(settled());
    ASSERT_TRUE(m_window.openLesson(QStringLiteral("10")));
    ASSERT_TRUE(isShown());
    EXPECT_TRUE(isBundledModel(m_session.model(), BundledModel::Small));
}

TEST_F(LearnDockTest, ALessonFromDiskIsOpenedAndABrokenOneIsSaidWithItsLine)
{
    const QTemporaryDir folder;
    const auto write = [&folder](const char* name, const char* text) {
        QFile file(folder.filePath(QString::fromLatin1(name)));
        EXPECT_TRUE(file.open(QIODevice::WriteOnly));
        file.write(text);
        return file.fileName();
    };
    const QString own =
        write("own.md", "# Mine\nminutes: 1\n\n## One\n\nHello {{tokens}}\n\n```scene\ntext: Dog bites man\n"
                        "page: heads\nexpect: tokens = 4\n```\n");
    m_window.open(own);
    ASSERT_TRUE(isShown());
    EXPECT_EQ(lesson().lesson().title, QStringLiteral("Mine"));
    EXPECT_EQ(pageShown(), QStringLiteral("heads"));
    EXPECT_TRUE(find<QLabel>("lessonNote")->isVisible());  // four tokens are claimed
    EXPECT_TRUE(find<QLabel>("lessonNote")->text().contains(QStringLiteral("line 11: tokens = 4")));
    EXPECT_EQ(m_window.learning().command(), QStringLiteral("headlight lesson %1 --step 1").arg(own));

    QString said;
    QTimer::singleShot(0, [&said] {
        auto* box = qobject_cast<QMessageBox*>(QApplication::activeModalWidget());
        ASSERT_NE(box, nullptr);
        said = box->text();
        box->close();
    });
    m_window.open(write("broken.md", "# Mine\nminutes: 1\n\n## One\n\n```scene\npage: nowhere\n```\n"));
    EXPECT_TRUE(said.startsWith(QStringLiteral("broken.md, line 7: page: is one of"))) << said.toStdString();
    EXPECT_EQ(lesson().lesson().title, QStringLiteral("Mine"));

    m_window.open(write("token.md", "# T\nminutes: 1\n\n## One\n\n```scene\ntext: Dog bites man\nquery: cat\n```\n"));
    ASSERT_TRUE(waitFor([this] { return lesson().isReady(); }));
    EXPECT_TRUE(lesson().failure().contains(QStringLiteral("no token \"cat\"")));
    EXPECT_TRUE(find<QLabel>("lessonNote")->isVisible());
    EXPECT_FALSE(m_window.isCovered());
}

TEST_F(LearnDockTest, AnswersGoWithTheStepAndATextOfOnesOwnIsFollowed)
{
    const QTemporaryDir folder;
    QFile file(folder.filePath(QStringLiteral("own.md")));
    ASSERT_TRUE(file.open(QIODevice::WriteOnly));
    file.write("# Mine\nminutes: 1\n\n## One\n\nIt has {{tokens}}.\n\n```scene\ntext: own\n```\n\n```question slider\n"
               "How many?\nanswer: tokens\nrange: 0 20 1\nright: yes\nlow: more\nhigh: fewer\n```\n\n## Two\n\nEnd.\n");
    file.close();
    ASSERT_TRUE(m_window.openLesson(file.fileName()));
    ASSERT_TRUE(isShown());
    m_session.setText(QStringLiteral("Dog bites man"));
    ASSERT_TRUE(isShown());
    EXPECT_EQ(lesson().prepared()->before, QStringLiteral("It has 3."));
    lesson().question()->setAnswer(Answer(3.0));
    find<QPushButton>("check")->click();
    EXPECT_TRUE(lesson().feedback().startsWith(QStringLiteral("**✓")));
    find<QPushButton>("lessonNext")->click();
    ASSERT_TRUE(isShown());
    EXPECT_EQ(lesson().step(), 1u);
    find<QPushButton>("lessonBack")->click();
    ASSERT_TRUE(isShown());
    EXPECT_FALSE(m_window.isCovered());
    EXPECT_EQ(std::get<double>(*lesson().question()->answer()), 3.0);
    EXPECT_TRUE(lesson().feedback().startsWith(QStringLiteral("**✓")));
}

TEST_F(LearnDockTest, WeightsAreDrawnByDraggingOrWithKeys)
{
    PreparedQuestion question;
    question.question.kind = DrawQuestion{};
    question.truth.tokens = {QStringLiteral("Dog"), QStringLiteral("bites"), QStringLiteral("man")};
    question.truth.weights = RowVector::Constant(3, 1.0F / 3.0F);
    DrawView view(question, nullptr);
    view.resize(400, view.sizeHint().height());
    view.show();
    EXPECT_FALSE(view.answer());
    const QRectF bar = view.barRect(2);
    QTest::mouseClick(&view, Qt::LeftButton, {}, QPointF(bar.left() + bar.width() / 2.0, bar.center().y()).toPoint());
    ASSERT_TRUE(view.answer());
    EXPECT_NEAR(std::get<std::vector<double>>(*view.answer())[2], 0.5, 0.01);
    QTest::keyClick(&view, Qt::Key_Up);
    QTest::keyClick(&view, Qt::Key_Right);
    QTest::keyClick(&view, Qt::Key_Right);
    EXPECT_NEAR(std::get<std::vector<double>>(*view.answer())[1], 0.1, 1e-9);
    EXPECT_TRUE(view.accessibleName().startsWith(QStringLiteral("Weight of bites: ")));
}

TEST_F(LearnDockTest, PresentationLeavesTextTokensPageAndLesson)
{
    const int usual = m_window.font().pointSize();
    const QRectF area = find<HeatmapView>("heatmap")->pictureArea();
    ASSERT_TRUE(m_window.openLesson(QStringLiteral("1")));
    ASSERT_TRUE(isShown());
    find<QAction>("presentation")->trigger();
    EXPECT_TRUE(m_window.isFullScreen());
    EXPECT_GT(QApplication::font().pointSize(), usual);
    EXPECT_EQ(m_window.menuBar()->height(), 0);
    EXPECT_FALSE(find<QToolButton>("export")->isVisible());
    EXPECT_TRUE(find<TokenStrip>("tokens")->isVisible());
    EXPECT_TRUE(m_window.learning().isVisible());
    EXPECT_EQ(PictureView::magnification(), 1.5);
    QTest::keyClick(&m_window, Qt::Key_F11);
    EXPECT_FALSE(m_window.isFullScreen());
    EXPECT_EQ(QApplication::font().pointSize(), usual);
    EXPECT_TRUE(find<QToolButton>("export")->isVisible());
    EXPECT_EQ(PictureView::magnification(), 1.0);
    EXPECT_GT(area.width(), 0.0);
}

TEST_F(LearnDockTest, MagnifiedPicturesAnswerWhereTheyArePainted)
{
    auto* view = find<HeatmapView>("heatmap");
    m_window.setPresenting(true);
    QTest::qWait(50);
    const auto& picture = dynamic_cast<const HeatmapPicture&>(*view->picture());
    const QRectF cell = PictureView::onWidget(picture.cellRect({TokenIndex(6), TokenIndex(2)}, view->pictureArea()));
    QTest::mouseClick(view, Qt::LeftButton, {}, cell.center().toPoint());
    EXPECT_EQ(m_session.document().selection.query, TokenIndex(6));
    EXPECT_EQ(m_session.document().selection.key, TokenIndex(2));
}

TEST_F(LearnDockTest, TheWayToAStepIsCopied)
{
    ASSERT_TRUE(m_window.openLesson(QStringLiteral("10"), 2));
    ASSERT_TRUE(isShown());
    EXPECT_EQ(m_window.learning().command(), QStringLiteral("headlight lesson 10 --step 3"));
}

}  // namespace
}  // namespace headlight::ui::test
