#include "ui/plots/cost_picture.h"

#include <QCoreApplication>

#include <algorithm>

namespace headlight::ui {
namespace {

constexpr qreal kNoteRoom = 54.0;

QString tr(const char* text)
{
    return QCoreApplication::translate("CostPicture", text);
}

QString name(AttentionVariant variant)
{
    return QString::fromLatin1(attentionVariantName(variant).data());
}

}  // namespace

QColor variantColour(AttentionVariant variant, const Theme& theme)
{
    return headColour(HeadIndex(static_cast<Index>(variant)), theme);
}

CostPicture::CostPicture(const CostSetting& setting, VariantShow show, std::vector<MeasuredTime> measured, Index tokens)
    : m_setting(setting)
    , m_show(show)
    , m_measured(std::move(measured))
    , m_tokens(tokens)
{
    for (const Index length : kMeasuredLengths) {
        for (const AttentionVariant variant : kAttentionVariants) {
            m_counted.push_back({variant, length, costOf(variant, length, m_setting)});
        }
    }
}

QString CostPicture::title() const
{
    const QString what = m_show == VariantShow::Memory ? tr("memory")
                         : m_show == VariantShow::Time ? tr("time")
                                                       : tr("operations");
    return tr("Cost of one head's attention · %1 · d = %2").arg(what).arg(m_setting.headWidth);
}

QSizeF CostPicture::naturalSize() const
{
    return {820.0, 520.0};
}

std::optional<double> CostPicture::pace(AttentionVariant variant) const
{
    std::optional<double> pace;
    for (const MeasuredTime& time : m_measured) {
        if (time.variant == variant) {
            pace = time.seconds / costOf(variant, time.tokens, m_setting).multiplyAdds;
        }
    }
    return pace;
}

TitledChart CostPicture::chart(const Theme& theme) const
{
    std::vector<ChartLine> lines;
    for (const AttentionVariant variant : kAttentionVariants) {
        const std::optional<double> unit = m_show == VariantShow::Time ? pace(variant) : 1.0;
        ChartLine line{.colour = variantColour(variant, theme), .keys = {}, .values = {}};
        for (const auto& [counted, tokens, cost] : m_counted) {
            if (unit && counted == variant) {
                line.keys.append(static_cast<double>(tokens));
                line.values.append(m_show == VariantShow::Memory ? cost.bytes : *unit * cost.multiplyAdds);
            }
        }
        lines.push_back(std::move(line));
    }
    for (const AttentionVariant variant : kAttentionVariants) {
        ChartLine points{.colour = variantColour(variant, theme), .keys = {}, .values = {}, .stroke = Stroke::Dots};
        for (const MeasuredTime& time : m_measured) {
            if (m_show == VariantShow::Time && time.variant == variant) {
                points.keys.append(static_cast<double>(time.tokens));
                points.values.append(time.seconds);
            }
        }
        lines.push_back(std::move(points));
    }
    const bool isTime = m_show == VariantShow::Time;
    std::vector<ChartKey> keys;
    for (const AttentionVariant variant : kAttentionVariants) {
        keys.push_back({name(variant), variantColour(variant, theme)});
    }
    if (isTime) {
        keys.push_back({tr("measured"), theme.mutedText, Stroke::Dots});
    }
    const AxisRange values = decadesAround(lines);
    std::vector<double> marked;
    if (m_tokens >= kMeasuredLengths.front() && m_tokens <= kMeasuredLengths.back()) {
        marked.push_back(static_cast<double>(m_tokens));
    }
    return {.heading = isTime ? tr("time: theory as lines, measured as points") : tr("theory: counted"),
            .keys = std::move(keys),
            .chart = {.keyName = tr("tokens"),
                      .valueName = m_show == VariantShow::Memory ? tr("bytes held beside Q, K, V")
                                   : isTime                      ? tr("seconds")
                                                                 : tr("multiply-adds"),
                      .keys = {.low = static_cast<double>(kMeasuredLengths.front()),
                               .high = static_cast<double>(kMeasuredLengths.back()),
                               .spacing = AxisSpacing::Binary},
                      .values = values,
                      .lines = std::move(lines),
                      .markedKeys = std::move(marked)}};
}

QString CostPicture::note() const
{
    const QString sparse = tr("sparse: %1; tiled: blocks of %2.")
                               .arg(QString::fromStdString(describe(m_setting.mask)))
                               .arg(m_setting.block.queries);
    const QString text = m_tokens > 0 ? tr(" The upright line is this text, %1 tokens.").arg(m_tokens) : QString();
    switch (m_show) {
    case VariantShow::Attention:
    case VariantShow::Operations:
        return tr("Theory: multiply-adds of products, counted from what is computed; exponentials are not among "
                  "them. ") +
               sparse + text;
    case VariantShow::Memory:
        return tr("Theory: the most that is held at a time, float32, counted from what is computed; the program's "
                  "tests "
                  "compare it with what is allocated. ") +
               sparse + text;
    case VariantShow::Time:
        break;
    }
    if (m_measured.empty()) {
        return tr("Not measured yet. ") + sparse;
    }
    return tr("Points: measured on this machine, one thread, random vectors, the quickest of several runs. Lines: "
              "theory, the "
              "multiply-adds scaled to each one's longest point. ") +
           sparse + text;
}

void CostPicture::paint(QPainter& painter, const QRectF& area, const Theme& theme) const
{
    painter.save();
    const QRectF plot(area.topLeft(), QPointF(area.right(), area.bottom() - kNoteRoom));
    if (m_show == VariantShow::Time && m_measured.empty()) {
        painter.setPen(theme.mutedText);
        painter.setFont(figureFont(kTitlePixels));
        painter.drawText(plot, Qt::AlignCenter | Qt::TextWordWrap,
                         tr("Not measured yet: “Measure” takes some seconds."));
    } else {
        drawTitledChart(painter, plot, fittedTo(plot, chart(theme)), theme);
    }
    painter.setFont(figureFont(kLabelPixels));
    painter.setPen(theme.mutedText);
    painter.drawText(QRectF(QPointF(area.left(), area.bottom() - kNoteRoom), area.bottomRight()),
                     Qt::AlignLeft | Qt::AlignBottom | Qt::TextWordWrap, note());
    painter.restore();
}

CsvTable CostPicture::table() const
{
    CsvTable table{.header = {"tokens", "variant", "multiply-adds", "bytes", "seconds measured"}, .rows = {}};
    for (const Counted& counted : m_counted) {
        const auto measured = std::ranges::find_if(m_measured, [&counted](const MeasuredTime& time) {
            return time.variant == counted.variant && time.tokens == counted.tokens;
        });
        table.rows.push_back({counted.tokens, std::string(attentionVariantName(counted.variant)),
                              counted.cost.multiplyAdds, counted.cost.bytes,
                              measured == m_measured.end() ? CsvCell(std::string()) : CsvCell(measured->seconds)});
    }
    return table;
}

}  // namespace headlight::ui
