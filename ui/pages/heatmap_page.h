// One head, cell by cell.
#pragma once

#include "ui/pages/page.h"
#include "ui/plots/heatmap_picture.h"
#include "ui/plots/heatmap_view.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QPushButton;
class QToolButton;

namespace headlight::ui {

class HeatmapPage final : public Page
{
    Q_OBJECT

public:
    explicit HeatmapPage(Session& session, QWidget* parent = nullptr);

    bool isUpToDate() const override { return Page::isUpToDate() && m_view->isComplete(); }
    std::optional<Figure> figure() const override { return figureOf(View::Heatmap); }

protected:
    void refresh() override;

private:
    CellWindow windowWith(Cell cell) const;
    void showPainting(bool isPaintable, const QString& reason);
    void showQuantity(Quantity quantity, TokenUnit unit);
    void explain(Cell cell);
    Quantity shownQuantity() const;

    QLabel* m_heading;
    QComboBox* m_quantity;
    QCheckBox* m_numbers;
    QCheckBox* m_fit;
    QToolButton* m_paint;
    QPushButton* m_clear;
    QPushButton* m_whole;
    HeatmapView* m_view;
};

}  // namespace headlight::ui
