// The window: text, tokens, experiment, pages.
#pragma once

#include "ui/export/figure.h"
#include "ui/learn/scene.h"
#include "ui/session/model_loader.h"
#include "ui/session/session.h"

#include <QMainWindow>

#include <optional>
#include <utility>

class QAction;
class QActionGroup;
class QDockWidget;
class QLabel;
class QMenu;
class QScrollArea;
class QStackedWidget;
class QTabBar;
class QToolButton;

namespace headlight::ui {

class ExplainPanel;
class LearnDock;
class ModelButton;
class Page;
struct PageEntry;
class StatusLine;
class TextBox;
class TokenStrip;

/// Owns widgets and the thread that opens models: the session, which outlives it, has the state.
class MainWindow final : public QMainWindow
{
    Q_OBJECT

public:
    explicit MainWindow(Session& session, QWidget* parent = nullptr);
    ~MainWindow() override;

    /// A page that shows nothing of a recorded trace is passed over while there is one.
    ///
    /// @param name one of pageNames (ui/pages/page_list.h)
    void showPage(const QString& name);

    /// Nothing: as the system has it.
    void setBrightness(std::optional<Brightness> brightness);

    /// Replaces the text by a file's, the model by a folder's, which is read meanwhile, or all of it by a recorded trace; what cannot be
    /// read is said and changes nothing.
    void open(const QString& path);

    /// Reads a model meanwhile and replaces the open one then; what cannot be read is said. A newer one takes its place.
    void openModel(ModelSource source) { m_loader.open(std::move(source)); }

    /// Opens a lesson of the program's, by number or name, or from a file.  @param step counted from 0
    Result<void> openLesson(const QString& name, std::size_t step = 0);

    /// Whether the lesson's step is shown with all that the engine says of it.
    bool isLessonReady() const;

    LearnDock& learning();

    /// Whether a picture waits for an answer.
    bool isCovered() const noexcept { return m_isCovered; }

    /// Whether a model is being read.
    bool isOpening() const { return m_loader.current() != nullptr; }

    /// Whether the current page shows all that it was asked for.
    bool isUpToDate() const;

    /// What the current page shows, as a figure; nothing while there is nothing to show.
    std::optional<Figure> figure() const;

public slots:
    /// Sets text, experiment, selection, page and options; its model is read first, where it is another.
    void showScene(const headlight::ui::Scene& scene);

    /// The whole screen, large type, and nothing but text, tokens, page and lesson.
    void setPresenting(bool isPresenting);

    void exportPicture();
    void copyPicture();
    void copyNumbers();

protected:
    void closeEvent(QCloseEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    void makeMenus();
    void addRecentModels(QMenu& file);
    void addTokenActions(QMenu& view);
    void addExplainAction(QMenu& view);
    void addLearnMenu();
    void openLearning();
    void makeCover();
    void changeScene(const QString& lines);
    void setCovered(bool isCovered);
    void sayInPassing(const Error& error);
    void openDock(QDockWidget& dock, const QSize& wanted);
    void openExplanation();
    QWidget* makeTopRow();
    void makePanel();
    Page* makePage(const PageEntry& entry);
    void setPage(int tab, QWidget* widget);
    void renewModelViews();
    void openTextFile(const QString& path);
    void openTrace(const QString& path);
    void openModelFolder();
    void connectLoader();
    void setTokenOptions(const TokenOptions& options);
    void showPair();
    void showWhatIsPossible();
    const Page& currentPage() const;
    void showCurrentPage();
    void makeShortcuts();
    void restoreSettings();
    void moveHead(int layers, int heads);
    void showSelection();
    QString notices() const;
    void showNotices();
    void sayCut(qsizetype given, qsizetype kept);

    Session& m_session;
    ModelLoader m_loader;
    TextBox* m_text;
    TextBox* m_pair;
    TokenStrip* m_strip;
    ModelButton* m_model;
    QScrollArea* m_panel;
    QTabBar* m_tabs;
    ExplainPanel* m_explanation;
    QDockWidget* m_explanationDock;
    LearnDock* m_learn = nullptr;  ///< Until it is wanted.
    QStackedWidget* m_pages;       ///< In the order of the tabs.
    QLabel* m_cover;               ///< In place of the pages while a question waits.
    QWidget* m_predictions;
    QToolButton* m_leavePresentation;
    StatusLine* m_status;
    QWidget* m_topRow = nullptr;
    QToolButton* m_compare = nullptr;
    QAction* m_explainAction = nullptr;
    QAction* m_presentationAction = nullptr;
    QAction* m_lessonsAction = nullptr;
    QList<QAction*> m_pageActions;  ///< In the order of the tabs.
    QLabel* m_effect;
    QLabel* m_notice;
    QActionGroup* m_themes;
    std::optional<Scene> m_waitingScene;  ///< For its model to be read.
    bool m_isCovered = false;
    bool m_isPresenting = false;
    QString m_textNotice;  ///< Why the text box holds less than it was given.
};

}  // namespace headlight::ui
