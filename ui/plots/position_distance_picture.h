// What a position scheme does to scores as the distance grows.
#pragma once

#include "core/analysis/position_effects.h"
#include "ui/plots/pointable_picture.h"
#include "ui/plots/positions_picture.h"
#include "ui/plots/titled_chart.h"

#include <optional>
#include <vector>

namespace headlight::ui {

/// Over the distance between query and key: what the scheme does alone (ALiBi: the bias of every head), and the scores of one
/// head, with all of its queries and keys set to each distance and as they stand in the text.
class PositionDistancePicture final : public PointablePicture
{
public:
    /// @param inUse with the text's trace  @param shown whose head's scores they are, and whose distance is marked
    PositionDistancePicture(const PositionsInUse& inUse, const PositionOptions& options, const Selection& shown);

    QString title() const override;
    QSizeF naturalSize() const override;
    void paint(QPainter& painter, const QRectF& area, const Theme& theme) const override;

    /// A row a distance.
    CsvTable table() const override;

    QString describeAt(QPointF point, const QRectF& area) const override;

    /// The query that is shown, and the key at that distance from it, where the text has one.
    std::optional<Selection> selectionAt(QPointF point, const QRectF& area) const override;

    /// The similarity of two positions: its mean and deviation over all that stand so far apart.
    const std::vector<DistanceScores>& alike() const noexcept { return m_alike; }

    /// The head's scores with every pair at each distance; empty for schemes that are in the vectors already.
    const std::vector<DistanceScores>& turned() const noexcept { return m_turned; }

    /// The head's scores in the text; empty for a scheme that is not in use.
    const std::vector<DistanceScores>& measured() const noexcept { return m_measured; }

    /// Where the lines of the left (0) or right chart (1) are when drawn into `area`.
    QRectF chartRect(int which, const QRectF& area) const;
    AxisRange distances() const { return m_distances; }

private:
    bool isAlibi() const { return m_request.scheme == PositionScheme::Alibi; }
    void measure(const PositionsInUse& inUse);
    static QRectF cell(int which, const QRectF& area);
    TitledChart alikeChart(const Theme& theme) const;
    TitledChart scoresChart(const Theme& theme) const;
    LineChart emptyChart(const QString& valueName, AxisRange values) const;
    std::optional<Index> distanceAt(QPointF point, const QRectF& area) const;
    QString notes() const;

    PositionRequest m_request;
    QString m_origin;
    QString m_message;        ///< In place of all; empty if there is something to show.
    QString m_scoresMessage;  ///< In place of the right chart.
    HeadAddress m_head;
    QString m_headTitle;
    std::optional<TokenIndex> m_query;
    std::optional<TokenIndex> m_key;
    Index m_tokens = 0;
    Index m_step = 1;  ///< Between the distances of m_turned.
    AxisRange m_distances;
    std::vector<float> m_slopes;  ///< ALiBi's, one a head.
    std::vector<DistanceScores> m_alike;
    std::vector<DistanceScores> m_turned;
    std::vector<DistanceScores> m_measured;
};

}  // namespace headlight::ui
