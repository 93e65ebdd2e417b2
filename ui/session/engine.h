// The worker thread that runs the model.
#pragma once

#include "core/analysis/difference.h"
#include "core/base/result.h"
#include "core/model/model.h"
#include "core/model/transformer.h"
#include "core/trace/trace.h"

#include <QObject>

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>

namespace headlight::ui {

/// One forward pass to run.
struct Request
{
    std::uint64_t id = 0;
    std::string text;
    std::shared_ptr<const Model> model;
    Experiment experiment;
    std::shared_ptr<const Trace> baseline;  ///< What to compare with, if anything.
    HeadAddress head;                       ///< The head to compare.
};

/// What an experiment changed, against the baseline of its request.
struct Effect
{
    HeadAddress head;
    MapDifference onHead;
    HeadChange most;  ///< Of all heads.
};

/// What a request led to: a trace, or why there is none.
struct Response
{
    std::uint64_t id = 0;
    std::shared_ptr<const Trace> trace = {};  ///< Null where there is an error.
    Index droppedTokens = 0;                  ///< Cut off the text's end because of the model's limit.
    double elapsedMs = 0.0;
    std::optional<Error> error = {};
    std::optional<Effect> effect = {};  ///< Nothing without a baseline of the same tokens.
};

/// Runs requests on one thread of its own, newest first: a request that was not begun is replaced by the next one, one
/// that was begun is cancelled. Never uses Qt's global pool, which painting needs. Destroying it while it is busy cancels
/// and waits for at most one head's computation.
class Engine : public QObject
{
    Q_OBJECT

public:
    explicit Engine(QObject* parent = nullptr);
    ~Engine() override;

    /// Returns at once. The response comes in the thread that owns this object; ids must grow from call to call.
    void request(Request request);

signals:
    /// The newest response; older ones than the last emitted are dropped.
    void responded(const headlight::ui::Response& response);

    /// Between the threads only.
    void responseStored();

private:
    void work(const std::stop_token& stop);
    void deliver();

    std::mutex m_mutex;
    std::condition_variable_any m_wake;
    std::optional<Request> m_pending;
    std::optional<Response> m_response;
    std::stop_source m_current;  ///< Cancels the request in progress.
    bool m_deliveryPosted = false;
    std::uint64_t m_deliveredId = 0;
    std::jthread m_worker;  ///< Last, so that it ends before what it uses.
};

}  // namespace headlight::ui
