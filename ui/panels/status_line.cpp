#include "ui/panels/status_line.h"

#include "core/base/memory.h"
#include "core/base/quantity.h"
#include "core/model/requirements.h"
#include "ui/plots/token_label.h"

#include <QEvent>

namespace headlight::ui {

StatusLine::StatusLine(const Session& session, QWidget* parent) : QLabel(parent), m_session(session)
{
    setObjectName(QStringLiteral("status"));
    setTextFormat(Qt::PlainText);
    connect(&session, &Session::traceReady, this, &StatusLine::showState);
    connect(&session, &Session::shownChanged, this, &StatusLine::showState);
    connect(&session, &Session::viewOptionsChanged, this, &StatusLine::showState);
    connect(&session, &Session::stateChanged, this, &StatusLine::showState);
    showState();
}

bool StatusLine::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip) {
        showNeeds();
    }
    return QLabel::event(event);
}

void StatusLine::showState()
{
    const std::shared_ptr<const Trace>& trace = m_session.trace();
    if (!trace || m_session.state() == SessionState::Busy) {
        setText(m_session.message());
        return;
    }
    const TraceInfo& info = trace->info();
    const Selection& shown = m_session.shown();
    QStringList parts;
    if (info.unit == TokenUnit::Word) {
        parts.append(tr("%L1 words").arg(trace->tokens()));
    }
    parts.append({tr("%L1 tokens").arg(m_session.fullTrace()->tokens()),
                  tr("%1 layers × %2 heads").arg(info.layers).arg(info.heads),
                  tr("layer %1 head %2").arg(shown.head.layer.value).arg(shown.head.head.value)});
    const auto weights = trace->map(StageId::Weights, shown.head);
    if (weights && shown.query) {
        const RowVector row = (*weights)->row(*shown.query);
        Index key = 0;
        row.maxCoeff(&key);
        if (shown.key) {
            key = shown.key->value;
        }
        const auto label = [&info](Index token) { return tokenLabel(info.tokens[static_cast<std::size_t>(token)]); };
        parts.append(
            tr("%1 → %2 %3").arg(label(shown.query->value), label(key)).arg(static_cast<double>(row(key)), 0, 'f', 4));
    }
    if (!m_session.isRecording()) {
        parts.append(tr("%1 ms").arg(m_session.elapsedMs(), 0, 'f', 1));
    }
    setText(parts.join(QStringLiteral(" · ")));
}

void StatusLine::showNeeds()
{
    const std::shared_ptr<const Trace>& trace = m_session.fullTrace();
    if (!trace || m_session.isRecording()) {
        setToolTip(QString());
        return;
    }
    const auto size = [](double bytes) { return QString::fromStdString(byteSize(bytes)); };
    const ModelConfig& config = m_session.model().config;
    const RunRequirements needs = runRequirements(config, trace->tokens());
    const auto available = static_cast<double>(availableMemory());
    setToolTip(tr("This run's stages fill %1 of memory; while it runs it needs about %2 at most.\n"
                  "The model takes up to %L3 tokens; in the %4 that are free now, %L5 fit.")
                   .arg(size(needs.traceBytes), size(needs.peakBytes))
                   .arg(config.maxTokens)
                   .arg(size(available))
                   .arg(longestRun(config, available)));
}

}  // namespace headlight::ui
