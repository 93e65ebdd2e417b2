#include "ui/session/view_names.h"

#include "core/attention/cost.h"
#include "core/attention/positions.h"
#include "core/base/parse.h"

namespace headlight::ui {

const ValueNames<Quantity>& quantityNames()
{
    static const ValueNames<Quantity> names = {{"weights", Quantity::Weights},
                                               {"scores", Quantity::ScaledScores},
                                               {"raw-scores", Quantity::RawScores},
                                               {"norm-weighted", Quantity::NormWeighted},
                                               {"rollout", Quantity::Rollout}};
    return names;
}

const ValueNames<PositionShow>& positionShowNames()
{
    static const ValueNames<PositionShow> names = {{"encoding", PositionShow::Encoding},
                                                   {"distance", PositionShow::Distance},
                                                   {"wavelengths", PositionShow::Wavelengths},
                                                   {"shift", PositionShow::Shift}};
    return names;
}

const ValueNames<ScalingShow>& scalingShowNames()
{
    static const ValueNames<ScalingShow> names = {
        {"random", ScalingShow::Random}, {"example", ScalingShow::Example}, {"heads", ScalingShow::Heads}};
    return names;
}

const ValueNames<VariantShow>& variantShowNames()
{
    static const ValueNames<VariantShow> names = {{"attention", VariantShow::Attention},
                                                  {"operations", VariantShow::Operations},
                                                  {"memory", VariantShow::Memory},
                                                  {"time", VariantShow::Time}};
    return names;
}

const ValueNames<RecurrenceShow>& recurrenceShowNames()
{
    static const ValueNames<RecurrenceShow> names = {
        {"steps", RecurrenceShow::Steps}, {"distance", RecurrenceShow::Distance}, {"time", RecurrenceShow::Time}};
    return names;
}

const ValueNames<AttentionVariant>& variantNames()
{
    static const ValueNames<AttentionVariant> names = [] {
        ValueNames<AttentionVariant> named;
        for (const AttentionVariant variant :
             {AttentionVariant::Linear, AttentionVariant::Sparse, AttentionVariant::Tiled}) {
            named.emplace_back(attentionVariantName(variant), variant);
        }
        return named;
    }();
    return names;
}

const ValueNames<std::optional<PositionScheme>>& schemeNames()
{
    static const ValueNames<std::optional<PositionScheme>> names = [] {
        ValueNames<std::optional<PositionScheme>> named = {{"own", std::nullopt}};
        for (const PositionScheme scheme :
             {PositionScheme::None, PositionScheme::Sinusoidal, PositionScheme::Rotary, PositionScheme::Alibi}) {
            named.emplace_back(positionSchemeName(scheme), scheme);
        }
        return named;
    }();
    return names;
}

std::optional<CompareOptions> comparedWith(const std::string& against)
{
    const std::size_t colon = against.find(':');
    const std::string what = against.substr(0, colon);
    const std::string which = colon == std::string::npos ? std::string() : against.substr(colon + 1);
    if (what == "default" && which.empty()) {
        return CompareOptions{.kind = ComparisonKind::BeforeAfter};
    }
    if (what == "text" && !which.empty()) {
        return CompareOptions{.kind = ComparisonKind::Texts, .text = QString::fromStdString(which)};
    }
    if (const std::optional<HeadAddress> head = parseHead(which); what == "head" && head) {
        return CompareOptions{.kind = ComparisonKind::Heads, .head = head};
    }
    if (const std::optional<Index> layer = wholeNumber(which); what == "layer" && layer) {
        return CompareOptions{.kind = ComparisonKind::Layers, .layer = LayerIndex(*layer)};
    }
    return std::nullopt;
}

}  // namespace headlight::ui
