#include "ui/session/engine.h"

#include "core/base/memory.h"
#include "ui/session/recording.h"

#include <chrono>
#include <functional>
#include <utility>

namespace headlight::ui {
namespace {

std::optional<Effect> effectOf(const Request& request, const Trace& after)
{
    if (!request.baseline || request.baseline->info().tokens != after.info().tokens) {
        return std::nullopt;
    }
    const auto mapBefore = request.baseline->map(StageId::Weights, request.head);
    const auto mapAfter = after.map(StageId::Weights, request.head);
    if (!mapBefore || !mapAfter) {
        return std::nullopt;
    }
    const Result<MapDifference> onHead = difference(**mapBefore, **mapAfter);
    const Result<HeadChange> most = mostChangedHead(*request.baseline, after);
    if (!onHead || !most) {
        return std::nullopt;
    }
    return Effect{request.head, *onHead, *most};
}

/// Of the request's own trace and what it is to be compared with.
Result<Comparison> comparisonOf(const Request& request, const Presentation& presentation, const std::stop_token& stop)
{
    const auto& [given, order, options] = *request.comparison;
    const ComparisonSide own{
        .model = request.model, .trace = presentation.full, .shown = presentation.shown, .head = request.head};
    return order == SideOrder::AsChosen ? compare(given, own, options, stop) : compare(own, given, options, stop);
}

double secondsSince(std::chrono::steady_clock::time_point begin)
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/// Tells what long runs need. Of the worker's thread.
class Forecaster
{
public:
    /// Nothing for a run that is short or will be refused. By the last pass of the same model, if that was not much shorter; else by trying.
    std::optional<Forecast> forecast(const Request& request, Index tokens)
    {
        constexpr double kLong = 6e9;  // operations
        constexpr double kMuchLonger = 4.0;
        const Model& model = *request.model;
        const RunRequirements needs = runRequirements(model.config, tokens);
        const auto available = static_cast<double>(availableMemory());
        if (needs.operations < kLong || !checkRunFits(model.config, tokens, available)) {
            return std::nullopt;
        }
        if (m_last.lock() != request.model || needs.operations > kMuchLonger * m_operations) {
            learn(request.model, tokens, estimatedSeconds(model, tokens));
        }
        return Forecast{request.id, needs, needs.operations / m_operations * m_seconds};
    }

