// How the numbers are shown: everything a person may choose about pictures that does not change the numbers.
#pragma once

#include "core/analysis/comparison.h"
#include "core/analysis/head_measures.h"
#include "core/attention/cost.h"
#include "core/attention/positions.h"
#include "core/base/indices.h"
#include "core/trace/trace.h"

#include <QString>
#include <algorithm>

#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <variant>
#include <vector>

namespace headlight::ui {

/// Which T×T matrix of a head the heatmap shows.
enum class Quantity {
    Weights,
    ScaledScores,
    RawScores,
    Rollout,       ///< Of all heads, up to the head's layer; see attentionRollout.
    NormWeighted,  ///< See normWeightedAttention.
};

/// Whether colours span a fixed range, so that two pictures can be compared, or the numbers at hand.
enum class RangeMode { Fixed, Fit };

enum class CellNumbers { Hidden, Shown };

/// The part of a heatmap that is seen: so many rows and columns from these on.
struct CellWindow
{
    Index firstRow = 0;
    Index firstColumn = 0;
    Index side = 0;  ///< 0 for all of it.

    /// The same within a map of so many rows and columns, of which it is then no more than all.
    CellWindow within(Index cells) const
    {
        const Index seen = side == 0 ? cells : std::min(side, cells);
        return {std::clamp<Index>(firstRow, 0, cells - seen), std::clamp<Index>(firstColumn, 0, cells - seen), seen};
    }

    bool operator==(const CellWindow&) const = default;
};

struct HeatmapOptions
{
    Quantity quantity = Quantity::Weights;
    RangeMode range = RangeMode::Fixed;
    CellNumbers numbers = CellNumbers::Hidden;
    CellWindow window = {};

    bool operator==(const HeatmapOptions&) const = default;
};

/// In which order the gallery has the heads: by layer and head, by a measure, or by how similar they are to one head.
using HeadOrder = std::variant<std::monostate, MeasureId, HeadAddress>;

enum class OrderDirection { HighestFirst, LowestFirst };

/// What stands together in the gallery.
enum class HeadGrouping {
    None,
    Layer,
    Badge,  ///< Each head under its first badge.
};

struct GalleryOptions
{
    HeadOrder order = {};
    OrderDirection direction = OrderDirection::HighestFirst;
    std::optional<BadgeId> badge = {};  ///< Only heads that have it.
    HeadGrouping grouping = HeadGrouping::None;

    bool operator==(const GalleryOptions&) const = default;
};

struct FlowOptions
{
    float threshold = 0.05F;         ///< Lines of smaller weights are left out.
    std::set<HeadIndex> heads = {};  ///< Of the selected layer; empty means the selected head alone.

    bool operator==(const FlowOptions&) const = default;
};

/// Which side of a position scheme is shown.
enum class PositionShow {
    Encoding,     ///< Its waves, its numbers, and how alike two positions are.
    Distance,     ///< What it does to scores as the distance grows.
    Wavelengths,  ///< How slow each pair of dimensions is.
    Shift,        ///< That the encoding of p + k is a linear function of that of p.
};

/// The farthest k of PositionOptions::shift.
inline constexpr Index kMostShift = 256;

struct PositionOptions
{
    std::optional<PositionScheme> scheme;  ///< Nothing: what the trace's model and experiment use.
    std::optional<Index> width;          ///< Dimensions; nothing: the model's (head width for rotary, heads for ALiBi).
    std::optional<Index> length;         ///< Positions; nothing: as many as the text has tokens, at least 64.
    std::vector<Index> dimensions = {};  ///< Whose waves are drawn; empty: a few spread over the width.
    PositionShow show = PositionShow::Encoding;
    Index shift = 1;  ///< k, 0 to kMostShift.

    bool operator==(const PositionOptions&) const = default;
};

/// How large the cells of a matrix are drawn.
enum class CellSize {
    Whole,     ///< As small as it takes to see all of it; then a cell may stand for a block of them.
    Readable,  ///< Large enough for their numbers; then one scrolls.
};

struct PipelineOptions
{
    std::optional<StageId> zoomed = {};  ///< The one matrix to show, large; nothing: all of them.
    std::optional<Index> step = {};  ///< Only the first stages up to this one, counted from 0; nothing: all of them.
    CellSize cellSize = CellSize::Whole;
    Index firstRow = 0;  ///< Of the zoomed matrix, where not all of it is seen; so firstColumn.
    Index firstColumn = 0;

    bool operator==(const PipelineOptions&) const = default;
};

/// What is set against what.
enum class ComparisonKind {
    BeforeAfter,  ///< The model as it is, and under the experiment.
    Texts,
    Heads,
    Layers,
    Models,
    Snapshots,  ///< Two moments of a toy's training.
};

/// Whether the side that the session shows is where its kind puts it.
enum class SideOrder { AsChosen, Swapped };

/// A moment of a toy's training.
struct SnapshotChoice
{
    std::size_t history = 0;  ///< Of ToyTrainer::histories.
    Index step = 0;

