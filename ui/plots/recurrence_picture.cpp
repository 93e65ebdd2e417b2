#include "ui/plots/recurrence_picture.h"

#include "ui/plots/matrix_painter.h"
#include "ui/plots/token_label.h"

#include <QCoreApplication>
#include <QFontMetricsF>

#include <algorithm>

namespace headlight::ui {
namespace {

constexpr Index kMostDrawn = 24;
constexpr Index kComponents = 16;  ///< Of a state, that are drawn.
constexpr qreal kHeading = 22.0;
constexpr qreal kLabel = 18.0;
constexpr qreal kNote = 38.0;

QString tr(const char* text)
{
    return QCoreApplication::translate("RecurrencePicture", text);
}

QColor recurrentColour(const Theme& theme)
{
    return headColour(HeadIndex(1), theme);
}

QColor attentionColour(const Theme& theme)
{
    return headColour(HeadIndex(9), theme);
}

void drawNote(QPainter& painter, const QRectF& area, const QString& note, const Theme& theme)
{
    painter.setFont(figureFont(kLabelPixels));
    painter.setPen(theme.mutedText);
    painter.drawText(QRectF(area.left(), area.bottom() - kNote, area.width(), kNote),
                     Qt::AlignLeft | Qt::AlignBottom | Qt::TextWordWrap, note);
}

/// A heading on the left, and how far it is on the right.
void drawHead(QPainter& painter, const QRectF& area, const QString& heading, const QString& counter, const Theme& theme)
{
    const QRectF line(area.left(), area.top(), area.width(), kHeading);
    const qreal room = QFontMetricsF(figureFont(kLabelPixels, QFont::Bold)).horizontalAdvance(counter) + 12.0;
    drawHeading(painter, line.adjusted(0.0, 0.0, -room, 0.0), heading, theme);
    painter.setPen(theme.accent);
    painter.drawText(line, Qt::AlignRight | Qt::AlignTop, counter);
}

void drawArrow(QPainter& painter, QPointF from, QPointF to, const QColor& colour)
{
    painter.setPen(QPen(colour, 1.4));
    painter.drawLine(from, to);
    constexpr qreal kBarb = 4.0;
    painter.drawLine(to, to + QPointF(-kBarb, -kBarb));
    painter.drawLine(to, to + QPointF(-kBarb, kBarb));
}

}  // namespace

RecurrencePicture::RecurrencePicture(std::shared_ptr<const Trace> trace, const LayerSetting& setting,
                                     const Selection& selection, const RecurrenceOptions& options,
                                     std::vector<LayerTime> measured)
    : m_trace(std::move(trace))
    , m_setting(setting)
    , m_selection(selection)
    , m_options(options)
    , m_measured(std::move(measured))
    , m_drawn(std::min(m_trace->tokens(), kMostDrawn))
{
    if (options.show == RecurrenceShow::Time) {
        return;
    }
    if (Result<RecurrentReading> reading = readRecurrently(*m_trace, m_drawn)) {
        m_reading = std::move(*reading);
    }
    if (const auto map = m_trace->map(StageId::Weights, selection.head)) {
        m_weights = (*map)->row(TokenIndex(query()));
    }
}

Index RecurrencePicture::query() const
{
    const Index last = m_trace->tokens() - 1;
    return m_selection.query ? std::min(m_selection.query->value, last) : last;
}

Index RecurrencePicture::stepsDone() const noexcept
{
    return std::clamp<Index>(m_options.step.value_or(m_drawn), 0, m_drawn);
}

QString RecurrencePicture::nameOf(Index token) const
{
    return tokenLabel(m_trace->info().tokens[static_cast<std::size_t>(token)]);
}

QString RecurrencePicture::title() const
{
    const QString what = m_options.show == RecurrenceShow::Steps      ? tr("steps")
                         : m_options.show == RecurrenceShow::Distance ? tr("distance")
                                                                      : tr("time");
    return tr("A recurrent network (untrained) beside self-attention · %1").arg(what);
}

QSizeF RecurrencePicture::naturalSize() const
{
    return {900.0, 560.0};
}

QRectF RecurrencePicture::columnOf(Index token, const QRectF& area) const
{
    const qreal width = std::min(area.width() / static_cast<qreal>(m_drawn), 110.0);
    return {area.left() + width * static_cast<qreal>(token), area.top(), width, area.height()};
}

void RecurrencePicture::paint(QPainter& painter, const QRectF& area, const Theme& theme) const
{
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    switch (m_options.show) {
    case RecurrenceShow::Steps:
        paintSteps(painter, area, theme);
        break;
    case RecurrenceShow::Distance:
        paintDistances(painter, area, theme);
        break;
    case RecurrenceShow::Time:
        paintTimes(painter, area, theme);
        break;
    }
    painter.restore();
}

void RecurrencePicture::paintSteps(QPainter& painter, const QRectF& area, const Theme& theme) const
{
    const qreal half = (area.height() - kNote - 24.0) / 2.0;
    paintChain(painter, QRectF(area.left(), area.top(), area.width(), half), theme);
    paintAttention(painter, QRectF(area.left(), area.top() + half + 24.0, area.width(), half), theme);
    QString note =
        tr("Above: an Elman network reads the model's embeddings; the first %1 of each state's %2 numbers. Its weights "
           "are random. Below: the selected head's weights.")
            .arg(kComponents)
            .arg(m_reading ? m_reading->states.cols() : 0);
    if (m_drawn < m_trace->tokens()) {
        note += tr(" Only the first %1 of %2 tokens are drawn.").arg(m_drawn).arg(m_trace->tokens());
    }
    drawNote(painter, area, note, theme);
}

void RecurrencePicture::paintChain(QPainter& painter, const QRectF& area, const Theme& theme) const
{
    const Index done = stepsDone();
    drawHead(painter, area, tr("recurrent network: each state waits for the one before"),
             tr("step %1 of %2").arg(done).arg(m_drawn), theme);
    if (!m_reading) {
        return;
    }
    const QRectF body = area.adjusted(0.0, kHeading + 4.0, 0.0, 0.0);
    const ColourScale scale{.map = &ColourMap::diverging(), .low = -1.0F, .high = 1.0F, .meaning = {}};
    const QFontMetricsF metrics(figureFont(kLabelPixels));
    for (Index token = 0; token < m_drawn; ++token) {
        const QRectF column = columnOf(token, body);
        const qreal side = std::min(column.width() * 0.5, 34.0);
        const QRectF state(column.center().x() - side / 2.0, column.top(), side, column.height() - kLabel - 22.0);
        const bool isDone = token < done;
        if (isDone) {
            const Index components = std::min(kComponents, m_reading->states.cols());
            drawCells(painter, state, m_reading->states.row(token).head(components).transpose(), scale, theme);
        }
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(token == done - 1 ? theme.accent : theme.line, token == done - 1 ? 2.0 : 1.0,
                            isDone ? Qt::SolidLine : Qt::DashLine));
        painter.drawRect(state);
        if (token > 0) {
            const QRectF before = columnOf(token - 1, body);
            drawArrow(painter, QPointF(before.center().x() + side / 2.0 + 2.0, state.center().y()),
                      QPointF(state.left() - 2.0, state.center().y()), isDone ? theme.text : theme.line);
        }
        painter.setPen(isDone ? theme.text : theme.line);
        painter.drawLine(QPointF(state.center().x(), state.bottom() + 16.0),
                         QPointF(state.center().x(), state.bottom() + 3.0));
        painter.setPen(isDone ? theme.text : theme.mutedText);
        painter.setFont(figureFont(kLabelPixels));
        painter.drawText(QRectF(column.left(), column.bottom() - kLabel, column.width(), kLabel), Qt::AlignCenter,
                         metrics.elidedText(nameOf(token), Qt::ElideMiddle, column.width() - 2.0));
    }
}

