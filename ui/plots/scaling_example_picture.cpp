#include "ui/plots/scaling_example_picture.h"

#include "ui/plots/scaling_gauges.h"
#include "ui/plots/titled_chart.h"

#include <QFontMetricsF>

#include <algorithm>
#include <cmath>

namespace headlight::ui {
namespace {

constexpr qreal kGap = 16.0;
constexpr qreal kHeadingRoom = 18.0;
constexpr qreal kLabelRoom = 18.0;  ///< For the numbers of rows and columns.
constexpr qreal kNoteRoom = 18.0;
constexpr qreal kLargestCell = 64.0;

/// At least as far to either side of zero as the largest number, and round.
ColourScale symmetricScale(float largest)
{
    const auto reach = static_cast<float>(roundUp(static_cast<double>(largest)));
    return {.map = &ColourMap::diverging(), .low = -reach, .high = reach, .meaning = {}};
}

QString gaugesText(const Matrix& scores)
{
    const SoftmaxGauges gauges = softmaxGauges(scores);
    return QStringLiteral("entropy %1 of 2 bits · largest %2 · gradient %3")
        .arg(shortNumber(gauges.entropyBits.mean), shortNumber(gauges.largestWeight.mean),
             shortNumber(gauges.gradientNorm.mean));
}

}  // namespace

ScalingExamplePicture::ScalingExamplePicture(std::uint64_t seed, const ColourMap& weights)
    : m_seed(seed)
    , m_example(scalingExample(seed))
{
    const float vectors = std::max(m_example.query.cwiseAbs().maxCoeff(), m_example.key.cwiseAbs().maxCoeff());
    const float scores = m_example.rawScores.cwiseAbs().maxCoeff();
    const ColourScale shares{.map = &weights, .low = 0.0F, .high = 1.0F, .meaning = {}};
    const QString ofPair = QStringLiteral("query %1, key %2");
    m_panels = {
        {QStringLiteral("Q [4×8]"), QStringLiteral("query %1, dimension %2"), m_example.query, symmetricScale(vectors)},
        {QStringLiteral("K [4×8]"), QStringLiteral("key %1, dimension %2"), m_example.key, symmetricScale(vectors)},
        {QStringLiteral("Q·Kᵀ"), ofPair, m_example.rawScores, symmetricScale(scores),
         QStringLiteral("variance %1").arg(shortNumber(softmaxGauges(m_example.rawScores).scoreVariance))},
        {QStringLiteral("Q·Kᵀ/√8"), ofPair, m_example.scaledScores, symmetricScale(scores),
         QStringLiteral("variance %1").arg(shortNumber(softmaxGauges(m_example.scaledScores).scoreVariance))},
        {QStringLiteral("softmax(Q·Kᵀ)"), ofPair, m_example.rawWeights, shares, gaugesText(m_example.rawScores)},
        {QStringLiteral("softmax(Q·Kᵀ/√8)"), ofPair, m_example.scaledWeights, shares,
         gaugesText(m_example.scaledScores)},
    };
}

QString ScalingExamplePicture::title() const
{
    return QStringLiteral("Scaling by √d · 4 random tokens, d = 8 · seed %1").arg(m_seed);
}

QSizeF ScalingExamplePicture::naturalSize() const
{
    return {1180.0, 520.0};
}

/// Two columns of three where it is higher than wide; else three of two, the first as wide as both others.
QRectF ScalingExamplePicture::panelRect(std::size_t matrix, const QRectF& area)
{
    const bool isHigh = area.height() > area.width();
    const auto place = static_cast<int>(matrix);
    const int column = isHigh ? place % 2 : place / 2;
    const int row = isHigh ? place / 2 : place % 2;
    if (isHigh) {
        const QSizeF size((area.width() - kGap) / 2.0, (area.height() - 2.0 * kGap) / 3.0);
        return {QPointF(area.left() + column * (size.width() + kGap), area.top() + row * (size.height() + kGap)), size};
    }
    const qreal half = (area.height() - kGap) / 2.0;
    const qreal narrow = (area.width() - 2.0 * kGap) * 0.28;
    const qreal wide = area.width() - 2.0 * kGap - 2.0 * narrow;
    const qreal left = column == 0 ? 0.0 : wide + kGap + (column - 1) * (narrow + kGap);
    return {area.left() + left, area.top() + row * (half + kGap), column == 0 ? wide : narrow, half};
}

QRectF ScalingExamplePicture::cellsRect(std::size_t matrix, const QRectF& area) const
{
    const Matrix& values = m_panels[matrix].values;
    const QRectF room =
        panelRect(matrix, area).adjusted(kLabelRoom, kHeadingRoom + kLabelRoom, -kBareColourBarWidth - 8.0, -kNoteRoom);
    const qreal across = room.width() / static_cast<qreal>(values.cols());
    const qreal down = room.height() / static_cast<qreal>(values.rows());
    // Whole pixels keep the cells' edges crisp.
    const qreal side = std::max(std::floor(std::min({across, down, kLargestCell})), 1.0);
    return {std::round(room.left()), std::round(room.top()), side * static_cast<qreal>(values.cols()),
            side * static_cast<qreal>(values.rows())};
}

void ScalingExamplePicture::paint(QPainter& painter, const QRectF& area, const Theme& theme) const
{
    painter.save();
    for (std::size_t i = 0; i < m_panels.size(); ++i) {
        const Panel& panel = m_panels[i];
        const QRectF place = panelRect(i, area);
        const QRectF cells = cellsRect(i, area);
        drawHeading(painter, place, panel.name, theme);
        drawCells(painter, cells, panel.values, panel.scale, theme);
        drawCellNumbers(painter, cells, panel.values, panel.scale);
        painter.setPen(theme.line);
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(cells);
        drawAxis(painter, QRectF(cells.left() - kLabelRoom, cells.top(), kLabelRoom, cells.height()),
                 numberAxis(panel.values.rows(), {}, std::nullopt), AxisSide::Left, theme);
        drawAxis(painter, QRectF(cells.left(), cells.top() - kLabelRoom, cells.width(), kLabelRoom),
                 numberAxis(panel.values.cols(), {}, std::nullopt), AxisSide::Top, theme);
        drawColourBar(painter, QRectF(cells.right() + 8.0, cells.top(), kBareColourBarWidth, cells.height()),
                      panel.scale, theme);
        painter.setFont(figureFont(kSmallPixels));
        painter.setPen(theme.mutedText);
        painter.drawText(QRectF(place.left(), cells.bottom() + 3.0, place.width(), kNoteRoom),
                         Qt::AlignLeft | Qt::AlignTop,
                         QFontMetricsF(painter.font()).elidedText(panel.note, Qt::ElideRight, place.width()));
    }
    painter.restore();
}

QString ScalingExamplePicture::describeAt(QPointF point, const QRectF& area) const
{
    for (std::size_t i = 0; i < m_panels.size(); ++i) {
        const Panel& panel = m_panels[i];
        const QRectF cells = cellsRect(i, area);
        if (cells.contains(point)) {
            const auto index = [](qreal offset, qreal extent, Index count) {
                return std::clamp<Index>(static_cast<Index>(offset / extent * static_cast<qreal>(count)), 0, count - 1);
            };
            const Index row = index(point.y() - cells.top(), cells.height(), panel.values.rows());
            const Index col = index(point.x() - cells.left(), cells.width(), panel.values.cols());
            return QStringLiteral("%1 · %2: %3")
                .arg(panel.name, panel.what.arg(row).arg(col),
                     QString::number(static_cast<double>(panel.values(row, col)), 'g', 6));
        }
    }
    return {};
}

CsvTable ScalingExamplePicture::table() const
{
    CsvTable table{.header = {"matrix", "row"}, .rows = {}};
    for (Index col = 0; col < ScalingExample::kHeadWidth; ++col) {
        table.header.push_back("column " + std::to_string(col));
    }
    for (const Panel& panel : m_panels) {
        for (Index row = 0; row < panel.values.rows(); ++row) {
            std::vector<CsvCell> cells{panel.name.toStdString(), row};
            for (Index col = 0; col < ScalingExample::kHeadWidth; ++col) {
                cells.push_back(col < panel.values.cols() ? CsvCell(panel.values(row, col)) : CsvCell(std::string()));
            }
            table.rows.push_back(std::move(cells));
        }
    }
    return table;
}

}  // namespace headlight::ui
