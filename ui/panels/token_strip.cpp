#include "ui/panels/token_strip.h"

#include "ui/plots/colour_map.h"
#include "ui/plots/picture_view.h"
#include "ui/plots/token_label.h"
#include "ui/session/recording.h"

#include <QContextMenuEvent>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMenu>
#include <QMouseEvent>
#include <QPainter>
#include <QScrollBar>
#include <QToolTip>

#include <algorithm>
#include <span>

namespace headlight::ui {
namespace {

constexpr qreal kLine = 38.0;    ///< One line of chips.
constexpr qreal kChip = 34.0;    ///< A chip's height, its bar included.
constexpr qreal kBar = 7.0;      ///< The shaded bar under the token.
constexpr qreal kPadding = 6.0;  ///< On either side of a token's text.
constexpr qreal kGap = 3.0;      ///< Between chips.
constexpr qreal kWidestChip = 180.0;
constexpr int kMostLines = 3;

}  // namespace

TokenStrip::TokenStrip(QWidget* parent) : QAbstractScrollArea(parent)
{
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("Tokens"));
    viewport()->setMouseTracking(true);
}

void TokenStrip::show(std::shared_ptr<const Trace> trace, const Selection& selection, const ColourMap& colourMap)
{
    const bool sameTokens = trace == m_trace;
    const bool sameRow = sameTokens && m_selection.head == selection.head && m_selection.query == selection.query;
    m_trace = std::move(trace);
    m_selection = selection;
    m_colourMap = &colourMap;
    if (!sameRow) {
        m_weights.resize(0);
        if (m_trace && selection.query) {
            if (const auto weights = m_trace->map(StageId::Weights, selection.head)) {
                m_weights = (*weights)->row(*selection.query);
            }
        }
    }
    if (!sameTokens) {
        placeChips();
    }
    viewport()->update();
}

void TokenStrip::setZeroed(std::set<TokenIndex> tokens)
{
    if (m_zeroed != tokens) {
        m_zeroed = std::move(tokens);
        viewport()->update();
    }
}

QSize TokenStrip::sizeHint() const
{
    const qreal height = kLine * std::clamp(m_lines, 1, kMostLines);
    return {400, static_cast<int>(height * PictureView::magnification())};
}

void TokenStrip::placeChips()
{
    m_chips.clear();
    const QFontMetricsF metrics(figureFont(kTitlePixels, QFont::Bold));
    const qreal room = viewport()->width() / PictureView::magnification();
    qreal x = 0.0;
    int line = 0;
    if (m_trace) {
        const std::vector<Token>& tokens = m_trace->info().tokens;
        for (const Token& token :
             std::span(tokens).first(std::min(tokens.size(), static_cast<std::size_t>(kMostChips)))) {
            const qreal text = std::min(metrics.horizontalAdvance(tokenLabel(token)), kWidestChip);
            const qreal width = text + 2.0 * kPadding;
            if (x > 0.0 && x + width > room) {
                x = 0.0;
                ++line;
            }
            m_chips.emplace_back(x, line * kLine, width, kChip);
            x += width + kGap;
        }
    }
    const int lines = line + 1;
    m_lines = lines;
    if (height() != sizeHint().height()) {
        setFixedHeight(sizeHint().height());
    }
    verticalScrollBar()->setSingleStep(static_cast<int>(kLine));
    verticalScrollBar()->setPageStep(viewport()->height());
    verticalScrollBar()->setRange(0, static_cast<int>(kLine) * std::max(0, lines - kMostLines));
}

QRectF TokenStrip::chipRect(TokenIndex token) const
{
    return m_chips[static_cast<std::size_t>(token.value)].translated(0.0, -verticalScrollBar()->value());
}

std::optional<TokenIndex> TokenStrip::tokenAt(QPointF point) const
{
    for (std::size_t i = 0; i < m_chips.size(); ++i) {
        const TokenIndex token(static_cast<Index>(i));
        if (chipRect(token).contains(point / PictureView::magnification())) {
            return token;
        }
    }
    return std::nullopt;
}

float TokenStrip::weightOf(TokenIndex token) const
{
    return token.value < m_weights.size() ? m_weights(token.value) : 0.0F;
}