void RecurrencePicture::paintAttention(QPainter& painter, const QRectF& area, const Theme& theme) const
{
    drawHead(painter, area, tr("self-attention: every token looks at every token at once"), tr("step 1 of 1"), theme);
    const QRectF body = area.adjusted(0.0, kHeading + 4.0, 0.0, 0.0);
    const auto map = m_trace->map(StageId::Weights, m_selection.head);
    const qreal top = body.top() + kLabel;
    const qreal bottom = body.bottom() - kLabel;
    if (map) {
        for (Index from = 0; from < m_drawn; ++from) {
            for (Index to = 0; to < m_drawn; ++to) {
                const auto weight = static_cast<double>((*map)->at(TokenIndex(from), TokenIndex(to)));
                QColor colour =
                    m_selection.query && m_selection.query->value == from ? theme.accent : attentionColour(theme);
                constexpr double kFaintest = 0.06;
                colour.setAlphaF(static_cast<float>(std::clamp(kFaintest + weight, 0.0, 1.0)));
                painter.setPen(QPen(colour, 1.0 + 2.0 * weight));
                painter.drawLine(QPointF(columnOf(from, body).center().x(), bottom),
                                 QPointF(columnOf(to, body).center().x(), top));
            }
        }
    }
    const QFontMetricsF metrics(figureFont(kLabelPixels));
    painter.setFont(figureFont(kLabelPixels));
    for (Index token = 0; token < m_drawn; ++token) {
        const QRectF column = columnOf(token, body);
        const QString label = metrics.elidedText(nameOf(token), Qt::ElideMiddle, column.width() - 2.0);
        const bool isQuery = m_selection.query && m_selection.query->value == token;
        painter.setPen(theme.text);
        painter.drawText(QRectF(column.left(), body.top(), column.width(), kLabel), Qt::AlignCenter, label);
        painter.setPen(isQuery ? theme.accent : theme.text);
        painter.drawText(QRectF(column.left(), bottom, column.width(), kLabel), Qt::AlignCenter, label);
    }
}

