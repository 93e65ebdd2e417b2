// Where a number comes from, step by step.
#pragma once

#include "core/analysis/derivation/derivation.h"
#include "ui/session/session.h"

#include <QWidget>

#include <optional>
#include <vector>

class QLabel;
class QTextBrowser;
class QToolButton;

namespace headlight::ui {

class ToggleButton;

/// The derivation of the session's explained cell, anew with each trace. A click on an operand explains that one and selects its token
/// and head; back and forward as in a browser.
class ExplainPanel final : public QWidget
{
    Q_OBJECT

public:
    explicit ExplainPanel(Session& session, QWidget* parent = nullptr);

    QSize sizeHint() const override { return {440, 320}; }

public slots:
    /// Explains the weight of the selected query and key, if both are.
    void explainSelection();

protected:
    void showEvent(QShowEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void remember(const std::optional<CellAddress>& cell);
    void forget();
    void step(int by);
    void follow(const QUrl& link);
    void refresh();
    void showButtons();
    QString note() const;

    Session& m_session;
    QToolButton* m_back;
    QToolButton* m_forward;
    ToggleButton* m_all;
    QToolButton* m_copyText;
    QToolButton* m_copyLatex;
    QLabel* m_note;
    QTextBrowser* m_browser;
    std::vector<CellAddress> m_history;
    std::size_t m_place = 0;  ///< In the history, of the cell that is shown.
    std::optional<Derivation> m_derivation;
    std::optional<CellAddress> m_shown;
    bool m_isStale = true;
};

}  // namespace headlight::ui
