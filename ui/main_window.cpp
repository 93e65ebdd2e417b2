#include "ui/main_window.h"

#include "core/io/model_folder.h"
#include "core/io/text_file.h"
#include "ui/export/export_dialog.h"
#include "ui/pages/flow_page.h"
#include "ui/pages/heads_page.h"
#include "ui/pages/heatmap_page.h"
#include "ui/pages/positions_page.h"
#include "ui/pages/training_page.h"
#include "ui/panels/experiment_panel.h"
#include "ui/panels/model_button.h"
#include "ui/panels/text_box.h"
#include "ui/panels/token_strip.h"
#include "ui/panels/wheel_guard.h"
#include "ui/plots/heatmap_picture.h"
#include "ui/plots/picture_view.h"
#include "ui/plots/token_label.h"
#include "ui/session/examples.h"

#include <QActionGroup>
#include <QApplication>
#include <QClipboard>
#include <QCloseEvent>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QMenuBar>
#include <QMessageBox>
#include <QMimeData>
#include <QScrollArea>
#include <QSettings>
#include <QShortcut>
#include <QStackedWidget>
#include <QStatusBar>
#include <QTabBar>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace headlight::ui {
namespace {

const QString kGeometryKey = QStringLiteral("window/geometry");
const QString kThemeKey = QStringLiteral("window/theme");
const QString kColourMapKey = QStringLiteral("view/colourMap");

enum ThemeChoice { kSystem, kLight, kDark };

struct PageShortcut
{
    Qt::Key key;
    int layers;
    int heads;
};

QLabel* noticeLabel(const char* name, QWidget* parent)
{
    auto* label = new QLabel(parent);
    label->setObjectName(QString::fromLatin1(name));
    label->setWordWrap(true);
    label->setTextFormat(Qt::PlainText);
    label->hide();
    return label;
}

void showIfAny(QLabel* label, const QString& text)
{
    label->setText(text);
    label->setVisible(!text.isEmpty());
}

/// The palette that the system had before any theme was chosen.
const QPalette& systemPalette()
{
    static const QPalette palette = QApplication::palette();
    return palette;
}

Brightness systemBrightness()
{
    return systemPalette().color(QPalette::Window).lightness() < 128 ? Brightness::Dark : Brightness::Light;
}

}  // namespace

