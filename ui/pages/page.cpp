#include "ui/pages/page.h"

#include <QEvent>
#include <QLabel>
#include <QPainter>

namespace headlight::ui {
namespace {

/// Ends in "…" where it is cut.
class Heading final : public QLabel
{
public:
    using QLabel::QLabel;

protected:
    void paintEvent(QPaintEvent* /*event*/) override
    {
        QPainter painter(this);
        const QRect room = contentsRect();
        painter.drawText(room, Qt::AlignLeft | Qt::AlignVCenter,
                         fontMetrics().elidedText(text(), Qt::ElideRight, room.width()));
    }
};

}  // namespace

Page::Page(Session& session, QWidget* parent) : QWidget(parent), m_session(session)
{
    connect(&session, &Session::traceReady, this, &Page::invalidate);
    connect(&session, &Session::shownChanged, this, &Page::invalidate);
    connect(&session, &Session::viewOptionsChanged, this, &Page::invalidate);
    connect(&session, &Session::stateChanged, this, &Page::invalidate);
}

std::shared_ptr<const Trace> Page::tokenTrace() const
{
    const std::shared_ptr<const Trace>& shown = m_session.trace();
    return shown && shown->info().unit == TokenUnit::Word ? m_session.fullTrace() : shown;
}

std::optional<Figure> Page::figureOf(View view) const
{
    if (!m_session.trace()) {
        return std::nullopt;
    }
    const bool isOfTokens = unitOf(view) == TokenUnit::Token;
    return toFigure({.view = view,
                     .trace = isOfTokens ? tokenTrace() : m_session.trace(),
                     .model = m_session.sharedModel(),
                     .selection = isOfTokens ? m_session.toTokens(m_session.locked()) : m_session.locked(),
                     .options = m_session.viewOptions(),
                     .analysis = m_session.analysis()});
}

void Page::invalidate()
{
    m_stale = true;
    if (isVisible()) {
        m_stale = false;
        refresh();
    }
}

void Page::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    if (m_stale) {
        invalidate();
    }
}

void Page::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange) {
        invalidate();
    }
}

QString emptyHint()
{
    return QObject::tr("Type a sentence above, or choose one of the examples.");
}

QLabel* makeHeading(QWidget* parent)
{
    auto* label = new Heading(parent);
    label->setTextFormat(Qt::PlainText);
    label->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    return label;
}

QString pageHeading(const QString& title, const Trace* trace)
{
    if (trace == nullptr || trace->info().modelNote.empty()) {
        return title;
    }
    return QObject::tr("%1 — %2").arg(title, QString::fromStdString(trace->info().modelNote));
}

}  // namespace headlight::ui
