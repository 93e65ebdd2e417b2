// The line at the window's bottom.
#pragma once

#include "ui/session/session.h"

#include <QLabel>

namespace headlight::ui {

/// What is shown and what it took, or what the run in progress needs. Its tooltip has the memory.
class StatusLine : public QLabel
{
    Q_OBJECT

public:
    /// @param session outlives it
    explicit StatusLine(const Session& session, QWidget* parent = nullptr);

protected:
    bool event(QEvent* event) override;

private:
    void showState();
    void showNeeds();

    const Session& m_session;
};

}  // namespace headlight::ui