void RecurrencePicture::paintDistances(QPainter& painter, const QRectF& area, const Theme& theme) const
{
    const QRectF body = area.adjusted(0.0, 0.0, 0.0, -kNote - 6.0);
    const qreal head = 2.0 * kLabel + 4.0;
    const qreal row = std::min((body.height() - head) / static_cast<qreal>(m_drawn), 26.0);
    const qreal nameRoom = 110.0;
    const qreal stepsRoom = 150.0;
    const qreal bars = (body.width() - nameRoom - stepsRoom - 24.0) / 2.0;
    const QRectF steps(body.left() + nameRoom + 8.0, body.top(), stepsRoom, head);
    const QRectF influence(steps.right() + 8.0, body.top(), bars, head);
    const QRectF weight(influence.right() + 8.0, body.top(), bars, head);
    const Index last = m_drawn - 1;
    painter.setFont(figureFont(kLabelPixels, QFont::Bold));
    painter.setPen(theme.text);
    painter.drawText(steps, Qt::AlignLeft | Qt::AlignBottom | Qt::TextWordWrap,
                     tr("steps to “%1”: network, attention").arg(nameOf(last)));
    painter.setPen(recurrentColour(theme));
    painter.drawText(influence, Qt::AlignLeft | Qt::AlignBottom | Qt::TextWordWrap,
                     tr("network: influence on its last state, ‖∂h_T/∂x_t‖ of the last token's"));
    painter.setPen(attentionColour(theme));
    painter.drawText(weight, Qt::AlignLeft | Qt::AlignBottom | Qt::TextWordWrap,
                     tr("attention: weight from “%1” in the selected head").arg(nameOf(query())));
    const bool isWhole = m_reading && m_reading->influence.size() > last && m_reading->influence.size() > 0;
    const float whole = isWhole ? m_reading->influence(m_reading->influence.size() - 1) : 1.0F;
    const QFontMetricsF metrics(figureFont(kLabelPixels));
    painter.setFont(figureFont(kLabelPixels));
    const auto bar = [&](const QRectF& column, qreal y, double share, const QColor& colour) {
        const QRectF room(column.left(), y + 2.0, column.width() - 46.0, row - 4.0);
        painter.setPen(Qt::NoPen);
        painter.setBrush(theme.panel);
        painter.drawRect(room);
        painter.setBrush(colour);
        painter.drawRect(QRectF(room.topLeft(), QSizeF(room.width() * std::clamp(share, 0.0, 1.0), room.height())));
        painter.setPen(theme.text);
        painter.drawText(QRectF(room.right() + 5.0, y, 44.0, row), Qt::AlignLeft | Qt::AlignVCenter,
                         QString::number(share, 'f', share < 0.0095 && share > 0.0 ? 4 : 2));
    };
    for (Index token = 0; token < m_drawn; ++token) {
        const qreal y = body.top() + head + 4.0 + row * static_cast<qreal>(token);
        painter.setPen(theme.text);
        painter.drawText(QRectF(body.left(), y, nameRoom, row), Qt::AlignRight | Qt::AlignVCenter,
                         metrics.elidedText(nameOf(token), Qt::ElideMiddle, nameRoom));
        painter.drawText(QRectF(steps.left(), y, steps.width(), row), Qt::AlignLeft | Qt::AlignVCenter,
                         token == last ? tr("0, 0") : tr("%1, 1").arg(last - token));
        if (isWhole && token < m_reading->influence.size()) {
            bar(influence, y, static_cast<double>(m_reading->influence(token) / whole), recurrentColour(theme));
        }
        if (token < m_weights.size()) {
            bar(weight, y, static_cast<double>(m_weights(token)), attentionColour(theme));
        }
    }
    QString note =
        tr("The network's weights are random: training changes how fast influence fades, not how many steps it has to "
           "survive. A weight is where a head looks, not by itself an influence.");
    if (m_drawn < m_trace->tokens()) {
        note += tr(" Only the first %1 of %2 tokens are shown.").arg(m_drawn).arg(m_trace->tokens());
    }
    drawNote(painter, area, note, theme);
}

