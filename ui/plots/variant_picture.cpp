#include "ui/plots/variant_picture.h"

#include "ui/plots/heatmap_picture.h"
#include "ui/plots/titled_chart.h"
#include "ui/plots/token_label.h"

#include <QCoreApplication>
#include <QLocale>

#include <algorithm>
#include <cmath>
#include <limits>

namespace headlight::ui {
namespace {

constexpr qreal kGap = 14.0;
constexpr qreal kBarGap = 8.0;
constexpr qreal kTitleRoom = 18.0;
constexpr qreal kSmall = 170.0;       ///< Below, axes and colour bars have no names, so that the cells have room.
constexpr qreal kWidestAxis = 130.0;  ///< Of row labels.
constexpr qreal kLine = 17.0;         ///< Of the text.

QString tr(const char* text)
{
    return QCoreApplication::translate("VariantPicture", text);
}

QString number(double value)
{
    return QString::number(value, 'g', 3).replace(QLatin1Char('-'), QChar(0x2212));
}

QString count(double value)
{
    return QLocale(QLocale::English).toString(value, 'f', 0);
}

/// The weights with NaN wherever the mask hides the key.
std::shared_ptr<const AttentionMap> withHidden(Matrix weights, const Mask& mask)
{
    const Matrix hidden = applyMask(Matrix::Zero(weights.rows(), weights.cols()), mask);
    weights = hidden.array().isInf().select(std::numeric_limits<float>::quiet_NaN(), weights.array()).matrix();
    return std::make_shared<StoredMap>(std::make_shared<const Tensor>(Tensor::fromMatrix(weights)), 0);
}

QString tokenAt(const Trace& trace, TokenIndex token)
{
    return tokenLabel(trace.info().tokens[static_cast<std::size_t>(token.value)]);
}

}  // namespace

QString variantTitle(AttentionVariant variant)
{
    switch (variant) {
    case AttentionVariant::Full:
        return tr("full attention");
    case AttentionVariant::Sparse:
        return tr("sparse attention");
    case AttentionVariant::Linear:
        return tr("linear attention");
    case AttentionVariant::Tiled:
        return tr("tiled softmax");
    }
    return {};
}

CostSetting costSetting(const ModelConfig& config, const Mask& own, const VariantOptions& options)
{
    Mask mask = options.sparse;
    mask.direction = own.direction;
    return {.headWidth = config.headWidth(), .mask = std::move(mask), .block = {}};
}

VariantPicture::VariantPicture(std::shared_ptr<const Trace> trace, const Model& model, const Selection& selection,
                               const VariantOptions& options, const ColourMap& colourMap)
    : m_trace(std::move(trace))
    , m_selection(selection)
    , m_setting(costSetting(model.config, m_trace->info().maskOf(selection.head.layer), options))
{
    m_rows = tokenAxis(m_trace->info().tokens, tr("query: who looks"), selection.query);
    m_columns = tokenAxis(m_trace->info().tokens, tr("key: who is looked at"), selection.key);
    const Result<HeadInputs> inputs = headInputs(model, *m_trace, selection.head);
    Result<VariantComparison> comparison =
        inputs ? compareVariant(options.variant, *inputs, options.sparse) : tl::unexpected(inputs.error());
    if (!comparison) {
        m_problem = QString::fromStdString(comparison.error().message);
        return;
    }
    m_comparison = std::move(*comparison);
    const float most = std::max(m_comparison->full.weights.maxCoeff(), m_comparison->changed.weights.maxCoeff());
    const float reach = std::max(m_comparison->change.cwiseAbs().maxCoeff(), std::numeric_limits<float>::min());
    m_scale = {.map = &colourMap, .low = 0.0F, .high = most, .meaning = tr("weight, of both maps")};
    m_changeScale = {
        .map = &ColourMap::diverging(), .low = -reach, .high = reach, .meaning = tr("difference of weights")};
    const Mask& own = inputs->options.mask;
    m_maps = {withHidden(m_comparison->full.weights, own),
              withHidden(m_comparison->changed.weights, m_comparison->mask), withHidden(m_comparison->change, own)};
}

QString VariantPicture::title() const
{
    const AttentionVariant variant = m_comparison ? m_comparison->variant : AttentionVariant::Full;
    return tr("Full and %1 · %2")
        .arg(variantTitle(variant), headTitle(m_selection.head, m_trace->info().relationOf(m_selection.head)));
}

QString VariantPicture::panelTitle(VariantPanel panel) const
{
    const bool isLinear = m_comparison && m_comparison->variant == AttentionVariant::Linear;
    switch (panel) {
    case VariantPanel::Full:
        return tr("full: softmax of scores");
    case VariantPanel::Variant:
        return isLinear ? tr("linear: φ(Q)·φ(K)ᵀ, rows ÷ sum")
                        : tr("sparse: %1").arg(QString::fromStdString(headlight::describe(m_comparison->mask)));
    case VariantPanel::Change:
        return isLinear ? tr("linear − full") : tr("sparse − full");
    }
    return {};
}

QStringList VariantPicture::summary() const
{
    const auto& [variant, mask, full, changed, change, weights, output] = *m_comparison;
    Index query = 0;
    Index key = 0;
    change.cwiseAbs().maxCoeff(&query, &key);
    const Index tokens = side();
    QStringList lines{
        tr("Weights: largest difference %1 (%2 → %3), mean %4; entropy of a row %5 → %6 bits.")
            .arg(number(static_cast<double>(weights.largest)), tokenAt(*m_trace, TokenIndex(query)),
                 tokenAt(*m_trace, TokenIndex(key)), number(weights.mean), number(weights.entropyBefore),
                 number(weights.entropyAfter)),
        tr("The head's output: largest difference %1, mean %2; its largest number is %3.")
            .arg(number(static_cast<double>(output.largest)), number(output.mean),
                 number(static_cast<double>(full.output.cwiseAbs().maxCoeff()))),
    };
    const double fullCost = costOf(AttentionVariant::Full, tokens, m_setting).multiplyAdds;
    if (variant == AttentionVariant::Linear) {
        lines.append(tr("Computed without this map it takes %1 multiply-adds, full attention %2.")
                         .arg(count(costOf(variant, tokens, m_setting).multiplyAdds), count(fullCost)));
        lines.append(tr("The model learnt with the softmax: this is what its queries and keys give under "
                        "φ(x) = elu(x) + 1, not what a model trained so would do."));
    } else {
        const auto cells = static_cast<double>(tokens) * static_cast<double>(tokens);
        const double visible = visibleShare(mask, tokens) * cells;
        lines.append(tr("%1 of %2 cells computed (%3 %): %4 multiply-adds, full attention %5.")
                         .arg(count(visible), count(cells), number(100.0 * visible / cells),
                              count(2.0 * visible * static_cast<double>(m_setting.headWidth)), count(fullCost)));
    }
    return lines;
}

const ColourScale& VariantPicture::colourScale(VariantPanel panel) const
{
    return panel == VariantPanel::Change ? m_changeScale : m_scale;
}

QSizeF VariantPicture::naturalSize() const
{
    return m_comparison ? QSizeF(1180.0, 480.0) : QSizeF(640.0, 160.0);
}

VariantPicture::Layout VariantPicture::layout(const QRectF& area) const
{
    Layout row = arranged(area, Arrangement::Row);
    Layout column = arranged(area, Arrangement::Column);
    return column.maps[0].width() > row.maps[0].width() ? column : row;
}

VariantPicture::Layout VariantPicture::arranged(const QRectF& area, Arrangement arrangement) const
{
    const bool inRow = arrangement == Arrangement::Row;
    const qreal across = inRow ? 3.0 : 1.0;
    const qreal down = inRow ? 1.0 : 3.0;
    const qreal text = kLine * 5.0;
    const auto tokens = static_cast<qreal>(std::max<Index>(side(), 1));
    Layout placed;
    for (const bool hasNames : {true, false}) {
        placed.hasNames = hasNames;
        AxisLabels rows = m_rows;
        AxisLabels columns = m_columns;
        if (!hasNames) {
            rows.name.clear();
            columns.name.clear();
        }
        const qreal bar = hasNames ? kColourBarWidth : kBareColourBarWidth;
        const qreal left = axisExtent(rows, AxisSide::Left, 0.0, std::min(area.width() * 0.18, kWidestAxis));
        const qreal bars = (inRow ? 2.0 : 1.0) * (kBarGap + bar);
        const qreal roomAcross = (area.width() - left - bars - (across - 1.0) * kGap) / across;
        const qreal roomDown = (area.height() - text - down * kGap) / down;
        qreal extent = std::min(roomAcross, roomDown);
        // Whether labels fit upright depends on the cells' width, and that on the labels' height: two steps settle it.
        for (int step = 0; step < 2; ++step) {
            placed.top = axisExtent(columns, AxisSide::Top, extent / tokens, roomDown * 0.3);
            extent = std::floor(std::max(std::min(roomAcross, roomDown - placed.top - kTitleRoom), 1.0));
        }
        const QPointF first(std::round(area.left() + left), std::round(area.top() + kTitleRoom + placed.top));
        for (std::size_t panel = 0; panel < placed.maps.size(); ++panel) {
            const auto step = static_cast<qreal>(panel);
            // The bar of the first two stands after the second, of which it moves the third away.
            const qreal shift = inRow ? step * (extent + kGap) + (panel == 2 ? kBarGap + bar : 0.0) : 0.0;
            const qreal drop = inRow ? 0.0 : step * (kTitleRoom + placed.top + extent + kGap);
            placed.maps.at(panel) = QRectF(std::round(first.x() + shift), std::round(first.y() + drop), extent, extent);
            placed.axes.at(panel) = panel == 0 || !inRow ? left : 0.0;
        }
        const auto barOf = [&](const QRectF& map) {
            return QRectF(map.right() + kBarGap, map.top(), bar, map.height());
        };
        placed.bar = barOf(placed.maps[inRow ? 1 : 0]);
        placed.changeBar = barOf(placed.maps[2]);
        placed.text = QRectF(QPointF(area.left(), placed.maps[2].bottom() + kGap), area.bottomRight());
        if (extent >= kSmall) {
            break;
        }
    }
    return placed;
}

void VariantPicture::paint(QPainter& painter, const QRectF& area, const Theme& theme) const
{
    painter.save();
    if (!m_comparison) {
        painter.setPen(theme.mutedText);
        painter.setFont(figureFont(kTitlePixels));
        painter.drawText(area, Qt::AlignCenter | Qt::TextWordWrap, m_problem);
        painter.restore();
        return;
    }
    const Layout placed = layout(area);
    for (const VariantPanel panel : kVariantPanels) {
        paintPanel(painter, placed, panel, theme);
    }
    ColourScale scale = m_scale;
    ColourScale changeScale = m_changeScale;
    if (!placed.hasNames) {
        scale.meaning.clear();
        changeScale.meaning.clear();
    }
    drawColourBar(painter, placed.bar, scale, theme);
    drawColourBar(painter, placed.changeBar, changeScale, theme);
    painter.setFont(figureFont(kLabelPixels));
    painter.setPen(theme.text);
    painter.drawText(placed.text, Qt::AlignLeft | Qt::AlignTop | Qt::TextWordWrap, summary().join(QLatin1Char('\n')));
    painter.restore();
}

void VariantPicture::paintPanel(QPainter& painter, const Layout& placed, VariantPanel panel, const Theme& theme) const
{
    const auto index = static_cast<std::size_t>(panel);
    const QRectF& map = placed.maps.at(index);
    const QSize pixels = devicePixels(painter, map);
    const Matrix cells =
        m_maps.at(index)->tile({0, side()}, {0, side()},
                               {.rows = pixels.height(), .cols = pixels.width(), .pooling = Pooling::LargestMagnitude});
    drawCells(painter, map, cells, colourScale(panel), theme);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(theme.line);
    painter.drawRect(map);

    AxisLabels rows = m_rows;
    AxisLabels columns = m_columns;
    if (!placed.hasNames) {
        rows.name.clear();
        columns.name.clear();
    }
    if (const qreal left = placed.axes.at(index); left > 0.0) {
        drawAxis(painter, QRectF(map.left() - left, map.top(), left, map.height()), rows, AxisSide::Left, theme);
    }
    const QRectF top(map.left(), map.top() - placed.top, map.width(), placed.top);
    drawAxis(painter, top, columns, AxisSide::Top, theme);
    drawMarks(painter, map, side(), {.row = rows.highlighted, .column = columns.highlighted}, theme);

    drawHeading(painter, QRectF(map.left(), top.top() - kTitleRoom, map.width(), kTitleRoom), panelTitle(panel), theme);
}

CsvTable VariantPicture::table() const
{
    CsvTable table;
    if (!m_comparison) {
        return table;
    }
    const std::string name(attentionVariantName(m_comparison->variant));
    table.header = {"query", "query token", "key", "key token", "full", name, name + " - full"};
    const std::vector<Token>& tokens = m_trace->info().tokens;
    for (Index i = 0; i < side(); ++i) {
        for (Index j = 0; j < side(); ++j) {
            table.rows.push_back({i, tokens[static_cast<std::size_t>(i)].text, j,
                                  tokens[static_cast<std::size_t>(j)].text, m_comparison->full.weights(i, j),
                                  m_comparison->changed.weights(i, j), m_comparison->change(i, j)});
        }
    }
    return table;
}

QRectF VariantPicture::mapRect(VariantPanel panel, const QRectF& area) const
{
    return layout(area).maps.at(static_cast<std::size_t>(panel));
}

std::optional<CellPicture::Hit> VariantPicture::hitAt(QPointF point, const QRectF& area) const
{
    if (!m_comparison) {
        return std::nullopt;
    }
    for (const QRectF& map : layout(area).maps) {
        if (const std::optional<Hit> hit = hitIn(map, side(), point)) {
            return hit;
        }
    }
    return std::nullopt;
}

QString VariantPicture::cellText(VariantPanel panel, Cell cell) const
{
    const float value = m_maps.at(static_cast<std::size_t>(panel))->at(cell.query, cell.key);
    return std::isnan(value) ? tr("hidden") : QString::number(static_cast<double>(value), 'g', 6);
}

QString VariantPicture::describe(Cell cell) const
{
    return tr("%1 → %2: full %3, %4 %5, difference %6")
        .arg(tokenAt(*m_trace, cell.query), tokenAt(*m_trace, cell.key), cellText(VariantPanel::Full, cell),
             QString::fromLatin1(attentionVariantName(m_comparison->variant).data()),
             cellText(VariantPanel::Variant, cell), cellText(VariantPanel::Change, cell));
}

}  // namespace headlight::ui
