// What each head is worth, as bars and as a map.
#pragma once

#include "ui/plots/matrix_painter.h"
#include "ui/plots/picture.h"
#include "ui/session/ablation.h"

#include <memory>
#include <optional>
#include <vector>

namespace headlight::ui {

/// Draws a study's heads twice: the most important as bars, the largest effect on top, and all of them as a map, layers down and
/// heads across. A bar has the colour of its head's cell. The highlighted head is framed in the map and always has a bar; heads
/// that are off anyway are marked.
class AblationPicture final : public Picture
{
public:
    /// @param answer not null
    AblationPicture(std::shared_ptr<const AblationAnswer> answer, HeadAddress highlighted, TokenNames names,
                    const ColourMap& colourMap);

    /// "Effect of switching off each head · on the probability of “animal” at “[MASK]”"
    QString title() const override;
    QSizeF naturalSize() const override;
    void paint(QPainter& painter, const QRectF& area, const Theme& theme) const override;

    /// One row a head, the largest effect first.
    CsvTable table() const override;

    /// The head whose bar or cell is under a point when drawn into `area`.
    std::optional<HeadAddress> headAt(QPointF point, const QRectF& area) const;

    QRectF cellRect(HeadAddress head, const QRectF& area) const;

    /// Of its row, from its name to its number; empty where it has no bar.
    QRectF barRow(HeadAddress head, const QRectF& area) const;

    /// The heads that have bars, from the top.
    std::vector<HeadAddress> bars(const QRectF& area) const;

    /// The head that is `steps` further down the ranking.
    HeadAddress neighbour(HeadAddress head, int steps) const;

    /// What was measured of a head, for people: "layer 3 · head 0: probability 0.91 → 0.12, effect −0.79".
    QString describe(HeadAddress head) const;

    const ColourScale& colourScale() const noexcept { return m_scale; }

private:
    struct Layout
    {
        QRectF bars;  ///< Where bars and their names and numbers are, a row each.
        qreal nameWidth = 0.0;
        qreal numberWidth = 0.0;
        Index shown = 0;  ///< How many rows are bars.
        QRectF rest;      ///< The line about the other heads.
        QRectF cells;
        QRectF rowLabels;
        QRectF columnLabels;
        QRectF colourBar;
        QRectF note;
    };
    Layout layout(const QRectF& area) const;

    const HeadEffect& ranked(Index place) const { return m_answer->ranking[static_cast<std::size_t>(place)]; }
    Index measured() const;
    Index placeOf(HeadAddress head) const;
    std::vector<Index> places(Index shown) const;
    QRectF cellIn(const QRectF& cells, HeadAddress head) const;
    QString effectText(double effect) const;
    QString rest(const std::vector<Index>& places) const;
    void paintBars(QPainter& painter, const Layout& placed, const Theme& theme) const;
    void paintMap(QPainter& painter, const Layout& placed, const Theme& theme) const;

    std::shared_ptr<const AblationAnswer> m_answer;
    HeadAddress m_highlighted;
    QString m_target;    ///< "the output at “it”"
    QString m_quantity;  ///< "probability"
    QString m_change;    ///< "change of the probability, p′ − p"
    ColourScale m_scale;
    Matrix m_effects;  ///< [L×H], NaN where a head is off.
};

}  // namespace headlight::ui
