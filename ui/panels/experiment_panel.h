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

/// Shows the session's experiment and changes it: misconceptions to try out, temperature, kernel, positions, mask, heads, values, reset.
class ExperimentPanel final : public QWidget
{
    Q_OBJECT

public:
    explicit ExperimentPanel(Session& session, QWidget* parent = nullptr);

private:
    void nameControls();
    void layOut();
    void connectControls();
    void showExperiment(const Experiment& experiment);
    void showMask(const Experiment& experiment);
    void showShare();
    void showValues();
    void change(const std::function<void(Experiment&)>& edit);

    Session& m_session;
    QCheckBox* m_scaling;
    QCheckBox* m_keysAsValues;
    QCheckBox* m_sharedHeads;
    QLabel* m_temperatureLabel;
    QSlider* m_temperatureSlider;
    QDoubleSpinBox* m_temperature;
    QComboBox* m_kernel;
    QComboBox* m_positions;
    QComboBox* m_mask;
    QLabel* m_reachLabel;
    QSpinBox* m_reach;
    QLabel* m_globalsLabel;
    QSpinBox* m_globals;
    QLabel* m_share;
    HeadGrid* m_heads;
    QCheckBox* m_zeroValue;
    QLabel* m_zeroed;
    QPushButton* m_reset;
};

}  // namespace headlight::ui
