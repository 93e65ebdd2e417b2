// Options of which one is right.
#pragma once

#include "ui/learn/question_view.h"

#include <vector>

class QButtonGroup;
class QLabel;

namespace headlight::ui {

/// A radio button an option, with its text beside it.
class ChoiceView final : public QuestionView
{
    Q_OBJECT

public:
    ChoiceView(const PreparedQuestion& question, QWidget* parent);

    std::optional<Answer> answer() const override;
    void setAnswer(const Answer& answer) override;
    void reveal() override;

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    const PreparedQuestion& m_question;
    QButtonGroup* m_buttons;
    std::vector<QLabel*> m_labels;
};

}  // namespace headlight::ui