TitledChart RecurrencePicture::chart(const Theme& theme) const
{
    const std::array colours{recurrentColour(theme), attentionColour(theme)};
    std::vector<ChartLine> lines;
    for (std::size_t i = 0; i < colours.size(); ++i) {
        ChartLine points{.colour = colours.at(i), .keys = {}, .values = {}, .stroke = Stroke::Dots};
        ChartLine line{.colour = colours.at(i), .keys = {}, .values = {}};
        for (const LayerTime& time : m_measured) {
            for (ChartLine* one : {&points, &line}) {
                one->keys.append(static_cast<double>(time.tokens));
                one->values.append(i == 0 ? time.recurrentSeconds : time.attentionSeconds);
            }
        }
        lines.push_back(std::move(line));
        lines.push_back(std::move(points));
    }
    std::vector<double> marked;
    const auto tokens = static_cast<double>(m_trace->tokens());
    if (tokens >= static_cast<double>(kMeasuredLengths.front()) &&
        tokens <= static_cast<double>(kMeasuredLengths.back())) {
        marked.push_back(tokens);
    }
    const AxisRange values = decadesAround(lines);
    return {.heading = tr("seconds of one layer, D = %1, measured").arg(m_setting.width),
            .keys = {{tr("recurrent"), colours[0]}, {tr("self-attention, %1 heads").arg(m_setting.heads), colours[1]}},
            .chart = {.keyName = tr("tokens"),
                      .valueName = tr("seconds"),
                      .keys = {.low = static_cast<double>(kMeasuredLengths.front()),
                               .high = static_cast<double>(kMeasuredLengths.back()),
                               .spacing = AxisSpacing::Binary},
                      .values = values,
                      .lines = std::move(lines),
                      .markedKeys = std::move(marked)}};
}

void RecurrencePicture::paintTimes(QPainter& painter, const QRectF& area, const Theme& theme) const
{
    constexpr qreal kNoteRoom = 58.0;
    const QRectF plot = area.adjusted(0.0, 0.0, 0.0, -kNoteRoom);
    if (m_measured.empty()) {
        painter.setPen(theme.mutedText);
        painter.setFont(figureFont(kTitlePixels));
        painter.drawText(plot, Qt::AlignCenter | Qt::TextWordWrap,
                         tr("Not measured yet: “Measure” takes some seconds."));
    } else {
        drawTitledChart(painter, plot, fittedTo(plot, chart(theme)), theme);
    }
    const Index tokens = m_trace->tokens();
    const LayerCost recurrent = recurrentLayerCost(tokens, m_setting.width);
    const LayerCost attention = attentionLayerCost(tokens, m_setting.width);
    const QString note =
        tr("For this text's %1 tokens, counted: recurrent %L2 multiply-adds in %1 steps that wait for one another; "
           "self-attention %L3 in one step. Times: this machine, one thread, random vectors, the quickest of "
           "several runs; many processors shorten steps, not their number.")
            .arg(tokens)
            .arg(recurrent.multiplyAdds, 0, 'f', 0)
            .arg(attention.multiplyAdds, 0, 'f', 0);
    painter.setFont(figureFont(kLabelPixels));
    painter.setPen(theme.mutedText);
    painter.drawText(QRectF(area.left(), area.bottom() - kNoteRoom, area.width(), kNoteRoom),
                     Qt::AlignLeft | Qt::AlignBottom | Qt::TextWordWrap, note);
}

CsvTable RecurrencePicture::table() const
{
    if (m_options.show == RecurrenceShow::Time) {
        CsvTable table{.header = {"tokens", "recurrent seconds", "attention seconds", "recurrent multiply-adds",
                                  "attention multiply-adds", "recurrent steps", "attention steps"},
                       .rows = {}};
        for (const LayerTime& time : m_measured) {
            const LayerCost recurrent = recurrentLayerCost(time.tokens, m_setting.width);
            const LayerCost attention = attentionLayerCost(time.tokens, m_setting.width);
            table.rows.push_back({time.tokens, time.recurrentSeconds, time.attentionSeconds, recurrent.multiplyAdds,
                                  attention.multiplyAdds, recurrent.steps, attention.steps});
        }
        return table;
    }
    CsvTable table{.header = {"token", "text", "steps of the network", "steps of attention", "influence", "weight"},
                   .rows = {}};
    for (Index token = 0; token < m_drawn; ++token) {
        const bool hasInfluence = m_reading && token < m_reading->influence.size();
        table.rows.push_back({token, m_trace->info().tokens[static_cast<std::size_t>(token)].text, m_drawn - 1 - token,
                              token == m_drawn - 1 ? Index{0} : Index{1},
                              hasInfluence ? CsvCell(m_reading->influence(token)) : CsvCell(std::string()),
                              token < m_weights.size() ? CsvCell(m_weights(token)) : CsvCell(std::string())});
    }
    return table;
}

}  // namespace headlight::ui
