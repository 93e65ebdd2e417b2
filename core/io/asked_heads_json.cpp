#include "core/io/asked_heads_json.h"

#include "core/io/json.h"
#include "core/text/utf8.h"

namespace headlight {

std::string toJson(const std::vector<AskedHead>& askedHeads)
{
    nlohmann::json json = nlohmann::json::object();
    for (const auto& [relation, head] : askedHeads) {
        json[relation] = {head.layer.value, head.head.value};
    }
    return json.dump();
}

Result<std::vector<AskedHead>> askedHeadsFromJson(std::string_view json, Index layers, Index heads)
{
    const Result<nlohmann::json> value = parseJson(json, "the asked heads");
    if (!value) {
        return tl::unexpected(value.error());
    }
    if (!value->is_object()) {
        return failure(ErrorCode::Malformed,
                       "The asked heads are an object, not " + std::string(jsonTypeName(*value)) + ".");
    }
    const auto isBelow = [](const nlohmann::json& place, Index end) {
        return place.is_number_unsigned() && place.get<std::uint64_t>() < static_cast<std::uint64_t>(end);
    };
    std::vector<AskedHead> askedHeads;
    for (const auto& [relation, place] : value->items()) {
        if (!place.is_array() || place.size() != 2 || !isBelow(place[0], layers) || !isBelow(place[1], heads)) {
            return failure(ErrorCode::Malformed, "The head of " + excerpt(relation) + " is " + excerpt(place.dump()) +
                                                     "; expected a layer and a head of the model's " +
                                                     std::to_string(layers) + " layers of " + std::to_string(heads) +
                                                     " heads, counted from 0.");
        }
        askedHeads.push_back({relation, {LayerIndex(place[0].get<Index>()), HeadIndex(place[1].get<Index>())}});
    }
    return askedHeads;
}

}  // namespace headlight