MainWindow::MainWindow(Session& session, QWidget* parent)
    : QMainWindow(parent)
    , m_session(session)
    , m_text(new TextBox)
    , m_strip(new TokenStrip)
    , m_model(new ModelButton)
    , m_panel(new QScrollArea)
    , m_tabs(new QTabBar)
    , m_pages(new QStackedWidget)
    , m_effect(noticeLabel("effect", this))
    , m_notice(noticeLabel("notice", this))
    , m_status(new QLabel)
    , m_themes(new QActionGroup(this))
{
    setWindowTitle(QStringLiteral("Headlight"));
    setAcceptDrops(true);
    m_text->setObjectName(QStringLiteral("text"));
    m_strip->setObjectName(QStringLiteral("tokens"));
    m_tabs->setObjectName(QStringLiteral("pages"));
    m_tabs->setExpanding(false);
    m_pages->setFrameShape(QFrame::StyledPanel);
    m_pages->setAutoFillBackground(true);
    m_pages->setBackgroundRole(QPalette::AlternateBase);
    m_status->setObjectName(QStringLiteral("status"));
    m_status->setTextFormat(Qt::PlainText);

    m_panel->setWidgetResizable(true);
    m_panel->setFrameShape(QFrame::NoFrame);
    m_panel->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_panel->setFixedWidth(244);

    m_tabs->addTab(tr("Training"));
    auto* training = new TrainingPage(session);
    guardWheel(*training);
    m_pages->addWidget(training);
    makeModelViews();
    connect(m_tabs, &QTabBar::currentChanged, this, &MainWindow::showCurrentPage);
    auto* right = new QVBoxLayout;
    right->addWidget(m_pages, 1);
    right->addWidget(m_effect);
    auto* body = new QHBoxLayout;
    body->addWidget(m_panel);
    body->addLayout(right, 1);

    auto* centre = new QWidget;
    auto* layout = new QVBoxLayout(centre);
    layout->setContentsMargins(10, 6, 10, 4);
    layout->setSpacing(6);
    makeMenus();
    layout->addWidget(makeTopRow());
    layout->addWidget(m_text);
    layout->addWidget(m_notice);
    layout->addWidget(m_strip);
    auto* below = new QVBoxLayout;
    below->setSpacing(0);
    below->addWidget(m_tabs);
    below->addLayout(body, 1);
    layout->addLayout(below, 1);
    setCentralWidget(centre);
    statusBar()->addWidget(m_status, 1);
    makeShortcuts();

    m_text->setText(session.document().text);
    connect(m_text, &TextBox::edited, &session, [this](const QString& text) {
        m_textNotice.clear();
        m_session.setText(text);
        showStatus();
    });
    connect(m_text, &TextBox::cut, this, &MainWindow::sayCut);
    connect(&session, &Session::textChanged, m_text, &TextBox::setText);
    connect(&session, &Session::modelChanged, this, [this] {
        makeModelViews();
        m_model->show(m_session.model());
    });
    connect(&session, &Session::traceReady, this, &MainWindow::showSelection);
    connect(&session, &Session::shownChanged, this, &MainWindow::showSelection);
    connect(&session, &Session::viewOptionsChanged, this, &MainWindow::showSelection);
    connect(&session, &Session::stateChanged, this, &MainWindow::showStatus);
    connect(&session, &Session::effectMeasured, this, [this](const QString& text) { showIfAny(m_effect, text); });
    connect(m_strip, &TokenStrip::pointed, this, [this](std::optional<TokenIndex> token) {
        if (!token) {
            m_session.point(std::nullopt);
            return;
        }
        m_session.point(Selection{.head = m_session.document().selection.head, .query = token, .key = {}});
    });
    connect(m_strip, &TokenStrip::clicked, this, [this](TokenIndex token) {
        m_session.select({.head = m_session.document().selection.head, .query = token, .key = {}});
    });
    restoreSettings();
    showSelection();
    m_text->setFocus();
}

QStringList MainWindow::pageNames()
{
    return viewNames() + QStringList{QStringLiteral("training")};
}

void MainWindow::showPage(const QString& name)
{
    m_tabs->setCurrentIndex(static_cast<int>(pageNames().indexOf(name)));
}

/// Everything that depends on the model's sizes, anew.
void MainWindow::makeModelViews()
{
    m_panel->setWidget(new ExperimentPanel(m_session));
    guardWheel(*m_panel);
    const int current = std::max(m_tabs->currentIndex(), 0);
    // In the order of viewNames, before the pages that depend on no model.
    const std::array<std::pair<Page*, QString>, 4> pages = {{{new HeatmapPage(m_session), tr("Heatmap")},
                                                             {new HeadsPage(m_session), tr("Heads")},
                                                             {new FlowPage(m_session), tr("Flow")},
                                                             {new PositionsPage(m_session), tr("Positions")}}};
    for (int i = 0; i < static_cast<int>(pages.size()); ++i) {
        const auto& [page, title] = pages[static_cast<std::size_t>(i)];
        if (m_tabs->tabText(i) == title) {
            delete m_pages->widget(i);
        } else {
            m_tabs->insertTab(i, title);
        }
        m_pages->insertWidget(i, page);
        guardWheel(*page);
        for (PictureView* view : page->findChildren<PictureView*>()) {
            connect(new QShortcut(QKeySequence(Qt::Key_Space), view, nullptr, nullptr, Qt::WidgetShortcut),
                    &QShortcut::activated, this, [this] { m_session.toggleHead(m_session.shown().head); });
            connect(new QShortcut(QKeySequence(Qt::Key_Escape), view, nullptr, nullptr, Qt::WidgetShortcut),
                    &QShortcut::activated, this, [this] {
                        m_session.select({.head = m_session.document().selection.head, .query = {}, .key = {}});
                    });
        }
    }
    for (int i = 0; i < m_tabs->count(); ++i) {
        m_tabs->setTabToolTip(i, tr("Ctrl+%1").arg(i + 1));
    }
    m_tabs->setCurrentIndex(current);
    showCurrentPage();
}

