// The window: text, tokens, experiment, pages.
#pragma once

#include "ui/export/figure.h"
#include "ui/session/session.h"

#include <QMainWindow>

#include <optional>

class QActionGroup;
class QLabel;
class QScrollArea;
class QStackedWidget;
class QTabBar;

namespace headlight::ui {

class ModelButton;
class Page;
class TextBox;
class TokenStrip;

/// Owns nothing but widgets: the session, which outlives it, has the state.
class MainWindow final : public QMainWindow
{
    Q_OBJECT

public:
    explicit MainWindow(Session& session, QWidget* parent = nullptr);

    /// "heatmap", "heads", …: the pages in the order of their tabs.
    static QStringList pageNames();

    /// @param name one of pageNames
    void showPage(const QString& name);

    /// Nothing: as the system has it.
    void setBrightness(std::optional<Brightness> brightness);

    /// Replaces the text by a file's, or the model by a folder's; what cannot be read is said and changes nothing.
    void open(const QString& path);

    /// Whether the current page shows all that it was asked for.
    bool isUpToDate() const;

    /// What the current page shows, as a figure; nothing while there is nothing to show.
    std::optional<Figure> figure() const;

public slots:
    void exportPicture();
    void copyPicture();
    void copyNumbers();

protected:
    void closeEvent(QCloseEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    void makeMenus();
    QWidget* makeTopRow();
    void makeModelViews();
    void openTextFile(const QString& path);
    void openModelFolder();
    void setModel(const Result<std::shared_ptr<const Model>>& model);
    const Page& currentPage() const;
    void showCurrentPage();
    void makeShortcuts();
    void restoreSettings();
    void moveHead(int layers, int heads);
    void showSelection();
    void showStatus();
    void sayCut(qsizetype given, qsizetype kept);
    void showShortcuts();
    void showAbout();

    Session& m_session;
    TextBox* m_text;
    TokenStrip* m_strip;
    ModelButton* m_model;
    QScrollArea* m_panel;
    QTabBar* m_tabs;
    QStackedWidget* m_pages;  ///< In the order of the tabs.
    QLabel* m_effect;
    QLabel* m_notice;
    QLabel* m_status;
    QActionGroup* m_themes;
    QString m_textNotice;  ///< Why the text box holds less than it was given.
};

}  // namespace headlight::ui
