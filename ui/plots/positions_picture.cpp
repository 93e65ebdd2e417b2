#include "ui/plots/positions_picture.h"

#include "ui/plots/titled_chart.h"

#include <QFontMetricsF>

#include <algorithm>
#include <cmath>
#include <limits>

namespace headlight::ui {
namespace {

constexpr qreal kTitleRoom = 24.0;
constexpr qreal kGap = 16.0;
constexpr Index kLeastPositions = 64;  ///< Shown of a shorter text.

QString text(std::string_view utf8)
{
    return QString::fromUtf8(utf8.data(), static_cast<qsizetype>(utf8.size()));
}

QString number(double value, int digits)
{
    return QString::number(value, 'g', digits).replace(QLatin1Char('-'), QChar(0x2212));
}

/// "128 dimensions", "1 head".
QString counted(Index count, const QString& what)
{
    return QStringLiteral("%1 %2%3").arg(count).arg(what, count == 1 ? QString() : QStringLiteral("s"));
}

/// Spans as far to either side of zero as the numbers need.
ColourScale symmetricScale(const Matrix& values, const QString& meaning)
{
    const float reach = values.size() == 0 ? 1.0F : values.cwiseAbs().maxCoeff();
    const float high = std::max(reach, std::numeric_limits<float>::min());
    return {.map = &ColourMap::diverging(), .low = -high, .high = high, .meaning = meaning};
}

/// From the most negative number up to zero, which is the brightest: nothing taken away.
ColourScale penaltyScale(const Matrix& values, const QString& meaning)
{
    const float reach = values.size() == 0 ? 1.0F : -values.minCoeff();
    const float low = -std::max(reach, std::numeric_limits<float>::min());
    return {.map = &ColourMap::named({}), .low = low, .high = 0.0F, .meaning = meaning};
}

ColourScale unitScale(const QString& meaning)
{
    return {.map = &ColourMap::diverging(), .low = -1.0F, .high = 1.0F, .meaning = meaning};
}

/// The matrix itself, or where it is finer than the pixels that show it, means of blocks: single cells picked out of a fast
/// wave would show a slow one that is not there.
Matrix atResolution(const Matrix& values, QSize pixels)
{
    const Index rows = std::min<Index>(values.rows(), pixels.height());
    const Index cols = std::min<Index>(values.cols(), pixels.width());
    if (rows == values.rows() && cols == values.cols()) {
        return values;
    }
    Matrix means(rows, cols);
    for (Index i = 0; i < rows; ++i) {
        const Index top = i * values.rows() / rows;
        const Index height = (i + 1) * values.rows() / rows - top;
        for (Index j = 0; j < cols; ++j) {
            const Index left = j * values.cols() / cols;
            means(i, j) = values.block(top, left, height, (j + 1) * values.cols() / cols - left).mean();
        }
    }
    return means;
}

std::optional<Index> positionOf(std::optional<TokenIndex> token, Index positions)
{
    return token && token->value < positions ? std::optional(token->value) : std::nullopt;
}

/// A few columns that show what a scheme does: of waves, from some that repeat within the positions to one that hardly
/// turns, the fastest with its cosine.
std::vector<Index> telltaleColumns(const PositionRequest& request)
{
    const Index width = request.width;
    std::vector<Index> columns;
    switch (request.scheme) {
    case PositionScheme::None:
        break;
    case PositionScheme::Learned:
        columns = {0, width / 4, width / 2, 3 * width / 4};
        break;
    case PositionScheme::Alibi:
        for (Index head = 0; head < width; ++head) {
            columns.push_back(head);
        }
        break;
    case PositionScheme::Sinusoidal:
    case PositionScheme::Rotary: {
        const bool interleaved = request.scheme == PositionScheme::Sinusoidal;
        const Index pairs = (width + 1) / 2;
        const auto lengthOf = [&](Index pair) {
            return wavelength(request, interleaved ? 2 * pair : pair).value_or(0.0);
        };
        // The last pair has the longest wave.
        double wanted = std::min(static_cast<double>(request.positions) / 12.0, lengthOf(pairs - 1));
        for (Index pair = 0; pair < pairs && columns.size() < 5; ++pair) {
            if (lengthOf(pair) < wanted) {
                continue;
            }
            const Index first = interleaved ? 2 * pair : pair;
            if (columns.empty()) {
                columns = {first, interleaved ? first + 1 : first + pairs};
            } else {
                columns.push_back(first);
            }
            wanted = 2.6 * lengthOf(pair);
        }
        break;
    }
    }
    return columns;
}

/// "6.28", "62.8", "6283".
QString wavelengthText(double positions)
{
    return QString::number(positions, 'f', positions < 10.0 ? 2 : positions < 100.0 ? 1 : 0);
}

}  // namespace

Index longestRequest(const PositionsInUse& inUse, PositionScheme scheme)
{
    const Index learned = inUse.model.weights.positionEmbedding.rows();
    return scheme == PositionScheme::Learned && learned > 0 ? std::min(learned, kMostPositions) : kMostPositions;
}

PositionRequest positionRequest(const PositionsInUse& inUse, const PositionOptions& options, HeadIndex head)
{
    PositionRequest request{.scheme = options.scheme.value_or(inUse.scheme())};
    const bool widthIsFixed = request.scheme == PositionScheme::Learned || request.scheme == PositionScheme::None;
    const Index own = encodingWidth(request.scheme, inUse.model.config);
    request.width = widthIsFixed ? own : options.width.value_or(own);
    const Index longest = longestRequest(inUse, request.scheme);
    request.positions = options.length.value_or(std::min(std::max(inUse.tokens, kLeastPositions), longest));
    if (request.scheme == PositionScheme::Rotary) {
        request.rotary = inUse.model.config.rotary;
        request.rotary.dimensions = 0;
    }
    if (request.scheme == PositionScheme::Alibi) {
        request.head = HeadIndex(std::clamp<Index>(head.value, 0, std::max<Index>(request.width - 1, 0)));
    }
    return request;
}

QString positionSchemeTitle(PositionScheme scheme)
{
    return scheme == PositionScheme::Alibi ? QStringLiteral("ALiBi") : text(positionSchemeName(scheme));
}

QString positionOrigin(const PositionsInUse& inUse, const PositionRequest& request)
{
    const bool own =
        request.scheme == inUse.scheme() && request.width == encodingWidth(request.scheme, inUse.model.config);
    QString origin = own ? QStringLiteral("in use by %1").arg(text(inUse.model.name)) : QStringLiteral("set by you");
    if (request.scheme == PositionScheme::Learned && !inUse.model.note.empty()) {
        origin += QStringLiteral(" · %1").arg(text(inUse.model.note));
    }
    return origin;
}

std::vector<Index> waveColumns(const PositionRequest& request, const PositionOptions& options)
{
    std::vector<Index> columns;
    if (request.scheme == PositionScheme::Rotary && request.width % 2 != 0) {
        return columns;  // there are no pairs
    }
    for (const Index column : options.dimensions.empty() ? telltaleColumns(request) : options.dimensions) {
        const bool exists = column >= 0 && column < request.width;
        if (exists && columns.size() < kMostWaves && std::ranges::find(columns, column) == columns.end()) {
            columns.push_back(column);
        }
    }
    return columns;
}

Selection selectionAt(const PositionCell& cell, const PositionRequest& request, HeadAddress head, Index tokens)
{
    const auto tokenAt = [tokens](Index position) {
        return position < tokens ? std::optional(TokenIndex(position)) : std::nullopt;
    };
    Selection selection{.head = head};
    if (cell.panel == PositionPanel::Similarity) {
        selection.query = tokenAt(cell.position);
        selection.key = tokenAt(cell.other);
    } else if (request.scheme != PositionScheme::Alibi) {  // whose panels count distances
        selection.query = tokenAt(cell.position);
    }
    return selection;
}

PositionsPicture::PositionsPicture(const PositionsInUse& inUse, const PositionOptions& options, const Selection& shown)
    : m_request(positionRequest(inUse, options, shown.head.head))
{
    const std::optional<Index> query = positionOf(shown.query, m_request.positions);
    const std::optional<Index> key = positionOf(shown.key, m_request.positions);
    const PositionScheme scheme = m_request.scheme;
    m_origin = positionOrigin(inUse, m_request);
    Result<PositionEncoding> encoding = encodePositions(m_request, inUse.model.weights.positionEmbedding);
    if (!encoding) {
        m_message = text(encoding.error().message);
        return;
    }
    if (scheme == PositionScheme::None) {
        m_message = QStringLiteral("No positions: every position is the same to the model.\n"
                                   "Swap two tokens and each keeps its vector; without a mask, attention cannot tell "
                                   "their order.");
        return;
    }
    m_encoding = std::move(*encoding);
    m_columns = waveColumns(m_request, options);
    switch (scheme) {
    case PositionScheme::None:
        break;
    case PositionScheme::Sinusoidal:
        m_valueScale = unitScale(QStringLiteral("encoding, sin or cos"));
        m_similarityScale = unitScale(QStringLiteral("cosine similarity"));
        break;
    case PositionScheme::Learned:
        m_valueScale = symmetricScale(m_encoding->values, QStringLiteral("encoding, as learned"));
        m_similarityScale = unitScale(QStringLiteral("cosine similarity"));
        break;
    case PositionScheme::Rotary:
        m_valueScale = unitScale(QStringLiteral("cos or sin of the angle"));
        m_similarityScale = unitScale(QStringLiteral("mean of cos((p − q)·θ_i)"));
        break;
    case PositionScheme::Alibi:
        m_valueScale = penaltyScale(m_encoding->values, QStringLiteral("bias, −m_h·distance"));
        m_similarityScale = penaltyScale(m_encoding->similarity, QStringLiteral("bias, −m_h·|p − q|"));
        break;
    }
    const QString column = text(positionSchemeInfo(scheme).column);
    m_columnAxis = numberAxis(m_request.width, column, std::nullopt);
    m_queryAxis = numberAxis(m_request.positions, QStringLiteral("position p"), query);
    m_keyAxis = numberAxis(m_request.positions, QStringLiteral("position q"), key);
    m_positionAxis = m_queryAxis;
    if (scheme == PositionScheme::Alibi) {
        m_positionAxis.name = QStringLiteral("distance");
        m_positionAxis.highlighted.reset();
        if (query && key) {
            m_positionAxis.highlighted = std::abs(*query - *key);
        }
    }
}

QString PositionsPicture::title() const
{
    const PositionSchemeInfo& info = positionSchemeInfo(m_request.scheme);
    QString scheme = positionSchemeTitle(m_request.scheme);
    if (!info.layout.empty()) {
        scheme += QStringLiteral(" (%1)").arg(text(info.layout));
    }
    QString title = QStringLiteral("Positions · %1").arg(scheme);
    if (m_encoding) {
        title += QStringLiteral(" · %1 × %2")
                     .arg(counted(m_request.positions, QStringLiteral("position")),
                          counted(m_request.width, text(info.column)));
    }
    return title + QStringLiteral(" · %1").arg(m_origin);
}

QSizeF PositionsPicture::naturalSize() const
{
    return m_encoding ? QSizeF(1180.0, 680.0) : QSizeF(640.0, 160.0);
}

PositionsPicture::MatrixPanel PositionsPicture::matrixPanel(const QRectF& area, const AxisLabels& rows,
                                                            const AxisLabels& columns)
{
    const qreal top = axisExtent(columns, AxisSide::Top, 0.0, area.height() / 2.0);
    // Whole pixels keep the cells' edges crisp.
    const QPointF corner(std::round(area.left() + kChartLeft), std::round(area.top() + kTitleRoom + top));
    const qreal width = std::max(std::floor(area.right() - kGap - kColourBarWidth - corner.x()), 1.0);
    const qreal height = std::max(std::floor(area.bottom() - corner.y()), 1.0);
    const QRectF cells(corner, QSizeF(width, height));
    const qreal left = axisExtent(rows, AxisSide::Left, 0.0, kChartLeft);
    return {.title = QRectF(area.left(), area.top(), area.width(), kTitleRoom),
            .cells = cells,
            .rowLabels = QRectF(cells.left() - left, cells.top(), left, cells.height()),
            .columnLabels = QRectF(cells.left(), cells.top() - top, cells.width(), top),
            .colourBar = QRectF(cells.right() + kGap, cells.top(), kColourBarWidth, cells.height())};
}

PositionsPicture::Layout PositionsPicture::layout(const QRectF& area) const
{
    constexpr qreal kNotesRoom = 120.0;
    const bool sideBySide = area.width() > 1.15 * area.height();
    QRectF left = area;
    QRectF right = area;
    if (sideBySide) {
        left.setWidth(std::round(area.width() * 0.53));
        right.setLeft(left.right() + 1.5 * kGap);
    } else {
        left.setHeight(std::round(area.height() * 0.56));
        right.setTop(left.bottom() + kGap);
    }

    Layout placed;
    const qreal wavesHeight = std::round(left.height() * 0.42);
    placed.wavesTitle = QRectF(left.left(), left.top(), left.width(), kTitleRoom);
    placed.encoding = matrixPanel(left.adjusted(0.0, wavesHeight + kGap, 0.0, 0.0), m_columnAxis, m_positionAxis);
    const QRectF& cells = placed.encoding.cells;
    placed.waves = QRectF(cells.left(), left.top() + kTitleRoom, cells.width(),
                          std::max(wavesHeight - kTitleRoom - kChartBottom, 1.0));
    placed.legend = QRectF(cells.right() + kGap, placed.waves.top(), kColourBarWidth, placed.waves.height());

    placed.similarity =
        matrixPanel(right.adjusted(0.0, 0.0, 0.0, sideBySide ? -kNotesRoom : 0.0), m_keyAxis, m_queryAxis);
    // As many positions down as across, hence a square.
    MatrixPanel& similarity = placed.similarity;
    const qreal side = std::min(similarity.cells.width(), similarity.cells.height());
    similarity.cells.setSize({side, side});
    similarity.rowLabels.setHeight(side);
    similarity.columnLabels.setWidth(side);
    similarity.colourBar.setHeight(side);
    similarity.colourBar.moveLeft(similarity.cells.right() + kGap);
    placed.notes = sideBySide ? QRectF(QPointF(right.left(), similarity.cells.bottom() + kGap), right.bottomRight())
                              : QRectF(QPointF(similarity.colourBar.right() + kGap, similarity.cells.top()),
                                       QPointF(right.right(), similarity.cells.bottom()));
    return placed;
}

AxisRange PositionsPicture::waveRange() const
{
    const auto low = static_cast<double>(m_valueScale.low);
    const auto high = static_cast<double>(m_valueScale.high);
    const double room = 0.06 * std::max(-low, high);
    return {.low = low - room, .high = high + room};
}

QColor PositionsPicture::waveColour(std::size_t wave, const Theme& theme) const
{
    const Index hue =
        m_request.scheme == PositionScheme::Alibi ? m_columns[wave] : static_cast<Index>(wave);  // a head has its own
    return headColour(HeadIndex(hue), theme);
}

LineChart PositionsPicture::waves(qreal pixels, const Theme& theme) const
{
    constexpr qreal kLeastPitchOfDots = 7.0;
    constexpr qreal kPixelsAStep = 2.0;
    const Index positions = m_request.positions;
    const auto last = static_cast<double>(positions) - 0.5;
    LineChart chart{.keyName = m_positionAxis.name,
                    .valueName =
                        m_request.scheme == PositionScheme::Alibi ? QStringLiteral("bias") : QStringLiteral("value"),
                    .keys = {.low = -0.5, .high = last, .leastStep = 1.0},
                    .values = waveRange(),
                    .lines = {},
                    .markedKeys = {}};
    if (m_positionAxis.highlighted) {
        chart.markedKeys.push_back(static_cast<double>(*m_positionAxis.highlighted));
    }
    const auto steps =
        static_cast<Index>(std::ceil(std::max(pixels / kPixelsAStep / static_cast<qreal>(positions), 1.0)));
    for (std::size_t wave = 0; wave < m_columns.size(); ++wave) {
        const Index column = m_columns[wave];
        ChartLine dots{.colour = waveColour(wave, theme), .keys = {}, .values = {}, .stroke = Stroke::Dots};
        for (Index p = 0; p < positions; ++p) {
            dots.keys.append(static_cast<double>(p));
            dots.values.append(static_cast<double>(m_encoding->values(p, column)));
        }
        ChartLine line{.colour = dots.colour, .keys = dots.keys, .values = dots.values};
        if (continuousEncoding(m_request, 0.0, column)) {
            line.keys.clear();
            line.values.clear();
            for (Index i = 0; i <= (positions - 1) * steps; ++i) {
                const double key = static_cast<double>(i) / static_cast<double>(steps);
                line.keys.append(key);
                line.values.append(continuousEncoding(m_request, key, column).value_or(0.0));
            }
        }
        chart.lines.push_back(std::move(line));
        if (pixels / static_cast<qreal>(positions) >= kLeastPitchOfDots) {
            chart.lines.push_back(std::move(dots));
        }
    }
    return chart;
}

QString PositionsPicture::columnLabel(Index column) const
{
    switch (m_request.scheme) {
    case PositionScheme::Sinusoidal:
    case PositionScheme::Rotary: {
        const bool sine =
            m_request.scheme == PositionScheme::Sinusoidal ? column % 2 == 0 : column >= m_request.width / 2;
        return QStringLiteral("%1  %2 λ %3")
            .arg(column)
            .arg(sine ? QStringLiteral("sin") : QStringLiteral("cos"),
                 wavelengthText(wavelength(m_request, column).value_or(0.0)));
    }
    case PositionScheme::Alibi:
        return QStringLiteral("head %1").arg(column);
    default:
        return QString::number(column);
    }
}

QString PositionsPicture::notes() const
{
    const PositionSchemeInfo& info = positionSchemeInfo(m_request.scheme);
    QString notes = QStringLiteral("Encoding: %1\nSimilarity: %2\n").arg(text(info.values), text(info.similarity));
    if (!m_columns.empty() && wavelength(m_request, m_columns.front())) {
        notes += QStringLiteral("λ: wavelength in positions\n");
    }
    if (m_request.scheme == PositionScheme::Rotary) {
        notes += QString::fromStdString(headlight::describe(m_request.rotary)) + QLatin1Char('\n');
    }
    return notes + text(info.source);
}

void PositionsPicture::paint(QPainter& painter, const QRectF& area, const Theme& theme) const
{
    painter.save();
    if (!m_encoding) {
        painter.setPen(theme.mutedText);
        painter.setFont(figureFont(kTitlePixels));
        painter.drawText(area, Qt::AlignCenter | Qt::TextWordWrap, m_message);
        painter.restore();
        return;
    }
    const Layout placed = layout(area);
    const bool alibi = m_request.scheme == PositionScheme::Alibi;
    const QString column = text(positionSchemeInfo(m_request.scheme).column);
    drawHeading(painter, placed.wavesTitle,
                alibi ? QStringLiteral("Bias over distance, one line a head")
                      : QStringLiteral("Waves of %1").arg(counted(static_cast<Index>(m_columns.size()), column)),
                theme);
    drawLineChart(painter, placed.waves, waves(placed.waves.width(), theme), theme);
    paintLegend(painter, placed.legend, theme);

    drawHeading(painter, placed.encoding.title,
                alibi ? QStringLiteral("Bias of every head") : QStringLiteral("Encoding of every position"), theme);
    paintMatrix(painter, placed.encoding, m_encoding->values.transpose(), m_valueScale, m_columnAxis, m_positionAxis,
                theme);
    drawHeading(painter, placed.similarity.title,
                alibi ? QStringLiteral("What head %1 adds to each score").arg(m_request.head.value)
                      : QStringLiteral("How alike two positions are"),
                theme);
    paintMatrix(painter, placed.similarity, m_encoding->similarity, m_similarityScale, m_keyAxis, m_queryAxis, theme);
    paintMarks(painter, placed, theme);

    painter.setPen(theme.mutedText);
    painter.setFont(figureFont(kLabelPixels));
    painter.drawText(placed.notes, Qt::AlignLeft | Qt::AlignTop | Qt::TextWordWrap, notes());
    painter.restore();
}

void PositionsPicture::paintMatrix(QPainter& painter, const MatrixPanel& panel, const Matrix& values,
                                   const ColourScale& scale, const AxisLabels& rows, const AxisLabels& columns,
                                   const Theme& theme) const
{
    drawCells(painter, panel.cells, atResolution(values, devicePixels(painter, panel.cells)), scale, theme);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(theme.line);
    painter.drawRect(panel.cells);
    drawAxis(painter, panel.rowLabels, rows, AxisSide::Left, theme);
    drawAxis(painter, panel.columnLabels, columns, AxisSide::Top, theme);
    drawColourBar(painter, panel.colourBar, scale, theme);
}

void PositionsPicture::paintLegend(QPainter& painter, const QRectF& area, const Theme& theme) const
{
    constexpr qreal kSwatch = 14.0;
    painter.setFont(figureFont(kSmallPixels));
    const QFontMetricsF metrics(painter.font());
    const qreal pitch = std::min(metrics.height() + 4.0,
                                 area.height() / static_cast<qreal>(std::max<std::size_t>(m_columns.size(), 1)));
    for (std::size_t wave = 0; wave < m_columns.size(); ++wave) {
        const QRectF row(area.left(), area.top() + static_cast<qreal>(wave) * pitch, area.width(), pitch);
        painter.setPen(QPen(waveColour(wave, theme), 2.5));
        painter.drawLine(QPointF(row.left(), row.center().y()), QPointF(row.left() + kSwatch, row.center().y()));
        painter.setPen(theme.text);
        painter.drawText(row.adjusted(kSwatch + 5.0, 0.0, 40.0, 0.0), Qt::AlignLeft | Qt::AlignVCenter,
                         columnLabel(m_columns[wave]));
    }
}

void PositionsPicture::paintMarks(QPainter& painter, const Layout& placed, const Theme& theme) const
{
    const QRectF& encoding = placed.encoding.cells;
    const qreal row = encoding.height() / static_cast<qreal>(m_request.width);
    for (std::size_t wave = 0; wave < m_columns.size(); ++wave) {
        constexpr qreal kWidth = 6.0;
        constexpr qreal kLeastHeight = 2.0;
        const qreal height = std::max(row - 1.0, kLeastHeight);
        const qreal middle = encoding.top() + (static_cast<qreal>(m_columns[wave]) + 0.5) * row;
        painter.fillRect(QRectF(encoding.right() + 3.0, middle - height / 2.0, kWidth, height),
                         waveColour(wave, theme));
    }
    QPen marker(theme.accent, 1.5);
    marker.setJoinStyle(Qt::MiterJoin);
    painter.setPen(marker);
    painter.setBrush(Qt::NoBrush);
    const auto markColumn = [&](const QRectF& cells, const AxisLabels& columns) {
        if (columns.highlighted) {
            const qreal width = cells.width() / static_cast<qreal>(m_request.positions);
            painter.drawRect(QRectF(cells.left() + static_cast<qreal>(*columns.highlighted) * width, cells.top(), width,
                                    cells.height()));
        }
    };
    const QRectF& similarity = placed.similarity.cells;
    markColumn(encoding, m_positionAxis);
    markColumn(similarity, m_queryAxis);
    if (m_keyAxis.highlighted) {
        const qreal height = similarity.height() / static_cast<qreal>(m_request.positions);
        painter.drawRect(QRectF(similarity.left(),
                                similarity.top() + static_cast<qreal>(*m_keyAxis.highlighted) * height,
                                similarity.width(), height));
    }
}

CsvTable PositionsPicture::table() const
{
    CsvTable table;
    table.header.emplace_back(m_request.scheme == PositionScheme::Alibi ? "distance" : "position");
    for (Index column = 0; m_encoding && column < m_request.width; ++column) {
        table.header.push_back(std::string(positionSchemeInfo(m_request.scheme).column) + " " + std::to_string(column));
    }
    for (Index p = 0; m_encoding && p < m_request.positions; ++p) {
        std::vector<CsvCell> row{p};
        for (const float entry : m_encoding->values.row(p)) {
            row.emplace_back(entry);
        }
        table.rows.push_back(std::move(row));
    }
    return table;
}

const ColourScale& PositionsPicture::colourScale(PositionPanel panel) const
{
    return panel == PositionPanel::Similarity ? m_similarityScale : m_valueScale;
}

QRectF PositionsPicture::panelRect(PositionPanel panel, const QRectF& area) const
{
    const Layout placed = layout(area);
    switch (panel) {
    case PositionPanel::Waves:
        return placed.waves;
    case PositionPanel::Encoding:
        return placed.encoding.cells;
    case PositionPanel::Similarity:
        return placed.similarity.cells;
    }
    return {};
}

std::optional<PositionCell> PositionsPicture::cellAt(QPointF point, const QRectF& area) const
{
    if (!m_encoding) {
        return std::nullopt;
    }
    const auto index = [](qreal offset, qreal extent, Index count) {
        return std::clamp<Index>(static_cast<Index>(offset / extent * static_cast<qreal>(count)), 0, count - 1);
    };
    for (const PositionPanel panel : {PositionPanel::Waves, PositionPanel::Encoding, PositionPanel::Similarity}) {
        const QRectF rect = panelRect(panel, area);
        if (!rect.contains(point)) {
            continue;
        }
        const Index position = index(point.x() - rect.left(), rect.width(), m_request.positions);
        if (panel != PositionPanel::Waves) {
            const Index count = panel == PositionPanel::Encoding ? m_request.width : m_request.positions;
            return PositionCell{panel, position, index(point.y() - rect.top(), rect.height(), count)};
        }
        const AxisRange range = waveRange();
        const double value = range.high - (point.y() - rect.top()) / rect.height() * (range.high - range.low);
        const auto distance = [&](Index column) {
            return std::abs(static_cast<double>(m_encoding->values(position, column)) - value);
        };
        const auto nearest = std::ranges::min_element(m_columns, {}, distance);
        if (nearest != m_columns.end()) {
            return PositionCell{panel, position, *nearest};
        }
    }
    return std::nullopt;
}

float PositionsPicture::value(const PositionCell& cell) const
{
    const Matrix& matrix = cell.panel == PositionPanel::Similarity ? m_encoding->similarity : m_encoding->values;
    return matrix(cell.position, cell.other);
}

QString PositionsPicture::describe(const PositionCell& cell) const
{
    const QString shown = number(static_cast<double>(value(cell)), 6);
    if (cell.panel == PositionPanel::Similarity) {
        return QStringLiteral("positions %1 and %2: %3 = %4")
            .arg(cell.position)
            .arg(cell.other)
            .arg(shown, text(similarityFormula(m_request, cell.position, cell.other)));
    }
    return QStringLiteral("%1 %2, %3 %4: %5 = %6")
        .arg(m_request.scheme == PositionScheme::Alibi ? QStringLiteral("distance") : QStringLiteral("position"))
        .arg(cell.position)
        .arg(text(positionSchemeInfo(m_request.scheme).column))
        .arg(cell.other)
        .arg(shown, text(encodingFormula(m_request, cell.position, cell.other)));
}

}  // namespace headlight::ui
