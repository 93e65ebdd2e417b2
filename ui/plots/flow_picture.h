// Attention as lines: from each token that looks to the tokens that it looks at.
#pragma once

#include "core/trace/trace.h"
#include "ui/plots/picture.h"
#include "ui/session/selection.h"
#include "ui/session/view_options.h"

#include <QPointF>

#include <memory>
#include <optional>
#include <set>
#include <vector>

namespace headlight::ui {

/// One line of the picture: a weight.
struct FlowLine
{
    HeadIndex head;
    TokenIndex query;
    TokenIndex key;
    float weight = 0.0F;

    bool operator==(const FlowLine&) const = default;
};

/// The column of queries stands left, that of keys right.
enum class FlowSide { Query, Key };

/// One token of one column.
struct FlowToken
{
    FlowSide side = FlowSide::Query;
    TokenIndex token;

    bool operator==(const FlowToken&) const = default;
};

/// How strongly a line is drawn: Plain where no token is selected, else Strong for its lines and Faint for the others.
enum class FlowInk { Plain, Strong, Faint };

/// The heads whose lines `options` ask for, among `heads` of a layer.
std::set<HeadIndex> flowHeads(const FlowOptions& options, HeadIndex selected, Index heads);

/// FlowOptions::heads after showing or hiding one head: empty, so as to follow the selection, where the selected head alone
/// or none remains.
std::set<HeadIndex> toggledFlowHeads(const FlowOptions& options, HeadIndex selected, Index heads, HeadIndex toggled);

/// Draws the tokens twice, queries left and keys right, and a curve for every weight of some heads of the selected layer
/// that reaches the threshold, the wider and darker the larger the weight. Where a query or key is selected, its lines stand
/// out and its weights are shown beside the tokens at their other ends. A head that is switched off has no lines.
class FlowPicture final : public Picture
{
public:
    /// The most lines that are drawn, the strongest; those of the selected token come on top.
    static constexpr std::size_t kMostLines = 5000;

    /// @param previous a picture whose lines are taken over if they are the same, so that a selection that follows the mouse
    /// costs little; may be null.
    FlowPicture(std::shared_ptr<const Trace> trace, const Selection& selection, const FlowOptions& options,
                const FlowPicture* previous = nullptr);

    QString title() const override;
    QSizeF naturalSize() const override;
    void paint(QPainter& painter, const QRectF& area, const Theme& theme) const override;

    /// One row a line: head, query, query token, key, key token, weight; strong before weak.
    CsvTable table() const override;

    /// The lines of all tokens, weak before strong.
    const std::vector<FlowLine>& lines() const noexcept;

    /// Those of the selected token, all of them, weak before strong; none without one.
    const std::vector<FlowLine>& outstandingLines() const noexcept { return m_outstanding; }

    /// How many weights reach the threshold, drawn or not.
    std::size_t candidates() const noexcept;

    Index tokens() const noexcept;

    /// The token under a point when drawn into `area`.
    std::optional<FlowToken> tokenAt(QPointF point, const QRectF& area) const;

    /// A token's row in its column.
    QRectF tokenRect(FlowToken token, const QRectF& area) const;

    /// Where a token looks, or from where it is looked at, with exact weights: a line a weight, the largest first.
    QString describe(FlowToken token) const;

    /// The two halves of `paint`, for a widget that keeps the first while only the selection changes: the lines of all
    /// tokens, which depend on backdropKey alone, and everything else.
    void paintBackdrop(QPainter& painter, const QRectF& area, const Theme& theme) const;
    void paintFront(QPainter& painter, const QRectF& area, const Theme& theme) const;

    /// Equal for pictures with the same backdrop. Valid while the picture lives.
    struct BackdropKey
    {
        const void* lines = nullptr;
        FlowInk ink = FlowInk::Plain;

        bool operator==(const BackdropKey&) const = default;
    };
    BackdropKey backdropKey() const noexcept;

private:
    struct Content;
    struct Layout
    {
        qreal left = 0.0;     ///< Where lines begin.
        qreal right = 0.0;    ///< Where they end.
        qreal top = 0.0;      ///< Of the first row.
        qreal pitch = 0.0;    ///< From row to row.
        qreal labels = 0.0;   ///< Width of a column's labels.
        qreal weights = 0.0;  ///< Width of what stands beyond the labels: weights of the selected token.
        QRectF names;
        QRectF legend;
    };
    Layout layout(const QRectF& area) const;
    qreal weightsRoom() const;
    std::vector<FlowLine> linesOf(FlowToken token) const;
    std::optional<FlowToken> selected() const;
    QString reachText() const;
    QString caption() const;

    void paintLine(QPainter& painter, const Layout& placed, const FlowLine& line, FlowInk ink,
                   const Theme& theme) const;
    void paintLabels(QPainter& painter, const Layout& placed, FlowSide side, const Theme& theme) const;
    void paintWeights(QPainter& painter, const Layout& placed, const Theme& theme) const;
    void paintLegend(QPainter& painter, const Layout& placed, const Theme& theme) const;

    std::shared_ptr<const Content> m_content;
    Selection m_selection;
    std::vector<FlowLine> m_outstanding;
};

}  // namespace headlight::ui
