// What the pages have in common. Pages lay out and connect; they do no arithmetic and write no files.
#pragma once

#include "ui/export/view.h"
#include "ui/session/session.h"

#include <QWidget>

#include <optional>

class QLabel;

namespace headlight::ui {

/// One tab of the window. Follows the session while it is visible, and catches up when it is shown.
class Page : public QWidget
{
    Q_OBJECT

public:
    explicit Page(Session& session, QWidget* parent = nullptr);

    /// What the page shows, to export; nothing while there is nothing.
    virtual std::optional<Figure> figure() const = 0;

    /// Whether it shows all that it was asked for, so that a picture of it is final.
    virtual bool isUpToDate() const { return m_session.isUpToDate(); }

    /// Whether keys pressed here act on the session's selection and experiment.
    virtual bool followsSession() const { return true; }

protected:
    Session& session() const noexcept { return m_session; }

    /// Shows the session's trace, selection and options as they are now. Called only while the page is visible.
    virtual void refresh() = 0;

    /// The trace with a row a token, whatever is merged, under the names that were chosen; null before the first.
    std::shared_ptr<const Trace> tokenTrace() const;

    /// The session's trace in a view.
    std::optional<Figure> figureOf(View view) const;

    /// Refreshes, now or as soon as the page is visible.
    void invalidate();

    void showEvent(QShowEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    Session& m_session;
    bool m_stale = true;
};

/// What a view says while there is no trace.
QString emptyHint();

/// A label for a picture's title, which is cut rather than widening the window.
QLabel* makeHeading(QWidget* parent);

/// A picture's title and, wherever that must be said, what kind of model made it: "… — untrained".
QString pageHeading(const QString& title, const Trace* trace);

}  // namespace headlight::ui
