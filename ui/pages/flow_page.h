// Attention as lines between tokens.
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

protected:
    void refresh() override;
    void changeEvent(QEvent* event) override;

private:
    void setHeads(const std::set<HeadIndex>& heads);
    void setThreshold(double threshold);
    void colourChips();

    QLabel* m_heading;
    QSlider* m_slider;
    QDoubleSpinBox* m_threshold;
    std::vector<QToolButton*> m_chips;
    FlowView* m_view;
};

}  // namespace headlight::ui
