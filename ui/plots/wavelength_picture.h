// How slow each pair of dimensions of a position scheme is.
#pragma once

#include "ui/plots/pointable_picture.h"
#include "ui/plots/positions_picture.h"
#include "ui/plots/titled_chart.h"

#include <vector>

namespace headlight::ui {

/// The wavelength of every pair of dimensions on a logarithmic axis, with the length of the text: which pairs turn within it and
/// which hardly do. Of ALiBi, which has no waves, the reach 1/m of every head. Other schemes have neither, and it says so.
class WavelengthPicture final : public PointablePicture
{
public:
    WavelengthPicture(const PositionsInUse& inUse, const PositionOptions& options, const Selection& shown);

    QString title() const override;
    QSizeF naturalSize() const override;
    void paint(QPainter& painter, const QRectF& area, const Theme& theme) const override;
    CsvTable table() const override;
    QString describeAt(QPointF point, const QRectF& area) const override;

    /// Of ALiBi, the head.
    std::optional<Selection> selectionAt(QPointF point, const QRectF& area) const override;

    /// One a pair, or a head of ALiBi; in positions.
    const std::vector<double>& lengths() const noexcept { return m_lengths; }

    /// How many of them are at most as long as the text.
    Index withinText() const;

    /// Where the dots are when drawn into `area`.
    QRectF chartRect(const QRectF& area) const;

private:
    bool isAlibi() const { return m_request.scheme == PositionScheme::Alibi; }
    TitledChart chart(const Theme& theme) const;
    std::optional<Index> placeAt(QPointF point, const QRectF& area) const;
    QString describe(Index place) const;
    QString notes() const;

    PositionRequest m_request;
    QString m_origin;
    QString m_message;
    HeadAddress m_head;
    Index m_heads = 0;  ///< Of the model.
    Index m_tokens = 0;
    std::vector<double> m_lengths;
};

}  // namespace headlight::ui
