// Why scores are divided by √d: on random vectors, on four tokens, and on the model's own heads.
#pragma once

#include "ui/pages/page.h"
#include "ui/plots/pointable_view.h"
#include "ui/session/scaling_runner.h"

#include <QTimer>

#include <functional>

class QButtonGroup;
class QLayout;
class QPushButton;
class QSlider;
class QSpinBox;

namespace headlight::ui {

class ScalingPage final : public Page
{
    Q_OBJECT

public:
    explicit ScalingPage(Session& session, QWidget* parent = nullptr);

    std::optional<Figure> figure() const override;
    bool isUpToDate() const override;

protected:
    void refresh() override;

private:
    QLayout* makeChooser();
    QLayout* makeWidth();
    void connectView();
    void changeOptions(const std::function<void(ScalingOptions&)>& change);
    void showOptions();
    void showPicture();

    QLabel* m_heading;
    QButtonGroup* m_show;
    QPushButton* m_newDraw;
    QSpinBox* m_seed;
    QWidget* m_widthRow;
    QSlider* m_widthSlider;
    QSpinBox* m_width;
    PointableView* m_view;
    ScalingRunner m_runner;
    QTimer m_busyTimer;  ///< Until what is being measured is waited for.
};

}  // namespace headlight::ui