void MainWindow::makeMenus()
{
    QMenu* file = menuBar()->addMenu(tr("&File"));
    file->addAction(tr("&Open text …"), QKeySequence::Open, this, [this] {
        const QString path =
            QFileDialog::getOpenFileName(this, tr("Open text"), QString(), tr("Text (*.txt);;All files (*)"));
        if (!path.isEmpty()) {
            openTextFile(path);
        }
    });
    file->addAction(tr("Open &model folder …"), QKeySequence(tr("Ctrl+Shift+O")), this, &MainWindow::openModelFolder);
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
        view->addAction(m_tabs->tabText(i), QKeySequence(tr("Ctrl+%1").arg(i + 1)), this,
                        [this, i] { m_tabs->setCurrentIndex(i); });
    }
    view->addSeparator();
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

    QMenu* help = menuBar()->addMenu(tr("&Help"));
    help->addAction(tr("&Keyboard"), QKeySequence::HelpContents, this, &MainWindow::showShortcuts);
    help->addAction(tr("&About Headlight"), this, &MainWindow::showAbout);
}

QWidget* MainWindow::makeTopRow()
{
    auto* examples = new QToolButton;
    examples->setObjectName(QStringLiteral("examples"));
    examples->setText(tr("Examples"));
    examples->setToolTip(tr("Sentences to begin with"));
    examples->setPopupMode(QToolButton::InstantPopup);
    auto* menu = new QMenu(examples);
    for (const QString& sentence : exampleSentences()) {
        menu->addAction(sentence, this, [this, sentence] { m_session.setText(sentence); });
    }
    examples->setMenu(menu);

    m_model->show(m_session.model());
    connect(m_model, &ModelButton::chosen, this, [this](const ModelChoice& choice) { setModel(choice.read()); });
    connect(m_model, &ModelButton::folderWanted, this, &MainWindow::openModelFolder);

    QUndoStack& stack = m_session.undoStack();
    auto* undo = new QToolButton;
    undo->setText(QStringLiteral("↶"));
    undo->setToolTip(tr("Undo (Ctrl+Z)"));
    undo->setEnabled(stack.canUndo());
    connect(undo, &QToolButton::clicked, &stack, &QUndoStack::undo);
    connect(&stack, &QUndoStack::canUndoChanged, undo, &QToolButton::setEnabled);
    auto* redo = new QToolButton;
    redo->setText(QStringLiteral("↷"));
    redo->setToolTip(tr("Redo (Ctrl+Shift+Z)"));
    redo->setEnabled(stack.canRedo());
    connect(redo, &QToolButton::clicked, &stack, &QUndoStack::redo);
    connect(&stack, &QUndoStack::canRedoChanged, redo, &QToolButton::setEnabled);

    auto* exports = new QToolButton;
    exports->setObjectName(QStringLiteral("export"));
    exports->setText(tr("Export"));
    exports->setPopupMode(QToolButton::InstantPopup);
    auto* exportMenu = new QMenu(exports);
    exportMenu->addAction(tr("Figure: PNG, SVG, PDF, CSV …"), this, &MainWindow::exportPicture);
    exportMenu->addAction(tr("Copy picture"), this, &MainWindow::copyPicture);
    exportMenu->addAction(tr("Copy numbers"), this, &MainWindow::copyNumbers);
    exports->setMenu(exportMenu);
    exports->setToolTip(tr("Keep what this page shows (Ctrl+E)"));

    auto* row = new QWidget;
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(examples);
    layout->addSpacing(8);
    layout->addWidget(m_model);
    layout->addSpacing(8);
    layout->addWidget(undo);
    layout->addWidget(redo);
    layout->addStretch(1);
    layout->addWidget(exports);
    return row;
}

void MainWindow::setModel(const Result<std::shared_ptr<const Model>>& model)
{
    if (!model) {
        QMessageBox::warning(this, tr("Open model"), QString::fromStdString(model.error().message));
        return;
    }
    m_session.setModel(*model);
}

