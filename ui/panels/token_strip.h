// The text as the model sees it: one chip a token, shaded by how much the selected query looks at it.
#pragma once

#include "core/trace/trace.h"
#include "ui/session/selection.h"

#include <QAbstractScrollArea>
#include <QRectF>

#include <memory>
#include <optional>
#include <set>
#include <vector>

namespace headlight::ui {

class ColourMap;

/// Chips in lines, as text wraps; at most three lines are in sight, more scroll. A click makes a token the query; Delete or the
/// context menu zeroes its value.
class TokenStrip final : public QAbstractScrollArea
{
    Q_OBJECT

public:
    explicit TokenStrip(QWidget* parent = nullptr);

    /// @param trace null empties the strip
    void show(std::shared_ptr<const Trace> trace, const Selection& selection, const ColourMap& colourMap);

    /// The tokens whose values are zeroed: struck through.
    void setZeroed(std::set<TokenIndex> tokens);

    /// Where a token's chip stands, in the viewport.
    QRectF chipRect(TokenIndex token) const;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

signals:
    void pointed(std::optional<headlight::TokenIndex> token);
    void clicked(headlight::TokenIndex token);

    /// A person wants the token's value zeroed, or no longer.
    void valueToggled(headlight::TokenIndex token);

protected:
    bool viewportEvent(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    std::optional<TokenIndex> tokenAt(QPointF point) const;
    void placeChips();
    float weightOf(TokenIndex token) const;

    std::shared_ptr<const Trace> m_trace;
    RowVector m_weights;  ///< Of the selected query; empty where there is none.
    Selection m_selection;
    const ColourMap* m_colourMap = nullptr;
    std::set<TokenIndex> m_zeroed;
    std::vector<QRectF> m_chips;  ///< In the strip's own coordinates, before scrolling.
    int m_lines = 1;
};

}  // namespace headlight::ui
