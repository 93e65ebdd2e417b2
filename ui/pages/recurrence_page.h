// A recurrent network beside self-attention.
#pragma once

#include "core/analysis/recurrence.h"
#include "ui/pages/page.h"
#include "ui/plots/picture_view.h"
#include "ui/session/background_task.h"

#include <QTimer>

#include <functional>
#include <vector>

class QButtonGroup;
class QPushButton;
class QToolButton;

namespace headlight::ui {

class ToggleButton;

/// Chooses a side of the picture, plays the network's steps, and measures times in the background.
class RecurrencePage final : public Page
{
    Q_OBJECT

public:
    explicit RecurrencePage(Session& session, QWidget* parent = nullptr);

    std::optional<Figure> figure() const override;

protected:
    void refresh() override;
    void hideEvent(QHideEvent* event) override;

private:
    QLayout* makeControls();
    void change(const std::function<void(RecurrenceOptions&)>& change);
    void step(Index by);
    void play(bool on);
    void measure();
    void showControls();
    std::vector<LayerTime> times() const;

    QLabel* m_heading;
    QButtonGroup* m_show;
    QToolButton* m_back;
    ToggleButton* m_play;
    QToolButton* m_forward;
    QPushButton* m_measure;
    PictureView* m_view;
    QTimer m_timer;
    LayerSetting m_measuredSetting;
    std::vector<LayerTime> m_times;
    BackgroundTask m_task;  ///< Last, so that it ends before what it reports to.
};

}  // namespace headlight::ui
