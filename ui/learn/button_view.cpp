#include "ui/learn/button_view.h"

#include <QAbstractButton>
#include <QButtonGroup>

namespace headlight::ui {

ButtonView::ButtonView(const PreparedQuestion& question, QWidget* parent)
    : QuestionView(parent)
    , m_question(question)
    , m_buttons(new QButtonGroup(this))
{
    connect(m_buttons, &QButtonGroup::idClicked, this, &QuestionView::answerChanged);
}

std::optional<Answer> ButtonView::answer() const
{
    const int chosen = m_buttons->checkedId();
    return chosen < 0 ? std::nullopt : std::optional<Answer>(Index{chosen});
}

void ButtonView::setAnswer(const Answer& answer)
{
    m_buttons->button(static_cast<int>(std::get<Index>(answer)))->setChecked(true);
    emit answerChanged();
}

}  // namespace headlight::ui
