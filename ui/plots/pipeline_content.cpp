#include "ui/plots/pipeline_content.h"

#include "core/analysis/stage_matrix.h"
#include "core/base/parallel.h"
#include "ui/plots/token_label.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace headlight::ui {
namespace {

constexpr Index kOverviewRows = 1024;  ///< More than a small picture has pixels; so kOverviewColumns.
constexpr Index kOverviewColumns = 512;
constexpr Index kLargeMatrix = 1 << 20;

AxisKind kindOf(char axis)
{
    switch (axis) {
    case 'T':
        return AxisKind::Query;
    case 'S':
        return AxisKind::Key;
    case 'V':
        return AxisKind::Vocabulary;
    default:
        return AxisKind::Dimension;
    }
}

/// `map` pooled, in bands of rows side by side where that takes long.
Matrix pooled(const AttentionMap& map)
{
    const Index rows = std::min(map.rows(), kOverviewRows);
    const Index cols = std::min(map.cols(), kOverviewColumns);
    const bool isLarge = map.rows() * map.cols() > kLargeMatrix && map.rows() == rows;
    const Index bands = isLarge ? std::clamp<Index>(std::thread::hardware_concurrency(), 1, rows) : 1;
    if (bands == 1) {
        return map.tile({0, map.rows()}, {0, map.cols()}, {rows, cols, Pooling::LargestMagnitude});
    }
    Matrix all(rows, cols);
    inParallel(static_cast<std::size_t>(bands), [&](std::size_t i) {
        const auto band = static_cast<Index>(i);
        const IndexRange range{rows * band / bands, rows * (band + 1) / bands};
        all.middleRows(range.begin, range.size()) =
            map.tile(range, {0, map.cols()}, {range.size(), cols, Pooling::LargestMagnitude});
    });
    return all;
}

/// How far from zero the finite numbers reach.
float reachOf(const Matrix& overview)
{
    float reach = std::numeric_limits<float>::min();
    for (const float value : overview.reshaped()) {
        reach = std::isfinite(value) ? std::max(reach, std::abs(value)) : reach;
    }
    return reach;
}

PipelineMatrix prepared(PipelineStep step, std::shared_ptr<const AttentionMap> map)
{
    const Matrix overview = pooled(*map);
    PipelineMatrix matrix{
        .step = std::move(step),
        .map = std::move(map),
        .overview = std::make_shared<StoredMap>(std::make_shared<const Tensor>(Tensor::fromMatrix(overview)), 0)};
    if (matrix.step.key.id != StageId::Weights) {
        matrix.high = reachOf(overview);
        matrix.low = -matrix.high;
    }
    return matrix;
}

}  // namespace

PipelineContent::PipelineContent(std::shared_ptr<const Trace> trace, std::shared_ptr<const Model> model,
                                 HeadAddress head)
    : m_trace(std::move(trace))
    , m_model(std::move(model))
    , m_head(head)
{
    for (PipelineStep& step : pipelineOf(*m_model, *m_trace, m_head)) {
        if (auto map = stageMatrix(*m_trace, step.key, m_head.head)) {
            m_matrices.push_back(prepared(std::move(step), std::move(*map)));
        }
    }
}

std::optional<Index> PipelineContent::indexOf(StageId stage) const
{
    const auto found =
        std::ranges::find(m_matrices, stage, [](const PipelineMatrix& matrix) { return matrix.step.key.id; });
    return found == m_matrices.end() ? std::nullopt : std::optional<Index>(found - m_matrices.begin());
}

AxisKind rowKind(StageId stage)
{
    const std::string_view axes = stageInfo(stage).axes;
    return kindOf(axes[axes.size() - 2]);
}

AxisKind columnKind(StageId stage)
{
    return kindOf(stageInfo(stage).axes.back());
}

ColourScale colourScaleOf(const PipelineMatrix& matrix, const ColourMap& sequential)
{
    const bool isWeights = matrix.step.key.id == StageId::Weights;
    return {.map = isWeights ? &sequential : &ColourMap::diverging(),
            .low = matrix.low,
            .high = matrix.high,
            .meaning = QString::fromStdString(matrix.step.formula)};
}

