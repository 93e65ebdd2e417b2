#include "ui/main_window.h"

#include "core/io/safetensors.h"
#include "core/io/text_file.h"
#include "core/io/trace_file.h"
#include "ui/export/export_dialog.h"
#include "ui/learn/glossary_tips.h"
#include "ui/learn/learn_dock.h"
#include "ui/pages/page_list.h"
#include "ui/panels/experiment_panel.h"
#include "ui/panels/explain_panel.h"
#include "ui/panels/loading_row.h"
#include "ui/panels/model_button.h"
#include "ui/panels/prediction_row.h"
#include "ui/panels/status_line.h"
#include "ui/panels/text_box.h"
#include "ui/panels/token_strip.h"
#include "ui/panels/wheel_guard.h"
#include "ui/plots/heatmap_picture.h"
#include "ui/plots/picture_view.h"
#include "ui/plots/token_label.h"
#include "ui/session/examples.h"
#include "ui/session/model_choice.h"
#include "ui/session/recent_models.h"
#include "ui/settings.h"

#include <QActionGroup>
#include <QApplication>
#include <QClipboard>
#include <QCloseEvent>
#include <QDir>
#include <QDockWidget>
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
#include <utility>

namespace headlight::ui {
namespace {

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

/// Plain text, for a message may quote what a file holds.
void warn(QWidget& parent, const QString& title, const QString& message)
{
    QMessageBox box(QMessageBox::Warning, title, message, QMessageBox::Ok, &parent);
    box.setTextFormat(Qt::PlainText);
    box.exec();
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
    , m_pair(new TextBox)
    , m_strip(new TokenStrip)
    , m_model(new ModelButton)
    , m_panel(new QScrollArea)
    , m_tabs(new QTabBar)
    , m_explanation(new ExplainPanel(session))
    , m_explanationDock(new QDockWidget(tr("Explain this cell"), this))
    , m_pages(new QStackedWidget)
    , m_cover(new QLabel(QStringLiteral("<span style='font-size:large'>%1</span>")
                             .arg(tr("Predict first: the picture is shown once you have answered."))))
    , m_predictions(new QWidget)
    , m_leavePresentation(new QToolButton)
    , m_status(new StatusLine(session))
    , m_effect(noticeLabel("effect", this))
    , m_notice(noticeLabel("notice", this))
    , m_themes(new QActionGroup(this))
{
    setWindowTitle(QStringLiteral("Headlight"));
    setAcceptDrops(true);
    m_text->setObjectName(QStringLiteral("text"));
    m_pair->setObjectName(QStringLiteral("pair"));
    m_pair->setPlaceholderText(tr("Second text, which the model reads together with the first"));
    m_pair->setAccessibleName(tr("Second text"));
    m_strip->setObjectName(QStringLiteral("tokens"));
    m_tabs->setObjectName(QStringLiteral("pages"));
    m_tabs->setExpanding(false);
    m_pages->setFrameShape(QFrame::StyledPanel);
    m_pages->setAutoFillBackground(true);
    m_pages->setBackgroundRole(QPalette::AlternateBase);

    m_panel->setWidgetResizable(true);
    m_panel->setFrameShape(QFrame::NoFrame);
    m_panel->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_panel->setFixedWidth(244);

    for (const PageEntry& entry : pageList()) {
        const int tab = m_tabs->addTab(entry.title);
        m_tabs->setTabToolTip(tab, pageKeys(tab));
        m_pages->addWidget(new QWidget);
    }
    makePanel();
    connect(m_tabs, &QTabBar::currentChanged, this, &MainWindow::showCurrentPage);
    showCurrentPage();
    auto* right = new QVBoxLayout;
    right->addWidget(m_pages, 1);
    right->addWidget(m_cover, 1);
    right->addWidget(m_effect);
    auto* body = new QHBoxLayout;
    body->addWidget(m_panel);
    body->addLayout(right, 1);

    m_explanationDock->setObjectName(QStringLiteral("explanation"));
    m_explanationDock->setFeatures(QDockWidget::DockWidgetClosable | QDockWidget::DockWidgetMovable);
    m_explanationDock->setWidget(m_explanation);
    addDockWidget(Qt::RightDockWidgetArea, m_explanationDock);
    m_explanationDock->hide();
    connect(&session, &Session::explainedChanged, this, [this](const std::optional<CellAddress>& cell) {
        if (cell) {
            openExplanation();
        }
    });

    makeCover();
    new GlossaryTips(this);

    auto* centre = new QWidget;
    auto* layout = new QVBoxLayout(centre);
    layout->setContentsMargins(10, 6, 10, 4);
    layout->setSpacing(5);
    makeMenus();
    m_topRow = makeTopRow();
    layout->addWidget(m_topRow);
    layout->addWidget(m_text);
    layout->addWidget(m_pair);
    layout->addWidget(m_notice);
    layout->addWidget(m_strip);
    auto* predictions = new QVBoxLayout(m_predictions);
    predictions->setContentsMargins({});
    predictions->addWidget(new PredictionRow(session));
    layout->addWidget(m_predictions);
    m_leavePresentation->setObjectName(QStringLiteral("leavePresentation"));
    m_leavePresentation->setText(tr("Leave presentation (F11)"));
    m_leavePresentation->hide();
    connect(m_leavePresentation, &QToolButton::clicked, m_presentationAction, &QAction::toggle);
    auto* tabs = new QHBoxLayout;
    tabs->addWidget(m_tabs, 1);
    tabs->addWidget(m_leavePresentation);
    auto* below = new QVBoxLayout;
    below->setSpacing(0);
    below->addLayout(tabs);
    below->addLayout(body, 1);
    layout->addLayout(below, 1);
    setCentralWidget(centre);
    statusBar()->addWidget(m_status, 1);
    makeShortcuts();

    m_text->setText(session.document().text);
    connect(m_text, &TextBox::edited, &session, [this](const QString& text) {
        m_textNotice.clear();
        m_session.setText(text);
        showNotices();
    });
    connect(m_text, &TextBox::cut, this, &MainWindow::sayCut);
    connect(&session, &Session::textChanged, m_text, &TextBox::setText);
    m_pair->setText(session.document().pair);
    connect(m_pair, &TextBox::edited, &session, [this](const QString& text) {
        m_textNotice.clear();
        m_session.setPair(text);
        showNotices();
    });
    connect(m_pair, &TextBox::cut, this, &MainWindow::sayCut);
    connect(&session, &Session::pairChanged, m_pair, &TextBox::setText);
    showPair();
    connect(&session, &Session::modelChanged, this, [this] {
        renewModelViews();
        m_model->show(m_session.model());
        showPair();
        showWhatIsPossible();
    });
    connectLoader();
    connect(&session, &Session::traceReady, this, &MainWindow::showSelection);
    connect(&session, &Session::shownChanged, this, &MainWindow::showSelection);
    connect(&session, &Session::viewOptionsChanged, this, &MainWindow::showSelection);
    connect(&session, &Session::stateChanged, this, &MainWindow::showNotices);
    connect(&session, &Session::effectMeasured, this,
            [this](const QString& text) { showIfAny(m_effect, m_isCovered ? QString() : text); });
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
    connect(m_strip, &TokenStrip::valueToggled, &session, &Session::toggleValues);
    connect(&session, &Session::experimentChanged, this, &MainWindow::showSelection);
    restoreSettings();
    showSelection();
    m_text->setFocus();
}

MainWindow::~MainWindow()
{
    // They hide as they are destroyed, when there is no window any more.
    m_explanationDock->disconnect(this);
    if (m_learn != nullptr) {
        m_learn->disconnect(this);
        m_learn->disconnect(m_lessonsAction);
    }
}

void MainWindow::showPage(const QString& name)
{
    const auto tab = static_cast<int>(pageNames().indexOf(name));
    if (m_tabs->isTabEnabled(tab)) {
        m_tabs->setCurrentIndex(tab);
    }
}

void MainWindow::makePanel()
{
    m_panel->setWidget(new ExperimentPanel(m_session));
    guardWheel(*m_panel);
}

Page* MainWindow::makePage(const PageEntry& entry)
{
    Page* page = entry.make(m_session);
    guardWheel(*page);
    if (!page->followsSession()) {
        return page;
    }
    for (PictureView* view : page->findChildren<PictureView*>()) {
        connect(new QShortcut(QKeySequence(Qt::Key_Space), view, nullptr, nullptr, Qt::WidgetShortcut),
                &QShortcut::activated, this, [this] { m_session.toggleHead(m_session.shown().head); });
        connect(new QShortcut(QKeySequence(Qt::Key_Escape), view, nullptr, nullptr, Qt::WidgetShortcut),
                &QShortcut::activated, this,
                [this] { m_session.select({.head = m_session.document().selection.head, .query = {}, .key = {}}); });
    }
    return page;
}

/// @param widget null for an empty one, until the page is shown
void MainWindow::setPage(int tab, QWidget* widget)
{
    delete m_pages->widget(tab);
    m_pages->insertWidget(tab, widget == nullptr ? new QWidget : widget);
}

/// Everything that depends on the model's sizes, anew.
void MainWindow::renewModelViews()
{
    makePanel();
    for (int tab = 0; tab < m_pages->count(); ++tab) {
        if (pageList()[static_cast<std::size_t>(tab)].life == PageLife::Model) {
            setPage(tab, nullptr);
        }
    }
    showCurrentPage();
}

/// Beside the page, or below it where the window is narrow.
///
/// @param wanted its width there, and its height here
void MainWindow::openDock(QDockWidget& dock, const QSize& wanted)
{
    constexpr int kNarrow = 1000;
    if (dock.isHidden()) {
        const bool isNarrow = width() < kNarrow;
        addDockWidget(isNarrow ? Qt::BottomDockWidgetArea : Qt::RightDockWidgetArea, &dock);
        dock.show();
        resizeDocks({&dock}, {isNarrow ? wanted.height() : wanted.width()}, isNarrow ? Qt::Vertical : Qt::Horizontal);
    }
}

void MainWindow::openExplanation()
{
    openDock(*m_explanationDock, m_explanation->sizeHint());
}

void MainWindow::setTokenOptions(const TokenOptions& options)
{
    ViewOptions all = m_session.viewOptions();
    all.tokens = options;
    m_session.setViewOptions(all);
    QSettings settings;
    settings.setValue(kRawPiecesKey, options.names == TokenNames::RawPieces);
    settings.setValue(kWordsKey, options.unit == TokenUnit::Word);
}

void MainWindow::showPair()
{
    m_pair->setVisible(m_session.model().tokenizer->takesPairs());
}

/// What a recorded trace cannot do is not offered.
void MainWindow::showWhatIsPossible()
{
    const bool isRecording = m_session.isRecording();
    m_text->setReadOnly(isRecording);
    m_text->setToolTip(isRecording ? tr("The text of a recorded trace; choose a model to type another") : QString());
    m_text->setPlaceholderText(isRecording ? tr("The recorded trace names no text") : tr("Type a sentence"));
    m_compare->setDisabled(isRecording);
    m_explainAction->setDisabled(isRecording);
    const auto obstacle = [this, isRecording](int tab) {
        const PageEntry& entry = pageList()[static_cast<std::size_t>(tab)];
        if (isRecording && entry.needs == PageNeeds::Model) {
            return tr("It needs the model, and a recorded trace has none");
        }
        return isRecording && m_session.model().config.maxTokens > entry.mostTokens
                   ? tr("It is for traces of up to %L1 tokens").arg(entry.mostTokens)
                   : QString();
    };
    if (!obstacle(m_tabs->currentIndex()).isEmpty()) {
        m_tabs->setCurrentIndex(0);
    }
    for (int tab = 0; tab < m_tabs->count(); ++tab) {
        const QString reason = obstacle(tab);
        m_tabs->setTabEnabled(tab, reason.isEmpty());
        m_pageActions[tab]->setEnabled(reason.isEmpty());
        m_tabs->setTabToolTip(tab, reason.isEmpty() ? pageKeys(tab) : reason);
    }
    showCurrentPage();
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
    connect(m_model, &ModelButton::chosen, this, [this](const ModelChoice& choice) { openModel(sourceOf(choice)); });
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

    auto* compare = new QToolButton;
    m_compare = compare;
    compare->setObjectName(QStringLiteral("compare"));
    compare->setText(tr("Compare"));
    compare->setToolTip(tr("The model before and after what the experiment changes"));
    connect(compare, &QToolButton::clicked, this, [this] {
        ViewOptions options = m_session.viewOptions();
        options.compare.kind = ComparisonKind::BeforeAfter;
        m_session.setViewOptions(options);
        showPage(viewName(View::Compare));
    });

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
    layout->addSpacing(8);
    layout->addWidget(new LoadingRow(m_loader));
    layout->addStretch(1);
    layout->addWidget(compare);
    layout->addWidget(exports);
    return row;
}

void MainWindow::connectLoader()
{
    connect(&m_loader, &ModelLoader::opened, this,
            [this](const std::shared_ptr<const Model>& model, const ModelSource& source) {
                m_session.setModel(model);
                if (const std::optional<Scene> scene = std::exchange(m_waitingScene, std::nullopt)) {
                    showScene(*scene);
                }
                if (!source.folder.isEmpty()) {
                    rememberModel(source.folder);
                }
            });
    connect(&m_loader, &ModelLoader::failed, this, [this](const QString& message) {
        m_waitingScene.reset();
        m_model->show(m_session.model());  // a choice in its menu has moved the mark
        warn(*this, tr("Open model"), message);
    });
    connect(&m_loader, &ModelLoader::progressed, this, [this] {
        if (!isOpening()) {
            m_model->show(m_session.model());
        }
    });
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
    options.tokens = {.names = settings.value(kRawPiecesKey).toBool() ? TokenNames::RawPieces : TokenNames::Text,
                      .unit = settings.value(kWordsKey).toBool() ? TokenUnit::Word : TokenUnit::Token};
    m_session.setViewOptions(options);
    const int theme =
        std::clamp(settings.value(kThemeKey, kSystem).toInt(), static_cast<int>(kSystem), static_cast<int>(kDark));
    m_themes->actions().at(theme)->setChecked(true);
    setBrightness(theme == kSystem ? std::nullopt
                                   : std::optional(theme == kDark ? Brightness::Dark : Brightness::Light));
}

void MainWindow::setBrightness(std::optional<Brightness> brightness)
{
    const Theme& theme = Theme::of(brightness.value_or(systemBrightness()));
    QApplication::setPalette(widgetPalette(theme));
    for (const char* indicator : {"QCheckBox", "QRadioButton"}) {
        QApplication::setPalette(indicatorPalette(theme), indicator);
    }
}

void MainWindow::open(const QString& path)
{
    if (QFileInfo(path).isDir()) {
        openModel(folderSource(path));
    } else if (path.endsWith(QLatin1String(".md"))) {
        if (const Result<void> opened = openLesson(path); !opened) {
            warn(*this, tr("Open lesson"), QString::fromStdString(opened.error().message));
        }
    } else if (isSafetensors(path.toStdString())) {
        openTrace(path);
    } else {
        openTextFile(path);
    }
}

void MainWindow::openTrace(const QString& path)
{
    Result<std::shared_ptr<const Trace>> trace = readTrace(path.toStdString());
    if (!trace) {
        warn(*this, tr("Open trace"), QString::fromStdString(trace.error().message));
        return;
    }
    m_loader.cancel();
    m_session.showRecording(std::move(*trace), QFileInfo(path).fileName());
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
    const Result<std::string> text = readRegularFile(path.toStdString());
    if (!text) {
        warn(*this, tr("Open text"), QString::fromStdString(text.error().message));
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
    showNotices();
}

std::optional<Figure> MainWindow::figure() const
{
    return m_isCovered ? std::nullopt : currentPage().figure();
}

bool MainWindow::isUpToDate() const
{
    return m_isCovered ? m_session.isUpToDate() : currentPage().isUpToDate();
}

/// Pages are made as they are first shown. One that shows nothing of the session has the room of the experiment too.
void MainWindow::showCurrentPage()
{
    const int tab = m_tabs->currentIndex();
    if (qobject_cast<Page*>(m_pages->widget(tab)) == nullptr) {
        setPage(tab, makePage(pageList()[static_cast<std::size_t>(tab)]));
    }
    m_pages->setCurrentIndex(tab);
    m_panel->setVisible(currentPage().followsSession() && !m_session.isRecording() && !m_isPresenting);
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
            statusBar()->showMessage(tr("Wrote %1").arg(dialog.writtenPath()), kMessageMs);
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
    HeadAddress head = m_session.document().selection.head;
    head.layer.value += layers;
    head.head.value += heads;
    m_session.selectHead(head);
}

void MainWindow::showSelection()
{
    const Selection covered{.head = m_session.shown().head};
    m_strip->show(m_session.trace(), m_isCovered ? covered : m_session.shown(),
                  ColourMap::named(m_session.viewOptions().colourMap));
    m_strip->setZeroed(m_session.zeroedRows());
    showNotices();
}

/// What a person must know of what is shown, a line each.
QString MainWindow::notices() const
{
    QStringList lines{QString::fromStdString(m_session.model().warning), m_textNotice,
                      m_session.state() == SessionState::Failed ? m_session.message() : m_session.note()};
    lines.removeAll(QString());
    return lines.join(u'\n');
}

void MainWindow::showNotices()
{
    showIfAny(m_notice, notices());
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
