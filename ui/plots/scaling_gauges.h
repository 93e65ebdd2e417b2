// The four gauges of a softmax, as all pictures of scaling name and write them.
#pragma once

#include "core/analysis/scaling.h"
#include "core/attention/experiment.h"
#include "ui/plots/theme.h"

#include <QPainter>
#include <QRectF>
#include <QString>
#include <QStringList>

#include <array>
#include <vector>

namespace headlight::ui {

enum class Gauge { Variance, Entropy, LargestWeight, Gradient };

inline constexpr std::array kGauges = {Gauge::Variance, Gauge::Entropy, Gauge::LargestWeight, Gauge::Gradient};

QString gaugeTitle(Gauge gauge);    ///< "Softmax entropy"
QString gaugeAxis(Gauge gauge);     ///< "bits"
QString gaugeFormula(Gauge gauge);  ///< "−Σ w·log₂ w"

/// The variance of scores has no deviation.
RowGauge gaugeValue(const SoftmaxGauges& gauges, Gauge gauge);

const SoftmaxGauges& sideOf(const ScalingGauges& gauges, Scaling side);

/// "÷ √d", "not scaled".
QString sideName(Scaling side);

/// Three significant digits and a true minus.
QString shortNumber(double value);

/// A few numbers as a table. Columns are as wide as their widest text, which is smaller where there is not the room.
struct NumberTable
{
    std::vector<QString> columns;  ///< Heads of the columns after the first.
    std::vector<QColor> colours;   ///< One a column; invalid ones are the theme's text.
    std::vector<QString> rows;     ///< Heads of the rows.
    std::vector<std::vector<QString>> cells;
};

/// Draws it into the upper left corner of `area`.  @return the height that it took
qreal drawNumberTable(QPainter& painter, const QRectF& area, const NumberTable& table, const Theme& theme);

}  // namespace headlight::ui
