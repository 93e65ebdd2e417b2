#include "ui/plots/position_shift_picture.h"

#include "ui/plots/titled_chart.h"

#include <QFontMetricsF>

#include <algorithm>
#include <cmath>

namespace headlight::ui {
namespace {

constexpr qreal kGap = 16.0;
constexpr qreal kHeadingRoom = 20.0;
constexpr qreal kColumnLabels = 36.0;
constexpr qreal kRowLabels = 96.0;
constexpr qreal kNoteRoom = 36.0;
constexpr qreal kMostRowHeight = 34.0;
constexpr Index kMeasured = 128;  ///< Positions at which the identity is measured, or up to p if that is more.

QString text(std::string_view utf8)
{
    return QString::fromUtf8(utf8.data(), static_cast<qsizetype>(utf8.size()));
}

QString number(double value, int decimals)
{
    return QString::number(value, 'f', decimals).replace(QLatin1Char('-'), QChar(0x2212));
}

/// An arrow from the centre.
void drawArrow(QPainter& painter, QPointF centre, QPointF tip)
{
    constexpr qreal kHead = 6.0;
    painter.drawLine(centre, tip);
    const QLineF shaft(tip, centre);
    for (const qreal turn : {-25.0, 25.0}) {
        QLineF barb = shaft;
        barb.setLength(kHead);
        barb.setAngle(shaft.angle() + turn);
        painter.drawLine(barb);
    }
}

}  // namespace

PositionShiftPicture::PositionShiftPicture(const PositionsInUse& inUse, const PositionOptions& options,
                                           const Selection& shown)
    : m_request(positionRequest(inUse, options, shown.head.head))
    , m_origin(positionOrigin(inUse, m_request))
    , m_head(shown.head)
    , m_tokens(inUse.tokens)
    , m_shift(options.shift)
{
    const Index wanted = shown.query ? shown.query->value : 0;
    const Index most = kMostPositions - m_shift;
    m_position = wanted < most ? wanted : 0;
    m_request.positions = std::clamp(std::min(m_request.positions, kMeasured), m_position + 1, most);
    Result<ShiftIdentity> identity = shiftIdentity(m_request, m_shift);
    if (!identity) {
        m_message = text(identity.error().message);
        if (m_request.scheme == PositionScheme::Alibi) {
            m_message +=
                QStringLiteral("\nALiBi's bias at distance r + k is that at r less m·k: it is shifted, not turned.");
        }
        return;
    }
    m_identity = std::move(*identity);
    m_rows = Matrix(3, m_request.width);
    m_rows << m_identity->encoding.row(m_position), m_identity->mapped.row(m_position),
        m_identity->shifted.row(m_position);
    m_scale = {.map = &ColourMap::diverging(), .low = -1.0F, .high = 1.0F, .meaning = {}};
    for (const Index column : waveColumns(m_request, options)) {
        const auto isOf = [column](const PairShift& pair) { return pair.first == column || pair.second == column; };
        const auto found = std::ranges::find_if(m_identity->pairs, isOf);
        const auto pair = static_cast<std::size_t>(found - m_identity->pairs.begin());
        if (found != m_identity->pairs.end() && std::ranges::find(m_pairs, pair) == m_pairs.end()) {
            m_pairs.push_back(pair);
        }
    }
}

QString PositionShiftPicture::title() const
{
    return QStringLiteral("Positions · %1 · PE(p + k) = M_k·PE(p) · %2")
        .arg(positionSchemeTitle(m_request.scheme), m_origin);
}

QSizeF PositionShiftPicture::naturalSize() const
{
    return m_identity ? QSizeF(1080.0, 460.0) : QSizeF(640.0, 160.0);
}

QString PositionShiftPicture::rowName(Index row) const
{
    switch (row) {
    case 0:
        return QStringLiteral("PE(%1)").arg(m_position);
    case 1:
        return QStringLiteral("M_%1·PE(%2)").arg(m_shift).arg(m_position);
    default:
        return QStringLiteral("PE(%1)").arg(m_position + m_shift);
    }
}

QRectF PositionShiftPicture::cellsRect(const QRectF& area) const
{
    const QPointF corner(std::round(area.left() + kRowLabels), std::round(area.top() + kHeadingRoom + kColumnLabels));
    const qreal width = std::max(std::floor(area.right() - kBareColourBarWidth - 8.0 - corner.x()), 1.0);
    const qreal row = std::clamp(std::floor(area.height() * 0.09), 4.0, kMostRowHeight);
    return {corner, QSizeF(width, 3.0 * row)};
}

void PositionShiftPicture::paint(QPainter& painter, const QRectF& area, const Theme& theme) const
{
    painter.save();
    if (!m_identity) {
        painter.setPen(theme.mutedText);
        painter.setFont(figureFont(kTitlePixels));
        painter.drawText(area, Qt::AlignCenter | Qt::TextWordWrap, m_message);
        painter.restore();
        return;
    }
    const QRectF cells = cellsRect(area);
    drawHeading(painter, area, QStringLiteral("One matrix M_%1 for every p; here p = %2").arg(m_shift).arg(m_position),
                theme);
    drawCells(painter, cells, m_rows, m_scale, theme);
    painter.setPen(theme.line);
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(cells);
    drawAxis(painter, QRectF(cells.left() - kRowLabels, cells.top(), kRowLabels, cells.height()),
             {.labels = {rowName(0), rowName(1), rowName(2)}, .name = {}}, AxisSide::Left, theme);
    drawAxis(painter, QRectF(cells.left(), cells.top() - kColumnLabels, cells.width(), kColumnLabels),
             numberAxis(m_request.width, QStringLiteral("dimension"), std::nullopt), AxisSide::Top, theme);
    drawColourBar(painter, QRectF(cells.right() + 8.0, cells.top(), kBareColourBarWidth, cells.height()), m_scale,
                  theme);

    painter.setFont(figureFont(kLabelPixels));
    painter.setPen(theme.text);
    const QRectF note(area.left(), cells.bottom() + 6.0, area.width(), kNoteRoom);
    painter.drawText(
        note, Qt::AlignLeft | Qt::AlignTop,
        QFontMetricsF(painter.font())
            .elidedText(QStringLiteral("Largest |M_%1·PE(p) − PE(p + %1)| over p = 0 … %2 and %3 dimensions, measured "
                                       "in float32: %4")
                            .arg(m_shift)
                            .arg(m_request.positions - 1)
                            .arg(2 * m_identity->pairs.size())
                            .arg(static_cast<double>(m_identity->largestDifference), 0, 'g', 2),
                        Qt::ElideRight, area.width()));

    painter.setPen(theme.mutedText);
    painter.drawText(
        note, Qt::AlignLeft | Qt::AlignBottom,
        QFontMetricsF(painter.font())
            .elidedText(
                QStringLiteral("Of each pair, cosine to the right and sine up: the grey arrow is %1, the coloured "
                               "one %2, the dot %3")
                    .arg(rowName(0), rowName(1), rowName(2)),
                Qt::ElideRight, area.width()));

    constexpr qreal kLeastPairWidth = 150.0;
    const QRectF dials(QPointF(area.left(), note.bottom() + kGap), area.bottomRight());
    const auto fitting = std::max<std::size_t>(static_cast<std::size_t>(dials.width() / kLeastPairWidth), 1);
    const std::size_t count = std::min(m_pairs.size(), fitting);
    const qreal width = dials.width() / static_cast<qreal>(std::max<std::size_t>(count, 1));
    for (std::size_t i = 0; i < count; ++i) {
        paintPair(painter,
                  QRectF(dials.left() + static_cast<qreal>(i) * width, dials.top(), width - kGap, dials.height()),
                  m_pairs[i], theme);
    }
    painter.restore();
}

void PositionShiftPicture::paintPair(QPainter& painter, const QRectF& area, std::size_t pair, const Theme& theme) const
{
    constexpr qreal kLine = 15.0;
    constexpr qreal kMatrixRoom = 3.0 * kLine + 6.0;
    const PairShift& shift = m_identity->pairs[pair];
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    drawHeading(painter, area, QStringLiteral("dimensions %1, %2").arg(shift.first).arg(shift.second), theme);
    const double length = wavelength(m_request, shift.first).value();
    painter.setFont(figureFont(kSmallPixels));
    painter.setPen(theme.mutedText);
    painter.drawText(
        area.adjusted(0.0, kLine, 0.0, 0.0), Qt::AlignLeft | Qt::AlignTop,
        QStringLiteral("λ %1 · turned by %2°")
            .arg(QString::number(length, 'g', 3),
                 QString::number(std::fmod(360.0 * static_cast<double>(m_shift) / length, 360.0), 'f', 1)));

    const QRectF dial = area.adjusted(0.0, 2.0 * kLine + 4.0, 0.0, -kMatrixRoom);
    const qreal radius = std::min(dial.width(), dial.height()) / 2.0 - 2.0;
    if (radius > 8.0) {
        const QPointF centre(dial.left() + radius + 2.0, dial.top() + radius + 2.0);
        painter.setPen(QPen(theme.line, 1.0));
        painter.setBrush(Qt::NoBrush);
        painter.drawEllipse(centre, radius, radius);
        // Cosine to the right, sine up.
        const auto tip = [&](Index row) {
            return centre + radius * QPointF(static_cast<qreal>(m_rows(row, shift.second)),
                                             -static_cast<qreal>(m_rows(row, shift.first)));
        };
        painter.setPen(QPen(theme.mutedText, 1.6));
        drawArrow(painter, centre, tip(0));
        painter.setPen(QPen(theme.accent, 1.8));
        drawArrow(painter, centre, tip(1));
        painter.setPen(Qt::NoPen);
        painter.setBrush(theme.text);
        painter.drawEllipse(tip(2), 2.5, 2.5);
    }

    // The rotation as a 2×2 matrix.
    painter.setFont(figureFont(kLabelPixels));
    painter.setPen(theme.text);
    constexpr qreal kNumberWidth = 56.0;
    const QRectF matrix(area.left() + 5.0, area.bottom() - kMatrixRoom + 8.0, 2.0 * kNumberWidth, 2.0 * kLine + 2.0);
    for (Index row = 0; row < 2; ++row) {
        for (Index column = 0; column < 2; ++column) {
            const QRectF cell(matrix.left() + static_cast<qreal>(column) * kNumberWidth,
                              matrix.top() + static_cast<qreal>(row) * kLine, kNumberWidth - 8.0, kLine);
            painter.drawText(cell, Qt::AlignRight | Qt::AlignVCenter, number(shift.matrix(row, column), 3));
        }
    }
    constexpr qreal kBracket = 4.0;
    painter.setPen(QPen(theme.text, 1.0));
    painter.drawPolyline(QPolygonF({matrix.topLeft() + QPointF(kBracket, 0.0), matrix.topLeft(), matrix.bottomLeft(),
                                    matrix.bottomLeft() + QPointF(kBracket, 0.0)}));
    painter.drawPolyline(QPolygonF({matrix.topRight() - QPointF(kBracket, 0.0), matrix.topRight(), matrix.bottomRight(),
                                    matrix.bottomRight() - QPointF(kBracket, 0.0)}));
    painter.restore();
}

std::optional<PositionShiftPicture::Place> PositionShiftPicture::placeAt(QPointF point, const QRectF& area) const
{
    if (!m_identity) {
        return std::nullopt;
    }
    const QRectF cells = cellsRect(area);
    if (!cells.contains(point)) {
        return std::nullopt;
    }
    const auto index = [](qreal offset, qreal extent, Index count) {
        return std::clamp<Index>(static_cast<Index>(offset / extent * static_cast<qreal>(count)), 0, count - 1);
    };
    return Place{index(point.y() - cells.top(), cells.height(), 3),
                 index(point.x() - cells.left(), cells.width(), m_request.width)};
}

QString PositionShiftPicture::describeAt(QPointF point, const QRectF& area) const
{
    const std::optional<Place> place = placeAt(point, area);
    if (!place) {
        return {};
    }
    QStringList values;
    for (Index row = 0; row < 3; ++row) {
        values.append(QStringLiteral("%1: %2").arg(
            rowName(row), QString::number(static_cast<double>(m_rows(row, place->column)), 'g', 7)));
    }
    return QStringLiteral("dimension %1\n%2").arg(place->column).arg(values.join(QLatin1Char('\n')));
}

std::optional<Selection> PositionShiftPicture::selectionAt(QPointF point, const QRectF& area) const
{
    const std::optional<Place> place = placeAt(point, area);
    const Index later = m_position + m_shift;
    if (!place || place->row < 2 || later >= m_tokens) {
        return std::nullopt;
    }
    return Selection{.head = m_head, .query = TokenIndex(m_position), .key = TokenIndex(later)};
}

CsvTable PositionShiftPicture::table() const
{
    CsvTable table{.header = {"dimension", rowName(0).toStdString(), rowName(1).toStdString(), rowName(2).toStdString(),
                              "factor of the sine", "factor of the cosine"},
                   .rows = {}};
    for (Index column = 0; m_identity && column < m_request.width; ++column) {
        std::vector<CsvCell> row{column, m_rows(0, column), m_rows(1, column), m_rows(2, column)};
        const auto isOf = [column](const PairShift& pair) { return pair.first == column || pair.second == column; };
        const auto pair = std::ranges::find_if(m_identity->pairs, isOf);
        for (const Index factor : {0, 1}) {
            row.push_back(pair == m_identity->pairs.end()
                              ? CsvCell(std::string())
                              : CsvCell(pair->matrix(pair->first == column ? 0 : 1, factor)));
        }
        table.rows.push_back(std::move(row));
    }
    return table;
}

}  // namespace headlight::ui
