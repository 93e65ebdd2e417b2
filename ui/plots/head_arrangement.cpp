#include "ui/plots/head_arrangement.h"

#include "ui/plots/heatmap_picture.h"

#include <algorithm>
#include <cmath>

namespace headlight::ui {
namespace {

/// The value as shown, in hundredths, negative where lower ones come first.
std::optional<double> rank(const Analysis& analysis, const GalleryOptions& options, HeadAddress head)
{
    const std::optional<double> value = orderValue(analysis, options.order, head);
    if (!value) {
        return std::nullopt;
    }
    const double hundredths = std::round(100.0 * *value);
    return options.direction == OrderDirection::HighestFirst ? hundredths : -hundredths;
}

std::vector<HeadAddress> orderedHeads(const Analysis& analysis, const GalleryOptions& options)
{
    struct Ranked
    {
        HeadAddress head;
        std::optional<double> rank;
    };
    std::vector<Ranked> ranked;
    for (const MeasuredHead& measured : analysis.measured.all) {
        if (!options.badge || measured.has(*options.badge)) {
            ranked.push_back({measured.head, rank(analysis, options, measured.head)});
        }
    }
    // An empty optional is less than any value.
    std::ranges::stable_sort(ranked, std::ranges::greater(), &Ranked::rank);
    std::vector<HeadAddress> heads;
    std::ranges::transform(ranked, std::back_inserter(heads), &Ranked::head);
    return heads;
}

/// The group's place and title.
std::pair<Index, QString> groupOf(const MeasuredHead& head, HeadGrouping grouping)
{
    if (grouping == HeadGrouping::Layer) {
        return {head.head.layer.value, QStringLiteral("layer %1").arg(head.head.layer.value)};
    }
    if (head.badges.empty()) {
        return {static_cast<Index>(badgeKinds().size()), QStringLiteral("no badge")};
    }
    const BadgeId first = head.badges.front().id;
    return {static_cast<Index>(first), text(badgeInfo(first).title)};
}

}  // namespace

bool isGrid(const GalleryOptions& options)
{
    return std::holds_alternative<std::monostate>(options.order) && !options.badge &&
           options.grouping == HeadGrouping::None;
}

std::optional<double> orderValue(const Analysis& analysis, const HeadOrder& order, HeadAddress head)
{
    if (const auto* measure = std::get_if<MeasureId>(&order)) {
        return analysis.measured.at(head).measures[*measure];
    }
    const auto found = analysis.similarities.find(head);
    const auto* other = std::get_if<HeadAddress>(&order);
    const bool isKnown = other != nullptr && analysis.asked.similarTo == *other && found != analysis.similarities.end();
    return isKnown ? std::optional(found->second) : std::nullopt;
}

std::vector<HeadGroup> arrangeHeads(const Analysis& analysis, const GalleryOptions& options)
{
    const std::vector<HeadAddress> heads = orderedHeads(analysis, options);
    if (options.grouping == HeadGrouping::None) {
        return heads.empty() ? std::vector<HeadGroup>() : std::vector{HeadGroup{.title = {}, .heads = heads}};
    }
    std::map<Index, HeadGroup> groups;
    for (const HeadAddress head : heads) {
        const auto [place, title] = groupOf(analysis.measured.at(head), options.grouping);
        HeadGroup& group = groups[place];
        group.title = title;
        group.heads.push_back(head);
    }
    std::vector<HeadGroup> result;
    for (auto& [place, group] : groups) {
        result.push_back(std::move(group));
    }
    return result;
}

QString orderName(const HeadOrder& order)
{
    if (const auto* measure = std::get_if<MeasureId>(&order)) {
        return text(measureInfo(*measure).title);
    }
    if (const auto* head = std::get_if<HeadAddress>(&order)) {
        return QStringLiteral("similarity to %1").arg(headTitle(*head));
    }
    return {};
}

QString valueText(MeasureId measure, const std::optional<double>& value)
{
    if (!value) {
        return QStringLiteral("–");
    }
    const QString number = QString::number(*value, 'f', 2);
    const std::string_view unit = measureInfo(measure).unit;
    return unit.empty() ? number : QStringLiteral("%1 %2").arg(number, text(unit));
}

QString text(std::string_view entry)
{
    return QString::fromUtf8(entry.data(), static_cast<qsizetype>(entry.size()));
}

}  // namespace headlight::ui
