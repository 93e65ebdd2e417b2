#include "ui/panels/prediction_row.h"

#include "ui/learn/glossary_tips.h"
#include "ui/plots/picture_view.h"
#include "ui/plots/token_label.h"

#include <QEvent>
#include <QLabel>
#include <QPainter>
#include <QToolButton>

#include <algorithm>

namespace headlight::ui {
namespace {

constexpr int kGap = 6;
constexpr qreal kWidestToken = 140.0;

}  // namespace

/// A token, and muted how probable it is.
class PredictionRow::Chip final : public QToolButton
{
public:
    explicit Chip(QWidget* parent) : QToolButton(parent) {}

    void show(const QString& token, const QString& share)
    {
        m_token = token;
        m_share = share;
        setText(token + QLatin1Char(' ') + share);
    }
    using QToolButton::show;

    QSize sizeHint() const override
    {
        const QFontMetrics metrics = fontMetrics();
        return {metrics.horizontalAdvance(text()) + 2 * kPadding, metrics.height() + 2 * kMargin};
    }

protected:
    void paintEvent(QPaintEvent* /*event*/) override
    {
        const Theme& theme = themeOf(*this);
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        const bool isPointedAt = isEnabled() && (underMouse() || hasFocus());
        painter.setPen(isPointedAt ? theme.accent : theme.line);
        painter.setBrush(isDown() ? theme.line : theme.paper);
        painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4.0, 4.0);
        const QRect inside = rect().adjusted(kPadding, 0, -kPadding, 0);
        painter.setPen(isEnabled() ? theme.text : theme.mutedText);
        painter.drawText(inside, Qt::AlignLeft | Qt::AlignVCenter, m_token);
        painter.setPen(theme.mutedText);
        painter.drawText(inside, Qt::AlignRight | Qt::AlignVCenter, m_share);
    }

private:
    static constexpr int kPadding = 6;  ///< On either side.
    static constexpr int kMargin = 2;   ///< Above and below.

    QString m_token;
    QString m_share;
};

PredictionRow::PredictionRow(Session& session, QWidget* parent)
    : QWidget(parent)
    , m_session(session)
    , m_place(new QLabel(this))
{
    setObjectName(QStringLiteral("predictions"));
    setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    m_place->setObjectName(QStringLiteral("predictionPlace"));
    m_place->setTextFormat(Qt::PlainText);
    for (Index i = 0; i < kMostPredictions; ++i) {
        auto* chip = new Chip(this);
        chip->setObjectName(QStringLiteral("prediction%1").arg(i));
        chip->setProperty(kShowsTokens, true);
        chip->hide();
        connect(chip, &QToolButton::clicked, this, [this, i] {
            const std::optional<Predictions>& predictions = m_session.predictions();
            if (predictions && predictions->top && i < static_cast<Index>(predictions->top->size())) {
                m_session.writePrediction((*predictions->top)[static_cast<std::size_t>(i)].id);
            }
        });
        m_chips.push_back(chip);
    }
    connect(&session, &Session::predictionsChanged, this, &PredictionRow::refresh);
    connect(&session, &Session::viewOptionsChanged, this, &PredictionRow::refresh);
    refresh();
}

QSize PredictionRow::sizeHint() const
{
    return {400, std::max(m_chips.front()->sizeHint().height(), m_place->sizeHint().height())};
}

QSize PredictionRow::minimumSizeHint() const
{
    return {0, sizeHint().height()};
}

void PredictionRow::refresh()
{
    const std::optional<Predictions>& predictions = m_session.predictions();
    setVisible(predictions.has_value());
    m_used = 0;
    if (!predictions) {
        return;
    }
    m_place->setText(place());
    m_place->setToolTip(tr("The softmax of the logits there, at temperature 1, over the whole vocabulary"));
    if (predictions->top) {
        m_used = std::min(predictions->top->size(), m_chips.size());
        for (std::size_t i = 0; i < m_used; ++i) {
            showChip(*m_chips[i], (*predictions->top)[i]);
        }
    }
    placeChips();
}

QString PredictionRow::place() const
{
    const Predictions& predictions = *m_session.predictions();
    if (!predictions.top) {
        return QString::fromStdString(predictions.top.error().message);
    }
    if (!predictions.site) {
        return m_session.model().tokenizer->maskToken()
                   ? tr("Point at a token, or write a [MASK], to see what the model expects there")
                   : tr("Point at a token to see what the model expects there");
    }
    const Token& token = m_session.fullTrace()->info().tokens[static_cast<std::size_t>(predictions.site->token.value)];
    const QString label = elidedTokenLabel(token, fontMetrics(), kWidestToken);
    switch (predictions.site->kind) {
    case PredictionKind::NextToken:
        return tr("next:");
    case PredictionKind::MaskedToken:
        return tr("at %1:").arg(label);
    case PredictionKind::SameToken:
        return tr("at “%1”:").arg(label);
    }
    return {};
}

void PredictionRow::showChip(Chip& chip, const Prediction& prediction)
{
    Token token = m_session.model().tokenizer->token(prediction.id).value_or(Token{});
    const QString refusal = m_session.refusal(token);
    const QString name = tokenLabel(token);
    token = spelt(std::move(token), m_session.viewOptions().tokens.names);
    const QString shown = elidedTokenLabel(token, chip.fontMetrics(), kWidestToken);
    chip.show(shown, percent(prediction.probability));
    chip.setEnabled(refusal.isEmpty());
    const bool isNext = m_session.predictions()->site->kind == PredictionKind::NextToken;
    const QString action = !refusal.isEmpty() ? refusal
                           : isNext           ? tr("Click to write it after the text")
                                              : tr("Click to write it there");
    chip.setToolTip(QStringLiteral("<p>%1</p>")
                        .arg(tr("“%1” (id %2): probability %3, logit %4. Softmax of the logits, temperature 1.")
                                 .arg(name)
                                 .arg(prediction.id)
                                 .arg(prediction.probability, 0, 'g', 4)
                                 .arg(static_cast<double>(prediction.logit), 0, 'g', 4)
                                 .toHtmlEscaped() +
                             QStringLiteral("<br>") + action.toHtmlEscaped()));
    chip.setAccessibleName(tr("%1, probability %2").arg(name, percent(prediction.probability)));
}

/// As many as fit; the rest would say little.
void PredictionRow::placeChips()
{
    const int height = sizeHint().height();
    int x = std::min(m_place->sizeHint().width(), width());
    m_place->setGeometry(0, 0, x, height);
    x += kGap;
    bool fits = true;
    for (std::size_t i = 0; i < m_chips.size(); ++i) {
        Chip& chip = *m_chips[i];
        const int needed = chip.sizeHint().width();
        fits = fits && i < m_used && x + needed <= width();
        chip.setVisible(fits);
        if (fits) {
            chip.setGeometry(x, 0, needed, height);
            x += needed + kGap;
        }
    }
}

void PredictionRow::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    placeChips();
}

void PredictionRow::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange) {
        refresh();
    }
}

}  // namespace headlight::ui
