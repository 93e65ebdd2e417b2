#include "ui/learn/choice_view.h"

#include <QButtonGroup>
#include <QGridLayout>
#include <QLabel>
#include <QMouseEvent>
#include <QRadioButton>

namespace headlight::ui {

ChoiceView::ChoiceView(const PreparedQuestion& question, QWidget* parent) : ButtonView(question, parent)
{
    auto* layout = new QGridLayout(this);
    layout->setContentsMargins({});
    layout->setColumnStretch(1, 1);
    int row = 0;
    for (const ChoiceOption& option : std::get<ChoiceQuestion>(question.question.kind).options) {
        auto* button = new QRadioButton(this);
        button->setObjectName(QStringLiteral("option%1").arg(row));
        button->setAccessibleName(option.text);
        buttons().addButton(button, row);
        auto* label = new QLabel(option.text, this);
        label->setTextFormat(Qt::MarkdownText);
        label->setWordWrap(true);
        label->installEventFilter(this);
        layout->addWidget(button, row, 0, Qt::AlignTop);
        layout->addWidget(label, row, 1);
        m_labels.push_back(label);
        ++row;
    }
}

void ChoiceView::reveal()
{
    const auto right = rightPlace();
    for (int i = 0; i < static_cast<int>(m_labels.size()); ++i) {
        QLabel* label = m_labels[static_cast<std::size_t>(i)];
        buttons().button(i)->setEnabled(false);
        if (i == right) {
            label->setText(QStringLiteral("✓ **%1**").arg(label->text()));
        } else if (i == buttons().checkedId()) {
            label->setText(QStringLiteral("✗ %1").arg(label->text()));
        }
    }
}

bool ChoiceView::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::MouseButtonRelease) {
        for (std::size_t i = 0; i < m_labels.size(); ++i) {
            if (m_labels[i] == watched) {
                buttons().button(static_cast<int>(i))->click();
            }
        }
    }
    return ButtonView::eventFilter(watched, event);
}

}  // namespace headlight::ui
