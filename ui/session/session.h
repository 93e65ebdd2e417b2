// The one place that knows what is shown: document, worker, undo. No widget in it.
#pragma once

#include "core/model/model.h"
#include "core/trace/trace.h"
#include "ui/session/document.h"
#include "ui/session/engine.h"
#include "ui/session/view_options.h"

#include <QObject>
#include <QTimer>
#include <QUndoStack>

#include <memory>
#include <optional>

namespace headlight::ui {

/// Whether the newest text has its picture.
enum class SessionState {
    Ready,
    Busy,    ///< For more than 100 ms; the last good trace is still shown, dimmed.
    Empty,   ///< The text has no token.
    Failed,  ///< `message` says why; the last good trace is still there.
};

/// The open document and its newest trace. Everything that changes the document goes through here, so that it can be
/// undone. For the GUI thread; the engine's thread is inside.
class Session : public QObject
{
    Q_OBJECT

public:
    explicit Session(std::shared_ptr<const Model> model, QObject* parent = nullptr);

    const Model& model() const noexcept { return *m_model; }
    const std::shared_ptr<const Model>& sharedModel() const noexcept { return m_model; }
    const Document& document() const noexcept { return m_document; }
    const ViewOptions& viewOptions() const noexcept { return m_viewOptions; }
    QUndoStack& undoStack() noexcept { return m_undo; }

    /// The newest trace; null before the first. Pictures stay correct as long as they keep it.
    const std::shared_ptr<const Trace>& trace() const noexcept { return m_trace; }

    /// The document's selection, as far as the trace has its tokens: a query that the text became too short for is back as soon as it
    /// is long enough.
    const Selection& locked() const noexcept { return m_locked; }

    /// What is highlighted now: where the mouse points, else what is locked.
    const Selection& shown() const noexcept { return m_pointed ? *m_pointed : m_locked; }

    /// Whether the newest text and experiment have had their answer.
    bool isUpToDate() const noexcept { return m_answeredId == m_requestId; }

    SessionState state() const noexcept { return m_state; }

    /// For the status bar: why there is no new picture; empty if there is one.
    const QString& message() const noexcept { return m_message; }

    /// What a person must know of the trace: that the end of the text was cut off; empty if it is whole.
    const QString& note() const noexcept { return m_note; }

    double elapsedMs() const noexcept { return m_elapsedMs; }

    /// Begins on the first example with its pronoun selected, and with the head that was asked for antecedents if there is one; that
    /// step cannot be undone.
    void openOnExample();

    /// Runs the document on another model. What does not fit it, as heads that it has not, is dropped, and then nothing before can
    /// be undone.
    void setModel(std::shared_ptr<const Model> model);

public slots:
    void setText(const QString& text);
    void setExperiment(const headlight::Experiment& experiment);

    /// Locks the selection ("click"). A head that the model has not changes nothing.
    void select(const headlight::ui::Selection& selection);

    /// Shows another selection for as long as the mouse points there; nothing goes back to the document's.
    void point(const std::optional<headlight::ui::Selection>& selection);

    /// Switches one head off, or on again.
    void toggleHead(headlight::HeadAddress head);

    void setViewOptions(const headlight::ui::ViewOptions& options);

signals:
    /// Before the new model's first trace.
    void modelChanged();
    void textChanged(const QString& text);
    void experimentChanged(const headlight::Experiment& experiment);
    void traceReady(const std::shared_ptr<const headlight::Trace>& trace);
    void shownChanged(const headlight::ui::Selection& shown);
    void viewOptionsChanged(const headlight::ui::ViewOptions& options);
    void stateChanged(headlight::ui::SessionState state);

    /// After the experiment changed for the same text: what that did to the selected head, as a line for people.
    void effectMeasured(const QString& summary);

private:
    class Change;

    void push(const QString& what, int mergeId, const Document& after);
    void apply(const Document& document);
    void run();
    void receive(const Response& response);
    void setState(SessionState state, const QString& message);
    void lockSelection();

    std::shared_ptr<const Model> m_model;
    Document m_document;
    ViewOptions m_viewOptions;
    std::shared_ptr<const Trace> m_trace;
    Selection m_locked;
    std::optional<Selection> m_pointed;
    SessionState m_state = SessionState::Empty;
    QString m_message;
    QString m_note;
    double m_elapsedMs = 0.0;
    std::uint64_t m_requestId = 0;
    std::uint64_t m_answeredId = 0;
    QUndoStack m_undo;
    QTimer m_busyTimer;
    Engine m_engine;
};

}  // namespace headlight::ui
