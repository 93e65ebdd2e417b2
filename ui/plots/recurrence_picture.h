// A recurrent network beside self-attention, on the text.
#pragma once

#include "core/analysis/recurrence.h"
#include "ui/plots/picture.h"
#include "ui/plots/titled_chart.h"
#include "ui/session/selection.h"
#include "ui/session/view_options.h"

#include <memory>
#include <optional>
#include <vector>

namespace headlight::ui {

/// Steps: the network's states one after another, up to a step, above self-attention, whose tokens are joined at once. Distance: how many steps
/// lie between each token and the last one in either, how strongly the network's last state still follows it, and what the selected head's
/// weights are. Time: seconds of one layer of either against the number of tokens, measured, and their multiply-adds, counted.
class RecurrencePicture final : public Picture
{
public:
    /// @param trace not null  @param measured none before it was measured
    RecurrencePicture(std::shared_ptr<const Trace> trace, const LayerSetting& setting, const Selection& selection,
                      const RecurrenceOptions& options, std::vector<LayerTime> measured);

    QString title() const override;
    QSizeF naturalSize() const override;
    void paint(QPainter& painter, const QRectF& area, const Theme& theme) const override;
    CsvTable table() const override;

    /// How many tokens are drawn: no more than can be told apart.
    Index drawnTokens() const noexcept { return m_drawn; }

    /// How many of the network's steps are shown as done.
    Index stepsDone() const noexcept;

    /// The weights that the last token, or the selected one, gives to each; empty where the trace has none.
    const RowVector& weights() const noexcept { return m_weights; }

    const std::optional<RecurrentReading>& reading() const noexcept { return m_reading; }

    /// Measured points, dots, and counted lines of either.
    TitledChart chart(const Theme& theme) const;

private:
    void paintSteps(QPainter& painter, const QRectF& area, const Theme& theme) const;
    void paintChain(QPainter& painter, const QRectF& area, const Theme& theme) const;
    void paintAttention(QPainter& painter, const QRectF& area, const Theme& theme) const;
    void paintDistances(QPainter& painter, const QRectF& area, const Theme& theme) const;
    void paintTimes(QPainter& painter, const QRectF& area, const Theme& theme) const;
    QRectF columnOf(Index token, const QRectF& area) const;
    QString nameOf(Index token) const;
    Index query() const;

    std::shared_ptr<const Trace> m_trace;
    LayerSetting m_setting;
    Selection m_selection;
    RecurrenceOptions m_options;
    std::vector<LayerTime> m_measured;
    std::optional<RecurrentReading> m_reading;
    RowVector m_weights;
    Index m_drawn;
};

}  // namespace headlight::ui