    bool operator==(const SnapshotChoice&) const = default;
};

struct CompareOptions
{
    ComparisonKind kind = ComparisonKind::BeforeAfter;
    SideOrder order = SideOrder::AsChosen;
    ComparisonOptions numbers = {};
    std::optional<QString> text = {};         ///< Texts: the other one; nothing: the text's words in reverse order.
    std::optional<HeadAddress> head = {};     ///< Heads, Models: the other side's; nothing: the next one, the same one.
    std::optional<LayerIndex> layer = {};     ///< Layers: the other one; nothing: the next one.
    std::optional<QString> sentence = {};     ///< Snapshots: what the toy reads; nothing: its first example.
    std::optional<HeadAddress> toyHead = {};  ///< Snapshots; nothing: the head that the toy's task is about.
    std::array<std::optional<SnapshotChoice>, 2> snapshots = {};  ///< A's and B's; nothing: the first, the newest.
    RangeMode range = RangeMode::Fixed;
    CellNumbers cellNumbers = CellNumbers::Hidden;

    bool operator==(const CompareOptions&) const = default;
};

/// On what the effect of ÷√d is shown.
enum class ScalingShow {
    Random,   ///< Random vectors of any width.
    Example,  ///< Four random tokens of width 8.
    Heads,    ///< The model's own heads on the text.
};

struct ScalingOptions
{
    ScalingShow show = ScalingShow::Random;
    Index headWidth = 64;    ///< d of the random vectors, 1 to kMostHeadWidth.
    std::uint64_t seed = 1;  ///< Of all random vectors.

    bool operator==(const ScalingOptions&) const = default;
};

/// Which side of the ways to compute attention is shown.
enum class VariantShow {
    Attention,  ///< What one of them makes of the selected head.
    Operations,
    Memory,
    Time,
};

struct VariantOptions
{
    AttentionVariant variant = AttentionVariant::Linear;
    Mask sparse = {.pattern = MaskPattern::Window, .reach = 4};  ///< Of Sparse; the model's own direction stays.
    Index tile = 4;                       ///< Of Tiled: tokens along a tile's side, as far as fittingBlock lets it.
    std::optional<Index> tilesDone = {};  ///< How many of the tiles are taken in; nothing: all.
    VariantShow show = VariantShow::Attention;

    bool operator==(const VariantOptions&) const = default;
};

/// Which side of a recurrent network is set beside attention.
enum class RecurrenceShow { Steps, Distance, Time };

struct RecurrenceOptions
{
    RecurrenceShow show = RecurrenceShow::Steps;
    std::optional<Index> step = {};  ///< How many of the network's steps are done; nothing: all.

    bool operator==(const RecurrenceOptions&) const = default;
};

/// What heads are ranked by; see AblationTarget.
enum class AblationMeasure { Output, Prediction, Attention };

/// Whether a study begins by itself.
enum class StudyStart {
    WhenQuick,  ///< Where it takes less than kQuickStudySeconds.
    WhenAsked,
};

struct AblationOptions
{
    AblationMeasure measure = AblationMeasure::Output;
    std::optional<TokenIndex> token = {};  ///< Nothing: the selected one, or where the model predicts.
    std::optional<std::int32_t> id = {};   ///< Of a prediction; nothing: the most probable.
    std::optional<HeadAddress> head =
        {};  ///< Whose attention; nothing: the one asked for antecedents, or the selected one.
    std::optional<TokenIndex> key = {};  ///< Nothing: the selected one, or the one that is looked at most.
    StudyStart start = StudyStart::WhenQuick;

    bool operator==(const AblationOptions&) const = default;
};

inline constexpr double kQuickStudySeconds = 0.3;

/// How a token is spelt.
enum class TokenNames {
    Text,       ///< As people read it: "·cat", "ing".
    RawPieces,  ///< As the vocabulary has it: "Ġcat", "##ing".
};

/// What the rows and columns of every picture stand for, and their names.
struct TokenOptions
{
    TokenNames names = TokenNames::Text;
    TokenUnit unit = TokenUnit::Token;

    bool operator==(const TokenOptions&) const = default;
};

/// A value that the window keeps and the command line fills in.
struct ViewOptions
{
    QString colourMap = QStringLiteral("viridis");
    HeatmapOptions heatmap;
    GalleryOptions gallery;
    FlowOptions flow;
    PositionOptions positions;
    PipelineOptions pipeline;
    CompareOptions compare;
    ScalingOptions scaling;
    VariantOptions variants;
    RecurrenceOptions recurrence;
    AblationOptions ablation;
    TokenOptions tokens;

    bool operator==(const ViewOptions&) const = default;
};

}  // namespace headlight::ui
