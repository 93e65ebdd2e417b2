// A worker thread that does one thing at a time, the newest only.
#pragma once

#include "core/base/progress.h"

#include <QObject>

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

namespace headlight::ui {

/// Does pieces of work on a thread of its own: a newer one cancels the one before, of which nothing more is heard. Never uses Qt's
/// global pool, which painting needs. Destroying it while it is busy cancels, and waits until the work looks at its stop token. For
/// the thread that owns it.
class BackgroundTask : public QObject
{
    Q_OBJECT

public:
    /// What hands a result over: called in the owner's thread.
    using Finish = std::function<void()>;

    /// Called in the worker's thread; must not throw.
    using Work = std::function<Finish(const Progress&)>;

    enum class Priority {
        Normal,
        YieldsToTheWindow,  ///< See background.h.
    };

    explicit BackgroundTask(Priority priority = Priority::Normal);
    ~BackgroundTask() override;

    /// Returns at once.
    void run(Work work);

    /// Without effect while nothing runs.
    void cancel();

    bool isRunning() const noexcept { return m_isRunning; }

    /// Of what runs or ran last, from 0 to 1.
    float shareDone() const noexcept { return m_shareDone; }

    /// Since what runs began, as of its last report.
    double seconds() const noexcept { return m_seconds; }

    /// Until it is done, by what is done already; nothing before the first report, or where nothing runs.
    std::optional<double> secondsLeft() const;

signals:
    /// Work began, went on or was cancelled. Where it ends, its Finish is called instead.
    void progressed();

    /// Between the threads only.
    void newsStored();

private:
    struct Order
    {
        std::uint64_t id = 0;
        Work work;
        std::stop_token stop;
    };

    /// What the worker did for the order `id` since the last hand-over.
    struct News
    {
        std::uint64_t id = 0;
        float shareDone = 0.0F;
        double seconds = 0.0;
        Finish finish = {};  ///< Empty while it goes on.
    };

    void work(const std::stop_token& stop);
    void store(News news);
    void deliver();

    std::mutex m_mutex;
    std::condition_variable_any m_wake;
    std::optional<Order> m_pending;
    std::optional<News> m_news;
    bool m_deliveryPosted = false;

    // From here on of the owner's thread alone.
    std::stop_source m_stop;  ///< Of what runs.
    std::uint64_t m_id = 0;
    bool m_isRunning = false;
    float m_shareDone = 0.0F;
    double m_seconds = 0.0;

    std::jthread m_worker;  ///< Last, so that it ends before what it uses.
};

}  // namespace headlight::ui
