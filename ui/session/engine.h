// The worker thread that runs the model.
#pragma once

#include "core/analysis/comparison.h"
#include "core/base/result.h"
#include "core/model/model.h"
#include "core/model/requirements.h"
#include "core/model/transformer.h"
#include "core/trace/trace.h"
#include "ui/session/predictions.h"
#include "ui/session/presentation.h"

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

/// What to compare a request's trace with.
struct ComparisonRequest
{
    ComparisonSide side;                    ///< What is there already: A.
    SideOrder order = SideOrder::AsChosen;  ///< Swapped: it is B.
    ComparisonOptions options = {};

    bool operator==(const ComparisonRequest&) const = default;
};

/// One forward pass to run, or a trace to show anew.
struct Request
{
    std::uint64_t id = 0;
    std::string text;
    std::string pair = {};  ///< A second text; empty for none.
    std::shared_ptr<const Model> model;
    Experiment experiment;
    TokenOptions tokens = {};  ///< How the trace is shown.
    AnalysisOptions analysis = {};
    std::optional<TokenIndex> selected = {};     ///< For what to predict; see predictionSite.
    std::shared_ptr<const Trace> computed = {};  ///< The pass that was asked for, where it has been run already.
    std::shared_ptr<const Trace> baseline;       ///< What to compare with, if anything.
    HeadAddress head;                            ///< The head to compare.
    std::optional<ComparisonRequest> comparison = {};
};

/// What an experiment changed, against the baseline of its request.
struct Effect
{
    HeadAddress head;
    MapDifference onHead;
    HeadChange most;  ///< Of all heads.
};

/// What a run that takes long enough to be waited for needs, told as it begins.
struct Forecast
{
    std::uint64_t id = 0;  ///< Of its request.
    RunRequirements needs;
    double seconds = 0.0;  ///< Estimated.
};

/// What a request led to: a trace, or why there is none.
struct Response
{
    std::uint64_t id = 0;
    Presentation presentation = {};  ///< Without traces where there is an error.
    Index droppedTokens = 0;         ///< Cut off the text's end because of the model's limit.
    double elapsedMs = 0.0;
    std::optional<Error> error = {};
    std::optional<Effect> effect = {};  ///< Nothing without a baseline of the same tokens.
    std::optional<Predictions> predictions = {};
    std::shared_ptr<const Comparison> comparison = {};  ///< Where one was asked for; else, and beside an error, null.
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
    /// Before the response, if that is still to come.
    void foreseen(const headlight::ui::Forecast& forecast);

    /// The newest response; older ones than the last emitted are dropped.
    void responded(const headlight::ui::Response& response);

    /// Between the threads only.
    void newsStored();

private:
    void work(const std::stop_token& stop);
    void store(std::optional<Forecast> forecast, std::optional<Response> response);
    void deliver();

    std::mutex m_mutex;
    std::condition_variable_any m_wake;
    std::optional<Request> m_pending;
    std::optional<Forecast> m_forecast;
    std::optional<Response> m_response;
    std::stop_source m_current;  ///< Cancels the request in progress.
    bool m_deliveryPosted = false;
    std::uint64_t m_deliveredId = 0;
    std::jthread m_worker;  ///< Last, so that it ends before what it uses.
};

}  // namespace headlight::ui
