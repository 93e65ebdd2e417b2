// Bars to draw where the weight of a query will go.
#pragma once

#include "ui/learn/question_view.h"

#include <vector>

namespace headlight::ui {

/// A bar a token: a drag along it sets its share, or Up and Down choose one and Left and Right change it. What is drawn is divided by its sum,
/// as a softmax's weights are. Revealed, the engine's own weights stand beside.
class DrawView final : public QuestionView
{
    Q_OBJECT

public:
    DrawView(const PreparedQuestion& question, QWidget* parent);

    std::optional<Answer> answer() const override;
    void setAnswer(const Answer& answer) override;
    void reveal() override;

    /// Where a token's bar has its room.
    QRectF barRect(Index token) const;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    double shareOf(Index token) const;
    void set(Index token, double length);
    void drawTo(QPointF point);
    void sayCursor();

    const PreparedQuestion& m_question;
    std::vector<double> m_lengths;  ///< Of the bars, 0 to 1.
    Index m_cursor = 0;
    bool m_isRevealed = false;
};

}  // namespace headlight::ui
