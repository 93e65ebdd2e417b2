#include "ui/session/comparer.h"

#include "core/base/quantity.h"
#include "ui/session/toy_trainer.h"

#include <algorithm>
#include <utility>

namespace headlight::ui {
namespace {

constexpr int kBusyAfterMs = 100;

/// The snapshot of a step, or the last before it.
const Snapshot& snapshotAt(const ToyHistory& history, Index step)
{
    const auto after = std::ranges::upper_bound(history.snapshots, step, {}, &Snapshot::step);
    return after == history.snapshots.begin() ? history.snapshots.front() : *std::prev(after);
}

}  // namespace

bool Comparer::Pass::isOf(const std::shared_ptr<const Model>& of, const std::string& text, const std::string& pair,
                          const Experiment& experiment) const
{
    if (!model || model != of) {
        return false;
    }
    const TraceInfo& info = presentation.full->info();
    return info.text == text && info.pair == pair && info.experiment == experiment;
}

Comparer::Comparer(Session& session, QObject* parent) : QObject(parent), m_session(session)
{
    m_busyTimer.setSingleShot(true);
    m_busyTimer.setInterval(kBusyAfterMs);
    connect(&m_busyTimer, &QTimer::timeout, this, [this] {
        m_isBusy = true;
        emit changed();
    });
    connect(&m_engine, &Engine::responded, this, &Comparer::receive);
    connect(&m_engine, &Engine::foreseen, this, [this](const Forecast& forecast) {
        if (forecast.id == m_requestId && m_requestId != m_answeredId) {
            m_message = tr("Comparing … %L1 tokens need %2 of memory and about %3.")
                            .arg(forecast.needs.tokens)
                            .arg(QString::fromStdString(byteSize(forecast.needs.peakBytes)),
                                 QString::fromStdString(duration(forecast.seconds)));
            emit changed();
        }
    });
    connect(&m_loader, &ModelLoader::opened, this, [this](const std::shared_ptr<const Model>& model) {
        m_otherModel = model;
        m_loadProblem.clear();
        emit changed();
    });
    connect(&m_loader, &ModelLoader::failed, this, [this](const QString& message) {
        m_loadProblem = message;
        emit changed();
    });
    // After the model or the failure that may follow it.
    connect(&m_loader, &ModelLoader::progressed, this, &Comparer::changed, Qt::QueuedConnection);
}

void Comparer::update()
{
    const tl::expected<Wanted, QString> now = wanted();
    if (!now) {
        stop(now.error());
    } else if (m_wanted != *now) {
        send(*now);
    }
}

tl::expected<Comparer::Wanted, QString> Comparer::wanted()
{
    const CompareOptions& options = m_session.viewOptions().compare;
    if (options.kind == ComparisonKind::Snapshots) {
        return wantedSnapshots();
    }
    const std::shared_ptr<const Trace>& full = m_session.fullTrace();
    if (!full) {
        return tl::unexpected(QString());
    }
    if (options.kind == ComparisonKind::Models && !m_otherModel) {
        return tl::unexpected(m_loader.current() != nullptr ? tr("Opening the other model …")
                                                            : tr("Choose the other model above."));
    }
    const ComparisonSide given{.model = m_session.sharedModel(),
                               .trace = full,
                               .shown = m_session.trace(),
                               .head = m_session.document().selection.head,
                               .selected = m_session.toTokens(m_session.locked()).query};
    return Wanted{.kind = options.kind,
                  .comparison = {.side = given,
                                 .order = givenOrder(options),
                                 .options = comparableNumbers(m_session.viewOptions())},
                  .other = otherSide(options, given, m_otherModel),
                  .tokens = m_session.viewOptions().tokens};
}

std::optional<Comparer::ToyMoments> Comparer::toyMoments() const
{
    const ToyTrainer& trainer = m_session.toyTrainer();
    const std::vector<ToyHistory>& histories = trainer.histories();
    if (histories.empty() || trainer.state() == TrainingState::Building) {
        return std::nullopt;
    }
    const CompareOptions& options = m_session.viewOptions().compare;
    const Toy& toy = *histories.front().toy;
    ToyMoments moments{.sentence = options.sentence.value_or(QString::fromStdString(toy.examples.front())),
                       .head = options.toyHead.value_or(HeadAddress{}),
                       .snapshots = {}};
    if (const auto antecedent = askedHead(histories.front(), Role::Antecedent); antecedent && !options.toyHead) {
        moments.head = toy.askedHeads[*antecedent].head;
    }
    moments.head.layer.value = std::min(moments.head.layer.value, toy.config.layers - 1);
    moments.head.head.value = std::min(moments.head.head.value, toy.config.heads - 1);
    for (std::size_t i = 0; i < moments.snapshots.size(); ++i) {
        SnapshotChoice choice = options.snapshots.at(i).value_or(
            SnapshotChoice{.step = i == 0 ? 0 : histories.front().snapshots.back().step});
        choice.history = std::min(choice.history, histories.size() - 1);
        choice.step = snapshotAt(histories[choice.history], choice.step).step;
        moments.snapshots.at(i) = choice;
    }
    return moments;
}

tl::expected<Comparer::Wanted, QString> Comparer::wantedSnapshots()
{
    const std::optional<ToyMoments> toy = toyMoments();
    const std::vector<ToyHistory>& histories = m_session.toyTrainer().histories();
    if (!toy || histories.front().steps.empty()) {
        return tl::unexpected(
            tr("No toy has been trained yet. Press Train on the Training page; every moment that it keeps "
               "can be compared here with any other, also while it goes on."));
    }
    const auto at = [&](std::size_t i) -> const ToyHistory& { return histories[toy->snapshots.at(i).history]; };
    const std::shared_ptr<const Model>& before = snapshotAt(at(0), toy->snapshots[0].step).model;
    Experiment experiment;
    experiment.scaling = at(0).scaling;
    const std::string text = toy->sentence.toStdString();
    const TokenOptions& tokens = m_session.viewOptions().tokens;
    if (!m_firstSnapshot.isOf(before, text, {}, experiment) || m_firstSnapshot.tokens != tokens) {
        const std::shared_ptr<const Trace> trace = toyTrace(before, toy->sentence, at(0).scaling);
        if (!trace) {
            return tl::unexpected(tr("Type a sentence of words that the toy knows."));
        }
        m_firstSnapshot = {before, *present(trace, tokens), tokens};
    }
    experiment.scaling = at(1).scaling;
    const CompareOptions& options = m_session.viewOptions().compare;
    return Wanted{.kind = options.kind,
                  .comparison = {.side = {.model = before,
                                          .trace = m_firstSnapshot.presentation.full,
                                          .shown = m_firstSnapshot.presentation.shown,
                                          .head = toy->head,
                                          .selected = readSentence(*before, toy->sentence).tellingQuery},
                                 .order = givenOrder(options),
                                 .options = comparableNumbers(m_session.viewOptions())},
                  .other = {.model = snapshotAt(at(1), toy->snapshots[1].step).model,
                            .text = text,
                            .pair = {},
                            .experiment = experiment,
                            .head = toy->head},
                  .tokens = tokens};
}

void Comparer::send(const Wanted& wanted)
{
    m_wanted = wanted;
    const OtherSide& other = wanted.other;
    Request request{.id = ++m_requestId,
                    .text = other.text,
                    .pair = other.pair,
                    .model = other.model,
                    .experiment = other.experiment,
                    .tokens = wanted.tokens,
                    .baseline = nullptr,
                    .head = other.head,
                    .comparison = wanted.comparison};
    if (other.isSamePass) {
        request.computed = wanted.comparison.side.trace;
    } else if (m_pass.isOf(other.model, other.text, other.pair, other.experiment)) {
        request.computed = m_pass.presentation.full;
    }
    m_engine.request(std::move(request));
    if (!m_isBusy && !m_busyTimer.isActive()) {
        m_busyTimer.start();
    }
}

void Comparer::receive(const Response& response)
{
    if (response.id != m_requestId || !m_wanted) {
        return;
    }
    m_answeredId = response.id;
    m_busyTimer.stop();
    m_isBusy = false;
    if (response.presentation.full) {
        m_pass = {m_wanted->other.model, response.presentation, m_wanted->tokens};
    }
    m_message = response.error ? QString::fromStdString(response.error->message) : QString();
    m_comparison = nullptr;
    if (response.comparison) {
        m_comparison = std::make_shared<const ShownComparison>(
            ShownComparison{m_wanted->kind, response.comparison, notesOf(m_wanted->kind, *response.comparison)});
    }
    emit changed();
}

/// What was asked for is wanted no more.
void Comparer::stop(const QString& message)
{
    m_answeredId = m_requestId;
    m_wanted.reset();
    m_busyTimer.stop();
    m_isBusy = false;
    m_comparison = nullptr;
    m_message = message;
}

}  // namespace headlight::ui
