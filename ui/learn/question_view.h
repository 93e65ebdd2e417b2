// What a question is answered with: one widget a kind.
#pragma once

#include "ui/learn/prepared_step.h"

#include <QWidget>

#include <optional>

namespace headlight::ui {

/// Takes an answer, and then shows what was right. Everything can be done with keys alone.
class QuestionView : public QWidget
{
    Q_OBJECT

public:
    using QWidget::QWidget;

    /// The widget for a question's kind.
    ///
    /// @param question outlives it
    static QuestionView* make(const PreparedQuestion& question, QWidget* parent);

    /// What is answered so far; nothing while that is not enough.
    virtual std::optional<Answer> answer() const = 0;

    /// Answers as if a person had.
    virtual void setAnswer(const Answer& answer) = 0;

    /// Takes no other answer any more and shows the right one beside the one given.
    virtual void reveal() = 0;

signals:
    void answerChanged();
};

}  // namespace headlight::ui
