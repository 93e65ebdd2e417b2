// Watch a toy learn: its charts, its heads, and every moment of it again.
#pragma once

#include "ui/pages/page.h"
#include "ui/plots/heatmap_view.h"
#include "ui/plots/training_picture.h"
#include "ui/session/toy_trainer.h"

#include <QElapsedTimer>
#include <QTimer>

#include <array>

class QCheckBox;
class QComboBox;
class QLabel;
class QPushButton;
class QSlider;
class QSpinBox;

namespace headlight::ui {

class RateBox;

/// Trains while it is hidden, too; draws only while it is visible. Of the session it uses the colours alone.
class TrainingPage final : public Page
{
    Q_OBJECT

public:
    explicit TrainingPage(Session& session, QWidget* parent = nullptr);

    std::optional<Figure> figure() const override;
    bool isUpToDate() const override;
    bool followsSession() const override { return false; }

protected:
    void refresh() override;
    void showEvent(QShowEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    /// Where one training's head looks.
    struct Side
    {
        QLabel* heading;
        HeatmapView* view;
        std::shared_ptr<const Model> model = {};  ///< What the trace is of.
        std::shared_ptr<const Trace> trace = {};
    };

    QLayout* makeSetupRow();
    QLayout* makeButtonRow();
    QLayout* makeSentenceRow();
    QLayout* makeScrubber();
    QWidget* makeBody();
    void connectControls();

    ToySetup chosenSetup() const;
    void showSetup(const ToySetup& setup);
    void applySetup();
    void followSetup();
    void restart(const ToySetup& setup);

    void showProgress();
    void showStatus();
    void beginHistories();
    void readSentence();
    void showSnapshots();
    void drawCharts();
    void drawHeatmaps();

    TrainingContent content() const;
    std::unique_ptr<HeatmapPicture> heatmapOf(const Side& side, std::optional<Cell> pointed) const;
    const std::vector<ToyHistory>& histories() const { return m_trainer.histories(); }
    const Snapshot& shownSnapshot(std::size_t side) const;

    QComboBox* m_toy;
    QComboBox* m_scaling;
    QLabel* m_widthLabel;
    QComboBox* m_width;
    QLabel* m_startLabel;
    QComboBox* m_start;
    QSpinBox* m_seed;
    RateBox* m_rate;
    QPushButton* m_train;
    QPushButton* m_step;
    QPushButton* m_restart;
    QLabel* m_status;
    QLabel* m_text;
    QComboBox* m_sentence;
    QLabel* m_headLabel;
    QComboBox* m_head;
    QLabel* m_note;
    PictureView* m_charts;
    std::array<Side, 2> m_sides;
    QSlider* m_snapshots;
    QLabel* m_snapshotLabel;
    QCheckBox* m_newest;

    std::shared_ptr<const Toy> m_shownToy;  ///< Whose examples and heads the boxes list.
    std::optional<Cell> m_pointed;
    Selection m_locked;
    QString m_drawnColourMap;
    std::optional<Brightness> m_drawnBrightness;
    QElapsedTimer m_sinceCharts;
    QTimer m_chartTimer;
    ToyTrainer& m_trainer;
    ToySetup m_followed;  ///< The last of the trainer's that the controls have shown.
};

}  // namespace headlight::ui
