// A dot for every head: filled when on, hollow when off.
#pragma once

#include "core/base/indices.h"

#include <QWidget>

#include <optional>
#include <set>

namespace headlight::ui {

/// Layers down, heads across. Click or Space switches a head; arrows move the cursor.
class HeadGrid final : public QWidget
{
    Q_OBJECT

public:
    HeadGrid(Index layers, Index heads, QWidget* parent = nullptr);

    void setAblated(const std::set<HeadAddress>& ablated);
    void setSelected(HeadAddress head);

    QRectF dotRect(HeadAddress head) const;
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

signals:
    void switched(headlight::HeadAddress head);

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    std::optional<HeadAddress> headAt(QPointF point) const;
    qreal pitch() const;

    Index m_layers;
    Index m_heads;
    std::set<HeadAddress> m_ablated;
    HeadAddress m_selected;
    HeadAddress m_cursor;
};

}  // namespace headlight::ui
