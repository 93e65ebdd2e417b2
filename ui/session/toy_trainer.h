// The worker thread that trains toys.
#pragma once

#include "ui/session/toy_history.h"

#include <QObject>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

namespace headlight::ui {

enum class TrainingState {
    Idle,      ///< Nothing was asked for yet.
    Building,  ///< The histories are still those of the setup before.
    Paused,
    Running,
    Finished,  ///< All of the toy's steps are done.
};

/// Trains one toy, or two side by side that differ in scaling alone, step by step on one thread of its own, which yields to
/// the window's. Never uses Qt's global pool, which painting needs. Destroying it while it is busy waits for one step at most.
/// For the thread that owns it.
class ToyTrainer : public QObject
{
    Q_OBJECT

public:
    explicit ToyTrainer(QObject* parent = nullptr);
    ~ToyTrainer() override;

    /// Begins anew, paused. What it was doing is dropped.
    void restart(const ToySetup& setup);

    void run();
    void pause();

    /// One more step, with a snapshot of it, and pauses.
    void stepOnce();

    TrainingState state() const noexcept;

    /// Whether it runs, or will as soon as it is built.
    bool isRunning() const noexcept { return m_isRunning; }

    /// The last that restart was given.
    const ToySetup& setup() const noexcept { return m_setup; }

    /// One, or scaled and unscaled; none before the first is built. They have the same steps and snapshots, and change in
    /// progressed alone.
    const std::vector<ToyHistory>& histories() const noexcept { return m_histories; }

    Index stepsDone() const noexcept;

    /// While it runs; of both trainings together.
    double sentencesPerSecond() const noexcept { return m_sentencesPerSecond; }

signals:
    /// The state or the histories changed: about fifteen times a second while it runs.
    void progressed();

    /// Between the threads only.
    void newsStored();

private:
    struct Orders
    {
        std::optional<ToySetup> setup;  ///< To begin anew with.
        bool isRunning = false;
        int singleSteps = 0;
    };

    /// What the worker did since the last hand-over.
    struct News
    {
        bool hasBegun = false;  ///< The parts begin new histories.
        std::vector<ToyHistory> parts;
        bool isFinished = false;
        Index sentences = 0;
        double seconds = 0.0;
    };

    void work(const std::stop_token& stop);
    void store(News news);
    void deliver();

    std::mutex m_mutex;
    std::condition_variable_any m_wake;
    Orders m_orders;
    News m_news;
    std::chrono::steady_clock::time_point m_lastPost;
    bool m_deliveryPosted = false;

    // From here on of the owner's thread alone.
    ToySetup m_setup;
    std::vector<ToyHistory> m_histories;
    bool m_isBegun = false;  ///< Whether there is a setup.
    bool m_isBuilt = false;  ///< Whether the histories are the setup's.
    bool m_isRunning = false;
    bool m_isFinished = false;
    double m_sentencesPerSecond = 0.0;

    std::jthread m_worker;  ///< Last, so that it ends before what it uses.
};

}  // namespace headlight::ui
