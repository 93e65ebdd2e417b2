#include "ui/plots/gallery_picture.h"

#include "ui/plots/heatmap_picture.h"

#include <algorithm>
#include <cmath>

namespace headlight::ui {
namespace {

constexpr qreal kLayerLabelWidth = 58.0;
constexpr qreal kHeadLabelHeight = 22.0;
constexpr qreal kBarGap = 14.0;
constexpr qreal kLowestBar = 120.0;
constexpr qreal kSwitch = 14.0;    ///< Of the on/off corner.
constexpr qreal kNameRoom = 14.0;  ///< Under each thumbnail outside the grid: which head it is.
constexpr qreal kTagRoom = 14.0;   ///< For badges as words,
constexpr qreal kDotRoom = 7.0;    ///< or as dots where thumbnails are narrow.
constexpr qreal kNarrow = 44.0;    ///< Pitch up to which they are.
constexpr qreal kGroupTitleRoom = 20.0;
constexpr qreal kLargestPitch = 240.0;  ///< Of few heads.
constexpr qreal kThumbnail = 96.0;      ///< In a figure.
constexpr std::size_t kMostTags = 2;

qreal gapOf(qreal pitch)
{
    return std::clamp(std::round(pitch * 0.08), 2.0, 10.0);
}

Index rowsOf(const HeadGroup& group, Index columns)
{
    return (static_cast<Index>(group.heads.size()) + columns - 1) / columns;
}

Index rowsOf(const std::vector<HeadGroup>& groups, Index columns)
{
    Index rows = 0;
    for (const HeadGroup& group : groups) {
        rows += rowsOf(group, columns);
    }
    return rows;
}

std::size_t titledGroups(const std::vector<HeadGroup>& groups)
{
    return static_cast<std::size_t>(
        std::ranges::count_if(groups, [](const HeadGroup& group) { return !group.title.isEmpty(); }));
}

QString tagOf(const Badge& badge)
{
    return badge.id == BadgeId::Asked ? QString::fromStdString(badge.relation) : text(badgeInfo(badge.id).tag);
}

/// A short word on its badge's colour; what was asked for has an outline alone, since nothing was measured.
void drawTag(QPainter& painter, const QRectF& rect, const Badge& badge, const QString& name, const Theme& theme)
{
    constexpr int kFaint = 70;  // of 255
    QColor fill = badgeColour(badge.id, theme);
    painter.setPen(QPen(fill, 1.0));
    fill.setAlpha(badge.id == BadgeId::Asked ? 0 : kFaint);
    painter.setBrush(fill);
    painter.drawRoundedRect(rect.adjusted(0.5, 0.5, -0.5, -0.5), 3.0, 3.0);
    painter.setPen(badge.id == BadgeId::Asked ? theme.mutedText : theme.text);
    painter.drawText(rect, Qt::AlignCenter, name);
}

Matrix thumbnailOf(const AttentionMap& map, TileSize size)
{
    return map.tile({0, map.rows()}, {0, map.cols()}, size);
}

bool isThumbnailQuick(const AttentionMap& map, QSize pixels)
{
    return map.isQuick({0, map.rows()}, {0, map.cols()}, {pixels.height(), pixels.width()});
}

}  // namespace

QColor badgeColour(BadgeId badge, const Theme& theme)
{
    return badge == BadgeId::Asked ? theme.mutedText : headColour(HeadIndex(static_cast<Index>(badge)), theme);
}

GalleryPicture::GalleryPicture(std::shared_ptr<const Trace> trace, const Selection& selection,
                               const ColourMap& colourMap, const GalleryOptions& options,
                               std::shared_ptr<const Analysis> analysis)
    : m_trace(std::move(trace))
    , m_selection(selection)
    , m_options(options)
    , m_analysis(std::move(analysis))
    , m_isGrid(!m_analysis || isGrid(options))
    , m_scale{.map = &colourMap, .low = 0.0F, .high = 1.0F, .meaning = QStringLiteral("weight")}
{
    if (!m_isGrid) {
        m_groups = arrangeHeads(*m_analysis, options);
        return;
    }
    HeadGroup all;
    for (Index layer = 0; layer < m_trace->info().layers; ++layer) {
        for (Index head = 0; head < m_trace->info().heads; ++head) {
            all.heads.push_back({LayerIndex(layer), HeadIndex(head)});
        }
    }
    m_groups.push_back(std::move(all));
}

QString GalleryPicture::title() const
{
    const Index layers = m_trace->info().layers;
    const Index heads = m_trace->info().heads;
    if (m_isGrid) {
        return QStringLiteral("Attention weights of all %1 × %2 heads").arg(layers).arg(heads);
    }
    QString title = QStringLiteral("Attention weights");
    if (m_options.badge) {
        std::size_t shown = 0;
        for (const HeadGroup& group : m_groups) {
            shown += group.heads.size();
        }
        title += QStringLiteral(" of the %1 of %2 heads with the badge “%3”")
                     .arg(shown)
                     .arg(layers * heads)
                     .arg(text(badgeInfo(*m_options.badge).title));
    } else {
        title += QStringLiteral(" of all %1 × %2 heads").arg(layers).arg(heads);
    }
    if (const QString order = orderName(m_options.order); !order.isEmpty()) {
        title += QStringLiteral(" · by %1, %2 first")
                     .arg(order, m_options.direction == OrderDirection::HighestFirst ? QStringLiteral("highest")
                                                                                     : QStringLiteral("lowest"));
    }
    return title;
}

QSizeF GalleryPicture::naturalSize() const
{
    const Index columns = m_trace->info().heads;
    const qreal across = kThumbnail * static_cast<qreal>(columns) + kBarGap + kColourBarWidth;
    const qreal down = kThumbnail + badgeRoom(kThumbnail);
    if (m_isGrid) {
        return {kLayerLabelWidth + across, kHeadLabelHeight + down * static_cast<qreal>(m_trace->info().layers)};
    }
    return {across, std::max(kLowestBar, (down + kNameRoom) * static_cast<qreal>(rowsOf(m_groups, columns)) +
                                             kGroupTitleRoom * static_cast<qreal>(titledGroups(m_groups)))};
}

qreal GalleryPicture::badgeRoom(qreal pitch) const
{
    // Where there may be badges their room is kept, so that nothing moves as they come and go.
    const bool mayHave = m_analysis || !m_trace->info().askedHeads.empty();
    return !mayHave ? 0.0 : pitch > kNarrow ? kTagRoom : kDotRoom;
}

GalleryPicture::Layout GalleryPicture::layout(const QRectF& area) const
{
    return m_isGrid ? gridLayout(area) : groupLayout(area);
}

GalleryPicture::Layout GalleryPicture::gridLayout(const QRectF& area) const
{
    const auto heads = static_cast<qreal>(m_trace->info().heads);
    const auto layers = static_cast<qreal>(m_trace->info().layers);
    const qreal across = (area.width() - kLayerLabelWidth - kBarGap - kColourBarWidth) / heads;
    const auto pitchWith = [&](qreal room) {
        return std::max(std::floor(std::min(across, (area.height() - kHeadLabelHeight) / layers - room)), 4.0);
    };
    const qreal room = badgeRoom(pitchWith(badgeRoom(kThumbnail)));
    const qreal pitch = pitchWith(room);
    const qreal spare = std::max((across - pitch) * heads / 2.0, 0.0);
    const QPointF origin(std::round(area.left() + spare + kLayerLabelWidth), std::round(area.top() + kHeadLabelHeight));
    Layout placed{.origin = origin,
                  .side = pitch - gapOf(pitch),
                  .across = pitch,
                  .down = pitch + room,
                  .badgeRoom = room,
                  .spots = {},
                  .titles = {},
                  .colourBar = QRectF(origin.x() + heads * pitch + kBarGap, origin.y(), kColourBarWidth,
                                      layers * (pitch + room))};
    for (const HeadAddress head : m_groups.front().heads) {
        placed.spots.push_back({.head = head,
                                .thumbnail = QRectF(origin.x() + static_cast<qreal>(head.head.value) * placed.across,
                                                    origin.y() + static_cast<qreal>(head.layer.value) * placed.down,
                                                    placed.side, placed.side),
                                .row = head.layer.value});
    }
    return placed;
}

GalleryPicture::Layout GalleryPicture::groupLayout(const QRectF& area) const
{
    const qreal width = area.width() - kBarGap - kColourBarWidth;
    const qreal height = area.height() - kGroupTitleRoom * static_cast<qreal>(titledGroups(m_groups));
    const auto pitchOf = [&](Index columns, qreal room) {
        const auto rows = static_cast<qreal>(rowsOf(m_groups, columns));
        return std::min({std::floor(width / static_cast<qreal>(columns)), std::floor(height / rows - kNameRoom - room),
                         kLargestPitch});
    };
    // As many columns as make the thumbnails largest.
    std::size_t most = 1;
    for (const HeadGroup& group : m_groups) {
        most = std::max(most, group.heads.size());
    }
    Index columns = 1;
    qreal room = badgeRoom(kThumbnail);
    for (int step = 0; step < 2; ++step) {
        for (Index more = 1; more <= static_cast<Index>(most); ++more) {
            columns = pitchOf(more, room) > pitchOf(columns, room) ? more : columns;
        }
        room = step == 0 ? badgeRoom(pitchOf(columns, room)) : room;
    }
    const qreal pitch = std::max(pitchOf(columns, room), 4.0);
    const qreal spare = std::max((width - static_cast<qreal>(columns) * pitch) / 2.0, 0.0);
    const QPointF origin(std::round(area.left() + spare), std::round(area.top()));
    Layout placed{.origin = origin,
                  .side = pitch - gapOf(pitch),
                  .across = pitch,
                  .down = pitch + kNameRoom + room,
                  .badgeRoom = room,
                  .spots = {},
                  .titles = {},
                  .colourBar = {}};
    qreal top = origin.y();
    Index row = 0;
    for (const HeadGroup& group : m_groups) {
        if (!group.title.isEmpty()) {
            placed.titles.push_back(
                {QRectF(origin.x(), top, static_cast<qreal>(columns) * pitch, kGroupTitleRoom - 4.0), group.title});
            top += kGroupTitleRoom;
        }
        for (std::size_t i = 0; i < group.heads.size(); ++i) {
            const Index down = static_cast<Index>(i) / columns;
            const auto column = static_cast<qreal>(static_cast<Index>(i) % columns);
            placed.spots.push_back(
                {.head = group.heads[i],
                 .thumbnail = QRectF(origin.x() + column * pitch, top + static_cast<qreal>(down) * placed.down,
                                     placed.side, placed.side),
                 .row = row + down});
        }
        row += rowsOf(group, columns);
        top += static_cast<qreal>(rowsOf(group, columns)) * placed.down;
    }
    placed.colourBar = QRectF(origin.x() + static_cast<qreal>(columns) * pitch + kBarGap, origin.y(), kColourBarWidth,
                              std::min(std::max(top - origin.y(), kLowestBar), area.height()));
    return placed;
}

bool GalleryPicture::isAblated(HeadAddress head) const
{
    return m_trace->info().experiment.ablatedHeads.contains(head);
}

std::vector<Badge> GalleryPicture::badgesOf(HeadAddress head) const
{
    return m_analysis ? m_analysis->measured.at(head).badges
                      : headlight::badgesOf({}, m_trace->info().relationOf(head));
}

QRectF GalleryPicture::thumbnailRect(HeadAddress head, const QRectF& area) const
{
    const Layout placed = layout(area);
    const auto spot = std::ranges::find(placed.spots, head, &Spot::head);
    return spot == placed.spots.end() ? QRectF() : spot->thumbnail;
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
    if (m_trace->tokens() > kLongestInFull) {
        table.header = {"too many cells for a table: its text may have at most " + std::to_string(kLongestInFull) +
                        " tokens"};
        return table;
    }
    for (const HeadGroup& group : m_groups) {
        for (const HeadAddress head : group.heads) {
            const auto map = m_trace->map(StageId::Weights, head);
            if (!map) {
                continue;
            }
            for (Index i = 0; i < (*map)->rows(); ++i) {
                const RowVector row = (*map)->row(TokenIndex(i));
                for (Index j = 0; j < row.size(); ++j) {
                    table.rows.push_back({head.layer.value, head.head.value, i,
                                          tokens[static_cast<std::size_t>(i)].text, j,
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
    const auto spot =
        std::ranges::find_if(placed.spots, [&](const Spot& candidate) { return candidate.thumbnail.contains(point); });
    return spot == placed.spots.end() ? std::nullopt : std::optional(spot->head);
}

std::optional<HeadAddress> GalleryPicture::switchAt(QPointF point, const QRectF& area) const
{
    const std::optional<HeadAddress> head = headAt(point, area);
    return head && switchRect(*head, area).contains(point) ? head : std::nullopt;
}

std::optional<HeadAddress> GalleryPicture::neighbour(HeadAddress head, Step step, const QRectF& area) const
{
    const std::vector<Spot> spots = layout(area).spots;
    if (spots.empty()) {
        return std::nullopt;
    }
    const auto from = std::ranges::find(spots, head, &Spot::head);
    if (from == spots.end()) {
        return spots.front().head;
    }
    if (step == Step::Left || step == Step::Right) {
        const auto place = (from - spots.begin()) + (step == Step::Right ? 1 : -1);
        const auto last = static_cast<std::ptrdiff_t>(spots.size()) - 1;
        return spots[static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(place, 0, last))].head;
    }
    const Index row = from->row + (step == Step::Down ? 1 : -1);
    const Spot* nearest = &*from;
    for (const Spot& spot : spots) {
        const auto offset = [&from](const Spot& other) {
            return std::abs(other.thumbnail.left() - from->thumbnail.left());
        };
        if (spot.row == row && (nearest->row != row || offset(spot) < offset(*nearest))) {
            nearest = &spot;
        }
    }
    return nearest->head;
}

QString GalleryPicture::describe(HeadAddress head) const
{
    QString described = QStringLiteral("<b>%1</b>").arg(headTitle(head).toHtmlEscaped());
    for (const Badge& badge : badgesOf(head)) {
        described += QStringLiteral("<br>%1").arg(QString::fromStdString(headlight::describe(badge)).toHtmlEscaped());
    }
    if (!m_analysis) {
        return described;
    }
    described += QStringLiteral("<table>");
    for (const Measure& measure : measures()) {
        described += QStringLiteral("<tr><td>%1 </td><td align=right>&nbsp;%2</td><td>&nbsp; = %3</td></tr>")
                         .arg(text(measure.title).toHtmlEscaped(),
                              valueText(measure.id, m_analysis->measured.at(head).measures[measure.id]),
                              text(measure.formula).toHtmlEscaped());
    }
    return described + QStringLiteral("</table>");
}

std::vector<std::function<void()>> GalleryPicture::slowParts(const QRectF& area, qreal pixelRatio) const
{
    std::vector<std::function<void()>> parts;
    for (const Spot& spot : layout(area).spots) {
        const auto map = m_trace->map(StageId::Weights, spot.head);
        const QSize pixels = devicePixels(spot.thumbnail, pixelRatio);
        const TileSize size{pixels.height(), pixels.width()};
        if (map && !isThumbnailQuick(**map, pixels)) {
            parts.emplace_back([map = *map, size] { static_cast<void>(thumbnailOf(*map, size)); });
        }
    }
    return parts;
}

void GalleryPicture::paint(QPainter& painter, const QRectF& area, const Theme& theme) const
{
    paintAll(painter, area, theme, Parts::All);
}

void GalleryPicture::paintQuickly(QPainter& painter, const QRectF& area, const Theme& theme) const
{
    paintAll(painter, area, theme, Parts::Ready);
}

void GalleryPicture::paintAll(QPainter& painter, const QRectF& area, const Theme& theme, Parts parts) const
{
    painter.save();
    if (m_groups.empty()) {
        painter.setPen(theme.mutedText);
        painter.setFont(figureFont(kTitlePixels));
        painter.drawText(area, Qt::AlignCenter | Qt::TextWordWrap,
                         QStringLiteral("No head has the badge “%1” on this text.")
                             .arg(text(badgeInfo(m_options.badge.value_or(BadgeId::Asked)).title)));
        painter.restore();
        return;
    }
    painter.setRenderHint(QPainter::Antialiasing);
    const Layout placed = layout(area);
    if (m_isGrid) {
        paintGridLabels(painter, placed, theme);
    }
    painter.setFont(figureFont(kLabelPixels, QFont::Bold));
    painter.setPen(theme.text);
    for (const GroupTitle& group : placed.titles) {
        painter.drawText(group.rect, Qt::AlignLeft | Qt::AlignVCenter, group.title);
    }
    for (const Spot& spot : placed.spots) {
        paintHead(painter, placed, spot, theme, parts);
    }
    painter.setRenderHint(QPainter::Antialiasing, false);
    drawColourBar(painter, placed.colourBar, m_scale, theme);
    painter.restore();
}

void GalleryPicture::paintGridLabels(QPainter& painter, const Layout& placed, const Theme& theme) const
{
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
}

void GalleryPicture::paintHead(QPainter& painter, const Layout& placed, const Spot& spot, const Theme& theme,
                               Parts parts) const
{
    const QRectF& thumbnail = spot.thumbnail;
    const auto map = m_trace->map(StageId::Weights, spot.head);
    const QSize pixels = devicePixels(painter, thumbnail);
    if (map && parts == Parts::Ready && !isThumbnailQuick(**map, pixels)) {
        painter.setPen(theme.mutedText);
        painter.setFont(figureFont(kLabelPixels));
        painter.drawText(thumbnail, Qt::AlignCenter, QStringLiteral("…"));
    } else if (map) {
        painter.save();
        painter.setRenderHint(QPainter::Antialiasing, false);
        painter.setOpacity(painter.opacity() * (isAblated(spot.head) ? 0.18 : 1.0));
        drawCells(painter, thumbnail, thumbnailOf(**map, {pixels.height(), pixels.width()}), m_scale, theme);
        painter.restore();
    }
    const bool selected = spot.head == m_selection.head;
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(selected ? theme.accent : theme.line, selected ? 2.5 : 1.0));
    painter.drawRect(selected ? thumbnail.adjusted(-1.5, -1.5, 1.5, 1.5) : thumbnail);
    if (isAblated(spot.head)) {
        painter.setPen(QPen(theme.mutedText, 1.5));
        painter.drawLine(thumbnail.topLeft(), thumbnail.bottomRight());
        painter.setPen(theme.text);
        painter.setFont(figureFont(kLabelPixels, QFont::Bold));
        painter.drawText(thumbnail, Qt::AlignCenter, QStringLiteral("off"));
    }
    QRectF below(thumbnail.left(), thumbnail.bottom() + 2.0, placed.across - 2.0, placed.badgeRoom - 1.0);
    if (!m_isGrid) {
        QString name = QStringLiteral("%1.%2").arg(spot.head.layer.value).arg(spot.head.head.value);
        painter.setFont(figureFont(kSmallPixels));
        painter.setPen(selected ? theme.accent : theme.mutedText);
        if (!std::holds_alternative<std::monostate>(m_options.order)) {
            const std::optional<double> value = orderValue(*m_analysis, m_options.order, spot.head);
            const QString valued =
                QStringLiteral("%1 · %2").arg(name, value ? QString::number(*value, 'f', 2) : QStringLiteral("–"));
            const bool fits = QFontMetricsF(painter.font()).horizontalAdvance(valued) <= placed.across;
            name = fits ? valued : name;
        }
        painter.drawText(QRectF(below.left(), below.top(), placed.across, kNameRoom - 1.0),
                         Qt::AlignLeft | Qt::AlignVCenter, name);
        below.translate(0.0, kNameRoom);
    }
    paintBadges(painter, below, spot.head, theme);
}

/// At most two as words, and how many more there are; all of them as dots where there is no room for words.
void GalleryPicture::paintBadges(QPainter& painter, const QRectF& rect, HeadAddress head, const Theme& theme) const
{
    constexpr qreal kGap = 2.0;
    const std::vector<Badge> badges = badgesOf(head);
    if (rect.height() < kTagRoom - 1.0) {
        const qreal side = rect.height() - kGap;
        QRectF dot(rect.left(), rect.top(), side, side);
        painter.setPen(Qt::NoPen);
        for (const Badge& badge : badges) {
            painter.setBrush(badgeColour(badge.id, theme));
            painter.drawRect(dot);
            dot.translate(side + kGap, 0.0);
        }
        return;
    }
    constexpr qreal kPadding = 4.0;
    painter.setFont(figureFont(kSmallPixels));
    const QFontMetricsF metrics(painter.font());
    qreal left = rect.left();
    for (std::size_t i = 0; i < badges.size(); ++i) {
        const bool isLast = i + 1 == badges.size();
        const qreal more = isLast ? 0.0 : metrics.horizontalAdvance(QStringLiteral("+8")) + kGap;
        const qreal room = rect.right() - left - more;
        const QString name = tagOf(badges[i]);
        const qreal width = metrics.horizontalAdvance(name) + 2.0 * kPadding;
        // The first is shortened rather than left out.
        if (i == kMostTags || (i > 0 && width > room)) {
            painter.setPen(theme.mutedText);
            painter.drawText(QRectF(left, rect.top(), rect.right() - left, rect.height()),
                             Qt::AlignLeft | Qt::AlignVCenter, QStringLiteral("+%1").arg(badges.size() - i));
            return;
        }
        drawTag(painter, QRectF(left, rect.top(), std::min(width, room), rect.height()), badges[i],
                metrics.elidedText(name, Qt::ElideRight, room - 2.0 * kPadding), theme);
        left += width + kGap;
    }
}

}  // namespace headlight::ui
