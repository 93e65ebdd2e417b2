// Attention as lines between tokens, of one head or several.
#pragma once

#include "ui/pages/page.h"
#include "ui/plots/flow_view.h"

#include <vector>

class QDoubleSpinBox;
class QLabel;
class QSlider;
class QToolButton;

namespace headlight::ui {

class FlowPage final : public Page
{
    Q_OBJECT

public:
    explicit FlowPage(Session& session, QWidget* parent = nullptr);

    std::optional<Figure> figure() const override { return figureOf(View::Flow); }

protected:
    void refresh() override;

private:
    void setOptions(const FlowOptions& options);
    void showOptions();

    QLabel* m_heading;
    QSlider* m_slider;
    QDoubleSpinBox* m_threshold;
    std::vector<QToolButton*> m_heads;
    QToolButton* m_all;
    QToolButton* m_selectedOnly;
    FlowView* m_view;
};

}  // namespace headlight::ui
