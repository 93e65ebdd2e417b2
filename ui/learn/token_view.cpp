#include "ui/learn/token_view.h"

#include "ui/learn/flow_layout.h"
#include "ui/learn/glossary_tips.h"
#include "ui/panels/toggle_button.h"

#include <QButtonGroup>

namespace headlight::ui {

TokenView::TokenView(const PreparedQuestion& question, QWidget* parent)
    : QuestionView(parent)
    , m_question(question)
    , m_buttons(new QButtonGroup(this))
{
    auto* layout = new FlowLayout(this);
    int place = 0;
    for (const QString& token : question.truth.tokens) {
        auto* button = new ToggleButton(token, tr("Token %1").arg(place), this);
        button->setObjectName(QStringLiteral("token%1").arg(place));
        button->setFocusPolicy(Qt::StrongFocus);
        button->setProperty(kShowsTokens, true);
        m_buttons->addButton(button, place);
        layout->addWidget(button);
        ++place;
    }
    connect(m_buttons, &QButtonGroup::idClicked, this, &QuestionView::answerChanged);
}

std::optional<Answer> TokenView::answer() const
{
    const int chosen = m_buttons->checkedId();
    return chosen < 0 ? std::nullopt : std::optional<Answer>(Index{chosen});
}

void TokenView::setAnswer(const Answer& answer)
{
    m_buttons->button(static_cast<int>(std::get<Index>(answer)))->setChecked(true);
    emit answerChanged();
}

void TokenView::reveal()
{
    const auto right = static_cast<int>(m_question.truth.right);
    for (QAbstractButton* button : m_buttons->buttons()) {
        const int place = m_buttons->id(button);
        if (place == right) {
            button->setText(QStringLiteral("✓ ") + button->text());
        } else if (place == m_buttons->checkedId()) {
            button->setText(QStringLiteral("✗ ") + button->text());
        }
        button->setEnabled(place == right);
        button->setAttribute(Qt::WA_TransparentForMouseEvents);
        button->setFocusPolicy(Qt::NoFocus);
    }
}

}  // namespace headlight::ui
