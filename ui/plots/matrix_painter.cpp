#include "ui/plots/matrix_painter.h"

#include "ui/plots/token_label.h"

#include <QFontMetricsF>
#include <QPaintEngine>

#include <algorithm>
#include <cmath>

namespace headlight::ui {
namespace {

constexpr qreal kLabelGap = 6.0;       ///< Between a label and the matrix.
constexpr qreal kAxisNameRoom = 20.0;  ///< For the axis' name.
constexpr qreal kTurnDegrees = 60.0;   ///< Of top labels that do not fit upright.
constexpr Index kMostVectorCells = 1 << 15;

qreal lineHeight()
{
    return QFontMetricsF(figureFont(kLabelPixels)).height();
}

/// Bold, so that a highlighted label fits too.
qreal widestLabel(const AxisLabels& axis)
{
    if (axis.widest) {
        return *axis.widest;
    }
    const QFontMetricsF metrics(figureFont(kLabelPixels, QFont::Bold));
    qreal widest = 0.0;
    for (const QString& label : axis.labels) {
        widest = std::max(widest, metrics.horizontalAdvance(label));
    }
    return widest;
}

/// The name, or what stands before its colon where there is no room for all of it.
qreal nameRoom(const AxisLabels& axis)
{
    return axis.name.isEmpty() ? 0.0 : kAxisNameRoom;
}

QString fittingName(const QString& name, QChar end, const QFontMetricsF& metrics, qreal room)
{
    const QString fitting = metrics.horizontalAdvance(name) <= room ? name : name.section(end, 0, 0).trimmed();
    return metrics.elidedText(fitting, Qt::ElideRight, room);
}

bool fitUpright(const AxisLabels& axis, qreal pitch)
{
    return axis.kind == LabelKind::Numbers || widestLabel(axis) + kLabelGap <= pitch;
}

/// Every how many labels one is drawn, if each takes `extent` along the axis: for numbers 1, 2, 5, 10, 20, 50 …
int stepOf(const AxisLabels& axis, qreal extent, qreal pitch)
{
    const int fewest = labelStep(extent, pitch);
    if (axis.kind == LabelKind::Words) {
        return fewest;
    }
    for (int decade = 1;; decade *= 10) {
        for (const int round : {decade, 2 * decade, 5 * decade}) {
            if (round >= fewest) {
                return round;
            }
        }
    }
}

/// Draws labels i with i divisible by `step`, and the highlighted one in place of neighbours that it would touch.
template <typename DrawLabel>
void drawThinned(const AxisLabels& axis, int step, DrawLabel drawLabel)
{
    for (qsizetype i = 0; i < axis.labels.size(); i += step) {
        if (!axis.highlighted || std::abs(i - static_cast<qsizetype>(*axis.highlighted)) >= step) {
            drawLabel(i, false);
        }
    }
    if (axis.highlighted && *axis.highlighted < axis.labels.size()) {
        drawLabel(static_cast<qsizetype>(*axis.highlighted), true);
    }
}

bool isLight(QRgb colour)
{
    return 0.299 * qRed(colour) + 0.587 * qGreen(colour) + 0.114 * qBlue(colour) > 140.0;
}

QString tickText(float value)
{
    return QString::number(static_cast<double>(value), 'g', 3).replace(QLatin1Char('-'), QChar(0x2212));
}

}  // namespace

QImage matrixImage(const Matrix& values, const ColourScale& scale, const Theme& theme)
{
    QImage image(static_cast<int>(values.cols()), static_cast<int>(values.rows()), QImage::Format_RGB32);
    const QRgb hidden = theme.hidden.rgb();
    for (Index row = 0; row < values.rows(); ++row) {
        auto* line = reinterpret_cast<QRgb*>(image.scanLine(static_cast<int>(row)));
        for (Index col = 0; col < values.cols(); ++col) {
            const float value = values(row, col);
            line[col] = std::isnan(value) ? hidden : scale.colour(value);
        }
    }
    return image;
}

QSize devicePixels(const QPainter& painter, const QRectF& area)
{
    const QRectF mapped = painter.deviceTransform().mapRect(area);
    return {std::max(1, static_cast<int>(mapped.width())), std::max(1, static_cast<int>(mapped.height()))};
}

QSize devicePixels(const QRectF& area, qreal pixelRatio)
{
    return {std::max(1, static_cast<int>(area.width() * pixelRatio)),
            std::max(1, static_cast<int>(area.height() * pixelRatio))};
}

void drawCells(QPainter& painter, const QRectF& area, const Matrix& values, const ColourScale& scale,
               const Theme& theme)
{
    if (values.size() == 0) {
        return;
    }
    painter.save();
    painter.setRenderHint(QPainter::SmoothPixmapTransform, false);
    const QImage image = matrixImage(values, scale, theme);
    const QPaintEngine* engine = painter.paintEngine();
    if (engine != nullptr && engine->type() == QPaintEngine::SVG && values.size() <= kMostVectorCells) {
        painter.setRenderHint(QPainter::Antialiasing, false);
        painter.setPen(Qt::NoPen);
        const qreal width = area.width() / image.width();
        const qreal height = area.height() / image.height();
        for (int row = 0; row < image.height(); ++row) {
            for (int col = 0, next = 0; col < image.width(); col = next) {
                const QRgb colour = image.pixel(col, row);
                for (next = col + 1; next < image.width() && image.pixel(next, row) == colour; ++next) {
                }
                painter.setBrush(QColor(colour));
                const QPointF corner(area.left() + col * width, area.top() + row * height);
                // Under its neighbours to the right and below, or viewers let the paper shine through the seams.
                const QRectF cell(corner, QSizeF(width * (next - col + 0.5), height * 1.5));
                painter.drawRect(cell & area);
            }
        }
    } else {
        painter.drawImage(area, image, QRectF(image.rect()));
    }
    painter.restore();
}

void drawCellNumbers(QPainter& painter, const QRectF& area, const Matrix& values, const ColourScale& scale)
{
    if (values.size() == 0) {
        return;
    }
    const qreal width = area.width() / static_cast<qreal>(values.cols());
    const qreal height = area.height() / static_cast<qreal>(values.rows());
    const QFont font = figureFont(std::clamp(width / 3.4, kSmallPixels - 1.0, kLabelPixels));
    const QFontMetricsF metrics(font);
    if (metrics.horizontalAdvance(QStringLiteral("−0.00")) > width || metrics.height() > height) {
        return;
    }
    painter.save();
    painter.setFont(font);
    for (Index row = 0; row < values.rows(); ++row) {
        for (Index col = 0; col < values.cols(); ++col) {
            const float value = values(row, col);
            if (std::isnan(value)) {
                continue;
            }
            painter.setPen(isLight(scale.colour(value)) ? Qt::black : Qt::white);
            const QRectF cell(area.left() + static_cast<qreal>(col) * width,
                              area.top() + static_cast<qreal>(row) * height, width, height);
            painter.drawText(
                cell, Qt::AlignCenter,
                QString::number(static_cast<double>(value), 'f', 2).replace(QLatin1Char('-'), QChar(0x2212)));
        }
    }
    painter.restore();
}

void drawMarks(QPainter& painter, const QRectF& area, Index side, const MarkedLines& marked, const Theme& theme)
{
    const qreal pitch = area.width() / static_cast<qreal>(side);
    // Around rows and columns too thin to hold a frame, not over them.
    constexpr qreal kThin = 6.0;
    const qreal outside = pitch < kThin ? 1.0 : 0.0;
    painter.save();
    QPen marker(theme.accent, pitch < kThin ? 1.0 : 1.5);
    marker.setJoinStyle(Qt::MiterJoin);
    painter.setPen(marker);
    painter.setBrush(Qt::NoBrush);
    if (marked.row) {
        const qreal top = area.top() + static_cast<qreal>(*marked.row) * pitch;
        painter.drawRect(QRectF(area.left(), top, area.width(), pitch).adjusted(-outside, -outside, outside, outside));
    }
    if (marked.column) {
        const qreal left = area.left() + static_cast<qreal>(*marked.column) * pitch;
        painter.drawRect(QRectF(left, area.top(), pitch, area.height()).adjusted(-outside, -outside, outside, outside));
    }
    painter.restore();
}

void drawColourBar(QPainter& painter, const QRectF& area, const ColourScale& scale, const Theme& theme)
{
    constexpr qreal kBarWidth = 14.0;
    const qreal rim = lineHeight() / 2.0;
    const QRectF bar(area.left(), area.top() + rim, kBarWidth, std::max<qreal>(area.height() - 2.0 * rim, 1.0));
    const auto steps = static_cast<Index>(scale.map->colours().size());
    Matrix ramp(steps, 1);
    for (Index i = 0; i < steps; ++i) {
        ramp(i, 0) = scale.high - (scale.high - scale.low) * static_cast<float>(i) / static_cast<float>(steps - 1);
    }
    painter.save();
    drawCells(painter, bar, ramp, scale, theme);
    painter.setPen(theme.line);
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(bar);

    painter.setFont(figureFont(kSmallPixels));
    painter.setPen(theme.text);
    const int ticks = bar.height() > 160.0 ? 4 : 2;
    for (int i = 0; i <= ticks; ++i) {
        const float share = static_cast<float>(i) / static_cast<float>(ticks);
        const qreal y = bar.bottom() - static_cast<qreal>(share) * bar.height();
        painter.drawLine(QPointF(bar.right(), y), QPointF(bar.right() + 3.0, y));
        painter.drawText(QRectF(bar.right() + 6.0, y - rim, area.right() - bar.right() - 6.0, 2.0 * rim),
                         Qt::AlignLeft | Qt::AlignVCenter, tickText(scale.low + share * (scale.high - scale.low)));
    }
    painter.setPen(theme.mutedText);
    painter.translate(area.right() - lineHeight(), bar.center().y());
    painter.rotate(-90.0);
    const QRectF along(-area.height() / 2.0, 0.0, area.height(), lineHeight());
    painter.drawText(along, Qt::AlignCenter,
                     fittingName(scale.meaning, QLatin1Char('='), QFontMetricsF(painter.font()), along.width()));
    painter.restore();
}

AxisLabels numberAxis(Index count, const QString& name, std::optional<Index> highlighted)
{
    AxisLabels axis{.labels = {}, .name = name, .highlighted = highlighted, .kind = LabelKind::Numbers};
    for (Index i = 0; i < count; ++i) {
        axis.labels.append(QString::number(i));
    }
    axis.widest = widestLabel(axis);
    return axis;
}

AxisLabels tokenAxis(const std::vector<Token>& tokens, const QString& name, std::optional<TokenIndex> highlighted)
{
    AxisLabels axis{.labels = {}, .name = name, .highlighted = {}};
    for (const Token& token : tokens) {
        axis.labels.append(tokenLabel(token));
    }
    if (highlighted) {
        axis.highlighted = highlighted->value;
    }
    axis.widest = widestLabel(axis);
    return axis;
}

qreal axisExtent(const AxisLabels& axis, AxisSide side, qreal pitch, qreal limit)
{
    const qreal widest = widestLabel(axis);
    qreal labels = widest;
    if (side == AxisSide::Top) {
        const qreal turn = qDegreesToRadians(kTurnDegrees);
        labels = fitUpright(axis, pitch) ? lineHeight() : widest * std::sin(turn) + lineHeight() * std::cos(turn);
    }
    return std::min(labels + kLabelGap + nameRoom(axis), limit);
}

void drawAxis(QPainter& painter, const QRectF& area, const AxisLabels& axis, AxisSide side, const Theme& theme)
{
    if (axis.labels.isEmpty()) {
        return;
    }
    painter.save();
    painter.setPen(theme.mutedText);
    painter.setFont(figureFont(kLabelPixels));
    const QFont plain = figureFont(kLabelPixels);
    const QFont bold = figureFont(kLabelPixels, QFont::Bold);
    const QFontMetricsF metrics(bold);
    const auto count = static_cast<qreal>(axis.labels.size());

    const auto style = [&](bool highlighted) {
        painter.setFont(highlighted ? bold : plain);
        painter.setPen(highlighted ? theme.accent : theme.text);
    };
    if (side == AxisSide::Left) {
        painter.save();
        painter.translate(area.left(), area.center().y());
        painter.rotate(-90.0);
        painter.drawText(QRectF(-area.height() / 2.0, 0.0, area.height(), kAxisNameRoom),
                         Qt::AlignHCenter | Qt::AlignTop,
                         fittingName(axis.name, QLatin1Char(':'), painter.fontMetrics(), area.height()));
        painter.restore();

        const qreal pitch = area.height() / count;
        const qreal room = area.width() - nameRoom(axis) - kLabelGap;
        drawThinned(axis, stepOf(axis, lineHeight(), pitch), [&](qsizetype i, bool highlighted) {
            style(highlighted);
            const qreal y = area.top() + (static_cast<qreal>(i) + 0.5) * pitch;
            painter.drawText(QRectF(area.left() + nameRoom(axis), y - lineHeight() / 2.0, room, lineHeight()),
                             Qt::AlignRight | Qt::AlignVCenter,
                             metrics.elidedText(axis.labels[i], Qt::ElideMiddle, room));
        });
    } else {
        painter.drawText(QRectF(area.left(), area.top(), area.width(), kAxisNameRoom), Qt::AlignHCenter | Qt::AlignTop,
                         fittingName(axis.name, QLatin1Char(':'), painter.fontMetrics(), area.width()));
        const qreal pitch = area.width() / count;
        const bool upright = fitUpright(axis, pitch);
        const qreal turn = qDegreesToRadians(kTurnDegrees);
        const qreal room =
            (area.height() - nameRoom(axis) - kLabelGap - lineHeight() * std::cos(turn)) / std::sin(turn);
        const qreal across = upright ? widestLabel(axis) + kLabelGap : lineHeight() / std::sin(turn);
        drawThinned(axis, stepOf(axis, across, pitch), [&](qsizetype i, bool highlighted) {
            style(highlighted);
            const qreal x = area.left() + (static_cast<qreal>(i) + 0.5) * pitch;
            if (upright) {
                painter.drawText(
                    QRectF(x - across / 2.0, area.bottom() - kLabelGap - lineHeight(), across, lineHeight()),
                    Qt::AlignCenter | Qt::TextDontClip, axis.labels[i]);
                return;
            }
            painter.save();
            painter.translate(x, area.bottom() - kLabelGap / 2.0);
            painter.rotate(-kTurnDegrees);
            // The widest label has exactly this room, but for rounding.
            painter.drawText(QRectF(0.0, -lineHeight() / 2.0, room + 1.0, lineHeight()),
                             Qt::AlignLeft | Qt::AlignVCenter,
                             metrics.elidedText(axis.labels[i], Qt::ElideMiddle, room + 1.0));
            painter.restore();
        });
    }
    painter.restore();
}

}  // namespace headlight::ui