void MainWindow::makeShortcuts()
{
    // Only while a page has the focus: in the text box these keys are letters.
    const std::array steps = {
        PageShortcut{Qt::Key_BracketLeft, 0, -1},
        PageShortcut{Qt::Key_BracketRight, 0, 1},
        PageShortcut{Qt::Key_BraceLeft, -1, 0},
        PageShortcut{Qt::Key_BraceRight, 1, 0},
    };
    for (const PageShortcut& step : steps) {
        auto* shortcut = new QShortcut(m_pages);
        // On most keyboards braces need Shift.
        shortcut->setKeys({QKeySequence(step.key), QKeySequence(Qt::SHIFT | step.key)});
        shortcut->setContext(Qt::WidgetWithChildrenShortcut);
        connect(shortcut, &QShortcut::activated, this, [this, step] {
            if (currentPage().followsSession()) {
                moveHead(step.layers, step.heads);
            }
        });
    }
}

void MainWindow::restoreSettings()
{
    systemPalette();
    const QSettings settings;
    if (!restoreGeometry(settings.value(kGeometryKey).toByteArray())) {
        resize(1280, 800);
    }
    ViewOptions options = m_session.viewOptions();
    options.colourMap = ColourMap::named(settings.value(kColourMapKey).toString()).name();
    m_session.setViewOptions(options);
    const int theme =
        std::clamp(settings.value(kThemeKey, kSystem).toInt(), static_cast<int>(kSystem), static_cast<int>(kDark));
    m_themes->actions().at(theme)->setChecked(true);
    setBrightness(theme == kSystem ? std::nullopt
                                   : std::optional(theme == kDark ? Brightness::Dark : Brightness::Light));
}

void MainWindow::setBrightness(std::optional<Brightness> brightness)
{
    QApplication::setPalette(widgetPalette(Theme::of(brightness.value_or(systemBrightness()))));
}

void MainWindow::open(const QString& path)
{
    if (QFileInfo(path).isDir()) {
        setModel(readModelFolder(path.toStdString()));
    } else {
        openTextFile(path);
    }
}

void MainWindow::openModelFolder()
{
    const QString folder = QFileDialog::getExistingDirectory(this, tr("Open model folder"));
    if (!folder.isEmpty()) {
        open(folder);
    }
}

void MainWindow::openTextFile(const QString& path)
{
    const Result<std::string> text = readTextFile(path.toStdString());
    if (!text) {
        QMessageBox::warning(this, tr("Open text"), QString::fromStdString(text.error().message));
        return;
    }
    const QString given = QString::fromStdString(*text);
    const QString kept = TextBox::fitting(given);
    m_textNotice.clear();
    m_session.setText(kept);
    if (kept.size() < given.size()) {
        sayCut(given.size(), kept.size());
    }
}

void MainWindow::sayCut(qsizetype given, qsizetype kept)
{
    m_textNotice = tr("The text box holds at most %L1 characters; of the %L2 given, the first %L3 are there.")
                       .arg(TextBox::kLongestText)
                       .arg(given)
                       .arg(kept);
    showStatus();
}

std::optional<Figure> MainWindow::figure() const
{
    return currentPage().figure();
}

bool MainWindow::isUpToDate() const
{
    return currentPage().isUpToDate();
}

/// A page that shows nothing of the session has the room of the experiment too.
void MainWindow::showCurrentPage()
{
    m_pages->setCurrentIndex(m_tabs->currentIndex());
    m_panel->setVisible(currentPage().followsSession());
}

const Page& MainWindow::currentPage() const
{
    return *static_cast<const Page*>(m_pages->currentWidget());
}

void MainWindow::exportPicture()
{
    if (const std::optional<Figure> shown = figure()) {
        ExportDialog dialog(*shown, this);
        if (dialog.exec() == QDialog::Accepted) {
            statusBar()->showMessage(tr("Wrote %1").arg(dialog.writtenPath()), 5000);
        }
    }
}

void MainWindow::copyPicture()
{
    constexpr double kScale = 2.0;
    if (const std::optional<Figure> shown = figure()) {
        QApplication::clipboard()->setImage(figureImage(*shown, {.scale = kScale}));
        statusBar()->showMessage(tr("Copied the picture"), 3000);
    }
}

void MainWindow::copyNumbers()
{
    if (const std::optional<Figure> shown = figure()) {
        QApplication::clipboard()->setText(QString::fromUtf8(figureCsv(*shown)));
        statusBar()->showMessage(tr("Copied the numbers as CSV"), 3000);
    }
}

