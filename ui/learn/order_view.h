// Steps to put in order.
#pragma once

#include "ui/learn/question_view.h"

class QListWidget;
class QToolButton;

namespace headlight::ui {

/// A list whose items are dragged, or moved by buttons and Ctrl+Up, Ctrl+Down.
class OrderView final : public QuestionView
{
    Q_OBJECT

public:
    OrderView(const PreparedQuestion& question, QWidget* parent);

    std::optional<Answer> answer() const override;
    void setAnswer(const Answer& answer) override;
    void reveal() override;

protected:
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void show(const std::vector<Index>& order);
    void move(int by);
    void fitHeight();

    const PreparedQuestion& m_question;
    QListWidget* m_list;
    QToolButton* m_up;
    QToolButton* m_down;
};

}  // namespace headlight::ui
