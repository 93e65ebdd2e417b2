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

/// The heads whose lines `options` ask for, among `heads` of a layer.
std::set<HeadIndex> flowHeads(const FlowOptions& options, HeadIndex selected, Index heads);

/// Draws the tokens twice, queries left and keys right, and a curve for every weight of some heads of the selected layer
/// that reaches the threshold, the wider and darker the larger the weight. Where a query or key is selected, its lines stand
/// out and its weights are shown beside the tokens at their other ends. A head that is switched off has no lines.
class FlowPicture final : public Picture
{
public:
    /// The most lines that are drawn: those of the selected token before others, strong before weak.
    static constexpr std::size_t kMostLines = 20000;

    FlowPicture(std::shared_ptr<const Trace> trace, const Selection& selection, const FlowOptions& options);

    QString title() const override;
    QSizeF naturalSize() const override;
    void paint(QPainter& painter, const QRectF& area, const Theme& theme) const override;

    /// One row a line: head, query, query token, key, key token, weight; strong before weak.
    CsvTable table() const override;

    /// In the order in which they are drawn: others before those that stand out, weak before strong.
    const std::vector<FlowLine>& lines() const noexcept { return m_lines; }

    Index tokens() const noexcept { return m_trace->tokens(); }

    /// How many weights reach the threshold, drawn or not.
    std::size_t candidates() const noexcept { return m_candidates; }

    /// The token under a point when drawn into `area`.
    std::optional<FlowToken> tokenAt(QPointF point, const QRectF& area) const;

    /// A token's row in its column.
    QRectF tokenRect(FlowToken token, const QRectF& area) const;

    /// Where a token looks, or from where it is looked at, with exact weights: a line a weight, the largest first.
    QString describe(FlowToken token) const;

private:
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
    void collectLines();
    bool standsOut(const FlowLine& line) const;
    bool isOff(HeadIndex head) const;
    QString label(TokenIndex token) const;
    QString caption() const;
    std::optional<FlowToken> selected() const;

    void paintLines(QPainter& painter, const Layout& placed, const Theme& theme) const;
    void paintLabels(QPainter& painter, const Layout& placed, FlowSide side, const Theme& theme) const;
    void paintWeights(QPainter& painter, const Layout& placed, const Theme& theme) const;
    void paintLegend(QPainter& painter, const Layout& placed, const Theme& theme) const;

    std::shared_ptr<const Trace> m_trace;
    Selection m_selection;
    float m_threshold;
    std::vector<HeadIndex> m_heads;
    std::vector<FlowLine> m_lines;
    std::size_t m_candidates = 0;
    QString m_problem;
};

}  // namespace headlight::ui
