#include "ui/session/session.h"

#include "core/analysis/stage_matrix.h"
#include "core/base/quantity.h"
#include "ui/session/examples.h"
#include "ui/session/recording.h"
#include "ui/session/toy_trainer.h"

#include <QDeadlineTimer>
#include <QUndoCommand>

#include <algorithm>
#include <utility>

namespace headlight::ui {
namespace {

constexpr int kBusyAfterMs = 100;
constexpr qint64 kMergeWithinMs = 1000;

/// Changes of the same kind that follow each other quickly are undone together.
enum MergeId { kNeverMerged = -1, kTyping = 1, kSelecting = 2, kTemperature = 3, kTypingPair = 4 };

/// The token that a row stands for: the one that was chosen, if it is in that row.
std::optional<TokenIndex> tokenFor(const std::optional<TokenIndex>& row, const std::optional<TokenIndex>& chosen,
                                   const Presentation& presentation)
{
    if (!row) {
        return std::nullopt;
    }
    return chosen && presentation.rowOf(*chosen) == *row ? chosen : presentation.tokenOf(*row);
}

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

Session::Session(std::shared_ptr<const Model> model, QObject* parent)
    : QObject(parent)
    , m_model(std::move(model))
    , m_toyTrainer(std::make_unique<ToyTrainer>())
{
    connect(&m_engine, &Engine::foreseen, this, &Session::receiveForecast);
    connect(&m_engine, &Engine::responded, this, &Session::receive);
    m_busyTimer.setSingleShot(true);
    m_busyTimer.setInterval(kBusyAfterMs);
    connect(&m_busyTimer, &QTimer::timeout, this,
            [this] { setState(SessionState::Busy, m_forecast.isEmpty() ? tr("Computing …") : m_forecast); });
}

Session::~Session() = default;

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

void Session::showRecording(std::shared_ptr<const Trace> trace, const QString& name)
{
    if (!m_recording) {
        m_modelBefore = m_model;
        m_documentBefore = m_document;
    }
    const TraceInfo& info = trace->info();
    m_recording = std::move(trace);
    m_document = {.text = QString::fromStdString(info.text),
                  .pair = QString::fromStdString(info.pair),
                  .experiment = info.experiment,
                  .selection = {}};
    m_viewOptions.heatmap.window = {};
    m_undo.clear();
    replaceModel(recordedModel(*m_recording, name.toStdString()));
    emit textChanged(m_document.text);
    emit pairChanged(m_document.pair);
}

/// What was there before it is the document again.
void Session::leaveRecording()
{
    if (m_recording) {
        m_recording.reset();
        m_document = std::exchange(m_documentBefore, {});
        m_undo.clear();
        emit textChanged(m_document.text);
        emit pairChanged(m_document.pair);
    }
}

void Session::setModel(std::shared_ptr<const Model> model)
{
    leaveRecording();
    replaceModel(std::move(model));
}

void Session::replaceModel(std::shared_ptr<const Model> model)
{
    const ModelConfig before = m_model->config;
    m_model = std::move(model);
    if (m_model->config.layers != before.layers || m_model->config.heads != before.heads) {
        m_undo.clear();
        m_document.experiment.ablatedHeads.clear();
        m_document.selection.head = firstHead(*m_model);
        m_viewOptions.flow.heads.clear();
        if (std::holds_alternative<HeadAddress>(m_viewOptions.gallery.order)) {
            m_viewOptions.gallery.order = {};
        }
    }
    m_pointed.reset();
    m_presentation = {};
    lockSelection();
    emit modelChanged();
    emit traceReady(trace());
    setPredictions(std::nullopt);
    run();
}

void Session::setText(const QString& text)
{
    if (m_recording) {
        setModel(m_modelBefore);
    }
    Document after = m_document;
    after.text = text;
    push(tr("typing"), kTyping, after);
}

void Session::setPair(const QString& pair)
{
    Document after = m_document;
    after.pair = pair;
    push(tr("typing"), kTypingPair, after);
}

void Session::setExperiment(const Experiment& experiment)
{
    if (m_recording) {
        return;
    }
    Document after = m_document;
    after.experiment = experiment;
    Experiment withoutTemperature = experiment;
    withoutTemperature.temperature = m_document.experiment.temperature;
    const bool onlyTemperature = withoutTemperature == m_document.experiment;
    push(tr("experiment"), onlyTemperature ? kTemperature : kNeverMerged, after);
}

void Session::setDocument(const Document& document, const QString& what)
{
    if (m_recording) {
        setModel(m_modelBefore);
    }
    m_pointed.reset();
    push(what, kNeverMerged, document);
}

void Session::select(const Selection& selection)
{
    if (!isWithin(selection.head.layer.value, m_model->config.layers) ||
        !isWithin(selection.head.head.value, m_model->config.heads)) {
        return;
    }
    m_pointed.reset();
    Document after = m_document;
    after.selection = toTokens(selection);
    push(tr("selection"), kSelecting, after);
    predictAtShown();
    emit shownChanged(shown());
}

void Session::selectHead(HeadAddress head)
{
    if (!isWithin(head.layer.value, m_model->config.layers) || !isWithin(head.head.value, m_model->config.heads)) {
        return;
    }
    m_pointed.reset();
    Document after = m_document;
    after.selection.head = head;
    push(tr("selection"), kSelecting, after);
    predictAtShown();
    emit shownChanged(shown());
}

void Session::point(const std::optional<Selection>& selection)
{
    if (m_pointed != selection) {
        m_pointed = selection;
        predictAtShown();
        emit shownChanged(shown());
    }
}

void Session::explain(const std::optional<CellAddress>& cell)
{
    const bool isThere = !cell || (fullTrace() && !m_recording && hasCell(*fullTrace(), *cell));
    if (isThere && m_explained != cell) {
        m_explained = cell;
        emit explainedChanged(m_explained);
    }
}

Selection Session::toTokens(const Selection& rows) const
{
    const Selection& chosen = m_document.selection;
    return {.head = rows.head,
            .query = tokenFor(rows.query, chosen.query, m_presentation),
            .key = tokenFor(rows.key, chosen.key, m_presentation)};
}

Selection Session::toRows(const Selection& tokens) const
{
    const auto row = [this](TokenIndex token) { return m_presentation.rowOf(token); };
    Selection rows = tokens;
    if (rows.query) {
        rows.query = row(*rows.query);
    }
    if (rows.key) {
        rows.key = row(*rows.key);
    }
    return rows;
}

void Session::toggleHead(HeadAddress head)
{
    Experiment experiment = m_document.experiment;
    if (experiment.ablatedHeads.erase(head) == 0) {
        experiment.ablatedHeads.insert(head);
    }
    setExperiment(experiment);
}

Mask Session::paintableMask() const
{
    return effectiveMask(paintedExperiment(), m_model->config.maskOf(shown().head.layer));
}

Experiment Session::paintedExperiment() const
{
    const Index tokens = fullTrace() ? fullTrace()->tokens() : 0;
    return paintedFrom(m_document.experiment, m_model->config.maskOf(shown().head.layer), tokens);
}

void Session::chooseMask(MaskChoice mask)
{
    Experiment experiment = m_document.experiment;
    if (mask == MaskChoice::Painted && experiment.hiddenCells.empty()) {
        experiment = paintedExperiment();
    }
    experiment.mask = mask;
    if (mask == MaskChoice::Strided || mask == MaskChoice::Block) {
        experiment.maskReach = std::max<Index>(experiment.maskReach, 1);
    }
    setExperiment(experiment);
}

void Session::paintMask(const CellSet& cells, Painting painting)
{
    Experiment experiment = paintedExperiment();
    experiment.hiddenCells =
        painting == Painting::Hide ? experiment.hiddenCells.with(cells) : experiment.hiddenCells.without(cells);
    setExperiment(experiment);
}

std::set<TokenIndex> Session::zeroedRows() const
{
    std::set<TokenIndex> rows;
    for (const TokenIndex token : m_document.experiment.zeroedValues) {
        rows.insert(m_presentation.rowOf(token));
    }
    return rows;
}

void Session::toggleValues(TokenIndex row)
{
    Experiment experiment = m_document.experiment;
    const IndexRange tokens = m_presentation.tokensOf(row);
    std::size_t restored = 0;
    for (Index token = tokens.begin; token < tokens.end; ++token) {
        restored += experiment.zeroedValues.erase(TokenIndex(token));
    }
    if (restored < static_cast<std::size_t>(tokens.size())) {
        for (Index token = tokens.begin; token < tokens.end; ++token) {
            experiment.zeroedValues.insert(TokenIndex(token));
        }
    }
    setExperiment(experiment);
}

void Session::setViewOptions(const ViewOptions& options)
{
    if (m_viewOptions != options) {
        const ViewOptions before = std::exchange(m_viewOptions, options);
        emit viewOptionsChanged(m_viewOptions);
        const bool needsWork = before.tokens != options.tokens || analysisFor(before) != analysisFor(options);
        if (needsWork && m_requestId > 0) {
            presentAnew();
        }
    }
}

QString Session::refusal(const Token& token) const
{
    if (token.isSpecial) {
        return tr("A special token is a mark for the model, and no text");
    }
    if (!isText(token)) {
        return tr("It is only a part of a character");
    }
    if (!m_predictions || !m_predictions->site) {
        return tr("There is no place to write it");
    }
    if (m_predictions->site->kind == PredictionKind::NextToken) {
        return m_droppedTokens > 0 ? tr("The text goes on after what the model has read") : QString();
    }
    const Token& there = fullTrace()->info().tokens[static_cast<std::size_t>(m_predictions->site->token.value)];
    return there.span.begin == there.span.end ? tr("The token there is not in the text") : QString();
}

void Session::writePrediction(std::int32_t id)
{
    const Result<Token> token = m_model->tokenizer->token(id);
    if (!token || !isUpToDate() || !refusal(*token).isEmpty()) {
        return;
    }
    const TraceInfo& info = fullTrace()->info();
    const PredictionSite site = *m_predictions->site;
    const Token& there = info.tokens[static_cast<std::size_t>(site.token.value)];
    const std::string& source = there.source == 0 ? info.text : info.pair;
    const std::string changed = site.kind == PredictionKind::NextToken ? continued(source, *token, *m_model->tokenizer)
                                                                       : replaced(source, there.span, *token);
    m_pointed.reset();
    Document after = m_document;
    (there.source == 0 ? after.text : after.pair) = QString::fromStdString(changed);
    push(tr("prediction"), kNeverMerged, after);
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
    if (before.pair != document.pair) {
        m_pointed.reset();
        emit pairChanged(document.pair);
    }
    if (before.experiment != document.experiment) {
        emit experimentChanged(document.experiment);
    }
    if (before.text != document.text || before.pair != document.pair || before.experiment != document.experiment) {
        run();
    }
    if (before.selection != document.selection) {
        predictAtShown();
        emit shownChanged(shown());
    }
}

Request Session::newRequest()
{
    Request request{.id = ++m_requestId,
                    .text = m_document.text.toStdString(),
                    .model = m_model,
                    .experiment = m_document.experiment,
                    .tokens = m_viewOptions.tokens,
                    .analysis = analysisFor(m_viewOptions),
                    .selected = m_document.selection.query,
                    .baseline = nullptr,
                    .head = m_document.selection.head};
    if (m_recording) {
        request.computed = m_recording;
        // Its picture first: these may take long.
        request.analysis.measures = m_presentation.full == m_recording ? HeadMeasuring::All : HeadMeasuring::None;
    } else if (m_model->tokenizer->takesPairs()) {
        request.pair = m_document.pair.toStdString();
    }
    return request;
}

void Session::run()
{
    Request request = newRequest();
    if (fullTrace() && fullTrace()->info().experiment != m_document.experiment) {
        request.baseline = fullTrace();
    }
    send(std::move(request));
}

/// The trace that is there, with the options as they are; a pass that is still to be run will have them anyway.
void Session::presentAnew()
{
    const bool isThere = isUpToDate() && m_state == SessionState::Ready;
    if (!isThere) {
        run();
        return;
    }
    Request request = newRequest();
    request.computed = fullTrace();
    m_presentingId = request.id;
    send(std::move(request));
}

void Session::send(Request request)
{
    m_engine.request(std::move(request));
    m_forecast.clear();
    if (m_state == SessionState::Busy) {
        setState(SessionState::Busy, tr("Computing …"));
    }
    if (m_state != SessionState::Busy && !m_busyTimer.isActive()) {
        m_busyTimer.start();
    }
}

void Session::receiveForecast(const Forecast& forecast)
{
    if (forecast.id != m_requestId) {
        return;
    }
    m_forecast = tr("Computing … %L1 tokens need %2 of memory and about %3.")
                     .arg(forecast.needs.tokens)
                     .arg(QString::fromStdString(byteSize(forecast.needs.peakBytes)),
                          QString::fromStdString(duration(forecast.seconds)));
    if (m_state == SessionState::Busy) {
        setState(SessionState::Busy, m_forecast);
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
        receiveError(*response.error);
        return;
    }
    const bool isAnew = response.id == m_presentingId;
    if (isAnew || response.presentation.words != m_presentation.words) {
        m_pointed.reset();
    }
    m_presentation = response.presentation;
    lockSelection();
    if (!isAnew) {
        m_elapsedMs = response.elapsedMs;
        m_droppedTokens = response.droppedTokens;
        m_note.clear();
        if (m_droppedTokens > 0) {
            m_note = tr("Shown are the first %L1 of %L2 tokens: %3 takes no more.")
                         .arg(fullTrace()->tokens())
                         .arg(fullTrace()->tokens() + m_droppedTokens)
                         .arg(QString::fromStdString(m_model->name));
        } else if (m_recording && m_recording->tokens() > kMostChips) {
            m_note = tr("A recorded trace of %L1 tokens, of which the strip shows the first %L2.")
                         .arg(m_recording->tokens())
                         .arg(kMostChips);
            if (m_recording->tokens() > kLongestInFull) {
                m_note += tr(" Of more than %L1, heads are not measured, tokens not merged into words, and weights and "
                             "scaled scores are the only quantities.")
                              .arg(kLongestInFull);
            }
        }
    }
    dropExplainedBeyond();
    setState(SessionState::Ready, QString());
    emit traceReady(trace());
    setPredictions(response.predictions);
    predictAtShown();
    if (!isAnew) {
        emit effectMeasured(response.effect ? describe(*response.effect) : QString());
    }
    if (m_recording && m_presentation.analysis->asked.measures == HeadMeasuring::None) {
        presentAnew();
    }
}

/// The last good trace stays, but for a text without any token.
void Session::receiveError(const Error& error)
{
    const bool isEmpty = error.code == ErrorCode::EmptyInput;
    if (isEmpty) {
        m_presentation = {};
        m_note.clear();
    }
    setState(isEmpty ? SessionState::Empty : SessionState::Failed, QString::fromStdString(error.message));
    if (isEmpty) {
        emit traceReady(trace());
        setPredictions(std::nullopt);
    }
}

void Session::setPredictions(std::optional<Predictions> predictions)
{
    m_predictions = std::move(predictions);
    emit predictionsChanged();
}

/// Follows what is highlighted: one row of logits, which takes less time than drawing it.
void Session::predictAtShown()
{
    if (!fullTrace() || !m_predictions) {
        return;
    }
    const std::optional<TokenIndex> selected = toTokens(shown()).query;
    if (predictionSite(*fullTrace(), *m_model, selected) != m_predictions->site) {
        setPredictions(predict(*fullTrace(), *m_model, selected));
    }
}

void Session::dropExplainedBeyond()
{
    if (m_explained && !hasCell(*fullTrace(), *m_explained)) {
        explain(std::nullopt);
    }
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
    m_locked = toRows(m_document.selection);
    if (!trace()) {
        return;
    }
    const auto keepWithin = [rows = trace()->tokens()](std::optional<TokenIndex>& row) {
        if (row && !isWithin(row->value, rows)) {
            row.reset();
        }
    };
    // A token beyond the last word is in that word's row.
    const auto keepToken = [this](const std::optional<TokenIndex>& token, std::optional<TokenIndex>& row) {
        if (token && !isWithin(token->value, fullTrace()->tokens())) {
            row.reset();
        }
    };
    keepToken(m_document.selection.query, m_locked.query);
    keepToken(m_document.selection.key, m_locked.key);
    if (m_pointed) {
        keepWithin(m_pointed->query);
        keepWithin(m_pointed->key);
    }
}

}  // namespace headlight::ui
