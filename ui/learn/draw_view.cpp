#include "ui/learn/draw_view.h"

#include "ui/plots/picture_view.h"

#include <QEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace headlight::ui {
namespace {

constexpr double kKeyStep = 0.05;
constexpr qreal kLongestName = 110.0;
constexpr qreal kGap = 8.0;

}  // namespace

DrawView::DrawView(const PreparedQuestion& question, QWidget* parent)
    : QuestionView(parent)
    , m_question(question)
    , m_lengths(static_cast<std::size_t>(question.truth.tokens.size()), 0.0)
{
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    setToolTip(tr("Drag along the bars, or choose one with Up and Down and change it with Left and Right"));
    sayCursor();
}

QSize DrawView::sizeHint() const
{
    return {320, (fontMetrics().height() + 4) * static_cast<int>(m_lengths.size()) + 2};
}

double DrawView::shareOf(Index token) const
{
    const double sum = std::accumulate(m_lengths.begin(), m_lengths.end(), 0.0);
    return sum > 0.0 ? m_lengths[static_cast<std::size_t>(token)] / sum : 0.0;
}

std::optional<Answer> DrawView::answer() const
{
    const bool isEmpty = std::ranges::all_of(m_lengths, [](double length) { return length <= 0.0; });
    return isEmpty ? std::nullopt : std::optional<Answer>(m_lengths);
}

void DrawView::setAnswer(const Answer& answer)
{
    m_lengths = std::get<std::vector<double>>(answer);
    update();
    emit answerChanged();
}

void DrawView::reveal()
{
    m_isRevealed = true;
    setFocusPolicy(Qt::NoFocus);
    update();
}

QRectF DrawView::barRect(Index token) const
{
    qreal name = 0.0;
    for (const QString& text : m_question.truth.tokens) {
        name = std::max(name, QFontMetricsF(font()).horizontalAdvance(text));
    }
    const qreal left = std::min(std::ceil(name) + 1.0, kLongestName) + kGap;
    const qreal number = QFontMetricsF(font()).horizontalAdvance(QStringLiteral("100 % | 100 %")) + kGap;
    const qreal height = fontMetrics().height() + 4.0;
    return {left, static_cast<qreal>(token) * height + 1.0, std::max(20.0, width() - left - number), height - 2.0};
}

void DrawView::paintEvent(QPaintEvent* /*event*/)
{
    const Theme& theme = themeOf(*this);
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    for (Index token = 0; token < static_cast<Index>(m_lengths.size()); ++token) {
        const QRectF bar = barRect(token);
        const bool isCursor = hasFocus() && token == m_cursor;
        painter.setPen(isCursor ? theme.accent : theme.text);
        painter.drawText(QRectF(0.0, bar.top(), bar.left() - kGap, bar.height()), Qt::AlignRight | Qt::AlignVCenter,
                         fontMetrics().elidedText(m_question.truth.tokens[token], Qt::ElideMiddle,
                                                  static_cast<int>(bar.left() - kGap)));
        painter.setPen(isCursor ? theme.accent : theme.line);
        painter.setBrush(theme.paper);
        painter.drawRect(bar.adjusted(0.5, 0.5, -0.5, -0.5));
        // While one draws, bars are as long as they are dragged; then as long as their shares.
        const double drawn = m_isRevealed ? shareOf(token) : m_lengths[static_cast<std::size_t>(token)];
        painter.setPen(Qt::NoPen);
        painter.setBrush(theme.mutedText);
        const qreal height = m_isRevealed ? bar.height() * 0.45 : bar.height() - 4.0;
        painter.drawRect(QRectF(bar.left() + 1.0, bar.top() + 2.0, (bar.width() - 2.0) * drawn, height));
        QString number = QStringLiteral("%1 %").arg(qRound(100.0 * shareOf(token)));
        if (m_isRevealed) {
            const auto weight = static_cast<double>((*m_question.truth.weights)(token));
            painter.setBrush(theme.accent);
            painter.drawRect(QRectF(bar.left() + 1.0, bar.center().y() + 0.5, (bar.width() - 2.0) * weight,
                                    bar.height() * 0.5 - 2.0));
            number += QStringLiteral(" | %1 %").arg(qRound(100.0 * weight));
        }
        painter.setPen(theme.text);
        painter.drawText(QRectF(bar.right() + kGap, bar.top(), width() - bar.right() - kGap, bar.height()),
                         Qt::AlignLeft | Qt::AlignVCenter, number);
    }
}

void DrawView::set(Index token, double length)
{
    m_cursor = token;
    m_lengths[static_cast<std::size_t>(token)] = std::clamp(length, 0.0, 1.0);
    sayCursor();
    update();
    emit answerChanged();
}

void DrawView::drawTo(QPointF point)
{
    const qreal pitch = fontMetrics().height() + 4.0;
    const auto token = static_cast<Index>(point.y() / pitch);
    if (!m_isRevealed && token >= 0 && token < static_cast<Index>(m_lengths.size())) {
        const QRectF bar = barRect(token);
        set(token, (point.x() - bar.left()) / bar.width());
    }
}

void DrawView::mousePressEvent(QMouseEvent* event)
{
    drawTo(event->position());
}

void DrawView::mouseMoveEvent(QMouseEvent* event)
{
    if (event->buttons().testFlag(Qt::LeftButton)) {
        drawTo(event->position());
    }
}

void DrawView::keyPressEvent(QKeyEvent* event)
{
    const auto last = static_cast<Index>(m_lengths.size()) - 1;
    const double length = m_lengths[static_cast<std::size_t>(m_cursor)];
    switch (event->key()) {
    case Qt::Key_Up:
        set(std::max<Index>(m_cursor - 1, 0), m_lengths[static_cast<std::size_t>(std::max<Index>(m_cursor - 1, 0))]);
        break;
    case Qt::Key_Down:
        set(std::min(m_cursor + 1, last), m_lengths[static_cast<std::size_t>(std::min(m_cursor + 1, last))]);
        break;
    case Qt::Key_Left:
        set(m_cursor, length - kKeyStep);
        break;
    case Qt::Key_Right:
        set(m_cursor, length + kKeyStep);
        break;
    default:
        QuestionView::keyPressEvent(event);
    }
}

void DrawView::focusInEvent(QFocusEvent* /*event*/)
{
    update();
}

void DrawView::focusOutEvent(QFocusEvent* /*event*/)
{
    update();
}

void DrawView::changeEvent(QEvent* event)
{
    QuestionView::changeEvent(event);
    if (event->type() == QEvent::FontChange) {
        updateGeometry();
    }
}

void DrawView::sayCursor()
{
    setAccessibleName(
        tr("Weight of %1: %2 %").arg(m_question.truth.tokens.value(m_cursor)).arg(qRound(100.0 * shareOf(m_cursor))));
}

}  // namespace headlight::ui
