// One lesson, a step at a time.
#pragma once

#include "ui/learn/learning_progress.h"
#include "ui/learn/lesson.h"
#include "ui/learn/prepared_step.h"
#include "ui/session/background_task.h"
#include "ui/session/session.h"

#include <QWidget>

#include <map>
#include <memory>

class QLabel;
class QPushButton;
class QScrollArea;
class QVBoxLayout;

namespace headlight::ui {

class FlowingText;
class QuestionView;

/// Shows text, asks, and says whether the answer is right and why. What the engine has to say is worked out in the background first. The window
/// follows its signals: it shows scenes, and covers its picture while a question waits.
class LessonView final : public QWidget
{
    Q_OBJECT

public:
    LessonView(Session& session, LearningProgress& progress, QWidget* parent = nullptr);

    /// Begins a lesson, at its first step unless another is said.
    ///
    /// @param id under which progress is kept; empty for a lesson from elsewhere, of which none is
    void begin(const Lesson& lesson, const QString& id, std::size_t step = 0);

    /// Leaves the lesson: nothing is shown, nothing covered.
    void end();

    bool hasLesson() const noexcept { return !m_lesson.steps.empty(); }
    const Lesson& lesson() const noexcept { return m_lesson; }
    const QString& lessonId() const noexcept { return m_id; }
    std::size_t step() const noexcept { return m_step; }

    /// Whether the step is shown with all that the engine says of it, or why it cannot be.
    bool isReady() const noexcept { return hasLesson() && !m_isPreparing; }

    /// Null until it is ready, or where the step cannot be shown.
    const PreparedStep* prepared() const noexcept { return m_isPreparing ? nullptr : m_prepared.get(); }

    /// Why the step cannot be shown; empty if it can.
    const QString& failure() const noexcept { return m_failure; }

    /// Null where the step has no question.
    QuestionView* question() const noexcept { return m_question; }

    /// Whether the step's question waits for its answer.
    bool isWaiting() const;

    /// What was said of the answer; empty before.
    QString feedback() const;

public slots:
    void goTo(std::size_t step);

    /// Takes the answer that the question has; without effect while it has none.
    void check();

    /// Asks again.
    void askAgain();

signals:
    void sceneWanted(const headlight::ui::Scene& scene);
    void coverWanted(bool isCovered);
    void termWanted(const QString& name);
    void linesWanted(const QString& lines);

    /// To the map: a person has had enough, or has come to the end.
    void leaveWanted();

    /// Another step, or an answer.
    void stepChanged();

private:
    QWidget* makeHeader();
    QWidget* makeButtons();
    FlowingText* makeText(const char* name);
    void prepareStep();
    void receive(Result<PreparedStep> prepared);
    void showPrepared();
    void showOutcome(const Answer& answer);
    void showButtons();
    void goOn();
    const LessonStep& current() const { return m_lesson.steps[m_step]; }

    Session& m_session;
    LearningProgress& m_progress;
    Lesson m_lesson;
    QString m_id;
    std::size_t m_step = 0;
    std::map<std::size_t, Answer> m_answers;   ///< Of this opening, by step.
    bool m_isPreparing = false;                ///< Until then what is shown is still that of the step before.
    std::unique_ptr<PreparedStep> m_prepared;  ///< Of what is shown; outlives m_question.
    QString m_failure;
    QLabel* m_title;
    QLabel* m_place;
    QScrollArea* m_scroll;
    QVBoxLayout* m_body;
    FlowingText* m_before;
    FlowingText* m_prompt;
    QuestionView* m_question = nullptr;
    FlowingText* m_feedback;
    FlowingText* m_after;
    QLabel* m_note;
    QPushButton* m_back;
    QPushButton* m_check;
    QPushButton* m_again;
    QPushButton* m_next;
    BackgroundTask m_task;  ///< Last, so that it ends before what it reports to.
};

}  // namespace headlight::ui
