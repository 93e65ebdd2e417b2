// What each head is worth: every one switched off in turn.
#pragma once

#include "ui/pages/page.h"
#include "ui/plots/ablation_view.h"
#include "ui/session/ablation_runner.h"

#include <QTimer>

class QComboBox;
class QLabel;
class QProgressBar;
class QToolButton;

namespace headlight::ui {

/// Chooses what heads are ranked by, runs the study in the background and shows its last answer; one that is no longer of the text,
/// experiment or target at hand is dimmed, and the page says so. A quick study begins by itself.
class AblationPage final : public Page
{
    Q_OBJECT

public:
    explicit AblationPage(Session& session, QWidget* parent = nullptr);

    std::optional<Figure> figure() const override;
    bool isUpToDate() const override;

protected:
    void refresh() override;

private:
    void setOptions(const AblationOptions& options);
    void choose(int row);
    void runOrCancel();
    void start(AblationQuestion question);

    Result<AblationQuestion> question() const;
    bool isQuick() const;
    void showOptions();
    void showChoices();
    void showAnswer(const Result<AblationQuestion>& question);
    QString statusOf(const Result<AblationQuestion>& question) const;
    QString hintOf(const Result<AblationQuestion>& question) const;

    QLabel* m_heading;
    QComboBox* m_measure;
    QComboBox* m_choice;
    QToolButton* m_live;
    QToolButton* m_run;
    QLabel* m_status;
    QProgressBar* m_progress;
    AblationView* m_view;
    QLabel* m_reading;
    QTimer m_patience;
    bool m_isSlow = false;  ///< What runs takes long enough to be told about.
    std::optional<AblationQuestion> m_asked;
    AblationRunner m_runner;  ///< Last, so that it ends before what it tells.
};

}  // namespace headlight::ui
