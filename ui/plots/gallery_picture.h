// All heads at one glance: a thumbnail of every layer × head.
#pragma once

#include "core/trace/trace.h"
#include "ui/plots/matrix_painter.h"
#include "ui/plots/picture.h"
#include "ui/session/selection.h"

#include <memory>
#include <optional>

namespace headlight::ui {

/// Draws the weights of every head, layers down and heads across, on one colour scale; the selected head is framed, an
/// ablated one crossed out.
class GalleryPicture final : public Picture
{
public:
    GalleryPicture(std::shared_ptr<const Trace> trace, const Selection& selection, const ColourMap& colourMap);

    QString title() const override;
    QSizeF naturalSize() const override;
    void paint(QPainter& painter, const QRectF& area, const Theme& theme) const override;

    /// One row a weight: layer, head, query, key, weight.
    CsvTable table() const override;

    std::optional<HeadAddress> headAt(QPointF point, const QRectF& area) const;

    /// The head whose on/off corner is under the point.
    std::optional<HeadAddress> switchAt(QPointF point, const QRectF& area) const;

    QRectF thumbnailRect(HeadAddress head, const QRectF& area) const;
    QRectF switchRect(HeadAddress head, const QRectF& area) const;

    const ColourScale& colourScale() const noexcept { return m_scale; }
    const Trace& trace() const noexcept { return *m_trace; }

private:
    struct Layout
    {
        QPointF origin;      ///< Of the first thumbnail.
        qreal side = 0.0;    ///< Of one thumbnail.
        qreal across = 0.0;  ///< From one head to the next.
        qreal down = 0.0;    ///< From one layer to the next.
        QRectF colourBar;
    };
    Layout layout(const QRectF& area) const;
    qreal relationRoom() const;
    bool isAblated(HeadAddress head) const;

    std::shared_ptr<const Trace> m_trace;
    Selection m_selection;
    ColourScale m_scale;
};

}  // namespace headlight::ui
