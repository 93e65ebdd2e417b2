// Other ways of computing attention: what they change of the selected head, and what they cost.
#pragma once

#include "ui/pages/page.h"
#include "ui/plots/cell_view.h"
#include "ui/session/cost_meter.h"

#include <QTimer>

#include <functional>

class QButtonGroup;
class QComboBox;
class QLabel;
class QProgressBar;
class QPushButton;
class QSpinBox;
class QStackedWidget;
class QToolButton;

namespace headlight::ui {

class ToggleButton;
class TiledPicture;

/// Shows the selected head's attention as softmax and as a variant, or plays the tiled softmax, or charts the costs of all; always of
/// tokens. Costs are measured in the background when asked for.
class VariantsPage final : public Page
{
    Q_OBJECT

public:
    explicit VariantsPage(Session& session, QWidget* parent = nullptr);

    std::optional<Figure> figure() const override;
    bool isUpToDate() const override { return Page::isUpToDate() && !m_meter.isMeasuring(); }

protected:
    void refresh() override;
    void hideEvent(QHideEvent* event) override;

private:
    QLayout* makeChoices();
    QWidget* makeSparse();
    QWidget* makeTiled();
    QWidget* makeCost();
    void connectView();
    void change(const std::function<void(VariantOptions&)>& change);
    void step(Index tiles);
    void play(bool on);
    void measure();
    void showControls();
    void showMeter();
    void showAttention(const std::shared_ptr<const Trace>& trace, const Selection& shown);
    void showCost(const Trace& trace);
    std::optional<CostSetting> setting() const;

    QLabel* m_heading;
    QButtonGroup* m_show;
    QButtonGroup* m_variant;
    QWidget* m_sparse;
    QComboBox* m_pattern;
    QLabel* m_reachLabel;
    QSpinBox* m_reach;
    QLabel* m_globalLabel;
    QSpinBox* m_global;
    QWidget* m_tiled;
    QSpinBox* m_tile;
    ToggleButton* m_play;
    QToolButton* m_back;
    QToolButton* m_next;
    QToolButton* m_first;
    QToolButton* m_last;
    QWidget* m_cost;
    QPushButton* m_measure;
    QProgressBar* m_progress;
    QLabel* m_meterNote;
    QStackedWidget* m_stack;
    CellView* m_view;
    PictureView* m_chart;
    QTimer m_timer;
    Index m_tilesShown = 0;  ///< Of the picture that is shown.
    Index m_tilesInAll = 0;
    CostMeter m_meter;
};

}  // namespace headlight::ui
