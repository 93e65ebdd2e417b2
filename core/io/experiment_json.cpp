#include "core/io/experiment_json.h"

#include "core/io/json.h"
#include "core/io/named.h"
#include "core/text/utf8.h"

#include <array>
#include <cassert>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace headlight {
namespace {

using Json = nlohmann::json;

constexpr std::array kDirections = {Named<Direction>{"bidirectional", Direction::Bidirectional},
                                    Named<Direction>{"causal", Direction::Causal}};
constexpr std::array kPatterns = {
    Named<MaskPattern>{"full", MaskPattern::Full}, Named<MaskPattern>{"window", MaskPattern::Window},
    Named<MaskPattern>{"strided", MaskPattern::Strided}, Named<MaskPattern>{"block_sparse", MaskPattern::BlockSparse}};
constexpr std::array kKernels = {Named<AttentionKernel>{"softmax", AttentionKernel::Softmax},
                                 Named<AttentionKernel>{"linear", AttentionKernel::Linear}};
constexpr std::array kValueSources = {Named<ValueSource>{"own", ValueSource::Own},
                                      Named<ValueSource>{"keys", ValueSource::Keys}};
constexpr std::array kHeadSharings = {Named<HeadSharing>{"none", HeadSharing::None},
                                      Named<HeadSharing>{"first_head", HeadSharing::FirstHead}};
constexpr auto kTokenCount = "a whole number of tokens";

std::vector<Named<MaskChoice>> maskChoices()
{
    return tableOf(kMaskChoices, maskChoiceName);
}

/// The position schemes, and "own" for none of them.
std::vector<Named<std::optional<PositionScheme>>> positionChoices()
{
    std::vector<Named<std::optional<PositionScheme>>> named = {{"own", std::nullopt}};
    for (const PositionScheme scheme : kPositionSchemes) {
        named.emplace_back(positionSchemeName(scheme), scheme);
    }
    return named;
}

/// A double that prints as the float does ("0.1") and converts back to it exactly.
double readable(float number)
{
    std::array<char, 32> buffer{};
    const char* const end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number).ptr;
    double decimal = 0.0;
    std::from_chars(buffer.data(), end, decimal);
    return static_cast<float>(decimal) == number ? decimal : static_cast<double>(number);
}

/// A value for a message.
std::string describe(const Json& value)
{
    if (value.is_string()) {
        return excerpt(value.get_ref<const std::string&>());
    }
    return value.is_structured() ? std::string(jsonTypeName(value)) : value.dump();
}

/// No text has more tokens, and the cells of so many queries can be counted.
constexpr Index kLastToken = std::numeric_limits<std::int32_t>::max();

/// [[query, first key, last key], …]
Json listOf(const CellSet& cells)
{
    Json list = Json::array();
    for (const CellRun& run : cells.runs()) {
        list.push_back(Json::array({run.query, run.begin, run.end - 1}));
    }
    return list;
}

/// Takes a JSON object apart, key by key. Each of its readers keeps the target's value where the key is missing; the first
/// mistake is kept until `finish`.
class ObjectReader
{
public:
    ObjectReader(std::string_view text, std::string what) : m_what(std::move(what))
    {
        Result<Json> parsed = parseJson(text, m_what, {.bytes = std::size_t{1} << 20U, .depth = 4});
        if (!parsed) {
            m_error = parsed.error();
        } else if (!parsed->is_object()) {
            fail(" must be a JSON object, not " + std::string(jsonTypeName(*parsed)) + ".");
        } else {
            m_object = std::move(*parsed);
        }
    }

    template <typename Value>
    void choice(const std::string& key, const auto& table, Value& target)
    {
        const Json* const value = take(key);
        if (value == nullptr) {
            return;
        }
        const auto* const found = value->is_string() ? findNamed(table, value->get_ref<const std::string&>()) : nullptr;
        if (found != nullptr) {
            target = found->second;
            return;
        }
        std::string expected;
        for (const auto& [name, choice] : table) {
            expected += (expected.empty() ? "\"" : ", \"") + std::string(name) + "\"";
        }
        wrong(key, *value, "one of " + expected);
    }

    void index(const std::string& key, const std::string& expected, Index& target)
    {
        if (const Json* const value = take(key)) {
            readIndex(key, *value, expected, target);
        }
    }

