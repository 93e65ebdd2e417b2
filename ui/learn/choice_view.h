// Options of which one is right.
#pragma once

#include "ui/learn/button_view.h"

#include <vector>

class QLabel;

namespace headlight::ui {

/// A radio button an option, with its text beside it.
class ChoiceView final : public ButtonView
{
    Q_OBJECT

public:
    ChoiceView(const PreparedQuestion& question, QWidget* parent);

    void reveal() override;

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    std::vector<QLabel*> m_labels;
};

}  // namespace headlight::ui
