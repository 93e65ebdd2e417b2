// The menus of the window.
#include "ui/help.h"
#include "ui/learn/learn_dock.h"
#include "ui/main_window.h"
#include "ui/pages/page_list.h"
#include "ui/panels/explain_panel.h"
#include "ui/plots/colour_map.h"
#include "ui/plots/token_label.h"
#include "ui/session/recent_models.h"
#include "ui/settings.h"

#include <QActionGroup>
#include <QApplication>
#include <QClipboard>
#include <QDir>
#include <QDockWidget>
#include <QFileDialog>
#include <QMenu>
#include <QMenuBar>
#include <QSettings>
#include <QStatusBar>
#include <QTabBar>

namespace headlight::ui {

void MainWindow::makeMenus()
{
    QMenu* file = menuBar()->addMenu(tr("&File"));
    file->addAction(tr("&Open text, trace or lesson …"), QKeySequence::Open, this, [this] {
        const QString path =
            QFileDialog::getOpenFileName(this, tr("Open text, trace or lesson"), QString(),
                                         tr("Texts, traces and lessons (*.txt *.safetensors *.md);;All files (*)"));
        if (!path.isEmpty()) {
            open(path);
        }
    });
    file->addAction(tr("Open &model folder …"), QKeySequence(tr("Ctrl+Shift+O")), this, &MainWindow::openModelFolder);
    addRecentModels(*file);
    file->addSeparator();
    file->addAction(tr("&Export figure …"), QKeySequence(tr("Ctrl+E")), this, &MainWindow::exportPicture);
    file->addAction(tr("&Copy picture"), QKeySequence(tr("Ctrl+Shift+C")), this, &MainWindow::copyPicture);
    file->addAction(tr("Copy &numbers"), QKeySequence(tr("Ctrl+Shift+N")), this, &MainWindow::copyNumbers);
    file->addSeparator();
    file->addAction(tr("&Quit"), QKeySequence::Quit, this, &QWidget::close);

    QMenu* edit = menuBar()->addMenu(tr("&Edit"));
    QAction* undo = m_session.undoStack().createUndoAction(this, tr("&Undo"));
    undo->setObjectName(QStringLiteral("undo"));
    undo->setShortcut(QKeySequence::Undo);
    QAction* redo = m_session.undoStack().createRedoAction(this, tr("&Redo"));
    redo->setObjectName(QStringLiteral("redo"));
    redo->setShortcut(QKeySequence(tr("Ctrl+Shift+Z")));
    edit->addAction(undo);
    edit->addAction(redo);
    edit->addSeparator();
    edit->addAction(tr("&Reset experiment"), this, [this] { m_session.setExperiment({}); });

    QMenu* view = menuBar()->addMenu(tr("&View"));
    for (int i = 0; i < m_tabs->count(); ++i) {
        m_pageActions.append(view->addAction(m_tabs->tabText(i), QKeySequence(pageKeys(i)), this,
                                             [this, i] { showPage(pageList()[static_cast<std::size_t>(i)].name); }));
    }
    view->addSeparator();
    addExplainAction(*view);
    addTokenActions(*view);
    QMenu* colours = view->addMenu(tr("&Colours"));
    auto* maps = new QActionGroup(this);
    for (const QString& name : ColourMap::names()) {
        QAction* action = colours->addAction(name, this, [this, name] {
            ViewOptions options = m_session.viewOptions();
            options.colourMap = name;
            m_session.setViewOptions(options);
            QSettings().setValue(kColourMapKey, name);
        });
        action->setCheckable(true);
        action->setData(name);
        maps->addAction(action);
    }
    connect(colours, &QMenu::aboutToShow, this, [this, maps] {
        for (QAction* action : maps->actions()) {
            action->setChecked(action->data().toString() == m_session.viewOptions().colourMap);
        }
    });
    QMenu* theme = view->addMenu(tr("&Theme"));
    const auto addTheme = [this, theme](const QString& name, ThemeChoice choice, std::optional<Brightness> brightness) {
        QAction* action = theme->addAction(name, this, [this, choice, brightness] {
            setBrightness(brightness);
            QSettings().setValue(kThemeKey, static_cast<int>(choice));
        });
        action->setCheckable(true);
        m_themes->addAction(action);
    };
    addTheme(tr("As the &system"), kSystem, std::nullopt);
    addTheme(tr("&Light"), kLight, Brightness::Light);
    addTheme(tr("&Dark"), kDark, Brightness::Dark);

    addLearnMenu();

    QMenu* help = menuBar()->addMenu(tr("&Help"));
    help->addAction(tr("&Keyboard"), QKeySequence::HelpContents, this, [this] { ui::showShortcuts(*this); });
    help->addAction(tr("&About Headlight"), this, [this] { ui::showAbout(*this); });
}

void MainWindow::addRecentModels(QMenu& file)
{
    QMenu* recent = file.addMenu(tr("&Recent models"));
    recent->setObjectName(QStringLiteral("recentModels"));
    recent->setToolTipsVisible(true);
    connect(&file, &QMenu::aboutToShow, recent, [this, recent] {
        recent->clear();
        for (const QString& folder : recentModels()) {
            QString name = withVisibleControls(QDir(folder).dirName());
            QAction* action =
                recent->addAction(name.replace(u'&', QStringLiteral("&&")), this, [this, folder] { open(folder); });
            action->setToolTip(withVisibleControls(folder));
        }
        recent->setEnabled(!recent->isEmpty());
    });
}

void MainWindow::addTokenActions(QMenu& view)
{
    QAction* raw = view.addAction(tr("&Raw pieces"), QKeySequence(tr("Ctrl+R")), this, [this](bool on) {
        TokenOptions options = m_session.viewOptions().tokens;
        options.names = on ? TokenNames::RawPieces : TokenNames::Text;
        setTokenOptions(options);
    });
    raw->setObjectName(QStringLiteral("rawPieces"));
    raw->setCheckable(true);
    raw->setToolTip(tr("Tokens as the vocabulary spells them"));
    QAction* words = view.addAction(tr("&Merge pieces into words"), QKeySequence(tr("Ctrl+M")), this, [this](bool on) {
        TokenOptions options = m_session.viewOptions().tokens;
        options.unit = on ? TokenUnit::Word : TokenUnit::Token;
        setTokenOptions(options);
    });
    words->setObjectName(QStringLiteral("words"));
    words->setCheckable(true);
    words->setToolTip(tr("Weights summed over a word's keys, averaged over its queries"));
    view.setToolTipsVisible(true);
    view.addSeparator();
    connect(&m_session, &Session::viewOptionsChanged, this, [raw, words](const ViewOptions& options) {
        raw->setChecked(options.tokens.names == TokenNames::RawPieces);
        words->setChecked(options.tokens.unit == TokenUnit::Word);
    });
}

void MainWindow::addExplainAction(QMenu& view)
{
    QAction* explain = view.addAction(tr("&Explain this cell"), QKeySequence(tr("Ctrl+D")), this, [this](bool on) {
        if (on) {
            openExplanation();
            m_explanation->explainSelection();
        } else {
            m_explanationDock->close();
        }
    });
    m_explainAction = explain;
    explain->setObjectName(QStringLiteral("explain"));
    explain->setCheckable(true);
    explain->setToolTip(tr("How a number comes about, step by step"));
    connect(m_explanationDock, &QDockWidget::visibilityChanged, this, [this, explain] {
        const bool isOpen = !m_explanationDock->isHidden();
        explain->setChecked(isOpen);
        if (!isOpen) {
            m_session.explain(std::nullopt);
        }
    });
}

void MainWindow::addLearnMenu()
{
    QMenu* learn = menuBar()->addMenu(tr("&Learn"));
    QAction* lessons = learn->addAction(tr("&Lessons"), QKeySequence(tr("Ctrl+L")), this, [this](bool on) {
        if (on) {
            openLearning();
        } else {
            learning().close();
        }
    });
    lessons->setObjectName(QStringLiteral("lessons"));
    lessons->setCheckable(true);
    m_lessonsAction = lessons;
    learn->addAction(tr("&Glossary"), QKeySequence(tr("Ctrl+G")), this, [this] {
        openLearning();
        learning().showGlossary();
    });
    learn->addSeparator();
    learn->addAction(tr("&Open lesson …"), this, [this] { learning().openLessonFile(); });
    QAction* link = learn->addAction(tr("&Copy the way to this step"), this, [this] {
        QApplication::clipboard()->setText(learning().command());
        statusBar()->showMessage(tr("Copied: %1").arg(learning().command()), kMessageMs);
    });
    link->setToolTip(tr("The command that opens the program at this step of the lesson"));
    learn->setToolTipsVisible(true);
    connect(learn, &QMenu::aboutToShow, link,
            [this, link] { link->setEnabled(m_learn != nullptr && !m_learn->command().isEmpty()); });
    learn->addSeparator();
    QAction* presentation = learn->addAction(tr("&Presentation mode"), QKeySequence(Qt::Key_F11));
    presentation->setObjectName(QStringLiteral("presentation"));
    presentation->setCheckable(true);
    presentation->setToolTip(
        tr("Large type, the whole screen, and only the text, its tokens, the page and the lesson"));
    connect(presentation, &QAction::toggled, this, &MainWindow::setPresenting);
    m_presentationAction = presentation;
}

}  // namespace headlight::ui
