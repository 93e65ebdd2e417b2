// The whole computation of the selected layer and head, and any matrix of it, large; step by step if wanted.
#pragma once

#include "ui/pages/page.h"
#include "ui/plots/pipeline_view.h"
#include "ui/plots/stage_view.h"

#include <QTimer>

class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QScrollArea;
class QScrollBar;
class QStackedWidget;
class QToolButton;

namespace headlight::ui {

class ToggleButton;

class PipelinePage final : public Page
{
    Q_OBJECT

public:
    explicit PipelinePage(Session& session, QWidget* parent = nullptr);

    std::optional<Figure> figure() const override { return figureOf(View::Pipeline); }

protected:
    void refresh() override;
    void hideEvent(QHideEvent* event) override;

private:
    QLayout* makeControls();
    QWidget* makeStage();
    void connectPipeline();
    void connectStage();

    const PipelineOptions& options() const { return session().viewOptions().pipeline; }
    template <typename Change>
    void change(Change change);

    const std::shared_ptr<const PipelineContent>& content();
    Selection shownTokens() const;
    void zoom(std::optional<StageId> stage);
    void step(Index steps);
    void play(bool on);
    void scrollTo(Index row, Index column);
    void reveal(StageCell cell);
    std::optional<StageCell> explainedCell() const;
    void showExplained(const std::optional<CellAddress>& cell);
    void showControls();
    void showPipeline();
    void showStage();
    void showHeading(const Picture& picture);
    void showBars();

    QLabel* m_heading;
    QToolButton* m_back;
    QComboBox* m_stages;
    ToggleButton* m_numbers;
    QToolButton* m_reset;
    QToolButton* m_previous;
    ToggleButton* m_play;
    QToolButton* m_next;
    QDoubleSpinBox* m_pace;
    QLabel* m_caption;
    QStackedWidget* m_stack;
    QScrollArea* m_scroll;
    PipelineView* m_pipeline;
    StageView* m_stage;
    QScrollBar* m_down;
    QScrollBar* m_across;
    QTimer m_timer;
    std::shared_ptr<const PipelineContent> m_content;
    std::optional<Index> m_pointed;  ///< The matrix under the mouse, or chosen with the arrow keys.
};

}  // namespace headlight::ui
