// Compares what the session shows with something else, on a thread of its own.
#pragma once

#include "ui/session/comparison.h"
#include "ui/session/engine.h"
#include "ui/session/model_loader.h"
#include "ui/session/session.h"

#include <QObject>
#include <QTimer>

#include <memory>
#include <optional>

namespace headlight::ui {

/// Makes the comparison that the session's view options ask for: runs what it has to run on an engine of its own, the newest only. For
/// the thread that owns it. Destroying it while it is busy cancels and waits as the engine and the loader do.
class Comparer : public QObject
{
    Q_OBJECT

public:
    /// @param session outlives it
    explicit Comparer(Session& session, QObject* parent = nullptr);

    /// Begins to compare what is asked for now, unless that is what was asked for last. Emits nothing.
    void update();

    /// The newest comparison; null before the first, and where `message` says why there is none.
    const std::shared_ptr<const ShownComparison>& comparison() const noexcept { return m_comparison; }

    /// Why there is no comparison, or what the run that is waited for needs.
    const QString& message() const noexcept { return m_message; }

    /// For more than 100 ms.
    bool isBusy() const noexcept { return m_isBusy; }

    /// Whether what was asked for last has been answered.
    bool isUpToDate() const noexcept { return m_answeredId == m_requestId && m_loader.current() == nullptr; }

    /// Opens the other model of two.
    ModelLoader& loader() noexcept { return m_loader; }

    /// Whether none was opened yet, or is on its way, or failed.
    bool lacksModel() const noexcept
    {
        return !m_otherModel && m_loader.current() == nullptr && m_loadProblem.isEmpty();
    }

    /// Null before one was opened.
    const std::shared_ptr<const Model>& otherModel() const noexcept { return m_otherModel; }

    /// Why the last model could not be opened; empty if it was.
    const QString& loadProblem() const noexcept { return m_loadProblem; }

    /// What is compared of a training: all of it is there.
    struct ToyMoments
    {
        QString sentence;
        HeadAddress head;
        std::array<SnapshotChoice, 2> snapshots;
    };

    /// Nothing while there is no toy.
    std::optional<ToyMoments> toyMoments() const;

signals:
    void changed();

private:
    /// A request but for its id and what it may find computed, so that equal ones are made once.
    struct Wanted
    {
        ComparisonKind kind;
        ComparisonRequest comparison;
        OtherSide other;
        TokenOptions tokens;

        bool operator==(const Wanted&) const = default;
    };

    tl::expected<Wanted, QString> wanted();
    tl::expected<Wanted, QString> wantedSnapshots();
    void send(const Wanted& wanted);
    void receive(const Response& response);
    void stop(const QString& message);

    Session& m_session;
    std::shared_ptr<const ShownComparison> m_comparison;
    QString m_message;
    bool m_isBusy = false;
    std::optional<Wanted> m_wanted;
    std::uint64_t m_requestId = 0;
    std::uint64_t m_answeredId = 0;

    /// A pass that was run, for another head or alignment to use again.
    struct Pass
    {
        std::shared_ptr<const Model> model;  ///< Null before the first.
        Presentation presentation;
        TokenOptions tokens;

        bool isOf(const std::shared_ptr<const Model>& of, const std::string& text, const std::string& pair,
                  const Experiment& experiment) const;
    };
    Pass m_pass;
    Pass m_firstSnapshot;  ///< A's moment of a training.

    std::shared_ptr<const Model> m_otherModel;
    QString m_loadProblem;
    QTimer m_busyTimer;
    ModelLoader m_loader;
    Engine m_engine;
};

}  // namespace headlight::ui
