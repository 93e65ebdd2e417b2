// A number to set.
#pragma once

#include "ui/learn/question_view.h"

class QDoubleSpinBox;
class QLabel;
class QSlider;

namespace headlight::ui {

/// A slider, and a box for the number itself.
class SliderView final : public QuestionView
{
    Q_OBJECT

public:
    SliderView(const PreparedQuestion& question, QWidget* parent);

    std::optional<Answer> answer() const override;
    void setAnswer(const Answer& answer) override;
    void reveal() override;

private:
    const PreparedQuestion& m_question;
    QSlider* m_slider;
    QDoubleSpinBox* m_number;
    QLabel* m_truth;
    bool m_isSet = false;
};

}  // namespace headlight::ui