void TokenStrip::paintEvent(QPaintEvent* /*event*/)
{
    const Theme& theme = themeOf(*this);
    QPainter painter(viewport());
    painter.setRenderHint(QPainter::Antialiasing);
    painter.scale(PictureView::magnification(), PictureView::magnification());
    const QFont plain = figureFont(kTitlePixels);
    const QFont bold = figureFont(kTitlePixels, QFont::Bold);
    const QFontMetricsF metrics(bold);
    for (std::size_t i = 0; i < m_chips.size(); ++i) {
        const TokenIndex token(static_cast<Index>(i));
        const QRectF chip = chipRect(token);
        if (chip.bottom() < 0.0 || chip.top() > viewport()->height() / PictureView::magnification()) {
            continue;
        }
        const bool isQuery = m_selection.query == token;
        const bool isKey = m_selection.key == token;
        if (isQuery || isKey) {
            painter.setPen(QPen(theme.accent, isQuery ? 2.0 : 1.2, isQuery ? Qt::SolidLine : Qt::DashLine));
            painter.setBrush(Qt::NoBrush);
            painter.drawRoundedRect(chip.adjusted(1.0, 1.0, -1.0, -1.0), 4.0, 4.0);
        }
        const bool isZeroed = m_zeroed.contains(token);
        QFont font = isQuery ? bold : plain;
        font.setStrikeOut(isZeroed);
        painter.setFont(font);
        painter.setPen(isQuery ? theme.accent : isZeroed ? theme.mutedText : theme.text);
        const QRectF text = chip.adjusted(kPadding, 2.0, -kPadding, -kBar - 3.0);
        painter.drawText(text, Qt::AlignCenter,
                         elidedTokenLabel(m_trace->info().tokens[i], metrics, text.width() + 1.0));
        if (m_weights.size() > 0) {
            const QRectF bar(chip.left() + 4.0, chip.bottom() - kBar - 2.0, chip.width() - 8.0, kBar);
            painter.setPen(Qt::NoPen);
            painter.setBrush(QColor(m_colourMap->colour(weightOf(token), 0.0F, 1.0F)));
            painter.drawRoundedRect(bar, 2.0, 2.0);
        }
    }
}

bool TokenStrip::viewportEvent(QEvent* event)
{
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        if (const std::optional<TokenIndex> token = tokenAt(help->pos())) {
            const std::vector<Token>& tokens = m_trace->info().tokens;
            const auto label = [&tokens](TokenIndex index) {
                return tokenLabel(tokens[static_cast<std::size_t>(index.value)]);
            };
            const Token& pointedAt = tokens[static_cast<std::size_t>(token->value)];
            const bool isOfWords = m_trace->info().unit == TokenUnit::Word;
            QString text = isOfWords
                               ? tr("word %1: %2").arg(token->value).arg(label(*token))
                               : tr("token %1: %2 (id %3)").arg(token->value).arg(label(*token)).arg(pointedAt.id);
            if (!pointedAt.piece.empty() && pointedAt.piece != pointedAt.text) {
                text += tr("\nraw: %1").arg(withVisibleControls(QString::fromStdString(pointedAt.piece)));
            }
            if (m_weights.size() > 0) {
                text += tr("\n%1 → %2: weight %3")
                            .arg(label(*m_selection.query), label(*token))
                            .arg(static_cast<double>(weightOf(*token)), 0, 'g', 6);
            }
            if (m_zeroed.contains(*token)) {
                text += tr("\nIts value is zeroed: nothing flows from it, however much it is looked at");
            }
            QToolTip::showText(help->globalPos(), text, this, chipRect(*token).toAlignedRect());
        } else {
            QToolTip::hideText();
        }
        return true;
    }
    if (event->type() == QEvent::Leave) {
        emit pointed(std::nullopt);
    }
    return QAbstractScrollArea::viewportEvent(event);
}

void TokenStrip::resizeEvent(QResizeEvent* event)
{
    QAbstractScrollArea::resizeEvent(event);
    placeChips();
}

void TokenStrip::changeEvent(QEvent* event)
{
    QAbstractScrollArea::changeEvent(event);
    if (event->type() == QEvent::FontChange) {  // so it is when the magnification changes
        placeChips();
    }
}

void TokenStrip::mouseMoveEvent(QMouseEvent* event)
{
    emit pointed(tokenAt(event->position()));
}

void TokenStrip::mousePressEvent(QMouseEvent* event)
{
    if (const std::optional<TokenIndex> token = tokenAt(event->position());
        token && event->button() == Qt::LeftButton) {
        emit clicked(*token);
    }
}

void TokenStrip::contextMenuEvent(QContextMenuEvent* event)
{
    const std::optional<TokenIndex> token =
        event->reason() == QContextMenuEvent::Mouse ? tokenAt(event->pos()) : m_selection.query;
    if (!token || !m_trace) {
        return;
    }
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->setObjectName(QStringLiteral("tokenMenu"));
    QAction* zero = menu->addAction(tr("&Zero its value"), this, [this, token] { emit valueToggled(*token); });
    zero->setCheckable(true);
    zero->setChecked(m_zeroed.contains(*token));
    menu->popup(event->reason() == QContextMenuEvent::Mouse
                    ? event->globalPos()
                    : viewport()->mapToGlobal(chipRect(*token).bottomLeft().toPoint()));
}

void TokenStrip::leaveEvent(QEvent* event)
{
    emit pointed(std::nullopt);
    QAbstractScrollArea::leaveEvent(event);
}

void TokenStrip::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Delete && m_selection.query && m_trace) {
        emit valueToggled(*m_selection.query);
        return;
    }
    const int step = event->key() == Qt::Key_Right ? 1 : event->key() == Qt::Key_Left ? -1 : 0;
    if (step == 0 || m_chips.empty()) {
        QAbstractScrollArea::keyPressEvent(event);
        return;
    }
    const Index last = static_cast<Index>(m_chips.size()) - 1;
    const Index from = m_selection.query ? m_selection.query->value : (step > 0 ? -1 : last + 1);
    emit clicked(TokenIndex(std::clamp<Index>(from + step, 0, last)));
}

}  // namespace headlight::ui
