#include "ui/learn/token_view.h"

#include "ui/learn/flow_layout.h"
#include "ui/learn/glossary_tips.h"
#include "ui/panels/toggle_button.h"

#include <QButtonGroup>

namespace headlight::ui {

TokenView::TokenView(const PreparedQuestion& question, QWidget* parent) : ButtonView(question, parent)
{
    auto* layout = new FlowLayout(this);
    int place = 0;
    for (const QString& token : question.truth.tokens) {
        auto* button = new ToggleButton(token, tr("Token %1").arg(place), this);
        button->setObjectName(QStringLiteral("token%1").arg(place));
        button->setFocusPolicy(Qt::StrongFocus);
        button->setProperty(kShowsTokens, true);
        buttons().addButton(button, place);
        layout->addWidget(button);
        ++place;
    }
}

void TokenView::reveal()
{
    const auto right = rightPlace();
    for (QAbstractButton* button : buttons().buttons()) {
        const int place = buttons().id(button);
        if (place == right) {
            button->setText(QStringLiteral("✓ ") + button->text());
        } else if (place == buttons().checkedId()) {
            button->setText(QStringLiteral("✗ ") + button->text());
        }
        button->setEnabled(place == right);
        button->setAttribute(Qt::WA_TransparentForMouseEvents);
        button->setFocusPolicy(Qt::NoFocus);
    }
}

}  // namespace headlight::ui
