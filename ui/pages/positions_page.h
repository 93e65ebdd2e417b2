// What the model knows of order: the encoding of positions in use or of any scheme, what it does to scores over distance, its
// wavelengths, and what a shift does to it.
#pragma once

#include "ui/pages/page.h"
#include "ui/panels/in_use_spin_box.h"
#include "ui/plots/pointable_view.h"
#include "ui/plots/positions_view.h"

#include <functional>

class QButtonGroup;
class QComboBox;
class QLabel;
class QLayout;
class QLineEdit;
class QPushButton;
class QSlider;
class QSpinBox;
class QStackedWidget;

namespace headlight::ui {

class PositionsPage final : public Page
{
    Q_OBJECT

public:
    explicit PositionsPage(Session& session, QWidget* parent = nullptr);

    std::optional<Figure> figure() const override { return figureOf(View::Positions); }

protected:
    void refresh() override;

private:
    PositionsInUse inUse() const;
    QLayout* makeChooser();
    QLayout* makeControls();
    QLayout* makeShift();
    void connectControls();
    void connectViews();
    void changeOptions(const std::function<void(PositionOptions&)>& change);
    void setDimensions(const QString& text);
    void showOptions();

    QLabel* m_heading;
    QButtonGroup* m_show;
    QComboBox* m_scheme;
    QPushButton* m_use;
    QLabel* m_widthLabel;
    InUseSpinBox* m_width;
    QLabel* m_lengthLabel;
    InUseSpinBox* m_length;
    QLabel* m_dimensionsLabel;
    QLineEdit* m_dimensions;
    QLabel* m_complaint;
    QWidget* m_shiftRow;
    QSlider* m_shiftSlider;
    QSpinBox* m_shift;
    QStackedWidget* m_views;
    PositionsView* m_view;
    PointableView* m_sideView;  ///< Of what is not the encoding.
};

/// "0, 1, 8" as positions in a row of `width`; nothing where a number is missing, too large, or there are more than
/// kMostWaves. An empty text is an empty list.
std::optional<std::vector<Index>> parseDimensions(const QString& text, Index width);

}  // namespace headlight::ui
