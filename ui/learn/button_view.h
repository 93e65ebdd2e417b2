// Questions whose answer is one of several buttons.
#pragma once

#include "ui/learn/question_view.h"

class QButtonGroup;

namespace headlight::ui {

/// The answer is the place of the button that is pressed. Subclasses make the buttons, one for each of what can be answered, in order.
class ButtonView : public QuestionView
{
    Q_OBJECT

public:
    ButtonView(const PreparedQuestion& question, QWidget* parent);

    std::optional<Answer> answer() const override;
    void setAnswer(const Answer& answer) override;

protected:
    QButtonGroup& buttons() const noexcept { return *m_buttons; }

    /// Of what is right.
    int rightPlace() const { return static_cast<int>(m_question.truth.right); }

private:
    const PreparedQuestion& m_question;
    QButtonGroup* m_buttons;
};

}  // namespace headlight::ui
