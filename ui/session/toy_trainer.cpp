#include "ui/session/toy_trainer.h"

#include "ui/session/background.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace headlight::ui {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kPostPause = std::chrono::milliseconds(66);
constexpr Index kSnapshots = 100;  ///< Of a whole training, beside the start.

/// One of the trainings, on the worker's thread.
struct Run
{
    std::shared_ptr<const Toy> toy;
    Trainer trainer;
};

Run makeRun(const ToySetup& setup, Scaling scaling)
{
    auto toy = std::make_shared<const Toy>(makeToy(setup, scaling));
    Trainer trainer(toy->config, toy->options, toy->source, toy->start);
    return {std::move(toy), std::move(trainer)};
}

std::vector<Run> makeRuns(const ToySetup& setup)
{
    std::vector<Run> runs;
    if (setup.scaling != ScalingChoice::Off) {
        runs.push_back(makeRun(setup, Scaling::On));
    }
    if (setup.scaling != ScalingChoice::On) {
        runs.push_back(makeRun(setup, Scaling::Off));
    }
    return runs;
}

Snapshot snapshotOf(const Run& run)
{
    return takeSnapshot(*run.toy, run.trainer.weights(), run.trainer.stepsDone());
}

bool isDone(const std::vector<Run>& runs)
{
    return runs.empty() || runs.front().trainer.isDone();
}

ToyHistory start(const Run& run)
{
    return {.scaling = run.toy->options.objective.scaling, .toy = run.toy, .steps = {}, .snapshots = {snapshotOf(run)}};
}

/// What one step adds to its history.
ToyHistory step(Run& run, bool isSingle)
{
    ToyHistory part{.scaling = run.toy->options.objective.scaling, .toy = run.toy, .steps = {}, .snapshots = {}};
    part.steps.push_back(run.trainer.step());
    if (isSingle || run.trainer.isDone() ||
        part.steps.back().step % std::max<Index>(run.toy->options.steps / kSnapshots, 1) == 0) {
        part.snapshots.push_back(snapshotOf(run));
    }
    return part;
}

template <typename Entry>
void moveTo(std::vector<Entry>& all, std::vector<Entry>& more)
{
    all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

void append(std::vector<ToyHistory>& histories, std::vector<ToyHistory>& parts)
{
    if (histories.empty()) {
        histories = std::move(parts);
        return;
    }
    for (std::size_t i = 0; i < std::min(histories.size(), parts.size()); ++i) {
        moveTo(histories[i].steps, parts[i].steps);
        moveTo(histories[i].snapshots, parts[i].snapshots);
    }
}

}  // namespace

ToyTrainer::ToyTrainer(QObject* parent) : QObject(parent), m_worker([this](const std::stop_token& stop) { work(stop); })
{
    connect(this, &ToyTrainer::newsStored, this, &ToyTrainer::deliver, Qt::QueuedConnection);
}

ToyTrainer::~ToyTrainer()
{
    m_worker.request_stop();
    m_worker.join();
}

void ToyTrainer::restart(const ToySetup& setup)
{
    {
        const std::lock_guard lock(m_mutex);
        m_orders = {.setup = setup, .isRunning = false, .singleSteps = 0};
        m_news = {};
    }
    m_wake.notify_one();
    m_setup = setup;
    m_isBegun = true;
    m_isBuilt = false;
    m_isRunning = false;
    m_isFinished = false;
    emit progressed();
}

void ToyTrainer::run()
{
    if (!m_isBegun || m_isFinished) {
        return;
    }
    {
        const std::lock_guard lock(m_mutex);
        m_orders.isRunning = true;
    }
    m_wake.notify_one();
    m_isRunning = true;
    emit progressed();
}

void ToyTrainer::pause()
{
    {
        const std::lock_guard lock(m_mutex);
        m_orders.isRunning = false;
        m_orders.singleSteps = 0;
    }
    m_isRunning = false;
    deliver();
}

void ToyTrainer::stepOnce()
{
    if (!m_isBegun || m_isFinished) {
        return;
    }
    {
        const std::lock_guard lock(m_mutex);
        m_orders.isRunning = false;
        ++m_orders.singleSteps;
    }
    m_wake.notify_one();
    m_isRunning = false;
    deliver();
}

TrainingState ToyTrainer::state() const noexcept
{
    if (!m_isBegun) {
        return TrainingState::Idle;
    }
    if (!m_isBuilt) {
        return TrainingState::Building;
    }
    if (m_isFinished) {
        return TrainingState::Finished;
    }
    return m_isRunning ? TrainingState::Running : TrainingState::Paused;
}

Index ToyTrainer::stepsDone() const noexcept
{
    return m_histories.empty() ? 0 : static_cast<Index>(m_histories.front().steps.size());
}

void ToyTrainer::work(const std::stop_token& stop)
{
    yieldToTheWindow();
    std::vector<Run> runs;
    while (true) {
        std::optional<ToySetup> setup;
        bool isSingle = false;
        {
            std::unique_lock lock(m_mutex);
            const auto hasWork = [&] {
                return m_orders.setup || (!isDone(runs) && (m_orders.isRunning || m_orders.singleSteps > 0));
            };
            if (!m_wake.wait(lock, stop, hasWork) || stop.stop_requested()) {
                return;
            }
            setup = std::exchange(m_orders.setup, std::nullopt);
            isSingle = !setup && m_orders.singleSteps > 0;
            m_orders.singleSteps -= isSingle ? 1 : 0;
        }
        const Clock::time_point begin = Clock::now();
        News news;
        if (setup) {
            runs = makeRuns(*setup);
            news.hasBegun = true;
        }
        for (Run& run : runs) {
            news.parts.push_back(setup ? start(run) : step(run, isSingle));
            news.sentences += setup ? 0 : run.toy->options.batchSentences;
        }
        news.isFinished = isDone(runs);
        news.seconds = setup ? 0.0 : std::chrono::duration<double>(Clock::now() - begin).count();
        store(std::move(news));
    }
}

void ToyTrainer::store(News news)
{
    // Posted under the lock that deliver takes, so that all the worker did happens before it.
    const std::lock_guard lock(m_mutex);
    if (m_orders.setup) {
        return;  // of the setup before
    }
    const bool isUrgent = news.hasBegun || news.isFinished || !m_orders.isRunning;
    m_news.hasBegun = m_news.hasBegun || news.hasBegun;
    append(m_news.parts, news.parts);
    m_news.isFinished = news.isFinished;
    m_news.sentences += news.sentences;
    m_news.seconds += news.seconds;
    const Clock::time_point now = Clock::now();
    if (!m_deliveryPosted && (isUrgent || now - m_lastPost >= kPostPause)) {
        m_deliveryPosted = true;
        m_lastPost = now;
        emit newsStored();
    }
}

void ToyTrainer::deliver()
{
    News news;
    {
        const std::lock_guard lock(m_mutex);
        m_deliveryPosted = false;
        news = std::exchange(m_news, {});
    }
    if (news.hasBegun) {
        m_histories.clear();
        m_isBuilt = true;
        m_sentencesPerSecond = 0.0;
    }
    append(m_histories, news.parts);
    m_isFinished = m_isFinished || news.isFinished;
    m_isRunning = m_isRunning && !m_isFinished;
    if (news.seconds > 0.0) {
        constexpr double kKept = 0.8;
        const double speed = static_cast<double>(news.sentences) / news.seconds;
        m_sentencesPerSecond =
            m_sentencesPerSecond > 0.0 ? kKept * m_sentencesPerSecond + (1.0 - kKept) * speed : speed;
    }
    emit progressed();
}

}  // namespace headlight::ui
