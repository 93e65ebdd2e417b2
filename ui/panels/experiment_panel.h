// The switches of the mechanism.
#pragma once

#include "ui/session/session.h"

#include <QWidget>

#include <functional>

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QLabel;
class QPushButton;
class QSlider;
class QSpinBox;

namespace headlight::ui {

class HeadGrid;

/// Shows the session's experiment and changes it: scaling, temperature, positions, mask, heads, reset.
class ExperimentPanel final : public QWidget
{
    Q_OBJECT

public:
    explicit ExperimentPanel(Session& session, QWidget* parent = nullptr);

private:
    void showExperiment(const Experiment& experiment);
    void showShare();
    void change(const std::function<void(Experiment&)>& edit);

    Session& m_session;
    QCheckBox* m_scaling;
    QSlider* m_temperatureSlider;
    QDoubleSpinBox* m_temperature;
    QComboBox* m_positions;
    QComboBox* m_mask;
    QLabel* m_reachLabel;
    QSpinBox* m_reach;
    QLabel* m_share;
    HeadGrid* m_heads;
    QPushButton* m_reset;
};

}  // namespace headlight::ui
