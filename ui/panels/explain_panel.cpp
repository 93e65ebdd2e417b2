#include "ui/panels/explain_panel.h"

#include "core/analysis/derivation/latex.h"
#include "core/analysis/derivation/text.h"
#include "ui/panels/derivation_html.h"
#include "ui/panels/toggle_button.h"
#include "ui/plots/picture_view.h"

#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QLabel>
#include <QScrollBar>
#include <QTextBrowser>
#include <QToolButton>
#include <QVBoxLayout>

namespace headlight::ui {
namespace {

constexpr std::size_t kLongestHistory = 100;

/// The tokens that a cell is about: its row asks or is asked, its column may be a key.
Selection selectionOf(const CellAddress& cell, Selection selected)
{
    const Stage& stage = stageInfo(cell.stage.id);
    const std::string_view axes = stage.axes;
    if (stage.scope == StageScope::Layer) {
        selected.head.layer = cell.stage.layer;
    }
    if (axes.size() == 3) {
        selected.head.head = cell.head;
    }
    const bool isOfKeys = axes[axes.size() - 2] == 'S';
    (isOfKeys ? selected.key : selected.query) = TokenIndex(cell.row);
    if (axes.back() == 'S') {
        selected.key = TokenIndex(cell.column);
    }
    return selected;
}

QToolButton* makeButton(const char* name, const QString& text, const QString& tip, QWidget* parent)
{
    auto* button = new QToolButton(parent);
    button->setObjectName(QString::fromLatin1(name));
    button->setText(text);
    button->setToolTip(tip);
    button->setAccessibleName(tip);
    button->setFocusPolicy(Qt::StrongFocus);
    return button;
}

/// While a newer trace is computed.
Theme dimmed(Theme theme)
{
    theme.text = theme.mutedText;
    theme.accent = theme.mutedText;
    return theme;
}

}  // namespace

ExplainPanel::ExplainPanel(Session& session, QWidget* parent)
    : QWidget(parent)
    , m_session(session)
    , m_back(makeButton("explainBack", QStringLiteral("←"), tr("Back (Alt+Left)"), this))
    , m_forward(makeButton("explainForward", QStringLiteral("→"), tr("Forward (Alt+Right)"), this))
    , m_all(new ToggleButton(tr("All terms"), tr("Every term of long sums, not the largest alone"), this))
    , m_copyText(makeButton("explainCopyText", tr("Copy text"), tr("Copy the derivation as plain text"), this))
    , m_copyLatex(makeButton("explainCopyLatex", tr("Copy LaTeX"),
                             tr("Copy the derivation for a LaTeX document that loads amsmath"), this))
    , m_note(new QLabel(this))
    , m_browser(new QTextBrowser(this))
{
    m_back->setShortcut(QKeySequence(tr("Alt+Left")));
    m_forward->setShortcut(QKeySequence(tr("Alt+Right")));
    m_all->setObjectName(QStringLiteral("explainAll"));
    m_note->setObjectName(QStringLiteral("explainNote"));
    m_note->setWordWrap(true);
    m_browser->setObjectName(QStringLiteral("derivation"));
    m_browser->setAccessibleName(tr("How the cell came about"));
    m_browser->setOpenLinks(false);
    m_browser->setFrameShape(QFrame::NoFrame);
    m_browser->document()->setDocumentMargin(8.0);

    auto* controls = new QHBoxLayout;
    controls->setSpacing(4);
    for (QWidget* control : {static_cast<QWidget*>(m_back), static_cast<QWidget*>(m_forward)}) {
        controls->addWidget(control);
    }
    controls->addStretch(1);
    for (QWidget* control :
         {static_cast<QWidget*>(m_all), static_cast<QWidget*>(m_copyText), static_cast<QWidget*>(m_copyLatex)}) {
        controls->addWidget(control);
    }
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(6, 4, 6, 6);
    layout->setSpacing(4);
    layout->addLayout(controls);
    layout->addWidget(m_note);
    layout->addWidget(m_browser, 1);

    const auto invalidate = [this] {
        m_isStale = true;
        if (isVisible()) {
            refresh();
        }
    };
    connect(&session, &Session::explainedChanged, this, &ExplainPanel::remember);
    connect(&session, &Session::modelChanged, this, &ExplainPanel::forget);
    connect(&session, &Session::explainedChanged, this, invalidate);
    connect(&session, &Session::traceReady, this, invalidate);
    connect(&session, &Session::viewOptionsChanged, this, invalidate);
    connect(&session, &Session::stateChanged, this, invalidate);
    connect(m_all, &QToolButton::toggled, this, invalidate);
    connect(m_back, &QToolButton::clicked, this, [this] { step(-1); });
    connect(m_forward, &QToolButton::clicked, this, [this] { step(1); });
    connect(m_browser, &QTextBrowser::anchorClicked, this, &ExplainPanel::follow);
    const auto choice = [this] { return m_all->isChecked() ? TermChoice::All : TermChoice::Largest; };
    connect(m_copyText, &QToolButton::clicked, this, [this, choice] {
        QApplication::clipboard()->setText(QString::fromStdString(toText(*m_derivation, choice())));
    });
    connect(m_copyLatex, &QToolButton::clicked, this, [this, choice] {
        QApplication::clipboard()->setText(QString::fromStdString(toLatex(*m_derivation, choice())));
    });
    remember(session.explained());
}

void ExplainPanel::explainSelection()
{
    const Selection selected = m_session.toTokens(m_session.locked());
    if (selected.query && selected.key) {
        m_session.explain(CellAddress{.stage = {StageId::Weights, selected.head.layer},
                                      .head = selected.head.head,
                                      .row = selected.query->value,
                                      .column = selected.key->value});
    }
}

/// A cell that is not where back or forward led is a new end of the history.
void ExplainPanel::remember(const std::optional<CellAddress>& cell)
{
    if (!cell || (m_place < m_history.size() && m_history[m_place] == *cell)) {
        return;
    }
    if (!m_history.empty()) {
        m_history.resize(m_place + 1, *cell);
    }
    if (m_history.size() == kLongestHistory) {
        m_history.erase(m_history.begin());
    }
    m_history.push_back(*cell);
    m_place = m_history.size() - 1;
}

void ExplainPanel::forget()
{
    m_history.clear();
    m_place = 0;
    remember(m_session.explained());
}

void ExplainPanel::step(int by)
{
    const std::size_t before = m_place;
    m_place += static_cast<std::size_t>(by);
    const CellAddress cell = m_history[m_place];
    m_session.explain(cell);
    if (m_session.explained() != cell) {  // the text has become too short for it
        m_place = before;
        return;
    }
    m_session.select(m_session.toRows(selectionOf(cell, m_session.document().selection)));
    showButtons();
}

void ExplainPanel::follow(const QUrl& link)
{
    if (const std::optional<CellAddress> cell = cellOf(link)) {
        m_session.explain(cell);
        m_session.select(m_session.toRows(selectionOf(*cell, m_session.document().selection)));
    }
}

QString ExplainPanel::note() const
{
    if (!m_session.explained()) {
        return tr("Double-click a cell of the heatmap, or choose one and press X, to see how its number comes about.");
    }
    if (!m_derivation) {
        return m_session.message();
    }
    const bool isOfWords = m_session.viewOptions().tokens.unit == TokenUnit::Word;
    return isOfWords ? tr("Derivations are of tokens: of a word, its first.") : QString();
}

void ExplainPanel::refresh()
{
    m_isStale = false;
    m_derivation.reset();
    const std::optional<CellAddress>& cell = m_session.explained();
    QString failure;
    if (cell && m_session.fullTrace()) {
        Result<Derivation> derivation = derive(m_session.model(), *m_session.fullTrace(), *cell);
        if (derivation) {
            m_derivation = std::move(*derivation);
        } else {
            failure = QString::fromStdString(derivation.error().message);
        }
    }
    const bool isAnother = m_shown != cell;
    const int place = isAnother ? 0 : m_browser->verticalScrollBar()->value();
    m_shown = cell;
    if (m_derivation) {
        const TermChoice choice = m_all->isChecked() ? TermChoice::All : TermChoice::Largest;
        const bool isBusy = m_session.state() == SessionState::Busy;
        m_browser->setHtml(derivationHtml(*m_derivation, choice, isBusy ? dimmed(themeOf(*this)) : themeOf(*this)));
    } else {
        m_browser->setPlainText(failure);
    }
    m_browser->verticalScrollBar()->setValue(place);
    m_note->setText(note());
    m_note->setVisible(!m_note->text().isEmpty());
    showButtons();
}

void ExplainPanel::showButtons()
{
    m_back->setEnabled(m_place > 0);
    m_forward->setEnabled(m_place + 1 < m_history.size());
    m_copyText->setEnabled(m_derivation.has_value());
    m_copyLatex->setEnabled(m_derivation.has_value());
}

void ExplainPanel::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    if (m_isStale) {
        refresh();
    }
}

void ExplainPanel::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && isVisible()) {
        refresh();
    }
}

}  // namespace headlight::ui