    void positiveNumber(const std::string& key, float& target)
    {
        const Json* const value = take(key);
        if (value == nullptr) {
            return;
        }
        const double number = value->is_number() ? value->get<double>() : 0.0;
        if (number <= static_cast<double>(std::numeric_limits<float>::max()) && static_cast<float>(number) > 0.0F) {
            target = static_cast<float>(number);
        } else {
            wrong(key, *value, "a positive number");
        }
    }

    void scaling(const std::string& key, Scaling& target)
    {
        const Json* const value = take(key);
        if (value != nullptr && value->is_boolean()) {
            target = value->get<bool>() ? Scaling::On : Scaling::Off;
        } else if (value != nullptr) {
            wrong(key, *value, "true or false");
        }
    }

    void heads(const std::string& key, std::set<HeadAddress>& target)
    {
        std::vector<std::array<Index, 2>> pairs;
        if (tuples(key, "a list of [layer, head] pairs, both counted from 0", pairs)) {
            target.clear();
            for (const auto& [layer, head] : pairs) {
                target.insert({LayerIndex(layer), HeadIndex(head)});
            }
        }
    }

    void cells(const std::string& key, CellSet& target)
    {
        const std::string expected = "a list of [query, first key, last key], all counted from 0";
        std::vector<std::array<Index, 3>> triples;
        if (!tuples(key, expected, triples)) {
            return;
        }
        std::vector<CellRun> runs;
        for (const auto& [query, first, last] : triples) {
            if (first > last || last > kLastToken) {
                wrong(key, Json{query, first, last}, expected);
                return;
            }
            runs.push_back({query, first, last + 1});
        }
        target = CellSet(std::move(runs));
    }

    void tokens(const std::string& key, std::set<TokenIndex>& target)
    {
        const std::string expected = "a list of tokens counted from 0";
        const Json* const value = take(key);
        if (value == nullptr) {
            return;
        }
        if (!value->is_array()) {
            wrong(key, *value, expected);
            return;
        }
        target.clear();
        for (const Json& item : *value) {
            TokenIndex token;
            if (!readIndex(key, item, expected, token.value)) {
                return;
            }
            target.insert(token);
        }
    }

    /// The first mistake: of the text, of a value that was read, or of a key that nobody asked for.
    Result<void> finish()
    {
        if (!m_error && !m_object.empty()) {
            fail(" has the unknown key " + excerpt(m_object.begin().key()) + "; expected " + m_keys + ".");
        }
        return m_error ? Result<void>(tl::unexpected(*m_error)) : Result<void>();
    }

private:
    /// A list of lists of as many whole numbers each; false where the key is missing or something is wrong.
    template <std::size_t Count>
    bool tuples(const std::string& key, const std::string& expected, std::vector<std::array<Index, Count>>& target)
    {
        const Json* const value = take(key);
        if (value == nullptr) {
            return false;
        }
        if (!value->is_array()) {
            wrong(key, *value, expected);
            return false;
        }
        for (const Json& item : *value) {
            if (!item.is_array() || item.size() != Count) {
                wrong(key, item, expected);
                return false;
            }
            std::array<Index, Count> tuple{};
            for (std::size_t i = 0; i < Count; ++i) {
                if (!readIndex(key, item[i], expected, tuple[i])) {
                    return false;
                }
            }
            target.push_back(tuple);
        }
        return true;
    }

    /// Takes the value out of the object; null where there is none or something is wrong already.
    const Json* take(const std::string& key)
    {
        m_keys += (m_keys.empty() ? "" : ", ") + key;
        if (m_error || !m_object.contains(key)) {
            return nullptr;
        }
        m_taken = std::move(m_object[key]);
        m_object.erase(key);
        return &m_taken;
    }

    bool readIndex(const std::string& key, const Json& value, const std::string& expected, Index& target)
    {
        if (value.is_number_unsigned() &&
            value.get<std::uint64_t>() <= static_cast<std::uint64_t>(std::numeric_limits<Index>::max())) {
            target = value.get<Index>();
            return true;
        }
        wrong(key, value, expected);
        return false;
    }

    void wrong(const std::string& key, const Json& found, const std::string& expected)
    {
        fail(" must have as its \"" + key + "\" " + expected + ", not " + describe(found) + ".");
    }

    void fail(const std::string& message) { m_error = Error{ErrorCode::Malformed, m_what + message}; }

    std::string m_what;
    Json m_object;
    Json m_taken;
    std::string m_keys;  ///< All that were asked for.
    std::optional<Error> m_error;
};

}  // namespace