void MainWindow::moveHead(int layers, int heads)
{
    Selection selection = m_session.document().selection;
    selection.head.layer.value += layers;
    selection.head.head.value += heads;
    m_session.select(selection);
}

void MainWindow::showSelection()
{
    m_strip->show(m_session.trace(), m_session.shown(), ColourMap::named(m_session.viewOptions().colourMap));
    showStatus();
}

void MainWindow::showStatus()
{
    const QString& message = m_session.message();
    const QString& note = m_session.state() == SessionState::Failed ? message : m_session.note();
    showIfAny(m_notice, m_textNotice.isEmpty() ? note : m_textNotice);
    const std::shared_ptr<const Trace>& trace = m_session.trace();
    if (!trace || m_session.state() == SessionState::Busy) {
        m_status->setText(message);
        return;
    }
    const TraceInfo& info = trace->info();
    const Selection& shown = m_session.shown();
    QStringList parts{tr("%L1 tokens").arg(trace->tokens()),
                      tr("%1 layers × %2 heads").arg(info.layers).arg(info.heads),
                      tr("layer %1 head %2").arg(shown.head.layer.value).arg(shown.head.head.value)};
    const auto weights = trace->map(StageId::Weights, shown.head);
    if (weights && shown.query) {
        const RowVector row = (*weights)->row(*shown.query);
        Index key = 0;
        row.maxCoeff(&key);
        if (shown.key) {
            key = shown.key->value;
        }
        const auto label = [&info](Index token) { return tokenLabel(info.tokens[static_cast<std::size_t>(token)]); };
        parts.append(
            tr("%1 → %2 %3").arg(label(shown.query->value), label(key)).arg(static_cast<double>(row(key)), 0, 'f', 4));
    }
    parts.append(tr("%1 ms").arg(m_session.elapsedMs(), 0, 'f', 1));
    m_status->setText(parts.join(QStringLiteral(" · ")));
}

void MainWindow::showShortcuts()
{
    QMessageBox::information(
        this, tr("Keyboard"),
        tr("<table cellspacing='6'>"
           "<tr><td><b>Ctrl+1 … Ctrl+5</b></td><td>pages</td></tr>"
           "<tr><td><b>arrows, Home, End</b></td><td>move the cell cursor, or choose a head on the Heads page</td></tr>"
           "<tr><td><b>[ ]</b></td><td>previous, next head</td></tr>"
           "<tr><td><b>{ }</b></td><td>previous, next layer</td></tr>"
           "<tr><td><b>Space</b></td><td>switch the head off or on</td></tr>"
           "<tr><td><b>Escape</b></td><td>free the selection</td></tr>"
           "<tr><td><b>Ctrl+E</b></td><td>export the figure</td></tr>"
           "<tr><td><b>Ctrl+Shift+C, Ctrl+Shift+N</b></td><td>copy the picture, the numbers</td></tr>"
           "<tr><td><b>Ctrl+Z, Ctrl+Shift+Z</b></td><td>undo, redo: text, experiment and selection</td></tr>"
           "<tr><td><b>Ctrl+O, Ctrl+Shift+O</b></td><td>open a text file, a model folder</td></tr>"
           "</table>"));
}

void MainWindow::showAbout()
{
    QMessageBox::about(
        this, tr("About Headlight"),
        tr("<h3>Headlight %1</h3><p>See what every attention head looks at.</p>"
           "<p>Attention is where a head looks; by itself it does not explain what the model decides.</p>"
           "<p>Free software under the GNU General Public License, version 3 or later.</p>")
            .arg(QApplication::applicationVersion()));
}

void MainWindow::closeEvent(QCloseEvent* event)
{
    QSettings().setValue(kGeometryKey, saveGeometry());
    QMainWindow::closeEvent(event);
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event)
{
    if (event->mimeData()->hasUrls()) {
        event->acceptProposedAction();
    }
}

void MainWindow::dropEvent(QDropEvent* event)
{
    const QList<QUrl> urls = event->mimeData()->urls();
    if (!urls.isEmpty() && urls.front().isLocalFile()) {
        open(urls.front().toLocalFile());
        event->acceptProposedAction();
    }
}

}  // namespace headlight::ui
