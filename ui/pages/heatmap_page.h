// One head, cell by cell.
#pragma once

#include "ui/pages/page.h"
#include "ui/plots/heatmap_view.h"

class QButtonGroup;
class QCheckBox;
class QLabel;

namespace headlight::ui {

class HeatmapPage final : public Page
{
    Q_OBJECT

public:
    explicit HeatmapPage(Session& session, QWidget* parent = nullptr);

    std::optional<Figure> figure() const override { return figureOf(View::Heatmap); }

protected:
    void refresh() override;

private:
    QLabel* m_heading;
    QButtonGroup* m_quantity;
    QCheckBox* m_numbers;
    QCheckBox* m_fit;
    HeatmapView* m_view;
};

}  // namespace headlight::ui