std::string toJson(const Experiment& experiment)
{
    assert(std::isfinite(experiment.temperature));
    Json heads = Json::array();
    for (const auto& [layer, head] : experiment.ablatedHeads) {
        heads.push_back(Json::array({layer.value, head.value}));
    }
    Json zeroed = Json::array();
    for (const TokenIndex token : experiment.zeroedValues) {
        zeroed.push_back(token.value);
    }
    const Json json = {{"scaling", experiment.scaling == Scaling::On},
                       {"temperature", readable(experiment.temperature)},
                       {"positions", nameOf(positionChoices(), experiment.positions)},
                       {"mask", nameOf(maskChoices(), experiment.mask)},
                       {"mask_reach", experiment.maskReach},
                       {"global_tokens", experiment.globalTokens},
                       {"hidden_cells", listOf(experiment.hiddenCells)},
                       {"kernel", nameOf(kKernels, experiment.kernel)},
                       {"values", nameOf(kValueSources, experiment.values)},
                       {"head_sharing", nameOf(kHeadSharings, experiment.sharing)},
                       {"ablated_heads", std::move(heads)},
                       {"zeroed_values", std::move(zeroed)}};
    return json.dump();
}

Result<Experiment> experimentFromJson(std::string_view json)
{
    Experiment experiment;
    ObjectReader reader(json, "The experiment");
    reader.scaling("scaling", experiment.scaling);
    reader.positiveNumber("temperature", experiment.temperature);
    reader.choice("positions", positionChoices(), experiment.positions);
    reader.choice("mask", maskChoices(), experiment.mask);
    reader.index("mask_reach", kTokenCount, experiment.maskReach);
    reader.index("global_tokens", kTokenCount, experiment.globalTokens);
    reader.cells("hidden_cells", experiment.hiddenCells);
    reader.choice("kernel", kKernels, experiment.kernel);
    reader.choice("values", kValueSources, experiment.values);
    reader.choice("head_sharing", kHeadSharings, experiment.sharing);
    reader.heads("ablated_heads", experiment.ablatedHeads);
    reader.tokens("zeroed_values", experiment.zeroedValues);
    if (const Result<void> read = reader.finish(); !read) {
        return tl::unexpected(read.error());
    }
    if (const Result<void> valid = validate(effectiveMask(experiment, {})); !valid) {
        return failure(ErrorCode::Malformed, valid.error().message);
    }
    return experiment;
}

std::string toJson(const Mask& mask)
{
    const Json json = {{"direction", nameOf(kDirections, mask.direction)},
                       {"pattern", nameOf(kPatterns, mask.pattern)},
                       {"reach", mask.reach},
                       {"global_tokens", mask.globalTokens},
                       {"hidden", listOf(mask.hidden)}};
    return json.dump();
}

Result<Mask> maskFromJson(std::string_view json)
{
    Mask mask;
    ObjectReader reader(json, "The mask");
    reader.choice("direction", kDirections, mask.direction);
    reader.choice("pattern", kPatterns, mask.pattern);
    reader.index("reach", kTokenCount, mask.reach);
    reader.index("global_tokens", kTokenCount, mask.globalTokens);
    reader.cells("hidden", mask.hidden);
    if (const Result<void> read = reader.finish(); !read) {
        return tl::unexpected(read.error());
    }
    if (const Result<void> valid = validate(mask); !valid) {
        return failure(ErrorCode::Malformed, valid.error().message);
    }
    return mask;
}

std::string toJson(const std::vector<Mask>& masks)
{
    Json list = Json::array();
    for (const Mask& mask : masks) {
        list.push_back(Json::parse(toJson(mask)));
    }
    return list.dump();
}

Result<std::vector<Mask>> masksFromJson(std::string_view json)
{
    const Result<Json> list = parseJson(json, "The list of masks");
    if (!list) {
        return tl::unexpected(list.error());
    }
    if (!list->is_array()) {
        return failure(ErrorCode::Malformed,
                       "The list of masks is " + std::string(jsonTypeName(*list)) + "; expected a list.");
    }
    std::vector<Mask> masks;
    for (const Json& item : *list) {
        const Result<Mask> mask = maskFromJson(item.dump());
        if (!mask) {
            return tl::unexpected(mask.error());
        }
        masks.push_back(*mask);
    }
    return masks;
}

}  // namespace headlight
