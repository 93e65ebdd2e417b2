// The tokens of a text, of which one is to be pointed out.
#pragma once

#include "ui/learn/question_view.h"

class QButtonGroup;

namespace headlight::ui {

/// A button a token, as words of a text.
class TokenView final : public QuestionView
{
    Q_OBJECT

public:
    TokenView(const PreparedQuestion& question, QWidget* parent);

    std::optional<Answer> answer() const override;
    void setAnswer(const Answer& answer) override;
    void reveal() override;

private:
    const PreparedQuestion& m_question;
    QButtonGroup* m_buttons;
};

}  // namespace headlight::ui
