#include "ui/session/session.h"

#include "ui/session/examples.h"

#include <QDeadlineTimer>
#include <QUndoCommand>

#include <utility>

namespace headlight::ui {
namespace {

constexpr int kBusyAfterMs = 100;
constexpr qint64 kMergeWithinMs = 1000;

/// Changes of the same kind that follow each other quickly are undone together.
enum MergeId { kNeverMerged = -1, kTyping = 1, kSelecting = 2, kTemperature = 3 };

bool isWithin(Index value, Index end)
{
    return value >= 0 && value < end;
}

QString number(double value)
{
    return QString::number(value, 'g', 3);
}

QString describe(const Effect& effect)
{
    QString text = QStringLiteral("Weights of layer %1 head %2: largest change %3, mean %4, entropy %5 → %6 bits")
                       .arg(effect.head.layer.value)
                       .arg(effect.head.head.value)
                       .arg(number(static_cast<double>(effect.onHead.largest)), number(effect.onHead.mean),
                            number(effect.onHead.entropyBefore), number(effect.onHead.entropyAfter));
    if (effect.most.largest > 0.0F && effect.most.head != effect.head) {
        text += QStringLiteral(" · most changed: layer %1 head %2, by up to %3")
                    .arg(effect.most.head.layer.value)
                    .arg(effect.most.head.head.value)
                    .arg(number(static_cast<double>(effect.most.largest)));
    }
    return text;
}

}  // namespace

/// One step that can be undone: the document before and after it.
class Session::Change final : public QUndoCommand
{
public:
    Change(Session& session, const QString& what, int mergeId, Document before, Document after)
        : QUndoCommand(what)
        , m_session(session)
        , m_mergeId(mergeId)
        , m_before(std::move(before))
        , m_after(std::move(after))
        , m_mergeDeadline(kMergeWithinMs)
    {}

    void undo() override { m_session.apply(m_before); }
    void redo() override { m_session.apply(m_after); }
    int id() const override { return m_mergeId; }

