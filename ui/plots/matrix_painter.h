// The parts that pictures of matrices share: cells, colour bar, labels along an axis.
#pragma once

#include "core/tensor/types.h"
#include "core/text/token.h"
#include "ui/plots/colour_map.h"
#include "ui/plots/theme.h"

#include <QPainter>
#include <QRectF>
#include <QString>
#include <QStringList>

#include <optional>
#include <vector>

namespace headlight::ui {

/// Which colours stand for which numbers, and what the numbers are.
struct ColourScale
{
    const ColourMap* map = nullptr;
    float low = 0.0F;
    float high = 1.0F;
    QString meaning;  ///< With its unit or formula: "weight, softmax(QKᵀ/√d)".

    QRgb colour(float value) const { return map->colour(value, low, high); }
};

/// One pixel a cell, RGB32; NaN cells have the theme's colour for what is hidden.
QImage matrixImage(const Matrix& values, const ColourScale& scale, const Theme& theme);

/// How many rows and columns of `area` the painter's device can tell apart, so that a map need not be read finer.
QSize devicePixels(const QPainter& painter, const QRectF& area);

/// The same of a widget with so many device pixels to a pixel.
QSize devicePixels(const QRectF& area, qreal pixelRatio);

/// Draws a matrix over `area`, row 0 on top, each cell in exactly its colour and never smoothed; as rectangles where the
/// device is SVG, which viewers would smooth. The matrix should be no finer than devicePixels.
void drawCells(QPainter& painter, const QRectF& area, const Matrix& values, const ColourScale& scale,
               const Theme& theme);

/// The value in each cell with two decimals, black or white, whichever is read better. Draws nothing where the cells are
/// too small to hold it.
void drawCellNumbers(QPainter& painter, const QRectF& area, const Matrix& values, const ColourScale& scale);

/// A row and a column of a square matrix, or neither.
struct MarkedLines
{
    std::optional<Index> row = {};
    std::optional<Index> column = {};
};

/// Frames them in the accent colour over a matrix of `side` × `side` cells that fills `area`.
void drawMarks(QPainter& painter, const QRectF& area, Index side, const MarkedLines& marked, const Theme& theme);

/// A vertical bar of `scale` with ticks and, if it has one, its meaning. `area` should be kColourBarWidth wide.
void drawColourBar(QPainter& painter, const QRectF& area, const ColourScale& scale, const Theme& theme);
inline constexpr qreal kColourBarWidth = 78.0;
inline constexpr qreal kBareColourBarWidth = 56.0;  ///< Of one without a meaning.

/// On which side of a matrix labels stand.
enum class AxisSide { Left, Top };

/// Words are turned along the top where they do not fit upright; numbers thin out to round ones instead.
enum class LabelKind { Words, Numbers };

/// Labels along an axis: one a row (Left) or column (Top) of a matrix, thinned out where they would overlap and shortened
/// to the room there is.
struct AxisLabels
{
    QStringList labels = {};
    QString name;                           ///< "query: who looks"; may be empty.
    std::optional<Index> highlighted = {};  ///< In the accent colour, and always drawn.
    LabelKind kind = LabelKind::Words;
    std::optional<qreal> widest =
        {};  ///< The width of the widest label, where it was measured already: that takes time.
};

/// Labels 0 … count − 1.
AxisLabels numberAxis(Index count, const QString& name, std::optional<Index> highlighted);

AxisLabels tokenAxis(const std::vector<Token>& tokens, const QString& name, std::optional<TokenIndex> highlighted);

/// The room that the labels of a matrix need beside it (Left: width, Top: height), the axis' name included, when each has
/// `pitch` pixels along the axis. At most `limit`.
qreal axisExtent(const AxisLabels& axis, AxisSide side, qreal pitch, qreal limit);

/// Draws labels into `area`, which touches the matrix along its right (Left) or bottom (Top) edge.
void drawAxis(QPainter& painter, const QRectF& area, const AxisLabels& axis, AxisSide side, const Theme& theme);

}  // namespace headlight::ui
