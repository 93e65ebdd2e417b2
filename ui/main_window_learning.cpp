// What the window does for lessons: scenes, the cover of a picture that waits for an answer, presentation.
#include "ui/learn/learn_dock.h"
#include "ui/main_window.h"
#include "ui/pages/page_list.h"
#include "ui/panels/status_line.h"
#include "ui/plots/picture_view.h"
#include "ui/session/model_choice.h"
#include "ui/session/toy_trainer.h"
#include "ui/settings.h"

#include <QAction>
#include <QApplication>
#include <QDockWidget>
#include <QLabel>
#include <QMenuBar>
#include <QStackedWidget>
#include <QStatusBar>
#include <QTabBar>
#include <QToolButton>

#include <utility>

namespace headlight::ui {

/// Made when it is first wanted: reading all lessons takes longer than the window has to open.
LearnDock& MainWindow::learning()
{
    if (m_learn != nullptr) {
        return *m_learn;
    }
    m_learn = new LearnDock(m_session, this);
    addDockWidget(Qt::RightDockWidgetArea, m_learn);
    m_learn->hide();
    connect(m_learn, &QDockWidget::visibilityChanged, m_lessonsAction,
            [this] { m_lessonsAction->setChecked(!m_learn->isHidden()); });
    connect(m_learn, &LearnDock::sceneWanted, this, &MainWindow::showScene);
    connect(m_learn, &LearnDock::coverWanted, this, &MainWindow::setCovered);
    connect(m_learn, &LearnDock::linesWanted, this, &MainWindow::changeScene);
    return *m_learn;
}

/// As wide as its text is easy to read.
void MainWindow::openLearning()
{
    constexpr QSize kSize(440, 340);
    constexpr int kUsualLine = 16;  ///< The height of a line of the type for which that is the width.
    openDock(learning(), {kSize.width() * fontMetrics().height() / kUsualLine, kSize.height()});
    m_learn->raise();
}

/// In place of the pages while a question waits.
void MainWindow::makeCover()
{
    m_cover->setObjectName(QStringLiteral("cover"));
    m_cover->setAlignment(Qt::AlignCenter);
    m_cover->setWordWrap(true);
    m_cover->setMargin(40);
    m_cover->setForegroundRole(QPalette::PlaceholderText);
    m_cover->setFrameShape(QFrame::StyledPanel);
    m_cover->setAutoFillBackground(true);
    m_cover->setBackgroundRole(QPalette::AlternateBase);
    m_cover->hide();
}

/// Sets lines of the scene that is shown, as a link wants it.
void MainWindow::changeScene(const QString& lines)
{
    const QString& page = pageList()[static_cast<std::size_t>(m_tabs->currentIndex())].name;
    if (const Result<Scene> scene = changedScene(m_session.document(), m_session.viewOptions(), page, lines)) {
        showScene(*scene);
    } else {
        sayInPassing(scene.error());
    }
}

void MainWindow::sayInPassing(const Error& error)
{
    statusBar()->showMessage(QString::fromStdString(error.message), kMessageMs);
}

Result<void> MainWindow::openLesson(const QString& name, std::size_t step)
{
    openLearning();
    return learning().openLesson(name, step);
}

bool MainWindow::isLessonReady() const
{
    return m_learn != nullptr && m_learn->lesson().isReady() && !m_waitingScene;
}

/// Its model is read first where another is open.
void MainWindow::showScene(const Scene& scene)
{
    m_waitingScene.reset();
    if (scene.model != kOpenModel) {
        const std::optional<ModelChoice> choice = modelNamed(scene.model);
        if (choice && !choice->isOf(m_session.model())) {
            openModel(sourceOf(*choice));
            m_waitingScene = scene;
            return;
        }
    }
    const Result<Document> document = documentOf(scene, m_session.document(), m_session.model());
    if (!document) {
        sayInPassing(document.error());
        return;
    }
    m_textNotice.clear();
    m_session.setDocument(*document, tr("lesson"));
    m_session.setViewOptions(viewOf(scene, m_session.viewOptions()));
    if (scene.toy && m_session.toyTrainer().setup() != *scene.toy) {
        m_session.toyTrainer().restart(*scene.toy);
    }
    showPage(scene.page);
}

/// Nothing that the engine says of the text is seen while it is covered.
void MainWindow::setCovered(bool isCovered)
{
    if (std::exchange(m_isCovered, isCovered) == isCovered) {
        return;
    }
    m_pages->setVisible(!isCovered);
    m_cover->setVisible(isCovered);
    m_predictions->setVisible(!isCovered);
    m_status->setVisible(!isCovered);
    if (isCovered) {
        m_explanationDock->close();
        m_effect->hide();
    }
    showSelection();
}

void MainWindow::setPresenting(bool isPresenting)
{
    constexpr double kLarge = 1.5;
    static const QFont usual = QApplication::font();
    QFont font = usual;
    if (isPresenting) {
        font.setPointSizeF(font.pointSizeF() * kLarge);
    }
    PictureView::setMagnification(isPresenting ? kLarge : 1.0);
    QApplication::setFont(font);
    // Hidden, its shortcuts would be, too.
    menuBar()->setMaximumHeight(isPresenting ? 0 : QWIDGETSIZE_MAX);
    m_topRow->setVisible(!isPresenting);
    statusBar()->setVisible(!isPresenting);
    m_leavePresentation->setVisible(isPresenting);
    m_isPresenting = isPresenting;
    showCurrentPage();
    setWindowState(isPresenting ? windowState() | Qt::WindowFullScreen : windowState() & ~Qt::WindowFullScreen);
    m_presentationAction->setChecked(isPresenting);
    for (PictureView* view : findChildren<PictureView*>()) {
        view->update();
    }
}

}  // namespace headlight::ui