    bool mergeWith(const QUndoCommand* next) override
    {
        const auto* change = static_cast<const Change*>(next);
        if (m_mergeDeadline.hasExpired()) {
            return false;
        }
        m_after = change->m_after;
        m_mergeDeadline.setRemainingTime(kMergeWithinMs);
        return true;
    }

private:
    Session& m_session;
    int m_mergeId;
    Document m_before;
    Document m_after;
    QDeadlineTimer m_mergeDeadline;
};

Session::Session(std::shared_ptr<const Model> model, QObject* parent) : QObject(parent), m_model(std::move(model))
{
    connect(&m_engine, &Engine::responded, this, &Session::receive);
    m_busyTimer.setSingleShot(true);
    m_busyTimer.setInterval(kBusyAfterMs);
    connect(&m_busyTimer, &QTimer::timeout, this, [this] { setState(SessionState::Busy, tr("Computing …")); });
}

void Session::openOnExample()
{
    constexpr Index kPronoun = 8;  // "it" in the first example
    m_document.text = exampleSentences().front();
    m_document.selection.query = TokenIndex(kPronoun);
    m_document.selection.head = firstHead(*m_model);
    lockSelection();
    m_undo.clear();
    run();
    emit textChanged(m_document.text);
    emit shownChanged(shown());
}

void Session::setModel(std::shared_ptr<const Model> model)
{
    const ModelConfig before = m_model->config;
    m_model = std::move(model);
    if (m_model->config.layers != before.layers || m_model->config.heads != before.heads) {
        m_undo.clear();
        m_document.experiment.ablatedHeads.clear();
        m_document.selection.head = firstHead(*m_model);
        m_viewOptions.flow.heads.clear();
    }
    m_pointed.reset();
    m_trace.reset();
    lockSelection();
    emit modelChanged();
    emit traceReady(m_trace);
    run();
}

void Session::setText(const QString& text)
{
    Document after = m_document;
    after.text = text;
    push(tr("typing"), kTyping, after);
}

void Session::setExperiment(const Experiment& experiment)
{
    Document after = m_document;
    after.experiment = experiment;
    Experiment withoutTemperature = experiment;
    withoutTemperature.temperature = m_document.experiment.temperature;
    const bool onlyTemperature = withoutTemperature == m_document.experiment;
    push(tr("experiment"), onlyTemperature ? kTemperature : kNeverMerged, after);
}

void Session::select(const Selection& selection)
{
    if (!isWithin(selection.head.layer.value, m_model->config.layers) ||
        !isWithin(selection.head.head.value, m_model->config.heads)) {
        return;
    }
    m_pointed.reset();
    Document after = m_document;
    after.selection = selection;
    push(tr("selection"), kSelecting, after);
    emit shownChanged(shown());
}

void Session::point(const std::optional<Selection>& selection)
{
    if (m_pointed != selection) {
        m_pointed = selection;
        emit shownChanged(shown());
    }
}

void Session::toggleHead(HeadAddress head)
{
    Experiment experiment = m_document.experiment;
    if (experiment.ablatedHeads.erase(head) == 0) {
        experiment.ablatedHeads.insert(head);
    }
    setExperiment(experiment);
}

void Session::setViewOptions(const ViewOptions& options)
{
    if (m_viewOptions != options) {
        m_viewOptions = options;
        emit viewOptionsChanged(m_viewOptions);
    }
}

void Session::push(const QString& what, int mergeId, const Document& after)
{
    if (after != m_document) {
        m_undo.push(new Change(*this, what, mergeId, m_document, after));
    }
}

void Session::apply(const Document& document)
{
    const Document before = std::exchange(m_document, document);
    lockSelection();
    if (before.text != document.text) {
        m_pointed.reset();
        emit textChanged(document.text);
    }
    if (before.experiment != document.experiment) {
        emit experimentChanged(document.experiment);
    }
    if (before.text != document.text || before.experiment != document.experiment) {
        run();
    }
    if (before.selection != document.selection) {
        emit shownChanged(shown());
    }
}

void Session::run()
{
    Request request{.id = ++m_requestId,
                    .text = m_document.text.toStdString(),
                    .model = m_model,
                    .experiment = m_document.experiment,
                    .baseline = nullptr,
                    .head = m_document.selection.head};
    if (m_trace && m_trace->info().experiment != m_document.experiment) {
        request.baseline = m_trace;
    }
    m_engine.request(std::move(request));
    if (m_state != SessionState::Busy && !m_busyTimer.isActive()) {
        m_busyTimer.start();
    }
}

void Session::receive(const Response& response)
{
    if (response.id != m_requestId) {
        return;
    }
    m_answeredId = response.id;
    m_busyTimer.stop();
    if (response.error) {
        const bool empty = response.error->code == ErrorCode::EmptyInput;
        if (empty) {
            m_trace.reset();
            m_note.clear();
        }
        setState(empty ? SessionState::Empty : SessionState::Failed, QString::fromStdString(response.error->message));
        if (empty) {
            emit traceReady(m_trace);
        }
        return;
    }
    m_trace = response.trace;
    m_elapsedMs = response.elapsedMs;
    lockSelection();
    m_note.clear();
    if (response.droppedTokens > 0) {
        m_note = tr("Shown are the first %L1 of %L2 tokens: %3 takes no more.")
                     .arg(m_trace->tokens())
                     .arg(m_trace->tokens() + response.droppedTokens)
                     .arg(QString::fromStdString(m_model->name));
    }
    setState(SessionState::Ready, QString());
    emit traceReady(m_trace);
    emit effectMeasured(response.effect ? describe(*response.effect) : QString());
}

void Session::setState(SessionState state, const QString& message)
{
    if (m_state != state || m_message != message) {
        m_state = state;
        m_message = message;
        emit stateChanged(state);
    }
}

void Session::lockSelection()
{
    m_locked = m_document.selection;
    if (!m_trace) {
        return;
    }
    const auto keepWithin = [tokens = m_trace->tokens()](std::optional<TokenIndex>& token) {
        if (token && !isWithin(token->value, tokens)) {
            token.reset();
        }
    };
    keepWithin(m_locked.query);
    keepWithin(m_locked.key);
    if (m_pointed) {
        keepWithin(m_pointed->query);
        keepWithin(m_pointed->key);
    }
}

}  // namespace headlight::ui