Matrix visibleTile(const PipelineContent& content, const PipelineMatrix& matrix, IndexRange rows, IndexRange cols,
                   TileSize size)
{
    size.pooling = Pooling::LargestMagnitude;
    const AttentionMap& overview = *matrix.overview;
    const bool isWhole = rows == IndexRange{0, matrix.rows()} && cols == IndexRange{0, matrix.cols()};
    const bool isFineEnough = size.rows <= overview.rows() && size.cols <= overview.cols();
    const bool isQuick = isWhole && (isFineEnough || matrix.rows() * matrix.cols() > kLargeMatrix);
    Matrix cells =
        isQuick ? overview.tile({0, overview.rows()}, {0, overview.cols()}, size) : matrix.map->tile(rows, cols, size);
    if (columnKind(matrix.step.key.id) != AxisKind::Key) {
        return cells;
    }
    const Mask& mask = content.trace().info().maskOf(content.head().layer);
    for (Index i = 0; i < cells.rows(); ++i) {
        for (Index j = 0; j < cells.cols(); ++j) {
            float& cell = cells(i, j);
            const bool mayBeHidden = matrix.step.key.id == StageId::Weights && cell == 0.0F;
            const TokenIndex query(rows.begin + (2 * i + 1) * rows.size() / (2 * cells.rows()));
            const TokenIndex key(cols.begin + (2 * j + 1) * cols.size() / (2 * cells.cols()));
            if (!std::isfinite(cell) || (mayBeHidden && !isVisible(mask, query, key))) {
                cell = std::numeric_limits<float>::quiet_NaN();
            }
        }
    }
    return cells;
}

QString stageTitle(const PipelineContent& content, const PipelineMatrix& matrix)
{
    const Stage& stage = stageInfo(matrix.step.key.id);
    const QString title = toText(stage.title);
    const ModelConfig& config = content.model().config;
    if (!stage.axes.starts_with('G') || config.groups() == config.heads) {
        return title;
    }
    return QStringLiteral("%1 of group %2").arg(title).arg(content.head().head.value * config.groups() / config.heads);
}

QString shapeText(const PipelineMatrix& matrix)
{
    const std::string_view axes = stageInfo(matrix.step.key.id).axes;
    const std::string_view last = axes.substr(axes.size() - 2);
    const QString letters = QString::fromLatin1(last.data(), 1) + QStringLiteral("×") +
                            (last.back() == 'C' ? QStringLiteral("H·d") : QString(QLatin1Char(last.back())));
    return QStringLiteral("[%1] %2 × %L3").arg(letters).arg(matrix.rows()).arg(matrix.cols());
}

std::optional<Token> columnToken(const PipelineContent& content, const PipelineMatrix& matrix, Index column)
{
    switch (columnKind(matrix.step.key.id)) {
    case AxisKind::Query:
    case AxisKind::Key:
        return content.trace().info().tokens[static_cast<std::size_t>(column)];
    case AxisKind::Vocabulary:
        if (Result<Token> token = content.model().tokenizer->token(static_cast<std::int32_t>(column))) {
            return std::move(*token);
        }
        break;
    case AxisKind::Dimension:
        break;
    }
    return std::nullopt;
}

QString cellText(const PipelineContent& content, const PipelineMatrix& matrix, Index row, Index column)
{
    const StageId stage = matrix.step.key.id;
    const TraceInfo& info = content.trace().info();
    const std::optional<Token> across = columnToken(content, matrix, column);
    const QString name = across ? tokenLabel(*across) : QString::number(column);
    QString place = tokenLabel(info.tokens[static_cast<std::size_t>(row)]);
    bool isMasked = false;
    switch (columnKind(stage)) {
    case AxisKind::Query:
    case AxisKind::Key:
        place += QStringLiteral(" → ") + name;
        isMasked = (stage == StageId::MaskedScores || stage == StageId::Weights) &&
                   !isVisible(info.maskOf(content.head().layer), TokenIndex(row), TokenIndex(column));
        break;
    case AxisKind::Dimension:
        place += QStringLiteral(", dimension ") + name;
        break;
    case AxisKind::Vocabulary:
        place += QStringLiteral(", “") + name + QStringLiteral("” (id ") + QString::number(column) + QLatin1Char(')');
        break;
    }
    return place + QStringLiteral(": ") + toText(stageInfo(stage).title) + QLatin1Char(' ') +
           valueText(matrix.map->at(TokenIndex(row), TokenIndex(column))) +
           (isMasked ? QStringLiteral(" (masked)") : QString());
}

QString valueText(float value)
{
    if (std::isinf(value)) {
        return value < 0.0F ? QStringLiteral("−∞") : QStringLiteral("∞");
    }
    return QString::number(static_cast<double>(value), 'g', 6).replace(QLatin1Char('-'), QChar(0x2212));
}

QString toText(std::string_view text)
{
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

}  // namespace headlight::ui
