// Lessons and glossary beside the window's pages.
#pragma once

#include "ui/learn/lesson_view.h"

#include <QDockWidget>

class QStackedWidget;

namespace headlight::ui {

class GlossaryView;
class LessonMap;
class ToggleButton;

/// The map of lessons, the lesson that is open, and the glossary. The window does what its signals want.
class LearnDock final : public QDockWidget
{
    Q_OBJECT

public:
    explicit LearnDock(Session& session, QWidget* parent = nullptr);

    /// @param name one of the program's own, by number or name, or the path of a file; empty for the map  @param step counted from 0
    /// @return what reading the file says, or NotFound
    Result<void> openLesson(const QString& name, std::size_t step = 0);

    void showMap();
    void showTerm(const QString& name);
    void showGlossary();

    const LessonView& lesson() const noexcept { return *m_lesson; }

    /// Answers the step's question as the engine would, for pictures; without effect where none waits.
    void answerRightly();

    /// How the program is to be started to come to this step, for others; empty where no lesson is open.
    QString command() const;

public slots:
    void openLessonFile();

signals:
    void sceneWanted(const headlight::ui::Scene& scene);
    void linesWanted(const QString& lines);

    /// Whether the window's picture is to wait for an answer.
    void coverWanted(bool isCovered);

private:
    void showWidget(QWidget* widget);
    void leaveLesson();

    LearningProgress m_progress;
    ToggleButton* m_lessons;
    ToggleButton* m_terms;
    QStackedWidget* m_stack;
    LessonMap* m_map;
    LessonView* m_lesson;
    GlossaryView* m_glossary;
    QString m_file;  ///< Of a lesson from elsewhere.
};

}  // namespace headlight::ui
