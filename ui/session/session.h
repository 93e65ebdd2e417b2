// The one place that knows what is shown: document, worker, undo. No widget in it.
#pragma once

#include "core/model/model.h"
#include "core/trace/cell.h"
#include "core/trace/trace.h"
#include "ui/session/document.h"
#include "ui/session/engine.h"
#include "ui/session/painting.h"
#include "ui/session/view_options.h"

#include <QObject>
#include <QTimer>
#include <QUndoStack>

#include <memory>
#include <optional>
#include <set>

namespace headlight::ui {

class ToyTrainer;

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
    ~Session() override;

    const Model& model() const noexcept { return *m_model; }
    const std::shared_ptr<const Model>& sharedModel() const noexcept { return m_model; }
    const Document& document() const noexcept { return m_document; }
    const ViewOptions& viewOptions() const noexcept { return m_viewOptions; }
    QUndoStack& undoStack() noexcept { return m_undo; }

    /// The toys' training, which goes on whatever page is shown.
    ToyTrainer& toyTrainer() const noexcept { return *m_toyTrainer; }

    /// The newest trace as the view options show it, of tokens or words; null before the first. Pictures stay correct as long as
    /// they keep it.
    const std::shared_ptr<const Trace>& trace() const noexcept { return m_presentation.shown; }

    /// The same with every stage, a row a token.
    const std::shared_ptr<const Trace>& fullTrace() const noexcept { return m_presentation.full; }

    /// What trace()'s heads do; null before the first trace, and of what the options ask for perhaps not yet all.
    const std::shared_ptr<const Analysis>& analysis() const noexcept { return m_presentation.analysis; }

    /// The document's selection in rows of trace(), as far as that has them: a query that the text became too short for is back as
    /// soon as it is long enough.
    const Selection& locked() const noexcept { return m_locked; }

    /// What is highlighted now, in rows of trace(): where the mouse points, else what is locked.
    const Selection& shown() const noexcept { return m_pointed ? *m_pointed : m_locked; }

    /// A selection of trace()'s rows as one of tokens, and back: the document's selection is of tokens.
    Selection toTokens(const Selection& rows) const;
    Selection toRows(const Selection& tokens) const;

    /// The cell whose derivation is shown, in rows of fullTrace(), which has it if it is there; nothing where none is asked for.
    const std::optional<CellAddress>& explained() const noexcept { return m_explained; }

    /// The mask that paintMask changes, in the layer that is highlighted: the painted one, or else what the mask in force would be as
    /// a painted one.
    Mask paintableMask() const;

    /// The rows of trace() with a token whose value the document's experiment zeroes.
    std::set<TokenIndex> zeroedRows() const;

    /// What the model expects at what is highlighted; nothing without a trace that has logits.
    const std::optional<Predictions>& predictions() const noexcept { return m_predictions; }

    /// Why a predicted token cannot be written into the text; empty if it can.
    QString refusal(const Token& token) const;

    /// Whether the newest text and experiment have had their answer.
    bool isUpToDate() const noexcept { return m_answeredId == m_requestId; }

    SessionState state() const noexcept { return m_state; }

    /// For the status bar: why there is no new picture, and what the run that it waits for needs; empty if there is one.
    const QString& message() const noexcept { return m_message; }

    /// What a person must know of the trace: that the end of the text was cut off; empty if it is whole.
    const QString& note() const noexcept { return m_note; }

    double elapsedMs() const noexcept { return m_elapsedMs; }

    /// Begins on the first example with its pronoun selected, and with the head that was asked for antecedents if there is one; that
    /// step cannot be undone.
    void openOnExample();

    /// Shows a recorded trace until a model or a text is chosen; nothing before can be undone. Its text and experiment cannot be changed.
    ///
    /// @param name of its file
    void showRecording(std::shared_ptr<const Trace> trace, const QString& name);

    bool isRecording() const noexcept { return m_recording != nullptr; }

    /// Runs the document on another model. What does not fit it, as heads that it has not, is dropped, and then nothing before can
    /// be undone.
    void setModel(std::shared_ptr<const Model> model);

public slots:
    void setText(const QString& text);

    /// The second text, for models whose tokenizer takes pairs.
    void setPair(const QString& pair);
    void setExperiment(const headlight::Experiment& experiment);