    void learn(const std::shared_ptr<const Model>& model, Index tokens, double seconds)
    {
        m_last = model;
        m_operations = runRequirements(model->config, tokens).operations;
        m_seconds = seconds;
    }

private:
    std::weak_ptr<const Model> m_last;
    double m_operations = 0.0;
    double m_seconds = 0.0;
};

/// The pass that was run last, for the next to go on from.
struct LastPass
{
    std::weak_ptr<const Model> model;
    std::shared_ptr<const Trace> trace;
};

/// The pass to go on from, null for none: what a comparison sets the request against, so that what is the same on both sides has the
/// same bits; else the last one.
std::shared_ptr<const Trace> passBefore(const Request& request, const LastPass& last)
{
    if (request.comparison) {
        const ComparisonSide& given = request.comparison->side;
        return given.model == request.model ? given.trace : nullptr;
    }
    return last.model.lock() == request.model ? last.trace : nullptr;
}

/// What a run reports to while it goes on.
struct Reporter
{
    Forecaster& forecaster;
    LastPass& last;
    std::function<void(const Forecast&)> foresee;
};

Result<std::shared_ptr<const Trace>> computeTrace(const Request& request, const std::stop_token& stop,
                                                  Reporter& reporter, Response& response)
{
    if (request.computed) {
        return request.computed;
    }
    const auto begin = std::chrono::steady_clock::now();
    const Result<EncodedText> encoded = encode(*request.model, request.text, request.pair);
    if (!encoded) {
        return tl::unexpected(encoded.error());
    }
    const double encoding = secondsSince(begin);
    const auto tokens = static_cast<Index>(encoded->tokens.size());
    if (const std::optional<Forecast> forecast = reporter.forecaster.forecast(request, tokens)) {
        reporter.foresee(*forecast);
    }
    const auto runBegin = std::chrono::steady_clock::now();
    const std::shared_ptr<const Trace> before = passBefore(request, reporter.last);
    Result<std::shared_ptr<const Trace>> trace =
        before ? forwardAfter(request.model, *before, *encoded, request.experiment, {StageId::Logits}, stop)
               : forward(request.model, *encoded, request.experiment, stop);
    const double running = secondsSince(runBegin);
    if (trace) {
        reporter.last = {request.model, *trace};
    }
    if (trace && !before) {
        reporter.forecaster.learn(request.model, tokens, running);
    }
    response.droppedTokens = encoded->droppedTokens;
    response.elapsedMs = 1e3 * (encoding + running);
    return trace;
}

/// Empty if cancelled: nobody waits for it.
std::optional<Response> respond(const Request& request, const std::stop_token& stop, Reporter& reporter)
{
    Response response{.id = request.id};
    const Result<std::shared_ptr<const Trace>> trace = computeTrace(request, stop, reporter, response);
    if (!trace) {
        if (trace.error().code == ErrorCode::Cancelled) {
            return std::nullopt;
        }
        response.error = trace.error();
        return response;
    }
    // A comparison needs no measures of its own.
    Result<Presentation> presentation = request.comparison
                                            ? present(*trace, request.tokens, stop)
                                            : presentAnalysed(*trace, request.tokens, request.analysis, stop);
    if (!presentation) {
        return std::nullopt;
    }
    if (request.comparison) {
        Result<Comparison> comparison = comparisonOf(request, *presentation, stop);
        if (!comparison && comparison.error().code == ErrorCode::Cancelled) {
            return std::nullopt;
        }
        if (comparison) {
            response.comparison = std::make_shared<const Comparison>(std::move(*comparison));
        } else {
            response.error = comparison.error();
        }
    }
    response.presentation = std::move(*presentation);
    response.effect = effectOf(request, **trace);
    if (!isRecorded(*request.model)) {
        response.predictions = predict(**trace, *request.model, request.selected);
    }
    return response;
}

}  // namespace

Engine::Engine(QObject* parent) : QObject(parent), m_worker([this](const std::stop_token& stop) { work(stop); })
{
    connect(this, &Engine::newsStored, this, &Engine::deliver, Qt::QueuedConnection);
}

Engine::~Engine()
{
    m_worker.request_stop();
    {
        const std::lock_guard lock(m_mutex);
        m_current.request_stop();
    }
    m_worker.join();
}

void Engine::request(Request request)
{
    {
        const std::lock_guard lock(m_mutex);
        m_current.request_stop();
        m_pending = std::move(request);
    }
    m_wake.notify_one();
}

void Engine::work(const std::stop_token& stop)
{
    Forecaster forecaster;
    LastPass last;
    Reporter reporter{forecaster, last, [this](const Forecast& forecast) { store(forecast, std::nullopt); }};
    while (true) {
        Request request;
        std::stop_token current;
        {
            std::unique_lock lock(m_mutex);
            if (!m_wake.wait(lock, stop, [this] { return m_pending.has_value(); })) {
                return;
            }
            request = std::move(*m_pending);
            m_pending.reset();
            m_current = std::stop_source();
            current = m_current.get_token();
            if (stop.stop_requested()) {
                return;
            }
        }
        std::optional<Response> response = respond(request, current, reporter);
        if (response) {
            store(std::nullopt, std::move(response));
        }
    }
}

void Engine::store(std::optional<Forecast> forecast, std::optional<Response> response)
{
    // Posted under the lock that deliver takes, so that all the worker did happens before it.
    const std::lock_guard lock(m_mutex);
    if (forecast) {
        m_forecast = std::move(forecast);
    }
    if (response) {
        m_response = std::move(response);
    }
    if (!std::exchange(m_deliveryPosted, true)) {
        emit newsStored();
    }
}

void Engine::deliver()
{
    std::optional<Forecast> forecast;
    std::optional<Response> response;
    {
        const std::lock_guard lock(m_mutex);
        m_deliveryPosted = false;
        forecast = std::exchange(m_forecast, std::nullopt);
        response = std::exchange(m_response, std::nullopt);
    }
    if (forecast) {
        emit foreseen(*forecast);
    }
    if (response && response->id > m_deliveredId) {
        m_deliveredId = response->id;
        emit responded(*response);
    }
}

}  // namespace headlight::ui
