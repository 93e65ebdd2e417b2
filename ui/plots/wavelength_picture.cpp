#include "ui/plots/wavelength_picture.h"

#include "ui/plots/training_picture.h"

#include <algorithm>
#include <cmath>

namespace headlight::ui {
namespace {

constexpr qreal kNotesRoom = 58.0;

QString text(std::string_view utf8)
{
    return QString::fromUtf8(utf8.data(), static_cast<qsizetype>(utf8.size()));
}

}  // namespace

WavelengthPicture::WavelengthPicture(const PositionsInUse& inUse, const PositionOptions& options,
                                     const Selection& shown)
    : m_request(positionRequest(inUse, options, shown.head.head))
    , m_origin(positionOrigin(inUse, m_request))
    , m_head(shown.head)
    , m_heads(inUse.model.config.heads)
    , m_tokens(inUse.tokens)
{
    if (m_request.scheme == PositionScheme::None) {
        m_message = QStringLiteral("No positions, hence no waves: every position is the same to the model.");
        return;
    }
    if (m_request.scheme == PositionScheme::Learned) {
        m_message = QStringLiteral(
            "Learned positions follow no formula: each is a row of the model's own table, and none of its "
            "dimensions need be a wave. Encoding shows them.");
        return;
    }
    PositionRequest one = m_request;
    one.positions = 1;
    if (const Result<PositionEncoding> encoding = encodePositions(one); !encoding) {
        m_message = text(encoding.error().message);
        return;
    }
    if (isAlibi()) {
        for (const float slope : alibiSlopes(m_request.width)) {
            m_lengths.push_back(1.0 / static_cast<double>(slope));
        }
        return;
    }
    const bool isInterleaved = m_request.scheme == PositionScheme::Sinusoidal;
    for (Index pair = 0; pair < (m_request.width + 1) / 2; ++pair) {
        m_lengths.push_back(wavelength(m_request, isInterleaved ? 2 * pair : pair).value());
    }
}

Index WavelengthPicture::withinText() const
{
    return std::ranges::count_if(m_lengths, [this](double length) { return length <= static_cast<double>(m_tokens); });
}

QString WavelengthPicture::title() const
{
    return QStringLiteral("Positions · %1 · %2 · %3")
        .arg(positionSchemeTitle(m_request.scheme),
             isAlibi() ? QStringLiteral("reach of every head") : QStringLiteral("wavelengths"), m_origin);
}

QSizeF WavelengthPicture::naturalSize() const
{
    return m_message.isEmpty() ? QSizeF(900.0, 480.0) : QSizeF(640.0, 160.0);
}

TitledChart WavelengthPicture::chart(const Theme& theme) const
{
    const auto text = static_cast<double>(std::max<Index>(m_tokens, 1));
    const auto [shortest, longest] = std::ranges::minmax_element(m_lengths);
    const double low = std::pow(10.0, std::floor(std::log10(std::min(*shortest, text))));
    const double high = std::pow(10.0, std::ceil(std::log10(1.01 * std::max(*longest, text))));
    const auto count = static_cast<double>(m_lengths.size());
    TitledChart titled{
        .heading = isAlibi() ? QStringLiteral("Reach 1/m: the distance at which the bias is −1")
                             : QStringLiteral("Wavelength 2π/ω of every pair of dimensions"),
        .keys = {{QStringLiteral("text: %1 tokens").arg(m_tokens), theme.accent, Stroke::Dashes},
                 {isAlibi() ? QStringLiteral("within the text") : QStringLiteral("turns within the text"),
                  scalingColour(Scaling::On, theme), Stroke::Dots},
                 {isAlibi() ? QStringLiteral("beyond it") : QStringLiteral("is longer than the text"),
                  scalingColour(Scaling::Off, theme), Stroke::Dots}},
        .chart = {.keyName = isAlibi() ? QStringLiteral("head") : QStringLiteral("pair of dimensions"),
                  .valueName = QStringLiteral("positions"),
                  .keys = {.low = -0.5, .high = count - 0.5, .leastStep = 1.0},
                  .values = {.low = low, .high = high, .spacing = AxisSpacing::Decimal},
                  .lines = {}}};
    titled.chart.lines.push_back(
        {.colour = theme.accent, .keys = {-0.5, count - 0.5}, .values = {text, text}, .stroke = Stroke::Dashes});
    for (const bool isWithin : {true, false}) {
        ChartLine dots{.colour = scalingColour(isWithin ? Scaling::On : Scaling::Off, theme),
                       .keys = {},
                       .values = {},
                       .stroke = Stroke::Dots};
        for (std::size_t i = 0; i < m_lengths.size(); ++i) {
            if ((m_lengths[i] <= text) == isWithin) {
                dots.keys.append(static_cast<double>(i));
                dots.values.append(m_lengths[i]);
            }
        }
        titled.chart.lines.push_back(std::move(dots));
    }
    if (isAlibi()) {
        titled.chart.markedKeys.push_back(static_cast<double>(m_request.head.value));
    }
    return titled;
}

QString WavelengthPicture::notes() const
{
    const PositionSchemeInfo& info = positionSchemeInfo(m_request.scheme);
    const auto count = static_cast<Index>(m_lengths.size());
    if (isAlibi()) {
        return QStringLiteral("%1 of %2 heads reach less far than the text's %3 tokens: at distance 1/m the bias has "
                              "taken a factor e "
                              "from a weight. · %4")
            .arg(withinText())
            .arg(count)
            .arg(m_tokens)
            .arg(text(info.source));
    }
    // Less than a tenth of a turn from the first token to the last.
    const auto hardly = std::ranges::count_if(
        m_lengths, [this](double length) { return 10.0 * static_cast<double>(m_tokens) < length; });
    QString notes =
        QStringLiteral("%1 of %2 pairs turn at least once within the text's %3 tokens; %4 turn less than a tenth, and "
                       "are nearly the same at every token.")
            .arg(withinText())
            .arg(count)
            .arg(m_tokens)
            .arg(hardly);
    if (m_request.scheme == PositionScheme::Rotary) {
        notes += QLatin1Char(' ') + QString::fromStdString(headlight::describe(m_request.rotary));
    }
    return notes + QStringLiteral(" · ") + text(info.source);
}

void WavelengthPicture::paint(QPainter& painter, const QRectF& area, const Theme& theme) const
{
    painter.save();
    if (!m_message.isEmpty()) {
        painter.setPen(theme.mutedText);
        painter.setFont(figureFont(kTitlePixels));
        painter.drawText(area, Qt::AlignCenter | Qt::TextWordWrap, m_message);
    } else {
        drawTitledChart(painter, area.adjusted(0.0, 0.0, 0.0, -kNotesRoom), chart(theme), theme);
        painter.setPen(theme.mutedText);
        painter.setFont(figureFont(kLabelPixels));
        painter.drawText(QRectF(area.left(), area.bottom() - kNotesRoom + 8.0, area.width(), kNotesRoom - 8.0),
                         Qt::AlignLeft | Qt::AlignTop | Qt::TextWordWrap, notes());
    }
    painter.restore();
}

QRectF WavelengthPicture::chartRect(const QRectF& area) const
{
    return titledChartRect(area.adjusted(0.0, 0.0, 0.0, -kNotesRoom), chart(Theme::of(Brightness::Light)));
}

std::optional<Index> WavelengthPicture::placeAt(QPointF point, const QRectF& area) const
{
    if (!m_message.isEmpty()) {
        return std::nullopt;
    }
    const QRectF rect = chartRect(area);
    const auto count = static_cast<Index>(m_lengths.size());
    if (!rect.contains(point)) {
        return std::nullopt;
    }
    const auto place = static_cast<Index>((point.x() - rect.left()) / rect.width() * static_cast<qreal>(count));
    return std::clamp<Index>(place, 0, count - 1);
}

QString WavelengthPicture::describe(Index place) const
{
    const double length = m_lengths[static_cast<std::size_t>(place)];
    const QString shown = QString::number(length, 'g', 6);
    if (isAlibi()) {
        return QStringLiteral("head %1: 1/m = %2 positions").arg(place).arg(shown);
    }
    const bool isInterleaved = m_request.scheme == PositionScheme::Sinusoidal;
    const Index first = isInterleaved ? 2 * place : place;
    const Index second = isInterleaved ? first + 1 : place + m_request.width / 2;
    const QString dimensions = second < m_request.width ? QStringLiteral("dimensions %1 and %2").arg(first).arg(second)
                                                        : QStringLiteral("dimension %1").arg(first);
    return QStringLiteral("pair %1, %2: λ = %3 positions, %4 turns within the text")
        .arg(place)
        .arg(dimensions, shown, QString::number(static_cast<double>(m_tokens) / length, 'g', 3));
}

QString WavelengthPicture::describeAt(QPointF point, const QRectF& area) const
{
    const std::optional<Index> place = placeAt(point, area);
    return place ? describe(*place) : QString();
}

std::optional<Selection> WavelengthPicture::selectionAt(QPointF point, const QRectF& area) const
{
    const std::optional<Index> place = placeAt(point, area);
    if (!place || !isAlibi() || *place >= m_heads) {
        return std::nullopt;
    }
    return Selection{.head = {m_head.layer, HeadIndex(*place)}};
}

CsvTable WavelengthPicture::table() const
{
    CsvTable table{.header = {isAlibi() ? "head" : "pair", isAlibi() ? "reach in positions" : "wavelength in positions",
                              isAlibi() ? "slope" : "turns within the text"},
                   .rows = {}};
    for (std::size_t i = 0; i < m_lengths.size(); ++i) {
        const double last = isAlibi() ? 1.0 / m_lengths[i] : static_cast<double>(m_tokens) / m_lengths[i];
        table.rows.push_back({static_cast<Index>(i), m_lengths[i], last});
    }
    return table;
}

}  // namespace headlight::ui
