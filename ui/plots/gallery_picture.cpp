#include "ui/plots/gallery_picture.h"

#include "ui/plots/heatmap_picture.h"
#include "ui/plots/token_label.h"

#include <algorithm>
#include <cmath>

namespace headlight::ui {
namespace {

constexpr qreal kLayerLabelWidth = 58.0;
constexpr qreal kHeadLabelHeight = 22.0;
constexpr qreal kBarGap = 14.0;
constexpr qreal kSwitch = 14.0;        ///< Of the on/off corner.
constexpr qreal kRelationRoom = 13.0;  ///< Under each thumbnail, where some head was asked for a relation.

qreal gapOf(qreal pitch)
{
    return std::clamp(std::round(pitch * 0.08), 2.0, 10.0);
}

}  // namespace

GalleryPicture::GalleryPicture(std::shared_ptr<const Trace> trace, const Selection& selection,
                               const ColourMap& colourMap)
    : m_trace(std::move(trace))
    , m_selection(selection)
    , m_scale{.map = &colourMap, .low = 0.0F, .high = 1.0F, .meaning = QStringLiteral("weight")}
{}

QString GalleryPicture::title() const
{
    return QStringLiteral("Attention weights of all %1 × %2 heads")
        .arg(m_trace->info().layers)
        .arg(m_trace->info().heads);
}

QSizeF GalleryPicture::naturalSize() const
{
    constexpr qreal kThumbnail = 96.0;
    return {kLayerLabelWidth + kThumbnail * static_cast<qreal>(m_trace->info().heads) + kBarGap + kColourBarWidth,
            kHeadLabelHeight + (kThumbnail + relationRoom()) * static_cast<qreal>(m_trace->info().layers)};
}

qreal GalleryPicture::relationRoom() const
{
    return m_trace->info().askedHeads.empty() ? 0.0 : kRelationRoom;
}

GalleryPicture::Layout GalleryPicture::layout(const QRectF& area) const
{
    const auto heads = static_cast<qreal>(m_trace->info().heads);
    const auto layers = static_cast<qreal>(m_trace->info().layers);
    const qreal across = (area.width() - kLayerLabelWidth - kBarGap - kColourBarWidth) / heads;
    const qreal pitch =
        std::max(std::floor(std::min(across, (area.height() - kHeadLabelHeight) / layers - relationRoom())), 4.0);
    const qreal spare = std::max((across - pitch) * heads / 2.0, 0.0);
    const QPointF origin(std::round(area.left() + spare + kLayerLabelWidth), std::round(area.top() + kHeadLabelHeight));
    return {.origin = origin,
            .side = pitch - gapOf(pitch),
            .across = pitch,
            .down = pitch + relationRoom(),
            .colourBar = QRectF(origin.x() + heads * pitch + kBarGap, origin.y(), kColourBarWidth,
                                layers * (pitch + relationRoom()))};
}

bool GalleryPicture::isAblated(HeadAddress head) const
{
    return m_trace->info().experiment.ablatedHeads.contains(head);
}

QRectF GalleryPicture::thumbnailRect(HeadAddress head, const QRectF& area) const
{
    const Layout placed = layout(area);
    return {placed.origin.x() + static_cast<qreal>(head.head.value) * placed.across,
            placed.origin.y() + static_cast<qreal>(head.layer.value) * placed.down, placed.side, placed.side};
}

QRectF GalleryPicture::switchRect(HeadAddress head, const QRectF& area) const
{
    const QRectF thumbnail = thumbnailRect(head, area);
    const qreal side = std::min(kSwitch, thumbnail.width() / 3.0);
    return {thumbnail.right() - side, thumbnail.top(), side, side};
}

CsvTable GalleryPicture::table() const
{
    CsvTable table{.header = {"layer", "head", "query", "query token", "key", "key token", "weight"}, .rows = {}};
    const std::vector<Token>& tokens = m_trace->info().tokens;
    for (Index layer = 0; layer < m_trace->info().layers; ++layer) {
        for (Index head = 0; head < m_trace->info().heads; ++head) {
            const auto map = m_trace->map(StageId::Weights, {LayerIndex(layer), HeadIndex(head)});
            if (!map) {
                continue;
            }
            for (Index i = 0; i < (*map)->rows(); ++i) {
                const RowVector row = (*map)->row(TokenIndex(i));
                for (Index j = 0; j < row.size(); ++j) {
                    table.rows.push_back({layer, head, i, tokens[static_cast<std::size_t>(i)].text, j,
                                          tokens[static_cast<std::size_t>(j)].text, row(j)});
                }
            }
        }
    }
    return table;
}

std::optional<HeadAddress> GalleryPicture::headAt(QPointF point, const QRectF& area) const
{
    const Layout placed = layout(area);
    const QPointF offset = point - placed.origin;
    const HeadAddress head{LayerIndex(static_cast<Index>(std::floor(offset.y() / placed.down))),
                           HeadIndex(static_cast<Index>(std::floor(offset.x() / placed.across)))};
    const bool inside = head.layer.value >= 0 && head.layer.value < m_trace->info().layers && head.head.value >= 0 &&
                        head.head.value < m_trace->info().heads;
    if (!inside || !thumbnailRect(head, area).contains(point)) {
        return std::nullopt;
    }
    return head;
}

std::optional<HeadAddress> GalleryPicture::switchAt(QPointF point, const QRectF& area) const
{
    const std::optional<HeadAddress> head = headAt(point, area);
    return head && switchRect(*head, area).contains(point) ? head : std::nullopt;
}

void GalleryPicture::paint(QPainter& painter, const QRectF& area, const Theme& theme) const
{
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    const Layout placed = layout(area);
    painter.setFont(figureFont(kLabelPixels));
    for (Index layer = 0; layer < m_trace->info().layers; ++layer) {
        const bool selected = m_selection.head.layer == LayerIndex(layer);
        painter.setPen(selected ? theme.text : theme.mutedText);
        const QRectF row(placed.origin.x() - kLayerLabelWidth,
                         placed.origin.y() + static_cast<qreal>(layer) * placed.down, kLayerLabelWidth - 8.0,
                         placed.side);
        painter.drawText(row, Qt::AlignRight | Qt::AlignVCenter, QStringLiteral("layer %1").arg(layer));
    }
    const QFontMetricsF metrics(painter.font());
    const bool longNames = metrics.horizontalAdvance(QStringLiteral("head 88")) < placed.side;
    for (Index head = 0; head < m_trace->info().heads; ++head) {
        const bool selected = m_selection.head.head == HeadIndex(head);
        painter.setPen(selected ? theme.text : theme.mutedText);
        const QRectF column(placed.origin.x() + static_cast<qreal>(head) * placed.across,
                            placed.origin.y() - kHeadLabelHeight, placed.side, kHeadLabelHeight - 4.0);
        painter.drawText(column, Qt::AlignHCenter | Qt::AlignBottom,
                         longNames ? QStringLiteral("head %1").arg(head) : QString::number(head));
    }

    for (Index layer = 0; layer < m_trace->info().layers; ++layer) {
        for (Index head = 0; head < m_trace->info().heads; ++head) {
            const HeadAddress address{LayerIndex(layer), HeadIndex(head)};
            const QRectF thumbnail = thumbnailRect(address, area);
            const auto map = m_trace->map(StageId::Weights, address);
            if (!map) {
                continue;
            }
            painter.save();
            painter.setRenderHint(QPainter::Antialiasing, false);
            const QSize pixels = devicePixels(painter, thumbnail);
            painter.setOpacity(painter.opacity() * (isAblated(address) ? 0.18 : 1.0));
            drawCells(painter, thumbnail,
                      (*map)->tile({0, (*map)->rows()}, {0, (*map)->cols()}, {pixels.height(), pixels.width()}),
                      m_scale, theme);
            painter.restore();

            const bool selected = address == m_selection.head;
            painter.setBrush(Qt::NoBrush);
            painter.setPen(QPen(selected ? theme.accent : theme.line, selected ? 2.5 : 1.0));
            painter.drawRect(selected ? thumbnail.adjusted(-1.5, -1.5, 1.5, 1.5) : thumbnail);
            if (const std::string_view relation = m_trace->info().relationOf(address); !relation.empty()) {
                painter.setFont(figureFont(kSmallPixels));
                painter.setPen(selected ? theme.accent : theme.mutedText);
                const QRectF below(thumbnail.left(), thumbnail.bottom() + 1.0, placed.across, kRelationRoom);
                const QString name = QString::fromUtf8(relation.data(), static_cast<qsizetype>(relation.size()));
                painter.drawText(below, Qt::AlignLeft | Qt::AlignVCenter,
                                 QFontMetricsF(painter.font()).elidedText(name, Qt::ElideRight, placed.across));
                painter.setFont(figureFont(kLabelPixels));
            }
            if (isAblated(address)) {
                painter.setPen(QPen(theme.mutedText, 1.5));
                painter.drawLine(thumbnail.topLeft(), thumbnail.bottomRight());
                painter.setPen(theme.text);
                painter.setFont(figureFont(kLabelPixels, QFont::Bold));
                painter.drawText(thumbnail, Qt::AlignCenter, QStringLiteral("off"));
                painter.setFont(figureFont(kLabelPixels));
            }
        }
    }
    painter.setRenderHint(QPainter::Antialiasing, false);
    drawColourBar(painter, placed.colourBar, m_scale, theme);
    painter.restore();
}

}  // namespace headlight::ui
