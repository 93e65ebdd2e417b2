#include "ui/plots/scaling_gauges.h"

#include <QFontMetricsF>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace headlight::ui {

QString gaugeTitle(Gauge gauge)
{
    switch (gauge) {
    case Gauge::Variance:
        return QStringLiteral("Variance of scores");
    case Gauge::Entropy:
        return QStringLiteral("Softmax entropy");
    case Gauge::LargestWeight:
        return QStringLiteral("Largest weight");
    case Gauge::Gradient:
        return QStringLiteral("Gradient through softmax");
    }
    return {};
}

QString gaugeAxis(Gauge gauge)
{
    switch (gauge) {
    case Gauge::Variance:
        return QStringLiteral("variance");
    case Gauge::Entropy:
        return QStringLiteral("bits");
    case Gauge::LargestWeight:
        return QStringLiteral("weight");
    case Gauge::Gradient:
        return QStringLiteral("norm of ∂w/∂s");
    }
    return {};
}

QString gaugeFormula(Gauge gauge)
{
    switch (gauge) {
    case Gauge::Variance:
        return QStringLiteral("mean (s − s̄)² over all visible scores");
    case Gauge::Entropy:
        return QStringLiteral("−Σ w·log₂ w of a row, mean over rows");
    case Gauge::LargestWeight:
        return QStringLiteral("max w of a row, mean over rows");
    case Gauge::Gradient:
        return QStringLiteral("‖diag(w) − w·wᵀ‖ of a row (Frobenius), mean over rows");
    }
    return {};
}

RowGauge gaugeValue(const SoftmaxGauges& gauges, Gauge gauge)
{
    switch (gauge) {
    case Gauge::Variance:
        return {.mean = gauges.scoreVariance};
    case Gauge::Entropy:
        return gauges.entropyBits;
    case Gauge::LargestWeight:
        return gauges.largestWeight;
    case Gauge::Gradient:
        return gauges.gradientNorm;
    }
    return {};
}

const SoftmaxGauges& sideOf(const ScalingGauges& gauges, Scaling side)
{
    return side == Scaling::On ? gauges.scaled : gauges.unscaled;
}

QString sideName(Scaling side)
{
    return side == Scaling::On ? QStringLiteral("÷ √d") : QStringLiteral("not scaled");
}

QString shortNumber(double value)
{
    return QString::number(value, 'g', 3).replace(QLatin1Char('-'), QChar(0x2212));
}

qreal drawNumberTable(QPainter& painter, const QRectF& area, const NumberTable& table, const Theme& theme)
{
    constexpr qreal kColumnGap = 14.0;
    constexpr qreal kLeastPixels = 7.0;
    // The first column has the heads of the rows.
    const auto text = [&table](std::size_t column, std::size_t row) {
        return column == 0 ? row == 0 ? QString() : table.rows[row - 1]
               : row == 0 ? table.columns[column - 1]
                           : table.cells[row - 1][column - 1];
    };
    const auto widths = [&](const QFont& font) {
        const QFontMetricsF metrics(font);
        std::vector<qreal> all(table.columns.size() + 1, 0.0);
        for (std::size_t column = 0; column < all.size(); ++column) {
            for (std::size_t row = 0; row <= table.rows.size(); ++row) {
                all[column] = std::max(all[column], kColumnGap + metrics.horizontalAdvance(text(column, row)));
            }
        }
        return all;
    };
    const std::vector<qreal> wanted = widths(figureFont(kLabelPixels, QFont::Bold));
    const qreal fitting = area.width() / std::accumulate(wanted.begin(), wanted.end(), -kColumnGap);
    const qreal pixels = std::max(std::floor(kLabelPixels * std::min(fitting, 1.0)), kLeastPixels);
    const QFont plain = figureFont(pixels);
    const QFont bold = figureFont(pixels, QFont::Bold);
    const QFontMetricsF metrics(bold);
    const qreal pitch = metrics.height() + 3.0;
    const std::vector<qreal> placed = widths(bold);
    painter.save();
    qreal x = area.left();
    for (std::size_t column = 0; column < placed.size(); ++column) {
        for (std::size_t row = 0; row <= table.rows.size(); ++row) {
            const QColor own = column == 0 ? theme.mutedText : row == 0 ? table.colours[column - 1] : QColor();
            painter.setFont(row == 0 ? bold : plain);
            painter.setPen(own.isValid() ? own : theme.text);
            painter.drawText(QPointF(x, area.top() + static_cast<qreal>(row) * pitch + metrics.ascent()),
                             text(column, row));
        }
        x += placed[column];
    }
    painter.restore();
    return static_cast<qreal>(table.rows.size() + 1) * pitch;
}

}  // namespace headlight::ui