    /// Shows another document, of this model: one step to undo.
    ///
    /// @param what it is, for the menu: "lesson"
    void setDocument(const headlight::ui::Document& document, const QString& what);

    /// Locks the selection ("click"), which is of rows of trace(). A head that the model has not changes nothing.
    void select(const headlight::ui::Selection& selection);

    /// Locks another head, and the same tokens.
    void selectHead(headlight::HeadAddress head);

    /// Shows another selection for as long as the mouse points there; nothing goes back to the document's.
    void point(const std::optional<headlight::ui::Selection>& selection);

    /// Asks for a cell's derivation. A cell that fullTrace() has not changes nothing; one that a later trace has no more is dropped.
    void explain(const std::optional<headlight::CellAddress>& cell);

    /// Switches one head off, or on again.
    void toggleHead(headlight::HeadAddress head);

    /// Chooses a mask. A painted one is again as it was left, or begins with what the mask in force hides; a stride or block of no
    /// token becomes one of one.
    void chooseMask(headlight::MaskChoice mask);

    /// Hides cells (tokens, not rows) by hand, or shows again those so hidden: one step to undo. A mask of another kind is turned into
    /// a painted one first.
    void paintMask(const headlight::CellSet& cells, headlight::ui::Painting painting);

    /// Zeroes the values of a row's tokens; where all are zeroed, takes that back.
    void toggleValues(headlight::TokenIndex row);

    void setViewOptions(const headlight::ui::ViewOptions& options);

    /// Writes a predicted token where it was predicted: after the text, or in place of the token there. One that is refused, or
    /// whose picture is not of the newest text, changes nothing.
    void writePrediction(std::int32_t id);

signals:
    /// Before the new model's first trace.
    void modelChanged();
    void textChanged(const QString& text);
    void pairChanged(const QString& pair);
    void experimentChanged(const headlight::Experiment& experiment);
    void traceReady(const std::shared_ptr<const headlight::Trace>& trace);
    void shownChanged(const headlight::ui::Selection& shown);
    void explainedChanged(const std::optional<headlight::CellAddress>& cell);
    void predictionsChanged();
    void viewOptionsChanged(const headlight::ui::ViewOptions& options);
    void stateChanged(headlight::ui::SessionState state);

    /// After the experiment changed for the same text: what that did to the selected head, as a line for people.
    void effectMeasured(const QString& summary);

private:
    class Change;

    Experiment paintedExperiment() const;
    void leaveRecording();
    void replaceModel(std::shared_ptr<const Model> model);
    void push(const QString& what, int mergeId, const Document& after);
    void apply(const Document& document);
    void run();
    void presentAnew();
    void send(Request request);
    Request newRequest();
    void receiveForecast(const Forecast& forecast);
    void receive(const Response& response);
    void receiveError(const Error& error);
    void setState(SessionState state, const QString& message);
    void lockSelection();
    void setPredictions(std::optional<Predictions> predictions);
    void predictAtShown();
    void dropExplainedBeyond();

    std::shared_ptr<const Model> m_model;
    Document m_document;
    std::shared_ptr<const Trace> m_recording;    ///< What is shown in place of runs of the model; else null.
    std::shared_ptr<const Model> m_modelBefore;  ///< What a recording has taken the place of, and the document.
    Document m_documentBefore;
    ViewOptions m_viewOptions;
    Presentation m_presentation;
    Selection m_locked;  ///< In rows, so m_pointed.
    std::optional<Selection> m_pointed;
    std::optional<CellAddress> m_explained;
    std::optional<Predictions> m_predictions;
    Index m_droppedTokens = 0;
    SessionState m_state = SessionState::Empty;
    QString m_message;
    QString m_note;
    QString m_forecast;  ///< What the run in progress needs, where it is long.
    double m_elapsedMs = 0.0;
    std::uint64_t m_requestId = 0;
    std::uint64_t m_presentingId = 0;  ///< The last request that only shows the trace anew.
    std::uint64_t m_answeredId = 0;
    QUndoStack m_undo;
    QTimer m_busyTimer;
    std::unique_ptr<ToyTrainer> m_toyTrainer;
    Engine m_engine;
};

}  // namespace headlight::ui
