// How the numbers are shown: everything a person may choose about pictures that does not change the numbers.
#pragma once

#include "core/attention/positions.h"
#include "core/base/indices.h"

#include <QString>

#include <optional>
#include <set>
#include <vector>

namespace headlight::ui {

/// Which T×T matrix of a head the heatmap shows.
enum class Quantity { Weights, ScaledScores, RawScores };

/// Whether colours span a fixed range, so that two pictures can be compared, or the numbers at hand.
enum class RangeMode { Fixed, Fit };

enum class CellNumbers { Hidden, Shown };

struct HeatmapOptions
{
    Quantity quantity = Quantity::Weights;
    RangeMode range = RangeMode::Fixed;
    CellNumbers numbers = CellNumbers::Hidden;

    bool operator==(const HeatmapOptions&) const = default;
};

struct FlowOptions
{
    float threshold = 0.05F;         ///< Lines of smaller weights are left out.
    std::set<HeadIndex> heads = {};  ///< Of the selected layer; empty means the selected head alone.

    bool operator==(const FlowOptions&) const = default;
};

struct PositionOptions
{
    std::optional<PositionScheme> scheme;  ///< Nothing: what the trace's model and experiment use.
    std::optional<Index> width;          ///< Dimensions; nothing: the model's (head width for rotary, heads for ALiBi).
    std::optional<Index> length;         ///< Positions; nothing: as many as the text has tokens, at least 64.
    std::vector<Index> dimensions = {};  ///< Whose waves are drawn; empty: a few spread over the width.

    bool operator==(const PositionOptions&) const = default;
};

/// A value that the window keeps and the command line fills in.
struct ViewOptions
{
    QString colourMap = QStringLiteral("viridis");
    HeatmapOptions heatmap;
    FlowOptions flow;
    PositionOptions positions;

    bool operator==(const ViewOptions&) const = default;
};

}  // namespace headlight::ui
