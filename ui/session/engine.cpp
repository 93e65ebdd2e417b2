#include "ui/session/engine.h"

#include <chrono>
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

/// Empty if cancelled: nobody waits for it.
std::optional<Response> respond(const Request& request, const std::stop_token& stop)
{
    const auto begin = std::chrono::steady_clock::now();
    Response response{.id = request.id};
    const Result<EncodedText> encoded = encode(*request.model, request.text);
    if (!encoded) {
        response.error = encoded.error();
        return response;
    }
    Result<std::shared_ptr<const Trace>> trace = forward(*request.model, *encoded, request.experiment, stop);
    if (!trace) {
        if (trace.error().code == ErrorCode::Cancelled) {
            return std::nullopt;
        }
        response.error = trace.error();
        return response;
    }
    response.trace = std::move(*trace);
    response.droppedTokens = encoded->droppedTokens;
    response.elapsedMs = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
    response.effect = effectOf(request, *response.trace);
    return response;
}

}  // namespace

Engine::Engine(QObject* parent) : QObject(parent), m_worker([this](const std::stop_token& stop) { work(stop); })
{
    connect(this, &Engine::responseStored, this, &Engine::deliver, Qt::QueuedConnection);
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
        std::optional<Response> response = respond(request, current);
        if (!response) {
            continue;
        }
        // Posted under the lock that deliver takes, so that all the worker did happens before it.
        const std::lock_guard lock(m_mutex);
        m_response = std::move(response);
        if (!std::exchange(m_deliveryPosted, true)) {
            emit responseStored();
        }
    }
}

void Engine::deliver()
{
    std::optional<Response> response;
    {
        const std::lock_guard lock(m_mutex);
        m_deliveryPosted = false;
        response = std::exchange(m_response, std::nullopt);
    }
    if (response && response->id > m_deliveredId) {
        m_deliveredId = response->id;
        emit responded(*response);
    }
}

}  // namespace headlight::ui
