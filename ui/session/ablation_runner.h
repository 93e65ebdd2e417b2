// The worker thread that makes ablation studies.
#pragma once

#include "ui/session/ablation.h"

#include <QObject>
#include <QString>

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

namespace headlight::ui {

/// Makes one study at a time on a thread of its own, which yields to the window's: a newer question cancels the one before.
/// Never uses Qt's global pool, which painting needs. Destroying it while it is busy cancels, and waits for at most one head's
/// computation. For the thread that owns it.
class AblationRunner : public QObject
{
    Q_OBJECT

public:
    explicit AblationRunner(QObject* parent = nullptr);
    ~AblationRunner() override;

    /// Returns at once; an answer or error follows, unless it is cancelled.
    void run(AblationQuestion question);

    /// Nothing will follow. Without effect while nothing runs.
    void cancel();

    /// What is being studied; null while nothing is.
    const AblationQuestion* current() const noexcept { return m_current ? &*m_current : nullptr; }

    /// Of what is being studied, from 0 to 1.
    float shareDone() const noexcept { return m_shareDone; }

    /// Until the study is done, by what is done already; nothing before the first head is.
    std::optional<double> secondsLeft() const;

    /// The newest; null before the first.
    const std::shared_ptr<const AblationAnswer>& lastAnswer() const noexcept { return m_answer; }

    /// Why the newest question has no answer; empty if it has one, or none was asked.
    const QString& error() const noexcept { return m_error; }

signals:
    /// Something began, went on or ended.
    void progressed();

    /// Between the threads only.
    void newsStored();

private:
    struct Order
    {
        std::uint64_t id = 0;
        AblationQuestion question;
        std::stop_token stop;
    };

    /// What the worker did for the order `id` since the last hand-over.
    struct News
    {
        std::uint64_t id = 0;
        float shareDone = 0.0F;
        double seconds = 0.0;  ///< Since it began.
        std::optional<Result<std::shared_ptr<const AblationAnswer>>> result = {};
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
    std::optional<AblationQuestion> m_current;
    std::stop_source m_stop;  ///< Of what is being studied.
    std::uint64_t m_id = 0;
    float m_shareDone = 0.0F;
    double m_seconds = 0.0;
    std::shared_ptr<const AblationAnswer> m_answer;
    QString m_error;

    std::jthread m_worker;  ///< Last, so that it ends before what it uses.
};

}  // namespace headlight::ui
