#include "core/io/families/family.h"

#include <algorithm>
#include <cctype>

namespace headlight {
namespace {

/// A row a family.
const std::array<Family, 10>& table()
{
    static const std::array<Family, 10> kFamilies = {kGpt2Family,    kBertFamily,     kDistilBertFamily, kRobertaFamily,
                                                     kLlamaFamily,   kQwen2Family,    kMistralFamily,    kQwen3Family,
                                                     kGptNeoXFamily, kHeadlightFamily};
    return kFamilies;
}

/// "dynamic" stretches texts beyond the longest alone, which no text is here.
constexpr std::array kScalings = {
    Named<RotaryScaling>{"default", RotaryScaling::None}, Named<RotaryScaling>{"dynamic", RotaryScaling::None},
    Named<RotaryScaling>{"linear", RotaryScaling::Linear}, Named<RotaryScaling>{"llama3", RotaryScaling::Llama3}};

/// Beyond any model's; within these no frequency overflows.
constexpr double kMaxBase = 1e18;
constexpr double kMaxFactor = 1e6;

}  // namespace

std::span<const Family> families()
{
    return table();
}

const Family* findFamily(std::string_view modelType)
{
    const auto found = std::ranges::find(families(), modelType, &Family::modelType);
    return found == families().end() ? nullptr : &*found;
}

const Family* findFamilyOfArchitecture(std::string_view architecture)
{
    constexpr std::array<std::string_view, 4> kTasks = {"Model", "For", "LMHead", "DoubleHeads"};
    const auto isOf = [&](const Family& family) {
        std::size_t length = 0;  // Of "GPTNeoX", which is "gpt_neox".
        for (const char letter : family.modelType) {
            if (letter == '_') {
                continue;
            }
            if (length == architecture.size() ||
                std::tolower(static_cast<unsigned char>(architecture[length])) != letter) {
                return false;
            }
            ++length;
        }
        const std::string_view task = architecture.substr(length);
        return std::ranges::any_of(kTasks, [task](std::string_view begin) { return task.starts_with(begin); });
    };
    const auto found = std::ranges::find_if(families(), isOf);
    return found == families().end() ? nullptr : &*found;
}

std::string familyList()
{
    std::string list;
    for (const Family& family : families()) {
        list += (list.empty() ? "" : ", ") + std::string(family.title) + " (" + std::string(family.modelType) + ")";
    }
    return list;
}

RotaryOptions readRotary(ConfigReader& reader, const char* baseKey, Index headWidth, double turnedShare)
{
    RotaryOptions rotary;
    const char* const key = reader.has("rope_parameters") ? "rope_parameters" : "rope_scaling";
    const bool isScaled = reader.has(key);
    static const nlohmann::json kNone = nlohmann::json::object();
    const nlohmann::json& object = isScaled ? *reader.find(key) : kNone;
    if (!object.is_object()) {
        reader.complain("\"" + std::string(key) + "\" is " + std::string(jsonTypeName(object)) +
                        "; expected an object");
        return rotary;
    }
    ConfigReader scaling(object);
    rotary.base = scaling.has("rope_theta") ? scaling.number("rope_theta", 1.0, kMaxBase)
                                            : reader.numberOr(baseKey, 1.0, kMaxBase, rotary.base);
    rotary.scaling = scaling.choiceOr(scaling.has("rope_type") ? "rope_type" : "type", kScalings, RotaryScaling::None);
    if (rotary.scaling != RotaryScaling::None) {
        rotary.factor = scaling.number("factor", 1.0 / kMaxFactor, kMaxFactor);
    }
    if (rotary.scaling == RotaryScaling::Llama3) {
        rotary.lowFrequencyFactor = scaling.number("low_freq_factor", 0.0, kMaxFactor);
        rotary.highFrequencyFactor = scaling.number("high_freq_factor", 0.0, kMaxFactor);
        rotary.originalTokens = scaling.size({"original_max_position_embeddings"});
        if (rotary.originalTokens < 1) {
            scaling.complain("\"original_max_position_embeddings\" is 0; expected at least 1");
        }
        if (!(rotary.highFrequencyFactor > rotary.lowFrequencyFactor)) {
            scaling.complain("\"high_freq_factor\" is " + nlohmann::json(rotary.highFrequencyFactor).dump() +
                             "; expected more than \"low_freq_factor\", " +
                             nlohmann::json(rotary.lowFrequencyFactor).dump());
        }
    }
    const double share = scaling.numberOr("partial_rotary_factor", 0.0, 1.0,
                                          reader.numberOr("partial_rotary_factor", 0.0, 1.0, turnedShare));
    if (share != 1.0) {
        rotary.dimensions = static_cast<Index>(share * static_cast<double>(headWidth));
    }
    if (scaling.problem()) {
        reader.complain("\"" + std::string(key) + "\": " + *scaling.problem());
    }
    if (share != 1.0 && rotary.dimensions == 0) {
        reader.complain("its rotary positions turn none of a head's " + std::to_string(headWidth) + " dimensions");
    }
    return rotary;
}

}  // namespace headlight
