// How the model is told the order of its tokens.
#pragma once

#include "ui/pages/page.h"
#include "ui/plots/positions_view.h"

class QComboBox;
class QLabel;
class QLineEdit;
class QSpinBox;

namespace headlight::ui {

class PositionsPage final : public Page
{
    Q_OBJECT

public:
    explicit PositionsPage(Session& session, QWidget* parent = nullptr);

protected:
    void refresh() override;

private:
    void readDimensions();

    QLabel* m_heading;
    QComboBox* m_scheme;
    QSpinBox* m_width;
    QSpinBox* m_length;
    QLineEdit* m_dimensions;
    PositionsView* m_view;
    QLabel* m_value;
};

}  // namespace headlight::ui
