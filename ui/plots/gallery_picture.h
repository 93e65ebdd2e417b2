// All heads at one glance: a thumbnail of every layer × head, with what each does.
#pragma once

#include "core/trace/trace.h"
#include "ui/plots/head_arrangement.h"
#include "ui/plots/matrix_painter.h"
#include "ui/plots/picture.h"
#include "ui/session/selection.h"
#include "ui/session/view_options.h"

#include <memory>
#include <optional>
#include <vector>

namespace headlight::ui {

/// A badge's colour, on either theme.
QColor badgeColour(BadgeId badge, const Theme& theme);

/// Which way to go from one thumbnail to the next.
enum class Step { Left, Right, Up, Down };

/// Draws the weights of every head on one colour scale, layers down and heads across, or ordered, grouped and filtered, with each
/// head's badges under it; the selected head is framed, an ablated one crossed out.
class GalleryPicture final : public Picture
{
public:
    /// @param analysis of the trace; null shows every head in the model's grid, and no measured badges
    GalleryPicture(std::shared_ptr<const Trace> trace, const Selection& selection, const ColourMap& colourMap,
                   const GalleryOptions& options = {}, std::shared_ptr<const Analysis> analysis = nullptr);

    QString title() const override;
    QSizeF naturalSize() const override;
    void paint(QPainter& painter, const QRectF& area, const Theme& theme) const override;
    std::vector<std::function<void()>> slowParts(const QRectF& area, qreal pixelRatio) const override;
    void paintQuickly(QPainter& painter, const QRectF& area, const Theme& theme) const override;

    /// One row a weight of the heads that are shown, in their order: layer, head, query, key, weight.
    CsvTable table() const override;

    std::optional<HeadAddress> headAt(QPointF point, const QRectF& area) const;

    /// The head whose on/off corner is under the point.
    std::optional<HeadAddress> switchAt(QPointF point, const QRectF& area) const;

    /// Empty for a head that is not shown.
    QRectF thumbnailRect(HeadAddress head, const QRectF& area) const;
    QRectF switchRect(HeadAddress head, const QRectF& area) const;

    /// The thumbnail next to a head's, or the first where that is not shown; nothing where there is none.
    std::optional<HeadAddress> neighbour(HeadAddress head, Step step, const QRectF& area) const;

    /// What a head is and does, as rich text: its badges with their thresholds, every measure with its formula.
    QString describe(HeadAddress head) const;

    const std::vector<HeadGroup>& groups() const noexcept { return m_groups; }
    const ColourScale& colourScale() const noexcept { return m_scale; }
    const Trace& trace() const noexcept { return *m_trace; }

private:
    struct Spot
    {
        HeadAddress head;
        QRectF thumbnail;
        Index row = 0;
    };
    struct GroupTitle
    {
        QRectF rect;
        QString title;
    };
    struct Layout
    {
        QPointF origin;           ///< Of the first thumbnail.
        qreal side = 0.0;         ///< Of one thumbnail.
        qreal across = 0.0;       ///< From one head to the next.
        qreal down = 0.0;         ///< From one row to the next.
        qreal badgeRoom = 0.0;    ///< Under each thumbnail.
        std::vector<Spot> spots;  ///< In the order of the groups.
        std::vector<GroupTitle> titles;
        QRectF colourBar;
    };
    Layout layout(const QRectF& area) const;
    Layout gridLayout(const QRectF& area) const;
    Layout groupLayout(const QRectF& area) const;
    qreal badgeRoom(qreal pitch) const;
    bool isAblated(HeadAddress head) const;
    std::vector<Badge> badgesOf(HeadAddress head) const;
    void paintGridLabels(QPainter& painter, const Layout& placed, const Theme& theme) const;
    void paintAll(QPainter& painter, const QRectF& area, const Theme& theme, Parts parts) const;
    void paintHead(QPainter& painter, const Layout& placed, const Spot& spot, const Theme& theme, Parts parts) const;
    void paintBadges(QPainter& painter, const QRectF& rect, HeadAddress head, const Theme& theme) const;

    std::shared_ptr<const Trace> m_trace;
    Selection m_selection;
    GalleryOptions m_options;
    std::shared_ptr<const Analysis> m_analysis;
    bool m_isGrid;
    std::vector<HeadGroup> m_groups;
    ColourScale m_scale;
};

}  // namespace headlight::ui
